"""The database's refusals in the words of the constraint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, models, transaction

from slp.lib.answers import Refused


@contextmanager
def readable_constraints(*known: type[models.Model]) -> Iterator[None]:
    """Inside, a violated constraint of one of the models raises `Refused` with the constraint's own sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        sentence = constraint_sentence(error, *known)
        if sentence is None:
            raise
        raise Refused(sentence) from error


def constraint_sentence(error: IntegrityError, *known: type[models.Model]) -> str | None:
    """The `violation_error_message` of the constraint that the database named."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in known:
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.get_violation_error_message())
    return None


def check_deferred(constraint: str, *known: type[models.Model]) -> None:
    """Ask a deferred constraint now: at commit nobody could be told. Raises `Refused` with its sentence."""
    name = connection.ops.quote_name(constraint)
    with readable_constraints(*known), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {name} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {name} DEFERRED")
