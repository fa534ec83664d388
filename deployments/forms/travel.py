"""Travel details, dates, and what must be true before departure."""

from __future__ import annotations

from datetime import timedelta

from django import forms

from deployments.models import Clearance, Deployment
from deployments.services.readiness import default_validity, needs_date
from deployments.services.stays import outside
from partners.models import Expert
from slp.documents.forms import UploadField
from slp.documents.models import Slot
from slp.lib.dates import show
from slp.lib.forms import EditForm, Form, VersionedForm


class TravelForm(EditForm):
    """Where a traveller sleeps and how to reach them."""

    class Meta:
        model = Deployment
        fields = ["city", "lodging", "phone_in_country", "flights"]
        labels = {
            "city": "City",
            "lodging": "Lodging",
            "phone_in_country": "Phone in the country",
            "flights": "Flights",
        }
        help_texts = {
            "lodging": "Name and address of the hotel or residence.",
            "phone_in_country": "With the country code, such as +509 0000 0000.",
            "flights": "Flight numbers with dates and times of arrival and departure.",
        }
        widgets = {"flights": forms.Textarea(attrs={"rows": 3})}


class DatesForm(VersionedForm):
    """Other days of travel; the reason is kept."""

    starts_on = forms.DateField(label="First day of travel")
    ends_on = forms.DateField(label="Last day of travel")
    reason = forms.CharField(
        label="Why the dates change",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why. The traveller and the coordinator read it."},
    )

    def standing(self, row) -> dict:
        return {"starts_on": row.period.lower, "ends_on": row.period.upper - timedelta(days=1)}

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "The last day is before the first.")
        return cleaned


class SendForm(Form):
    """Somebody who travels without a seat in the need: a replacement, a teacher at an academy."""

    expert = forms.ModelChoiceField(queryset=Expert.objects.none(), label="Who travels")
    role = forms.CharField(label="Role", max_length=80)
    starts_on = forms.DateField(label="First day of travel")
    ends_on = forms.DateField(label="Last day of travel")
    city = forms.CharField(label="City", max_length=120, required=False)

    def __init__(self, *args, experts, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expert"].queryset = experts
        self.fields["expert"].label_from_instance = lambda e: f"{e}, {e.agency}"

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "The last day is before the first.")
        return cleaned


class StayForm(Form):
    """Nights in one city of a journey to several."""

    city = forms.CharField(label="City", max_length=120)
    first_night = forms.DateField(label="First night there")
    last_night = forms.DateField(label="Last night there", help_text="The night before leaving for the next city.")
    lodging = forms.CharField(
        label="Lodging", max_length=200, required=False, help_text="Name and address of the hotel or residence."
    )

    def __init__(self, *args, deployment: Deployment, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.deployment = deployment

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_night"), cleaned.get("last_night")
        for name, night in (("first_night", first), ("last_night", last)):
            if night and (sentence := outside(self.deployment, night)):
                self.add_error(name, sentence)
        if first and last and last < first:
            self.add_error("last_night", "The last night is before the first.")
        return cleaned


class EmergencyForm(Form):
    """Whom to call."""

    name = forms.CharField(label="Name of the person", max_length=120)
    phone = forms.CharField(label="Phone", max_length=40, help_text="With the country code.")


class HandInForm(Form):
    """A photo or scan, a reference, a date: what the requirement asks."""

    upload = UploadField(
        slot=Slot.EVIDENCE,
        label="Photo or scan",
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*", "capture": "environment"}),
        help_text="Take a picture of the paper, or choose a PDF.",
    )
    valid_until = forms.DateField(label="Valid until", required=False, help_text="As it says on the paper.")
    note = forms.CharField(label="Reference or note", max_length=200, required=False)

    def __init__(self, *args, clearance: Clearance, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        rule = clearance.requirement
        if not rule.needs_evidence:
            del self.fields["upload"]
        else:
            self.fields["upload"].required = clearance.evidence_id is None
            self.fields["upload"].error_messages["required"] = "Add a photo or a scan of the paper."
        if needs_date(rule):
            self.fields["valid_until"].required = True
            self.fields["valid_until"].error_messages["required"] = "Enter the date on the paper."
        else:
            del self.fields["valid_until"]


class ClearForm(Form):
    """Until when it holds, and a note."""

    valid_until = forms.DateField(label="Valid until", required=False)
    note = forms.CharField(label="Reference or note", max_length=200, required=False)

    def __init__(self, *args, clearance: Clearance, last_day, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("valid_until", default_validity(clearance))
        self.initial.setdefault("note", clearance.evidence_note)
        field = self.fields["valid_until"]
        field.required = needs_date(clearance.requirement)
        field.error_messages["required"] = "Say until when it is valid."
        field.help_text = f"It must hold until {show(last_day)}." + (
            "" if field.required else " Leave it empty if it does not lapse."
        )


class WaiveForm(Form):
    """The reason under which the traveller may go without it."""

    reason = forms.CharField(
        label="Why it is waived",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why it is waived. Your name and reason are kept."},
    )


class PeopleField(forms.ModelMultipleChoiceField):
    """People of a team as checkboxes, by name."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("queryset", Deployment.objects.none())
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        kwargs.setdefault("error_messages", {"required": "Choose at least one person."})
        super().__init__(**kwargs)

    def label_from_instance(self, obj) -> str:
        return str(obj.expert)


class TeamClearForm(Form):
    """One requirement for several people at once."""

    people = forms.MultipleChoiceField(
        label="For whom",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one person."},
    )
    valid_until = forms.DateField(label="Valid until", required=False)
    note = forms.CharField(label="Reference or note", max_length=200, required=False)

    def __init__(self, *args, clearances: list[Clearance], last_day, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.by_pk = {str(c.pk): c for c in clearances}
        self.fields["people"].choices = [(str(c.pk), _person(c)) for c in clearances]
        self.initial.setdefault("people", list(self.by_pk))
        rule = clearances[0].requirement
        given = {default_validity(c) for c in clearances}
        self.initial.setdefault("valid_until", given.pop() if len(given) == 1 else None)
        field = self.fields["valid_until"]
        field.required = needs_date(rule) and None in [c.valid_until for c in clearances]
        field.error_messages["required"] = "Say until when it is valid."
        field.help_text = f"It must hold until {show(last_day)}. Empty: the date that each person handed in."

    def chosen(self) -> list[Clearance]:
        return [self.by_pk[pk] for pk in self.cleaned_data["people"]]


def _person(clearance: Clearance) -> str:
    person = str(clearance.deployment.expert)
    handed_in = clearance.status == "submitted"
    until = f", valid until {show(clearance.valid_until)}" if clearance.valid_until else ""
    return f"{person} (handed in{until})" if handed_in else person


class TeamForm(Form):
    """The people of a team for whom something is done together."""

    people = PeopleField(label="For whom")

    def __init__(self, *args, people, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people
        self.initial.setdefault("people", [p.pk for p in people])
