"""The upload field of every form."""

from __future__ import annotations

from django import forms

from slp.documents.services import ACCEPTED, PDF, check_upload
from slp.documents.tables import TABLES


class UploadField(forms.FileField):
    """A file for one slot; it is checked by its content before the form is valid."""

    def __init__(self, *, slot: str, **kwargs) -> None:
        self.slot = slot
        accept = "application/pdf" if ACCEPTED[slot] == {PDF} else "application/pdf,image/*"
        if ACCEPTED[slot] == TABLES:
            accept = ".xlsx,.csv"
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": accept}))
        super().__init__(**kwargs)

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if upload and hasattr(upload, "read"):
            check_upload(upload, self.slot)
        return upload
