"""What a page of one agreement shows, at the desk and in the portal; and the signing page of both."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from partners.forms.agreements import SignForm
from partners.lifecycles import AGREEMENT, signed_sides
from partners.models import ActivityKind, Agreement
from partners.models.agreement import SignatureSide
from partners.pages.common import agreement_path, agreement_turn, ends_in, facts, joined, steps
from partners.permissions import can_sign_agreement, roles_towards, signing_side
from partners.services.agreements import sign_agreement, signatures_of, statement_for
from slp.history.services import timeline
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import show
from slp.lib.moves import buttons


def load_agreement(request, key: str) -> Agreement:
    rows = Agreement.objects.visible_to(request.user).select_related("agency", "owner", "source", "supersedes")
    return get_object_or_404(rows, reference=key)


def agreement_context(request, agreement: Agreement, door: str) -> dict:
    """The page of one agreement for a reader at `door`."""
    latest = agreement.versions.last()
    signatures = signatures_of(agreement) if latest else []
    signed = {s.side for s in signatures if latest and s.sha256 == latest.sha256 and s.object_id == latest.pk}
    missing = set(SignatureSide.values) - signed
    return {
        "agreement": agreement,
        "facts": _facts(agreement, door),
        "steps": steps(AGREEMENT, agreement_path(agreement), agreement.status, plain=door != "desk"),
        "turn": agreement_turn(agreement, missing, roles=roles_towards(request.user, agency_id=agreement.agency_id)),
        "moves": buttons(agreement, request.user, door, without=("complete_signing",)),
        "can_sign": can_sign_agreement(request.user, agreement),
        "signed_by_me": signing_side(request.user, agreement) in signed,
        "signatures": signatures,
        "latest": latest,
        "versions": agreement.versions.select_related("author").order_by("-number"),
        "history": timeline(agreement),
    }


def _facts(agreement: Agreement, door: str) -> list:
    kinds = joined(ActivityKind(kind).label for kind in agreement.activity_kinds)
    starts = show(agreement.starts_on, agreement.date_precision) if agreement.starts_on else ""
    board = ", ".join(filter(None, [agreement.board_body, agreement.board_resolution]))
    return facts(
        ("Agency", agreement.agency),
        ("Kind", agreement.get_kind_display()),
        ("In force from", starts),
        ("In force until", ends_in(agreement.ends_on)),
        ("Notice to end it", f"{agreement.notice_days} days" if agreement.notice_days else ""),
        ("Activities", kinds or "All kinds"),
        ("Countries", joined(agreement.countries.all()) or "All countries"),
        *(
            [("Board's decision", f"{board}, {show(agreement.board_on)}" if agreement.board_on else board)]
            if board
            else []
        ),
        *([("Renews", agreement.supersedes)] if agreement.supersedes_id else []),
        *([("Officer", agreement.owner or "")] if door == "desk" else []),
        *([("Source", agreement.source)] if agreement.source_id else []),
    )


def sign_page(request, key: str, door: str):
    """Both sides sign here: the text, the statement, the typed name."""
    agreement = load_agreement(request, key)
    require(can_sign_agreement(request.user, agreement))
    latest = agreement.versions.last()
    side = signing_side(request.user, agreement)
    if latest is None:
        raise Refused("There is no text to sign yet.")
    if side in signed_sides(latest, latest.sha256):
        raise Refused("Your side has signed this text already.")
    form = SignForm(
        request.POST or None,
        statement=statement_for(agreement, side),
        signer=request.user.name,
        initial={"seen_sha256": latest.sha256},
    )
    if request.method == "POST":
        if request.POST.get("seen_sha256", latest.sha256) != latest.sha256:
            raise Stale("The text has changed since you opened it. Nothing was signed. Read the new text first.")
        if form.is_valid():
            answers = form.cleaned_data
            sign_agreement(
                agreement=agreement,
                actor=request.user,
                typed_name=answers["typed_name"],
                seen_sha256=answers["seen_sha256"],
            )
            messages.success(request, "Signed. With both signatures the agreement is in force.")
            return redirect(f"{door}:agreement-detail", agreement.reference)
    digest = " ".join(latest.sha256[i : i + 16] for i in range(0, 64, 16))
    context = {"agreement": agreement, "latest": latest, "digest": digest, "form": form}
    return render(request, f"{door}/agreement_sign.html", context, status=422 if form.is_bound else 200)
