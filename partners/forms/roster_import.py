"""Sending a roster as a file."""

from __future__ import annotations

from django import forms

from partners.models import Agency
from partners.services.roster_import.imports import already_said, digest_of, known_file
from slp.documents.forms import UploadField
from slp.documents.models import Slot
from slp.lib.forms import Form


class RosterFileForm(Form):
    """One file; the very same one is not taken twice."""

    file = UploadField(
        slot=Slot.ROSTER,
        label="Your roster",
        help_text="An Excel workbook (.xlsx) or a CSV file, up to 15 MB and 20,000 people.",
        error_messages={"required": "Choose the file with your roster."},
    )

    def __init__(self, *args, agency: Agency, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency

    def clean_file(self):
        upload = self.cleaned_data["file"]
        known = known_file(agency=self.agency, sha256=digest_of(upload))
        if known:
            raise forms.ValidationError(already_said(known))
        return upload
