"""Around an agreement at the desk: notice, comments, scans, comparing, amendments."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import path, reverse

from partners.forms.papers import AmendmentForm
from partners.models import Amendment
from partners.pages import papers as pages
from partners.pages.agreements import load_agreement
from partners.pages.common import door, form_page
from partners.permissions import can_edit_amendment, can_write_amendment
from partners.services.amendments import edit_amendment, write_amendment
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.moves import move_path


@door("desk")
def agreement_notice(request, key: str):
    return pages.notice_page(request, key, "desk")


@door("desk")
def agreement_notice_back(request, key: str):
    return pages.notice_back_page(request, key, "desk")


@door("desk")
def agreement_pdf(request, key: str):
    return pages.pdf_page(request, key)


@door("desk")
def agreement_comment(request, key: str):
    return pages.comment_page(request, key, "desk")


@door("desk")
def agreement_compare(request, key: str):
    return pages.compare_page(request, key, "desk")


@door("desk")
def agreement_scan(request, key: str):
    return pages.agreement_scan_page(request, key, "desk")


@door("desk")
def amendment_add(request, key: str):
    """An amendment begins with the agreement as it stands; what is changed here is what it changes."""
    agreement = load_agreement(request, key)
    require(can_write_amendment(request.user, agreement))
    form = AmendmentForm(request.POST or None, agreement=agreement)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            amendment = write_amendment(actor=request.user, agreement=agreement, **form.answers())
            messages.success(request, f"{amendment.reference} is drafted. Send it to the agency when it is right.")
            return redirect("desk:amendment-detail", amendment.reference)
    return form_page(
        request,
        "desk",
        form,
        title="Write an amendment",
        about=agreement,
        lead="Change below what the amendment changes; leave the rest as it stands. Both sides sign it.",
        submit="Draft the amendment",
        back=reverse("desk:agreement-detail", args=[key]),
    )


@door("desk")
def amendment_edit(request, key: str):
    amendment = pages.load_amendment(request, key)
    require(can_edit_amendment(request.user, amendment))
    form = AmendmentForm(request.POST or None, agreement=amendment.agreement, amendment=amendment)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen_version"]
        seen = amendment.version if seen is None else seen
        with refused_at(form):
            edit_amendment(actor=request.user, amendment=amendment, seen_version=seen, **form.answers())
            messages.success(request, "Saved.")
            return redirect("desk:amendment-detail", key)
    return form_page(
        request,
        "desk",
        form,
        title="Change the amendment",
        about=amendment,
        submit="Save",
        back=reverse("desk:amendment-detail", args=[key]),
    )


@door("desk")
def amendment_detail(request, key: str):
    return pages.amendment_detail(request, key, "desk")


@door("desk")
def amendment_sign(request, key: str):
    return pages.amendment_sign_page(request, key, "desk")


@door("desk")
def amendment_scan(request, key: str):
    return pages.amendment_scan_page(request, key, "desk")


urlpatterns = [
    path("agreements/<str:key>/notice/", agreement_notice, name="agreement-notice"),
    path("agreements/<str:key>/notice/back/", agreement_notice_back, name="agreement-notice-back"),
    path("agreements/<str:key>/pdf/", agreement_pdf, name="agreement-pdf"),
    path("agreements/<str:key>/comment/", agreement_comment, name="agreement-comment"),
    path("agreements/<str:key>/compare/", agreement_compare, name="agreement-compare"),
    path("agreements/<str:key>/scan/", agreement_scan, name="agreement-scan"),
    path("agreements/<str:key>/amend/", amendment_add, name="amendment-add"),
    path("amendments/<str:key>/", amendment_detail, name="amendment-detail"),
    path("amendments/<str:key>/edit/", amendment_edit, name="amendment-edit"),
    path("amendments/<str:key>/sign/", amendment_sign, name="amendment-sign"),
    path("amendments/<str:key>/scan/", amendment_scan, name="amendment-scan"),
    move_path(Amendment, "amendments", "desk", "amendment-detail"),
]
