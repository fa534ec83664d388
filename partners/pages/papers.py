"""The pages around an agreement that both doors have: notice, comments, scans, comparing, amendments."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners.forms.agreements import SignForm
from partners.forms.papers import CommentForm, NoticeForm, ScanForm
from partners.lifecycles import AMENDMENT, signed_sides
from partners.models import Agreement, Amendment, SignatureSide
from partners.pages.agreements import load_agreement
from partners.pages.common import Turn, facts, form_page, negotiation_turn, signing_turn, steps, whose
from partners.permissions import (
    amendment_goes_on,
    can_comment,
    can_edit_amendment,
    can_give_notice,
    can_sign_amendment,
    can_sign_by_scan,
    can_take_back_notice,
    roles_towards,
    signing_side,
)
from partners.services.agreement_pdf import agreement_pdf
from partners.services.amendments import changes_in_words
from partners.services.negotiation import comment_on_agreement, compare_texts
from partners.services.notice import earliest_last_day, give_notice, take_back_notice
from partners.services.signing import CHANGED, sign_amendment, sign_by_scan, signatures_under, signers_of, statement_for
from slp.history.services import timeline
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import show
from slp.lib.forms import refused_at
from slp.lib.moves import buttons
from slp.lib.numbers import whole_number
from slp.lib.prose import to_html


def _back(door: str, agreement: Agreement) -> str:
    return reverse(f"{door}:agreement-detail", args=[agreement.reference])


# -- notice -----------------------------------------------------------------------------------------
def notice_page(request, key: str, door: str):
    agreement = load_agreement(request, key)
    require(can_give_notice(request.user, agreement))
    form = NoticeForm(request.POST or None, earliest=earliest_last_day(agreement))
    if request.method == "POST" and form.is_valid():
        with refused_at(form, "last_day"):
            give_notice(actor=request.user, agreement=agreement, **form.cleaned_data)
            messages.success(request, "Notice is given. Both sides are told. You can take it back until the last day.")
            return redirect(f"{door}:agreement-detail", key)
    return form_page(
        request,
        door,
        form,
        title="Give notice",
        about=agreement,
        lead="The agreement stays in force until the last day. No activity can be planned beyond it.",
        submit="Give notice",
        danger=True,
        back=_back(door, agreement),
    )


def notice_back_page(request, key: str, door: str):
    agreement = load_agreement(request, key)
    require(can_take_back_notice(request.user, agreement))
    if request.method == "POST":
        take_back_notice(actor=request.user, agreement=agreement)
        messages.success(request, "The notice is taken back. The agreement is in force as before.")
        return redirect(f"{door}:agreement-detail", key)
    until = show(agreement.ended_without_notice_on) if agreement.ended_without_notice_on else "without an end"
    context = {
        "base": f"{door}/base.html",
        "agreement": agreement,
        "whose": whose(request.user, agreement),
        "until": until,
        "back": _back(door, agreement),
    }
    return render(request, "partners/notice_back.html", context)


# -- as a paper -------------------------------------------------------------------------------------
def pdf_page(request, key: str):
    """The agreement as a PDF, made when it is asked for."""
    agreement = load_agreement(request, key)
    return HttpResponse(
        agreement_pdf(agreement),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{agreement.reference}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


# -- comments and comparing -------------------------------------------------------------------------
def comment_page(request, key: str, door: str):
    agreement = load_agreement(request, key)
    require(can_comment(request.user, agreement))
    form = CommentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            comment_on_agreement(actor=request.user, agreement=agreement, text=form.cleaned_data["text"])
            messages.success(request, "Your comment is kept. The other side is told.")
            return redirect(f"{_back(door, agreement)}#comments")
    return form_page(
        request,
        door,
        form,
        title="Comment",
        about=agreement,
        submit="Send the comment",
        back=_back(door, agreement),
    )


def compare_page(request, key: str, door: str):
    """Two versions of the text; by default the last two."""
    agreement = load_agreement(request, key)
    versions = list(agreement.versions.select_related("author").order_by("number"))
    if len(versions) < 2:
        raise Refused("There is only one version of this text: nothing to compare yet.")
    numbers = {version.number: version for version in versions}
    after = _chosen(request, "to", numbers, versions[-1].number)
    before = _chosen(request, "from", numbers, max(n for n in numbers if n < after.number) if after.number > 1 else 1)
    context = {
        "base": f"{door}/base.html",
        "agreement": agreement,
        "whose": whose(request.user, agreement),
        "versions": versions,
        "before": before,
        "after": after,
        "paragraphs": compare_texts(before.text, after.text),
        "back": _back(door, agreement),
    }
    return render(request, "partners/agreement_compare.html", context)


def _chosen(request, name: str, numbers: dict, otherwise: int):
    version = numbers.get(whole_number(request.GET.get(name, str(otherwise))))
    if version is None:
        raise Http404
    return version


# -- scans ------------------------------------------------------------------------------------------
def _side_of_scan(user) -> str:
    return SignatureSide.INL if user.is_staff else SignatureSide.AGENCY


def scan_page(request, paper: Agreement | Amendment, door: str, back: str):
    """Bring in the scan of what somebody of one's own side has signed on paper."""
    agreement = paper.agreement if isinstance(paper, Amendment) else paper
    side = _side_of_scan(request.user)
    require(can_sign_by_scan(request.user, agreement, side))
    if paper.status != "signing":
        raise Refused("It is signed when both sides have agreed on the text.")
    if isinstance(paper, Amendment):
        require(amendment_goes_on(paper))
    signers = signers_of(agreement, side)
    form = ScanForm(request.POST or None, request.FILES or None, signers=signers)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refused_at(form, "signed_on"):
            sign_by_scan(
                paper=paper,
                actor=request.user,
                side=side,
                signer=data["signer"],
                signed_on=data["signed_on"],
                upload=data["scan"],
            )
            messages.success(request, "The scan is kept as your side's signature.")
            return redirect(back)
    return form_page(
        request,
        door,
        form,
        title="Signed on paper",
        about=paper,
        lead="Bring in the PDF of the paper that somebody of your side has signed. Both sides can open it.",
        submit="Keep the scan",
        multipart=True,
        back=back,
        nothing="" if signers else "Nobody is entered who signs for this side. Name a signatory first.",
    )


# -- amendments -------------------------------------------------------------------------------------
AMENDMENT_PATH = ("draft", "partner_review", "signing", "agreed", "active")
OPEN_AMENDMENTS = ("draft", "partner_review", "signing", "agreed")
AMENDMENT_TURN = {
    "draft": ("INL/KM", "An officer writes the amendment."),
    "partner_review": ("the agency", "The agency reads the change and accepts or returns it."),
}
AMENDMENT_OURS = {"partner_review": ("your coordinator or signatory", "Read the change, then accept or return it.")}


def load_amendment(request, key: str) -> Amendment:
    rows = Amendment.objects.visible_to(request.user).select_related("agreement__agency", "author")
    return get_object_or_404(rows, reference=key)


def _turn(amendment: Amendment, signed: set[str], roles: set[str]) -> Turn | None:
    goes_on = amendment.status not in OPEN_AMENDMENTS or amendment_goes_on(amendment)
    if not goes_on:
        mine = bool(roles & {"officer", "director"})
        return Turn(mine, "INL to withdraw it", f"{goes_on.reason}{' Withdraw it.' if mine else ''}")
    if amendment.status == "signing":
        return signing_turn(set(SignatureSide.values) - signed, roles, "Both sides sign the same text.")
    return negotiation_turn(amendment.status, AMENDMENT_TURN, AMENDMENT_OURS, roles)


def amendment_detail(request, key: str, door: str):
    amendment = load_amendment(request, key)
    signatures = signatures_under(amendment)
    signed = {s.side for s in signatures if s.sha256 == amendment.sha256}
    roles = roles_towards(request.user, agency_id=amendment.agreement.agency_id)
    side = _side_of_scan(request.user)
    context = {
        "base": f"{door}/base.html",
        "door": door,
        "amendment": amendment,
        "agreement": amendment.agreement,
        "whose": whose(request.user, amendment.agreement),
        "status": amendment.status_tag if door == "desk" else amendment.plain_status_tag,
        "steps": steps(AMENDMENT, AMENDMENT_PATH, amendment.status, plain=door != "desk"),
        "turn": _turn(amendment, signed, roles),
        "moves": buttons(amendment, request.user, door, without=("complete_signing",)),
        "changes": changes_in_words(amendment),
        "text_html": to_html(amendment.text),
        "signatures": signatures,
        "signed_by_me": signing_side(request.user, amendment.agreement) in signed,
        "can_sign": can_sign_amendment(request.user, amendment),
        "can_scan": can_sign_by_scan(request.user, amendment.agreement, side) and amendment_goes_on(amendment),
        "can_edit": can_edit_amendment(request.user, amendment),
        "facts": facts(
            ("Agreement", amendment.agreement.title),
            ("In effect from", show(amendment.effective_on)),
            ("Written by", amendment.author if door == "desk" else "INL/KM"),
        ),
        "history": timeline(amendment),
    }
    return render(request, "partners/amendment_detail.html", context)


def amendment_sign_page(request, key: str, door: str):
    amendment = load_amendment(request, key)
    require(can_sign_amendment(request.user, amendment))
    side = signing_side(request.user, amendment.agreement)
    if side in signed_sides(amendment, amendment.sha256):
        raise Refused("Your side has signed this text already.")
    seen = request.POST.get("seen_sha256", amendment.sha256)
    if seen != amendment.sha256:
        raise Stale(CHANGED)
    form = SignForm(
        request.POST or None,
        statement=statement_for(amendment.agreement, side, paper="amendment"),
        signer=request.user.name,
        initial={"seen_sha256": amendment.sha256},
    )
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            answers = form.cleaned_data
            sign_amendment(
                amendment=amendment,
                actor=request.user,
                typed_name=answers["typed_name"],
                seen_sha256=answers["seen_sha256"],
            )
            messages.success(
                request, "Signed for your side. Once both have signed, the amendment takes effect on its day."
            )
            return redirect(f"{door}:amendment-detail", key)
    return form_page(
        request,
        door,
        form,
        template="partners/amendment_sign.html",
        about=amendment,
        amendment=amendment,
        changes=changes_in_words(amendment),
        text_html=to_html(amendment.text),
        back=reverse(f"{door}:amendment-detail", args=[key]),
    )


def amendment_scan_page(request, key: str, door: str):
    amendment = load_amendment(request, key)
    return scan_page(request, amendment, door, reverse(f"{door}:amendment-detail", args=[key]))


def agreement_scan_page(request, key: str, door: str):
    agreement = load_agreement(request, key)
    return scan_page(request, agreement, door, _back(door, agreement))
