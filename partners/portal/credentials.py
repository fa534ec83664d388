"""Certificates and travel papers of the people on our roster."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from partners.forms.credentials import CertificateEditForm, CertificateForm, TravelDocumentFormSet
from partners.models import Certificate, Expert
from partners.pages.common import door, form_page
from partners.permissions import can_edit_expert
from partners.portal.roster import expert_rows_page
from partners.services.credentials import edit_certificate, enter_certificate, remove_certificate
from slp.lib.answers import require
from slp.lib.forms import refused_at


def _certificate_page(request, expert: Expert, certificate: Certificate | None, title: str):
    require(can_edit_expert(request.user, expert))
    made_by = CertificateEditForm if certificate else CertificateForm
    form = made_by(request.POST or None, request.FILES or None, instance=certificate)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            if certificate:
                edit_certificate(actor=request.user, form=form)
            else:
                enter_certificate(actor=request.user, expert=expert, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("portal:expert-detail", expert.pk)
    return form_page(
        request,
        "portal",
        form,
        title=title,
        about=expert,
        submit="Save",
        multipart=True,
        back=reverse("portal:expert-detail", args=[expert.pk]),
    )


@door("portal")
def certificate_add(request, key: int):
    expert = get_object_or_404(Expert.objects.visible_to(request.user).select_related("agency"), pk=key)
    return _certificate_page(request, expert, None, "Add a certificate")


def _load(request, key: int) -> Certificate:
    rows = Certificate.objects.visible_to(request.user).select_related("expert__agency", "document")
    return get_object_or_404(rows, pk=key)


@door("portal")
def certificate_edit(request, key: int):
    certificate = _load(request, key)
    return _certificate_page(request, certificate.expert, certificate, "Change the certificate")


@door("portal")
def certificate_remove(request, key: int):
    """Asks, then removes it."""
    certificate = _load(request, key)
    require(can_edit_expert(request.user, certificate.expert))
    if request.method == "POST":
        remove_certificate(actor=request.user, certificate=certificate)
        messages.success(request, "Removed.")
        return redirect("portal:expert-detail", certificate.expert_id)
    return render(request, "portal/certificate_remove.html", {"certificate": certificate})


@door("portal")
def expert_papers(request, key: int):
    return expert_rows_page(request, key, "Travel papers", TravelDocumentFormSet)


urlpatterns = [
    path("experts/<int:key>/certificates/add/", certificate_add, name="certificate-add"),
    path("experts/<int:key>/papers/", expert_papers, name="expert-papers"),
    path("certificates/<int:key>/edit/", certificate_edit, name="certificate-edit"),
    path("certificates/<int:key>/remove/", certificate_remove, name="certificate-remove"),
]
