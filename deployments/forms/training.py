"""Pre-deployment training sessions."""

from __future__ import annotations

from django import forms

from deployments.forms.travel import PeopleField
from deployments.models import TrainingSession
from slp.lib.forms import DateTimeInput, EditForm, Form, ModelForm

FIELDS = ["title", "mode", "place", "starts_at", "ends_at", "capacity", "agenda"]
WIDGETS = {
    "mode": forms.RadioSelect,
    "starts_at": DateTimeInput(),
    "ends_at": DateTimeInput(),
    "agenda": forms.Textarea(attrs={"rows": 5}),
}
HELP = {
    "place": "An address, or the link of the online room.",
    "starts_at": "In Washington’s time.",
    "ends_at": "In Washington’s time.",
    "capacity": "How many people can take part.",
}


def _in_order(form) -> None:
    said = form.cleaned_data
    start, end = said.get("starts_at"), said.get("ends_at")
    if start and end and end <= start:
        form.add_error("ends_at", "The session would end before it starts.")
    if said.get("mode") == TrainingSession.Mode.IN_PERSON and not said.get("place") and "place" not in form.errors:
        form.add_error("place", "Say where people come together.")
    if said.get("capacity") == 0:
        form.add_error("capacity", "At least one person can take part.")


class SessionForm(ModelForm):
    class Meta:
        model = TrainingSession
        fields = FIELDS
        widgets = WIDGETS
        help_texts = HELP

    def clean(self):
        cleaned = super().clean()
        _in_order(self)
        return cleaned


class SessionEditForm(EditForm):
    class Meta:
        model = TrainingSession
        fields = FIELDS
        widgets = WIDGETS
        help_texts = HELP

    def clean(self):
        cleaned = super().clean()
        _in_order(self)
        return cleaned


class EnrolForm(Form):
    """Who gets a place."""

    people = PeopleField(label="Who takes part")

    def __init__(self, *args, people, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people
        self.fields["people"].label_from_instance = lambda d: f"{d.expert}, {d.country}, leaves {d.starts_on:%-d %b}"


class AttendanceForm(Form):
    """Who was there."""

    attended = forms.MultipleChoiceField(
        label="Who completed it", widget=forms.CheckboxSelectMultiple, required=False,
        help_text="Their training requirement is cleared by this. Whoever is not ticked has missed it.",
    )  # fmt: skip

    def __init__(self, *args, enrolments, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attended"].choices = [(str(e.pk), str(e.deployment.expert)) for e in enrolments]
        self.initial.setdefault("attended", [str(e.pk) for e in enrolments if e.status != "missed"])
