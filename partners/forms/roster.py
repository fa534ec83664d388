"""Forms of experts and what belongs to them."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.forms import inlineformset_factory

from partners.forms.common import ROWS, Inline, SharedChoices
from partners.models import Availability, Expert, ExpertCountry, ExpertLanguage, ExpertSkill
from slp.lib.forms import EditForm, ModelForm

EXPERT_FIELDS = [
    "name", "rank", "service", "years", "email", "phone", "gender", "passport_expires_on", "emergency_name",
    "emergency_phone",
]  # fmt: skip


class OwnAddress:
    """An e-mail address belongs to one person, as in a roster file: by it they are known when the next file comes."""

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if email and "email" in self.changed_data:
            others = Expert.objects.filter(email__iexact=email, is_active=True).exclude(pk=self.instance.pk)
            agencies = set(others.values_list("agency", flat=True))
            if self.instance.agency_id in agencies:
                raise forms.ValidationError("Somebody else on your roster has this address.")
            if agencies:
                raise forms.ValidationError(
                    "This address belongs to somebody on the roster of another agency. Use the person’s own address, "
                    "or ask INL to move them."
                )
        return email


class ExpertForm(OwnAddress, ModelForm):
    """Of a new person: `instance` says at which agency."""

    class Meta:
        model = Expert
        fields = EXPERT_FIELDS


class ExpertEditForm(OwnAddress, EditForm):
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


class NoOverlaps(Inline):
    """Two windows of one kind may not overlap; said at the row, before the database would."""

    def called_by(self) -> list[str]:
        return ["kind", "first_day", "last_day"]

    def at_odds(self) -> set[str]:
        return set(self.called_by())

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
