"""Forms of instructor certificates and of travel papers."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.forms import inlineformset_factory

from partners.forms.common import ROWS, SharedChoices
from partners.models import Certificate, Expert, TravelDocument
from slp.documents.forms import UploadField
from slp.documents.models import Slot
from slp.lib.dates import today
from slp.lib.forms import CrispyMixin, EditForm, ModelForm, PlausibleDates


class CertificateFields(PlausibleDates, forms.ModelForm):
    """One certificate. A past one may be entered: it shows as expired and counts for nothing."""

    scan = UploadField(slot=Slot.CERTIFICATE, label="The certificate as PDF or picture", required=False)

    class Meta:
        model = Certificate
        fields = ["programme", "expertise", "number", "issued_on", "expires_on"]
        labels = {"expertise": "Field that it is for", "issued_on": "Date of issue", "expires_on": "Valid until"}
        help_texts = {"expertise": "Empty: for any field.", "expires_on": "Empty: it does not end."}

    def clean_issued_on(self):
        on = self.cleaned_data["issued_on"]
        if on > today():
            raise ValidationError("That day is still to come.")
        return on

    def clean(self):
        cleaned = super().clean()
        issued, expires = cleaned.get("issued_on"), cleaned.get("expires_on")
        if issued and expires and expires <= issued:
            self.add_error("expires_on", "The certificate would end before it was issued.")
        return cleaned


class CertificateForm(CrispyMixin, CertificateFields):
    """A new one."""


class CertificateEditForm(EditForm, CertificateFields):
    """Correct one that the person or a colleague may have open at the same time."""


class TravelDocumentForm(ModelForm):
    class Meta:
        model = TravelDocument
        fields = ["kind", "country", "expires_on"]
        widgets = {"expires_on": forms.DateInput}

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == TravelDocument.Kind.VISA and not cleaned.get("country"):
            self.add_error("country", "Say for which country the visa is.")
        return cleaned


TravelDocumentFormSet = inlineformset_factory(
    Expert, TravelDocument, form=TravelDocumentForm, formset=SharedChoices, **ROWS
)
