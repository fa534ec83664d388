"""Accounts as an administrator keeps them."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from slp.accounts.models import User
from slp.lib.admin import RecordForm


class UserForm(RecordForm):
    """No password here: the person sets it by the link that “Forgot your password?” sends."""

    class Meta:
        model = User
        fields = ["email", "name", "title", "phone", "staff_role", "time_zone", "is_active"]
        help_texts = {
            "email": "The person signs in with it, and sets a password by a link sent to it.",
            "staff_role": "For INL/KM's people only. Empty for people of agencies and posts.",
        }

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is an account with this address already.")
        return email

    def clean_time_zone(self) -> str:
        zone = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise ValidationError("This is not a time zone. Use a name such as America/New_York.")
        return zone

    def clean_staff_role(self) -> str:
        role = self.cleaned_data["staff_role"]
        if self.instance.pk and role and self.instance.memberships.filter(is_active=True).exists():
            raise ValidationError("This person speaks for an agency and can't work for INL/KM as well.")
        if self.instance.pk and role and self.instance.assignments.filter(is_active=True).exists():
            raise ValidationError("This person works at a post and can't work for INL/KM as well.")
        return role


class OwnUserForm(UserForm):
    """Nobody gives themselves a role or closes their own account."""

    staff_role = forms.CharField(disabled=True, required=False)
    is_active = forms.BooleanField(disabled=True, required=False)

    def clean_staff_role(self) -> str:
        return self.instance.staff_role
