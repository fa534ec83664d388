"""Around an agreement at the portal: comments, proposals, our approvals, notice, scans, amendments."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse

from partners.forms.papers import ApprovalForm, ProposeForm
from partners.models import Amendment, ApprovalKind
from partners.pages import papers as pages
from partners.pages.agreements import load_agreement
from partners.pages.common import door, form_page
from partners.permissions import agency_roles, can_keep_approvals, can_propose_text
from partners.services.negotiation import keep_approval, propose_text
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.moves import move_path


@door("portal")
def agreement_notice(request, key: str):
    return pages.notice_page(request, key, "portal")


@door("portal")
def agreement_notice_back(request, key: str):
    return pages.notice_back_page(request, key, "portal")


@door("portal")
def agreement_pdf(request, key: str):
    return pages.pdf_page(request, key)


@door("portal")
def agreement_comment(request, key: str):
    return pages.comment_page(request, key, "portal")


@door("portal")
def agreement_compare(request, key: str):
    return pages.compare_page(request, key, "portal")


@door("portal")
def agreement_scan(request, key: str):
    return pages.agreement_scan_page(request, key, "portal")


@door("portal")
def agreement_propose(request, key: str):
    """Our own wording: it becomes the next version, and it is INL's turn again."""
    agreement = load_agreement(request, key)
    form = ProposeForm(request.POST or None, agreement=agreement)
    allowed = can_propose_text(request.user, agreement)
    speaks = {"coordinator", "signatory"} & agency_roles(request.user, agreement.agency_id)
    if request.method == "POST" and speaks and not allowed:  # somebody was faster: what was written is not lost
        form.add_error("text", f"{allowed.reason} Yours is not sent: copy it, then look at the agreement as it is now.")
    else:
        require(allowed)
    if request.method == "POST" and form.is_valid():
        with refused_at(form, "text"):
            propose_text(actor=request.user, agreement=agreement, **form.cleaned_data)
            messages.success(request, "Sent. INL sees what you changed, word by word, and answers.")
            return redirect("portal:agreement-detail", key)
    return form_page(
        request,
        "portal",
        form,
        title="Propose changes",
        about=agreement,
        lead="Change the text as you would have it. INL sees every word that you changed.",
        submit="Send the proposal",
        back=reverse("portal:agreement-detail", args=[key]),
    )


@door("portal")
def agreement_approval(request, key: str, kind: str):
    """One of our own approvals: needed, done, or not needed here."""
    agreement = load_agreement(request, key)
    if kind not in ApprovalKind.values:
        raise Http404
    require(can_keep_approvals(request.user, agreement))
    form = ApprovalForm(request.POST or None, approval=agreement.approvals.filter(kind=kind).first())
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            keep_approval(actor=request.user, agreement=agreement, kind=kind, **form.cleaned_data)
            messages.success(request, "Recorded.")
            return redirect(f"{reverse('portal:agreement-detail', args=[key])}#approvals")
    return form_page(
        request,
        "portal",
        form,
        title=ApprovalKind(kind).label,
        about=agreement,
        lead="What your agency needs before it can sign. What is still needed holds the signing back.",
        submit="Record",
        back=reverse("portal:agreement-detail", args=[key]),
    )


@door("portal")
def amendment_detail(request, key: str):
    return pages.amendment_detail(request, key, "portal")


@door("portal")
def amendment_sign(request, key: str):
    return pages.amendment_sign_page(request, key, "portal")


@door("portal")
def amendment_scan(request, key: str):
    return pages.amendment_scan_page(request, key, "portal")


urlpatterns = [
    path("agreements/<str:key>/notice/", agreement_notice, name="agreement-notice"),
    path("agreements/<str:key>/notice/back/", agreement_notice_back, name="agreement-notice-back"),
    path("agreements/<str:key>/pdf/", agreement_pdf, name="agreement-pdf"),
    path("agreements/<str:key>/comment/", agreement_comment, name="agreement-comment"),
    path("agreements/<str:key>/compare/", agreement_compare, name="agreement-compare"),
    path("agreements/<str:key>/propose/", agreement_propose, name="agreement-propose"),
    path("agreements/<str:key>/scan/", agreement_scan, name="agreement-scan"),
    path("agreements/<str:key>/approvals/<slug:kind>/", agreement_approval, name="agreement-approval"),
    path("amendments/<str:key>/", amendment_detail, name="amendment-detail"),
    path("amendments/<str:key>/sign/", amendment_sign, name="amendment-sign"),
    path("amendments/<str:key>/scan/", amendment_scan, name="amendment-scan"),
    move_path(Amendment, "amendments", "portal", "amendment-detail"),
]
