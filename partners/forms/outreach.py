"""Forms of outreach."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from partners.models import Outreach
from slp.lib.dates import today
from slp.lib.forms import EditForm, ModelForm

TOLD = ["kind", "on", "attended", "through", "event", "summary", "next_step", "next_step_on"]
WIDGETS = {"summary": forms.Textarea(attrs={"rows": 5})}


class OutreachChecks:
    """What both forms check at their fields."""

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


class OutreachForm(OutreachChecks, ModelForm):
    class Meta:
        model = Outreach
        fields = ["agency", *TOLD]
        widgets = WIDGETS


class OutreachEditForm(OutreachChecks, EditForm):
    """What was recorded is corrected, or its next step moved on. The agency stays."""

    class Meta:
        model = Outreach
        fields = TOLD
        widgets = WIDGETS
