"""What forms of several nouns share."""

from __future__ import annotations

from django import forms
from django.forms import BaseInlineFormSet

# A request with thousands of rows is no person's: it would keep a web worker busy.
MOST_ROWS = 60
# Twice as many are read: what two people typed is put together, and it is they who leave some out.
ROWS = {"extra": 1, "max_num": MOST_ROWS, "absolute_max": 2 * MOST_ROWS + 1, "validate_max": True}


class Inline(BaseInlineFormSet):
    """Rows of which no two may say the same; said in the words that the constraint has for it."""

    default_error_messages = BaseInlineFormSet.default_error_messages | {
        "too_many_forms": f"There is room for {MOST_ROWS} rows: tick “Remove” at the others."
    }

    def called_by(self) -> list[str]:
        """The fields by which people know a row."""
        return self.one_of_a_kind() or [next(iter(self.empty_form.fields))]

    def in_order(self, changed: list[tuple]) -> list[tuple]:
        """Changed rows, each with the names of its changed fields, as they are written one after the other."""
        return changed

    def at_odds(self) -> set[str]:
        """The fields by which one row may stand where another one shall go."""
        return set(self.one_of_a_kind())

    def one_of_a_kind(self) -> list[str]:
        """The fields that tell one row of the record from another; none, if there may be two alike."""
        for rule in self.model._meta.total_unique_constraints:
            if self.fk.name in rule.fields:
                return [name for name in rule.fields if name != self.fk.name]
        return []

    def get_unique_error_message(self, unique_check) -> str:
        for rule in self.model._meta.total_unique_constraints:
            if set(rule.fields) == {*unique_check, self.fk.name}:
                return str(rule.violation_error_message)
        return super().get_unique_error_message(unique_check)

    def get_form_error(self) -> str:
        return "This is listed twice: change one row and leave the other out."


class SharedChoices(Inline):
    """Asks the database for each list of choices once, not once for every row."""

    def add_fields(self, form, index) -> None:
        super().add_fields(form, index)
        for name, bound in form.fields.items():
            if isinstance(bound, forms.ModelChoiceField) and name in self._choosable:
                bound.choices = self._choices_of(name, bound)

    @property
    def _choosable(self) -> set[str]:
        return set(self.form._meta.fields or ())

    def _choices_of(self, name: str, bound: forms.ModelChoiceField) -> list[tuple]:
        known = self.__dict__.setdefault("_known_choices", {})
        if name not in known:
            known[name] = [("", bound.empty_label or "---------")] + [(row.pk, str(row)) for row in bound.queryset]
        return known[name]
