"""Confirming a record of service by its code."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from deployments.services.service_records import tidy_code
from slp.lib.forms import Form

MOST_BYTES = 5 * 1024 * 1024


class VerifyForm(Form):
    """The code as it stands on the paper, and the file if there is one."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="Twelve letters and digits, for example 7KQ2-9MXD-44TB. Capitals and hyphens don't matter.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    paper = forms.FileField(
        label="The PDF file, if you have it",
        required=False,
        allow_empty_file=True,
        help_text="We compare it with what INL issued and keep nothing of it.",
    )

    def clean_code(self) -> str:
        code = tidy_code(self.cleaned_data["code"])
        if not code:
            raise ValidationError(
                "A code has twelve letters and digits, without 0, 1, I, L and O. Compare it with the paper."
            )
        return code

    def clean_paper(self):
        paper = self.cleaned_data["paper"]
        if paper and paper.size > MOST_BYTES:
            raise ValidationError("A record of service is much smaller than this file. Choose the PDF that you got.")
        return paper
