"""References such as NEED-26-0042: a prefix, the fiscal year, a number from a database sequence.

A sequence never gives the same number twice, however many people save at once; it may leave gaps.
"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import connections, migrations, models

from slp.lib.dates import fiscal_year, today


def sequence_name(prefix: str) -> str:
    return f"slp_ref_{prefix.lower()}"


class CreateSequence(migrations.RunSQL):
    """Migration operation: the sequence behind one prefix."""

    def __init__(self, prefix: str) -> None:
        name = sequence_name(prefix)
        super().__init__(f"CREATE SEQUENCE IF NOT EXISTS {name}", f"DROP SEQUENCE IF EXISTS {name}")
        self.prefix = prefix

    def deconstruct(self):
        return (type(self).__qualname__, [self.prefix], {})


def next_reference(prefix: str, *, using: str = "default") -> str:
    """The next reference of a kind, in the current fiscal year."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence_name(prefix)])
        number = cursor.fetchone()[0]
    return f"{prefix}-{fiscal_year(today()) % 100:02d}-{number:04d}"


class ReferenceField(models.CharField):
    """A reference that the row takes from its sequence when it is first saved."""

    def __init__(self, prefix: str = "", **kwargs) -> None:
        self.prefix = prefix
        kwargs |= {"max_length": 24, "editable": False}
        kwargs.setdefault("unique", True)  # the history's copy of the field says False
        super().__init__(**kwargs)
        if prefix:
            self.validators = [*self.validators, RegexValidator(rf"^{prefix}-\d\d-\d{{4,}}$")]

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["prefix"] = self.prefix
        for implied in ("max_length", "editable"):
            kwargs.pop(implied, None)
        if not self.unique:
            kwargs["unique"] = False
        return name, path, args, kwargs

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        if add and not value:
            value = next_reference(self.prefix)
            setattr(model_instance, self.attname, value)
        return value
