"""The life of an agreement."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from partners.lifecycles.people import DIRECTOR, OFFICER, PARTNER
from partners.lifecycles.telling import (
    tell_both,
    tell_inl,
    tell_inl_only,
    tell_of_proposal,
    tell_other_side,
    tell_partner,
)
from partners.models import Agreement, ApprovalOutcome, Signature
from partners.models.agreement import AgreementStatus, SignatureSide
from partners.permissions import roles_towards
from slp.lib.answers import Answer, answer, no
from slp.lib.dates import show, today
from slp.lib.errors import check_deferred
from slp.lib.lifecycle import SYSTEM, Lifecycle, Move
from slp.lib.track import because


def _is_formal(agreement: Agreement, user) -> Answer:
    return answer(agreement.is_formal, "An informal understanding needs no review: put it in force directly.")


def _is_not_over(agreement: Agreement) -> Answer:
    """What is over is history, which is loaded with its source; nobody puts it in force today."""
    over = agreement.ends_on is not None and agreement.ends_on < today()
    return answer(not over, f"It would have ended on {show(agreement.ends_on)} already. Correct its dates first.")


def _may_start_informally(agreement: Agreement, user) -> Answer:
    if agreement.is_formal:
        return no("A memorandum is reviewed and signed by both sides before it is in force.")
    return answer(agreement.starts_on, "Say from when it is in force first.") and _is_not_over(agreement)


def _ready_for_review(agreement: Agreement, user) -> Answer:
    if not agreement.text.strip():
        return no("Write the terms first.")
    given = answer(agreement.starts_on, "Say from when it shall be in force first.") & _is_formal(agreement, user)
    return given and _is_not_over(agreement)


def _needs_board(agreement: Agreement, user) -> Answer:
    return answer(agreement.needs_board_approval, "This agency needs no board approval: send it to signing.")


def _needs_no_board(agreement: Agreement, user) -> Answer:
    return answer(not agreement.needs_board_approval, "This agency's governing board must approve it before signing.")


def _approvals_done(agreement: Agreement, user) -> Answer:
    """What the agency itself still needs before it can sign."""
    waiting = agreement.approvals.filter(outcome=ApprovalOutcome.WAITING)
    names = ", ".join(a.get_kind_display().lower() for a in waiting)
    return answer(not names, f"Your agency still needs: {names}. Record it on this page first.")


def _may_accept(agreement: Agreement, user) -> Answer:
    return _needs_no_board(agreement, user) and _approvals_done(agreement, user) and _is_not_over(agreement)


def _board_decided(agreement: Agreement, user) -> Answer:
    return answer(
        agreement.board_on and agreement.board_body and agreement.board_resolution,
        "Enter the board, the meeting date and the resolution number first.",
    ) and _approvals_done(agreement, user)


def signed_sides(paper, sha256: str) -> set[str]:
    """Which sides have signed exactly this text."""
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(paper)
    rows = Signature.objects.filter(content_type=kind, object_id=paper.pk, sha256=sha256)
    return set(rows.values_list("side", flat=True))


def _both_signed(agreement: Agreement, user) -> Answer:
    latest = agreement.versions.last()
    if latest is None:
        return no("There is no text to sign yet.")
    missing = {SignatureSide.INL, SignatureSide.AGENCY} - signed_sides(latest, latest.sha256)
    names = " and ".join(sorted(SignatureSide(side).label for side in missing))
    return answer(not missing, f"Not signed yet by {names}.") and _is_not_over(agreement)


def _is_over(agreement: Agreement, user) -> Answer:
    over = agreement.ends_on is not None and agreement.ends_on < today()
    return answer(over, f"It is in force until {show(agreement.ends_on)}.")


def _in_force(agreement: Agreement, actor, reason: str) -> None:
    _take_over(agreement, actor)
    tell_partner(agreement, actor, reason)


def _signed(agreement: Agreement, actor, reason: str) -> None:
    _take_over(agreement, actor)
    tell_both(agreement, actor, reason)


def _take_over(agreement: Agreement, actor) -> None:
    """A renewal takes over on its first day: what it renews stays in force until the day before."""
    old = agreement.supersedes if agreement.supersedes_id else None
    if old is not None and old.status == AgreementStatus.ACTIVE:
        if old.ends_on is None or old.ends_on >= agreement.starts_on:
            with because(actor, "Ends the day before its renewal", agreement.reference):
                Agreement.objects.filter(pk=old.pk).update(
                    ends_on=agreement.starts_on - timedelta(days=1), version=F("version") + 1
                )
        if agreement.starts_on <= today():
            AGREEMENT.apply(old, "supersede", actor=None)
    check_deferred("one_agreement_of_a_kind_at_a_time", Agreement)


def _is_renewed(agreement: Agreement, user) -> Answer:
    renewal = Agreement.objects.filter(supersedes=agreement, status=AgreementStatus.ACTIVE).first()
    if renewal is None:
        return no("No renewal of it is in force.")
    return answer(renewal.starts_on <= today(), f"Its renewal begins on {show(renewal.starts_on)}.")


def _notice_is_over(agreement: Agreement, user) -> Answer:
    return answer(agreement.notice_on, "No notice was given.") & _is_over(agreement, user)


AGREEMENT = Lifecycle(
    name="agreement",
    model="partners.Agreement",
    states=AgreementStatus,
    initial=AgreementStatus.DRAFT,
    roles=lambda user, agreement: roles_towards(user, agency_id=agreement.agency_id),
    tones={
        "inl_review": "info",
        "partner_review": "info",
        "board_approval": "info",
        "signing": "warn",
        "active": "good",
        "expired": "bad",
        "terminated": "bad",
    },
    plain={"inl_review": "INL is reading it", "partner_review": "Your turn to read it"},
    as_step={"inl_review": "Read by INL", "partner_review": "Read by the agency"},
    moves=(
        Move("review", "Send to INL review", ("draft",), "inl_review", OFFICER, guard=_ready_for_review),
        Move("activate", "Put in force", ("draft",), "active", OFFICER, _may_start_informally, _in_force),
        Move(
            "send_partner",
            "Send to the agency",
            ("inl_review",),
            "partner_review",
            OFFICER,
            effect=tell_partner,
        ),
        Move(
            "propose",
            "Propose changes",
            ("partner_review",),
            "draft",
            PARTNER,
            effect=tell_of_proposal,
            reason_required=True,
            form="agreement-propose",
        ),
        Move(
            "return_draft",
            "Return to draft",
            ("inl_review",),
            "draft",
            OFFICER | PARTNER,
            effect=tell_inl_only,
            reason_required=True,
        ),
        Move(
            "return_draft",
            "Return to draft",
            ("partner_review", "board_approval", "signing"),
            "draft",
            OFFICER | PARTNER,
            effect=tell_other_side,
            reason_required=True,
        ),
        Move(
            "send_board",
            "Send to our board",
            ("partner_review",),
            "board_approval",
            PARTNER,
            guard=_needs_board,
        ),
        Move("accept_terms", "Accept the terms", ("partner_review",), "signing", PARTNER, _may_accept, tell_inl),
        Move(
            "board_approved",
            "Board has approved",
            ("board_approval",),
            "signing",
            PARTNER,
            guard=_board_decided,
            effect=tell_inl,
            form="agreement-board",
        ),
        Move(
            "complete_signing",
            "Put in force",
            ("signing",),
            "active",
            OFFICER | PARTNER,
            guard=_both_signed,
            effect=_signed,
            form="agreement-sign",
        ),
        Move(
            "expire",
            "Expire",
            ("active",),
            "expired",
            frozenset({SYSTEM}),
            guard=_is_over,
            effect=tell_partner,
        ),
        Move(
            "terminate",
            "Terminate at once",
            ("active",),
            "terminated",
            DIRECTOR,
            effect=tell_partner,
            reason_required=True,
            danger=True,
            explains="At once, as when both sides agree. No new activity can start under it. Running ones may finish. "
            "To end it with the notice that it asks for, give notice instead.",
        ),
        Move("supersede", "Supersede", ("active",), "superseded", frozenset({SYSTEM}), guard=_is_renewed),
        Move(
            "end_by_notice",
            "End by notice",
            ("active",),
            "terminated",
            frozenset({SYSTEM}),
            guard=_notice_is_over,
            effect=tell_partner,
        ),
    ),
)
