"""Forms around an agreement: notice, comments, proposals, approvals, scans, amendments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from partners.models import ActivityKind, Agreement, AgreementApproval, Amendment, ApprovalOutcome, Expertise
from partners.services.agreements import text_hash
from partners.services.amendments import LISTS, PLAIN, changes_between, scope_of
from slp.accounts.models import User
from slp.documents.forms import UploadField
from slp.documents.models import Slot
from slp.lib.dates import show, today
from slp.lib.forms import ConflictRow, Form, VersionedForm, in_words
from slp.places.models import Country

SEVERAL = forms.SelectMultiple(attrs={"size": 8})


class NoticeForm(Form):
    last_day = forms.DateField(label="Last day in force", widget=forms.DateInput)
    reason = forms.CharField(
        label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), help_text="The other side reads it."
    )

    def __init__(self, *args, earliest: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.earliest = earliest
        self.fields["last_day"].initial = earliest
        self.fields["last_day"].help_text = f"{show(earliest)} or later, as the agreement's notice asks."

    def clean_last_day(self) -> date:
        last = self.cleaned_data["last_day"]
        if last < self.earliest:
            raise ValidationError(f"Choose {show(self.earliest)} or a later day: so long is the notice.")
        return last


class CommentForm(Form):
    text = forms.CharField(
        label="Comment",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Both sides read it, and it stays with the agreement.",
    )


class ProposeForm(Form):
    """The agency's own wording."""

    text = forms.CharField(label="The text as you would have it", widget=forms.Textarea(attrs={"rows": 24}))
    summary = forms.CharField(label="What you changed, in a line", max_length=150)
    seen_sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, agreement: Agreement, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = agreement.text
        self.fields["seen_sha256"].initial = text_hash(agreement.text)


class ScanForm(Form):
    """A paper that was signed by hand."""

    signer = forms.ModelChoiceField(User.objects.none(), label="Who signed it")
    signed_on = forms.DateField(label="Date of the signature", widget=forms.DateInput)
    scan = UploadField(slot=Slot.SIGNED, label="The signed paper as a PDF")

    def __init__(self, *args, signers: list[User], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signer"].queryset = User.objects.filter(pk__in=[user.pk for user in signers])

    def clean_signed_on(self) -> date:
        on = self.cleaned_data["signed_on"]
        if on > today():
            raise ValidationError("That day is still to come.")
        return on


class ApprovalForm(Form):
    outcome = forms.ChoiceField(label="How it stands", choices=ApprovalOutcome, widget=forms.RadioSelect)
    decided_on = forms.DateField(label="Date, if it is done", required=False, widget=forms.DateInput)
    file_number = forms.CharField(label="File or matter number", max_length=60, required=False)
    note = forms.CharField(max_length=200, required=False)

    def __init__(self, *args, approval: AgreementApproval | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if approval is not None:
            self.initial |= {name: getattr(approval, name) for name in self.fields}

    def clean(self):
        cleaned = super().clean()
        on = cleaned.get("decided_on")
        if cleaned.get("outcome") == ApprovalOutcome.APPROVED and on is None and "decided_on" not in self.errors:
            self.add_error("decided_on", "Say on which day it was done.")
        if on and on > today():
            self.add_error("decided_on", "That day is still to come. Record it when it is done.")
        return cleaned


class AmendmentForm(VersionedForm):
    """What an amendment says, and what it changes: the fields begin with the agreement as it stands."""

    summary = forms.CharField(label="What changes, in a line", max_length=200)
    text = forms.CharField(label="Terms of the amendment", widget=forms.Textarea(attrs={"rows": 10}))
    effective_on = forms.DateField(label="In effect from", widget=forms.DateInput)
    ends_on = forms.DateField(
        label="In force until", required=False, widget=forms.DateInput, help_text="Empty: without an end."
    )
    notice_days = forms.IntegerField(label="Notice to end it (days)", required=False, min_value=0, max_value=1000)
    max_people = forms.IntegerField(
        label="People in one activity, at most",
        required=False,
        min_value=1,
        max_value=1000,
        help_text="Empty: no limit.",
    )
    activity_kinds = forms.MultipleChoiceField(
        label="Activities",
        choices=ActivityKind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all kinds.",
    )
    countries = forms.ModelMultipleChoiceField(
        Country.objects.all(), required=False, widget=SEVERAL, help_text="None chosen: all countries."
    )
    expertise = forms.ModelMultipleChoiceField(
        Expertise.objects.all(),
        label="Fields of expertise",
        required=False,
        widget=SEVERAL,
        help_text="None chosen: all fields.",
    )
    seen_agreement = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, agreement: Agreement, amendment: Amendment | None = None, **kwargs) -> None:
        self.agreement, self.scope = agreement, scope_of(agreement)
        super().__init__(*args, instance=amendment, **kwargs)
        self.initial = self.scope | {"effective_on": today(), "seen_agreement": agreement.version} | self.initial

    def standing(self, row: Any) -> dict[str, Any]:
        """The agreement's scope with what the amendment changes in it, and what the amendment says."""
        return self.scope | row.changes | {name: getattr(row, name) for name in ("summary", "text", "effective_on")}

    def clean(self):
        cleaned = super().clean()
        day, end = cleaned.get("effective_on"), cleaned.get("ends_on")
        if day and day < self.agreement.starts_on:
            self.add_error("effective_on", f"The agreement itself begins on {show(self.agreement.starts_on)}.")
        elif day and self.agreement.ends_on and day > self.agreement.ends_on:
            self.add_error("effective_on", f"The agreement ends on {show(self.agreement.ends_on)}.")
        if day and end and end < day:
            self.add_error("ends_on", "The agreement would end before the amendment takes effect.")
        if cleaned.get("seen_agreement") not in (None, self.agreement.version):
            self.report_conflict(
                self.agreement, self.agreement.version, self._against_the_agreement(), key="seen_agreement"
            )
        return cleaned

    def _against_the_agreement(self) -> list[ConflictRow]:
        """Where the form says otherwise than the agreement, which has changed since the form was opened."""
        rows = []
        for name, value in self.scope.items():
            field = self.fields[name]
            stands, yours = in_words(field, field.clean(value)), in_words(field, self.cleaned_data.get(name))
            if stands != yours:
                rows.append(ConflictRow(field.label or capfirst(name), "", stands, yours))
        return rows

    def answers(self) -> dict[str, Any]:
        """For the services: summary, text, effective_on, and of the scope only what changes."""
        data = self.cleaned_data
        wanted = {name: data[name] for name in PLAIN} | {
            name: sorted(getattr(row, "pk", row) for row in data[name]) for name in LISTS
        }
        wanted["ends_on"] = data["ends_on"].isoformat() if data["ends_on"] else None
        return {
            "summary": data["summary"],
            "text": data["text"],
            "effective_on": data["effective_on"],
            "changes": changes_between(self.agreement, wanted),
        }
