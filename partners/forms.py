"""Forms of agencies, their people, agreements, outreach and the public enquiry."""

from __future__ import annotations

import time
from datetime import timedelta

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.forms import BaseInlineFormSet, inlineformset_factory

from partners.models import (
    ActivityKind,
    Agency,
    AgencyKind,
    Agreement,
    AgreementKind,
    Availability,
    Capacity,
    CommunityTie,
    Contact,
    Enquiry,
    Expert,
    ExpertCountry,
    ExpertLanguage,
    ExpertSkill,
    Membership,
    Outreach,
)
from partners.models.agency import AgencyLevel, AgencyRole
from partners.services.agencies import similar_agencies
from slp.lib.dates import fiscal_year, today
from slp.lib.forms import EditForm, Form, ModelForm

STAMP_SALT = "partners.enquiry"
FASTEST_SECONDS = 3  # nobody reads and fills the enquiry form faster
OLDEST_SECONDS = 24 * 3600


# -- public enquiry ----------------------------------------------------------------------------------
class EnquiryForm(ModelForm):
    """Open to everybody. Kept free of robots without a third party: a trap field and a minimum of time."""

    homepage = forms.CharField(
        required=False,
        label="Leave this empty",
        help_text="It is here to catch robots.",
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Enquiry
        fields = ["name", "title", "email", "phone", "agency_name", "agency_kind", "us_state", "message"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
            "agency_name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "message": forms.Textarea(attrs={"rows": 6}),
        }
        help_texts = {
            "email": "We answer to this address.",
            "phone": "Only if you want to be called.",
            "message": "Which expertise could you share? Which countries does your community come from? "
            "What would you like to know? Please name no cases and no persons.",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["opened"] = signing.TimestampSigner(salt=STAMP_SALT).sign(str(int(time.time())))

    def clean_message(self) -> str:
        message = self.cleaned_data["message"].strip()
        if len(message) < 10:
            raise ValidationError("Write a sentence or two, so that we can answer.")
        return message

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("homepage"):
            raise ValidationError("One field of this form must stay empty. Empty it and send again.", code="robot")
        problem = self._time_problem(cleaned.get("opened", ""))
        if problem:
            self.data = self.data.copy()
            self.data[self.add_prefix("opened")] = self.initial["opened"]
            raise ValidationError(problem, code="time")
        return cleaned

    @staticmethod
    def _time_problem(stamp: str) -> str:
        try:
            opened = int(signing.TimestampSigner(salt=STAMP_SALT).unsign(stamp, max_age=OLDEST_SECONDS))
        except (signing.BadSignature, ValueError):
            return "This form was open for too long. What you wrote is kept: send it again."
        if time.time() - opened < FASTEST_SECONDS:
            return "That was very quick. What you wrote is kept: look it over and send it again."
        return ""

    def answers(self) -> dict:
        """What the person wrote, without the traps."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


# -- agencies ----------------------------------------------------------------------------------------
class AgencyChecks:
    """What every form of an agency checks at its fields."""

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_uei(self) -> str:
        return self.cleaned_data["uei"].strip().upper()

    def clean(self):
        cleaned = super().clean()
        national = (AgencyLevel.FEDERAL, AgencyLevel.NATIONAL)
        if "us_state" in self.fields and not cleaned.get("us_state") and cleaned.get("level") not in national:
            self.add_error("us_state", "Choose the state or territory. Only federal and national bodies have none.")
        return cleaned


class AgencyForm(AgencyChecks, ModelForm):
    """A new agency. A name that looks like one we have is refused once, with the ones it looks like."""

    not_a_duplicate = forms.BooleanField(required=False, label="It is another agency: register it")

    class Meta:
        model = Agency
        fields = ["name", "kind", "level", "us_state", "city", "sectors", "website", "expertise"]
        widgets = {"expertise": forms.SelectMultiple(attrs={"size": 8})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            del self.fields["not_a_duplicate"]

    def clean(self):
        cleaned = super().clean()
        name = cleaned.get("name")
        if name and not cleaned.get("not_a_duplicate"):
            alike = similar_agencies(name=name, us_state=cleaned.get("us_state", ""))
            if alike:
                names = "; ".join(f"{a.name}, {a.us_state}" if a.us_state else a.name for a in alike)
                self.add_error("name", f"This looks like: {names}. If it is another agency, tick the box at the end.")
        return cleaned


class AgencyEditForm(AgencyChecks, EditForm):
    """Everything that INL/KM may correct."""

    class Meta:
        model = Agency
        fields = [
            "name", "kind", "level", "us_state", "city", "website", "sectors", "expertise", "population_served",
            "sworn_count", "civilian_count", "uei", "sam_expires_on", "eft_on_file_on", "not_before", "paused_until",
            "partner_since",
        ]  # fmt: skip
        widgets = {"expertise": forms.SelectMultiple(attrs={"size": 8})}


class AgencyProfileForm(AgencyChecks, EditForm):
    """What the agency itself keeps true. Its name and kind are INL/KM's to change."""

    class Meta:
        model = Agency
        fields = [
            "city", "website", "expertise", "population_served", "sworn_count", "civilian_count", "uei",
            "sam_expires_on", "eft_on_file_on", "not_before", "paused_until",
        ]  # fmt: skip
        widgets = {"expertise": forms.SelectMultiple(attrs={"size": 8})}
        help_texts = {
            "expertise": "What your people could teach or advise on. Hold Ctrl to choose several.",
            "uei": "The 12 characters of your SAM.gov registration, for payments.",
            "eft_on_file_on": "No account numbers here: only since when the enrolment is on file.",
        }

    def clean_paused_until(self):
        until = self.cleaned_data["paused_until"]
        if until and "paused_until" in self.changed_data and until < today():
            raise ValidationError("That date has passed. Leave it empty to take requests again.")
        return until


class SharedChoices(BaseInlineFormSet):
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


class OneFirstContact(BaseInlineFormSet):
    """At most one contact is the first one; said at the form, before the database would."""

    def clean(self) -> None:
        super().clean()
        firsts = [f for f in self.forms if f.cleaned_data.get("is_primary") and not f.cleaned_data.get("DELETE")]
        if len(firsts) > 1:
            raise ValidationError("Tick “first contact” for one person only.")


class CapacityForm(ModelForm):
    class Meta:
        model = Capacity
        fields = ["fiscal_year", "kind", "engagements"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        year = fiscal_year(today())
        self.fields["fiscal_year"] = forms.TypedChoiceField(
            label="Fiscal year",
            coerce=int,
            choices=[(y, f"FY{y}") for y in range(min(year, self.instance.fiscal_year or year), year + 3)],
        )


# A request with thousands of rows is no person's: it would keep a web worker busy.
ROWS = {"extra": 1, "max_num": 60, "absolute_max": 80, "validate_max": True}
ContactFormSet = inlineformset_factory(
    Agency, Contact, formset=OneFirstContact, form=ModelForm, **ROWS,
    fields=["name", "title", "email", "phone", "is_primary"],
)  # fmt: skip
CapacityFormSet = inlineformset_factory(Agency, Capacity, form=CapacityForm, **ROWS)
TieFormSet = inlineformset_factory(
    Agency, CommunityTie, form=ModelForm, formset=SharedChoices, fields=["country", "note"], **ROWS
)


class MembershipForm(Form):
    """A colleague who shall speak for the agency."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail", help_text="The person sets a password by a link sent to this address.")
    title = forms.CharField(label="Position", max_length=120, required=False)
    role = forms.ChoiceField(choices=AgencyRole)

    def __init__(self, *args, agency: Agency, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency

    def clean(self):
        cleaned = super().clean()
        held = Membership.objects.filter(
            agency=self.agency, user__email=cleaned.get("email", "").lower(), role=cleaned.get("role"), is_active=True
        )
        if held.exists():
            self.add_error("role", "This person already has that role at your agency.")
        return cleaned


# -- outreach ----------------------------------------------------------------------------------------
class OutreachForm(ModelForm):
    class Meta:
        model = Outreach
        fields = ["agency", "kind", "on", "attended", "summary", "next_step", "next_step_on"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 5})}

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > today():
            raise ValidationError("Outreach is recorded after it happened. Enter a plan as the next step.")
        return on

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("next_step_on") and not cleaned.get("next_step"):
            self.add_error("next_step", "Say what the next step is.")
        return cleaned


# -- agreements --------------------------------------------------------------------------------------
KINDS_FIELD = {
    "label": "Kinds of activity that it covers",
    "choices": ActivityKind,
    "required": False,
    "widget": forms.CheckboxSelectMultiple,
    "help_text": "None ticked: all kinds.",
}
AGREEMENT_FIELDS = [
    "kind", "title", "starts_on", "ends_on", "notice_days", "activity_kinds", "countries", "needs_board_approval",
    "text",
]  # fmt: skip
AGREEMENT_WIDGETS = {"countries": forms.SelectMultiple(attrs={"size": 8}), "text": forms.Textarea(attrs={"rows": 18})}


class AgreementChecks:
    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "The agreement would end before it starts.")
        agency = cleaned.get("agency") or getattr(self.instance, "agency", None)
        if agency and start and cleaned.get("kind") == AgreementKind.MOU:
            self._check_overlap(agency, start, end)
        return cleaned

    def _check_overlap(self, agency: Agency, start, end) -> None:
        others = agency.agreements.filter(kind=AgreementKind.MOU, status="active").exclude(pk=self.instance.pk)
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


class AgreementEditForm(AgreementChecks, EditForm):
    activity_kinds = forms.MultipleChoiceField(**KINDS_FIELD)
    what_changed = forms.CharField(max_length=200, required=False, help_text="One line, for both sides.")

    class Meta:
        model = Agreement
        fields = AGREEMENT_FIELDS
        widgets = AGREEMENT_WIDGETS


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


# -- roster ------------------------------------------------------------------------------------------
EXPERT_FIELDS = [
    "name", "rank", "service", "years", "email", "phone", "gender", "passport_expires_on", "emergency_name",
    "emergency_phone",
]  # fmt: skip


class ExpertForm(ModelForm):
    class Meta:
        model = Expert
        fields = EXPERT_FIELDS


class ExpertEditForm(EditForm):
    class Meta:
        model = Expert
        fields = EXPERT_FIELDS


class AvailabilityForm(ModelForm):
    """A window as two days, both included."""

    first_day = forms.DateField(widget=forms.DateInput)
    last_day = forms.DateField(widget=forms.DateInput)

    class Meta:
        model = Availability
        fields = ["kind", "note"]

    field_order = ["kind", "first_day", "last_day", "note"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        period = self.instance.period if self.instance.pk else None
        if period:
            self.initial |= {"first_day": period.lower, "last_day": period.upper - timedelta(days=1)}

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last:
            if last < first:
                self.add_error("last_day", "The last day is before the first one.")
            else:
                self.instance.period = DateRange(first, last + timedelta(days=1))
        return cleaned


class NoOverlaps(BaseInlineFormSet):
    """Two windows of one kind may not overlap; said at the row, before the database would."""

    def clean(self) -> None:
        super().clean()
        seen: list[tuple[str, object, object]] = []
        for form in self.forms:
            data = form.cleaned_data
            if not data.get("first_day") or not data.get("last_day") or data.get("DELETE"):
                continue
            kind, first, last = data["kind"], data["first_day"], data["last_day"]
            if any(k == kind and first <= until and last >= since for k, since, until in seen):
                form.add_error("first_day", "This window overlaps another one of the same kind.")
            seen.append((kind, first, last))


SkillFormSet = inlineformset_factory(
    Expert, ExpertSkill, form=ModelForm, formset=SharedChoices, fields=["expertise", "depth"], **ROWS
)
LanguageFormSet = inlineformset_factory(
    Expert, ExpertLanguage, form=ModelForm, formset=SharedChoices, fields=["language", "speaking", "is_tested"], **ROWS
)
AvailabilityFormSet = inlineformset_factory(Expert, Availability, form=AvailabilityForm, formset=NoOverlaps, **ROWS)
TiesFormSet = inlineformset_factory(
    Expert, ExpertCountry, form=ModelForm, formset=SharedChoices, fields=["country", "relation", "note"], **ROWS
)
