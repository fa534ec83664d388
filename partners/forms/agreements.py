"""Forms of agreements: draft, change, sign, renew."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from partners.models import ActivityKind, Agency, AgencyKind, Agreement, Contact
from slp.accounts.models import StaffRole, User
from slp.lib.dates import today
from slp.lib.forms import EditForm, Form, ModelForm

KINDS_FIELD = {
    "label": "Kinds of activity that it covers",
    "choices": ActivityKind,
    "required": False,
    "widget": forms.CheckboxSelectMultiple,
    "help_text": "None ticked: all kinds.",
}
AGREEMENT_FIELDS = [
    "kind", "title", "starts_on", "ends_on", "notice_days", "renewal_terms", "activity_kinds", "countries", "expertise",
    "max_people", "agency_contact", "needs_board_approval", "text",
]  # fmt: skip
AGREEMENT_WIDGETS = {
    "countries": forms.SelectMultiple(attrs={"size": 8}),
    "expertise": forms.SelectMultiple(attrs={"size": 8}),
    "text": forms.Textarea(attrs={"rows": 18}),
}


class AgreementChecks:
    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "The agreement would end before it starts.")
        agency = cleaned.get("agency") or getattr(self.instance, "agency", None)
        contact = cleaned.get("agency_contact")
        if agency and contact and contact.agency_id != agency.pk:
            self.add_error("agency_contact", f"{contact.name} is no contact of {agency}.")
        if agency and start and cleaned.get("kind"):
            self._check_overlap(agency, cleaned["kind"], start, end)
        return cleaned

    def _check_overlap(self, agency: Agency, kind: str, start, end) -> None:
        """Two agreements of one kind are never in force on the same days; a renewal takes over by itself."""
        others = agency.agreements.filter(kind=kind, status="active").exclude(pk=self.instance.pk)
        others = others.exclude(pk=self.instance.supersedes_id).exclude(ends_on__lt=start)
        if end:
            others = others.exclude(starts_on__gt=end)
        clash = others.first()
        if clash:
            self.add_error(
                "starts_on", f"{clash.reference} is in force on some of these days. Renew it, or start after it ends."
            )


class AgreementForm(AgreementChecks, ModelForm):
    activity_kinds = forms.MultipleChoiceField(**KINDS_FIELD)

    class Meta:
        model = Agreement
        fields = ["agency", *AGREEMENT_FIELDS]
        widgets = AGREEMENT_WIDGETS

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.exclude(status="former").exclude(kind=AgencyKind.ASSOCIATION)
        self.fields["text"].help_text = "Leave it empty to begin with the template of this kind."
        self.fields["agency_contact"].queryset = Contact.objects.select_related("agency")


class AgreementEditForm(AgreementChecks, EditForm):
    activity_kinds = forms.MultipleChoiceField(**KINDS_FIELD)
    what_changed = forms.CharField(max_length=200, required=False, help_text="One line, for both sides.")

    class Meta:
        model = Agreement
        fields = AGREEMENT_FIELDS
        widgets = AGREEMENT_WIDGETS

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency_contact"].queryset = Contact.objects.filter(agency=self.instance.agency)


class AgreementContactsForm(EditForm):
    """Whom each side calls. The agency names its own; INL/KM both."""

    class Meta:
        model = Agreement
        fields = ["agency_contact", "owner"]

    def __init__(self, *args, door: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency_contact"].queryset = Contact.objects.filter(agency=self.instance.agency)
        if door == "desk":
            officers = User.objects.filter(is_active=True, staff_role__in=[StaffRole.OFFICER, StaffRole.DIRECTOR])
            self.fields["owner"].queryset = officers
        else:
            del self.fields["owner"]


class SignForm(Form):
    """A typed name under one exact text."""

    typed_name = forms.CharField(label="Type your full name", max_length=120)
    agree = forms.BooleanField(label="")
    seen_sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, statement: str, signer: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.signer = signer
        self.fields["agree"].label = statement
        self.fields["agree"].error_messages["required"] = "Tick the statement to sign."
        self.fields["typed_name"].help_text = f"As it stands in your account: {signer}"

    def clean_typed_name(self) -> str:
        typed = " ".join(self.cleaned_data["typed_name"].split())
        if typed.casefold() != " ".join(self.signer.split()).casefold():
            raise ValidationError(f"Type your name as it stands in your account: {self.signer}.")
        return typed


class BoardForm(Form):
    """What the agency's governing board decided."""

    board_body = forms.CharField(label="Which board", max_length=120, help_text="For example: City Council")
    board_on = forms.DateField(label="Date of the meeting", widget=forms.DateInput)
    board_resolution = forms.CharField(label="Resolution or ordinance number", max_length=60)

    def clean_board_on(self):
        on = self.cleaned_data["board_on"]
        if on > today():
            raise ValidationError("The meeting is still to come. Record its decision afterwards.")
        return on


class RenewForm(Form):
    starts_on = forms.DateField(label="In force from", widget=forms.DateInput)
    ends_on = forms.DateField(label="In force until", widget=forms.DateInput)

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "It would end before it starts.")
        return cleaned
