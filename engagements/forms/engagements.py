"""Opening an engagement, its addenda, signing."""

from __future__ import annotations

from django import forms

from engagements.models import Addendum, Engagement, Need
from engagements.services.addenda import TERMS
from partners.models import Agency
from slp.lib.costs import CostCategory
from slp.lib.forms import ConflictRow, EditForm, Form
from slp.lib.money import usd


class OpenForm(Form):
    """What the engagement takes over from the need, to be corrected before the addenda are written."""

    title = forms.CharField(label="Title", max_length=200)
    starts_on = forms.DateField(label="From")
    ends_on = forms.DateField(label="Until")
    places = forms.CharField(label="City or cities", max_length=200, required=False)
    agencies = forms.ModelMultipleChoiceField(
        label="Agencies that take part",
        queryset=Agency.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Nobody of them travels, so they are chosen here: those that have said yes.",
        error_messages={"required": "Choose the agencies that take part."},
    )

    def __init__(self, *args, need: Need, hosts, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.need = need
        if hosts is None:
            del self.fields["agencies"]
        else:
            self.fields["agencies"].queryset = hosts
            self.initial.setdefault("agencies", list(hosts))

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "The engagement would end before it starts.")
        return cleaned


class AddendumForm(EditForm):
    """The terms of one agency's part."""

    class Meta:
        model = Addendum
        fields = list(TERMS)
        widgets = {
            name: forms.Textarea(attrs={"rows": 4})
            for name in ("objective", "deliverables", "people", "security_conditions")
        }

    costs_changed = False

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "The addendum would end before it starts.")
        if self.costs_changed and not self.changed_fields():
            seen = cleaned.get("seen_version")
            current = Addendum.objects.values_list("version", flat=True).get(pk=self.instance.pk)
            if seen is not None and seen != current:
                self._report_conflict(seen, current)
        return cleaned

    def differences(self, before, now) -> list[ConflictRow]:
        rows = super().differences(before, now)
        if self.costs_changed:
            lines = "; ".join(f"{c.get_category_display()} {usd(c.amount)}" for c in self.instance.costs.all())
            rows.append(ConflictRow("Estimate", "", lines or "none", "as in the form below"))
        return rows


class CostForm(Form):
    """The estimate of one category."""

    category = forms.ChoiceField(label="Category", choices=[("", "Choose one"), *CostCategory.choices])
    amount = forms.DecimalField(
        label="Amount in USD",
        max_digits=14,
        decimal_places=2,
        min_value=0,
        error_messages={"min_value": "An amount can't be negative."},
    )
    basis = forms.CharField(label="How it was estimated", max_length=200, required=False)


class BaseCostFormSet(forms.BaseFormSet):
    """The cost lines of an addendum: each category once, and only what the kind of engagement allows."""

    def __init__(self, *args, engagement: Engagement, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        allowed = engagement.rules.costs
        self.choices = [("", "Choose one"), *((c, label) for c, label in CostCategory.choices if c in allowed)]

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.empty_permitted = True
        return self._share(form)

    @property
    def empty_form(self):
        return self._share(super().empty_form)

    def _share(self, form):
        form.fields["category"].choices = self.choices
        form.use_required_attribute = False
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "Remove"
        return form

    def rows(self) -> list[dict]:
        gone = self.deleted_forms
        names = ("category", "amount", "basis")
        return [
            {name: form.cleaned_data[name] for name in names}
            for form in self.forms
            if form not in gone and form.cleaned_data.get("category")
        ]

    def clean(self) -> None:
        if any(self.errors):
            return
        categories = [row["category"] for row in self.rows()]
        for category in {c for c in categories if categories.count(c) > 1}:
            label = CostCategory(category).label
            raise forms.ValidationError(f"{label} stands here twice. Add the two amounts into one line.")


CostFormSet = forms.formset_factory(
    CostForm, formset=BaseCostFormSet, extra=1, max_num=10, validate_max=True, absolute_max=20, can_delete=True
)


class SignForm(Form):
    """A signature: the name typed, the statement ticked, over the terms that were read."""

    agree = forms.BooleanField(
        label="I have read these terms and agree to them",
        error_messages={"required": "Tick this if you agree to the terms."},
    )
    typed_name = forms.CharField(
        label="Type your name to sign", max_length=120, error_messages={"required": "Type your name to sign."}
    )
    seen_digest = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, signer, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.signer = signer
        self.fields["typed_name"].help_text = f"As in your account: {signer.name}"

    def clean_typed_name(self) -> str:
        typed = " ".join(self.cleaned_data["typed_name"].split())
        if typed.casefold() != " ".join(self.signer.name.split()).casefold():
            raise forms.ValidationError(f"Type your name as it is in your account: {self.signer.name}.")
        return typed
