"""The public enquiry form."""

from __future__ import annotations

import time

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from partners.models import Enquiry
from slp.lib.forms import ModelForm

STAMP_SALT = "partners.enquiry"
FASTEST_SECONDS = 3  # nobody reads and fills the enquiry form faster
OLDEST_SECONDS = 24 * 3600


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
