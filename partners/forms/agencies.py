"""Forms of agencies and of the people who speak for them."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.forms import inlineformset_factory

from partners.forms.common import ROWS, Inline, SharedChoices
from partners.models import Agency, Capacity, CommunityTie, Contact, Membership
from partners.models.agency import AgencyLevel, AgencyRole
from partners.services.agencies import similar_agencies
from slp.accounts.models import User
from slp.lib.dates import fiscal_year, today
from slp.lib.forms import EditForm, Form, ModelForm


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
        for name in ("eft_on_file_on", "partner_since"):
            if name in self.changed_data and (cleaned.get(name) or today()) > today():
                self.add_error(name, "That day is still to come. Enter it when it has come.")
        return cleaned


class LookAlikes(AgencyChecks):
    """A name that looks like another agency's is refused once, with the ones it looks like."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            label = "It is another agency: go on"
            self.fields["not_a_duplicate"] = forms.BooleanField(required=False, label=label)

    def clean(self):
        cleaned = super().clean()
        name = cleaned.get("name")
        if name and {"name", "us_state"} & set(self.changed_data) and not cleaned.get("not_a_duplicate"):
            alike = similar_agencies(name=name, us_state=cleaned.get("us_state", ""), without=self.instance.pk)
            if alike:
                names = "; ".join(f"{a.name}, {a.us_state}" if a.us_state else a.name for a in alike)
                self.add_error("name", f"This looks like: {names}. If it is another agency, tick the box at the end.")
        return cleaned


class AgencyForm(LookAlikes, ModelForm):
    """A new agency."""

    class Meta:
        model = Agency
        fields = ["name", "kind", "level", "us_state", "city", "sectors", "website", "expertise", "origin",
                  "found_through"]  # fmt: skip
        widgets = {"expertise": forms.SelectMultiple(attrs={"size": 8})}


class AgencyEditForm(LookAlikes, EditForm):
    """Everything that INL/KM may correct."""

    class Meta:
        model = Agency
        fields = [
            "name", "kind", "level", "us_state", "city", "website", "sectors", "expertise", "population_served",
            "sworn_count", "civilian_count", "uei", "sam_expires_on", "eft_on_file_on", "not_before", "paused_until",
            "partner_since", "origin", "found_through",
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


class OneFirstContact(Inline):
    """At most one contact is the first one; said at the form, before the database would."""

    def in_order(self, changed: list[tuple]) -> list[tuple]:
        """Whoever is the first one no longer comes before whoever is now."""
        return sorted(changed, key=lambda pair: pair[0].is_primary)

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
            initial=year,  # a browser sends the first choice of a row that nobody has touched
            choices=[(y, f"FY{y}") for y in range(min(year, self.instance.fiscal_year or year), year + 3)],
        )


ContactFormSet = inlineformset_factory(
    Agency, Contact, formset=OneFirstContact, form=ModelForm, **ROWS,
    fields=["name", "title", "email", "phone", "is_primary"],
)  # fmt: skip
CapacityFormSet = inlineformset_factory(Agency, Capacity, form=CapacityForm, formset=Inline, **ROWS)
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

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        known = User.objects.filter(email__iexact=email).first()
        if known and known.is_staff:
            raise ValidationError("This is the address of somebody at INL/KM, who can't speak for an agency as well.")
        return email

    def clean(self):
        cleaned = super().clean()
        held = Membership.objects.filter(
            agency=self.agency, user__email=cleaned.get("email", "").lower(), role=cleaned.get("role"), is_active=True
        )
        if held.exists():
            self.add_error("role", "This person already has that role at your agency.")
        return cleaned


class ChooseForm(Form):
    """Two records of one agency: which one stays."""

    stays = forms.ModelChoiceField(Agency.objects.none(), label="The record that stays")

    def __init__(self, *args, goes: Agency, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        rows = Agency.objects.filter(merged_into=None, is_fictional=goes.is_fictional).exclude(pk=goes.pk)
        self.fields["stays"].queryset = rows.order_by("name")
        self.fields["stays"].error_messages["invalid_choice"] = (
            "Choose another record of the same agency: it can't be merged with itself or with one that was merged."
        )


class MergeForm(Form):
    """Why they are merged."""

    reason = forms.CharField(
        label="How do you know that they are one agency?", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
