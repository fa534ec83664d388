"""Which reminders a person wants."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from slp.lib.forms import Form
from slp.reminders.rules import Rule


class ReminderForm(Form):
    """A tick for each reminder that can be turned off; a ticked one is sent."""

    wanted = forms.MultipleChoiceField(
        label="Remind me when this happens", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, rules: Iterable[Rule], off: set[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices = [(rule.code, rule.explains) for rule in rules]
        self.fields["wanted"].choices = choices
        self.initial.setdefault("wanted", [code for code, _ in choices if code not in off])

    @property
    def offered(self) -> list[str]:
        return [code for code, _ in self.fields["wanted"].choices]
