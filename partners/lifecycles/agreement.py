"""The life of an agreement."""

from __future__ import annotations

from partners.lifecycles.people import DIRECTOR, OFFICER, PARTNER, people_of
from partners.models import Agreement, Signature
from partners.models.agreement import AgreementStatus, SignatureSide
from partners.permissions import roles_towards
from slp.lib.answers import Answer, answer, no
from slp.lib.dates import show, today
from slp.lib.lifecycle import SYSTEM, Lifecycle, Move
from slp.reminders.services import tell


def _is_formal(agreement: Agreement, user) -> Answer:
    return answer(agreement.is_formal, "An informal understanding needs no review: put it in force directly.")


def _may_start_informally(agreement: Agreement, user) -> Answer:
    if agreement.is_formal:
        return no("A memorandum is reviewed and signed by both sides before it is in force.")
    return answer(agreement.starts_on, "Say from when it is in force first.")


def _ready_for_review(agreement: Agreement, user) -> Answer:
    if not agreement.text.strip():
        return no("Write the terms first.")
    return answer(agreement.starts_on, "Say from when it shall be in force first.") & _is_formal(agreement, user)


def _needs_board(agreement: Agreement, user) -> Answer:
    return answer(agreement.needs_board_approval, "This agency needs no board approval: send it to signing.")


def _needs_no_board(agreement: Agreement, user) -> Answer:
    return answer(not agreement.needs_board_approval, "This agency's governing board must approve it before signing.")


def _board_decided(agreement: Agreement, user) -> Answer:
    return answer(
        agreement.board_on and agreement.board_body and agreement.board_resolution,
        "Enter the board, the meeting date and the resolution number first.",
    )


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
    return answer(not missing, f"Not signed yet by {names}.")


def _is_over(agreement: Agreement, user) -> Answer:
    over = agreement.ends_on is not None and agreement.ends_on < today()
    return answer(over, f"It is in force until {show(agreement.ends_on)}.")


def _tell_partner(agreement: Agreement, actor, reason: str) -> None:
    tell(
        users=people_of(agreement.agency, "coordinator", "signatory"),
        rule="agreement-moved",
        key=f"agreement-moved:{agreement.reference}:{agreement.status}:{agreement.version}",
        subject=f"{agreement.title}: {agreement.get_status_display().lower()}",
        body=f"The agreement {agreement.reference} is now: {agreement.get_status_display().lower()}."
        + (f"\n\nReason: {reason}" if reason else ""),
        about=agreement.reference,
        path=f"/portal/agreements/{agreement.reference}/",
        why="You are a coordinator or signatory of the agency.",
    )


def _in_force(agreement: Agreement, actor, reason: str) -> None:
    if agreement.supersedes_id and agreement.supersedes.status == AgreementStatus.ACTIVE:
        AGREEMENT.apply(agreement.supersedes, "supersede", actor=None)
    _tell_partner(agreement, actor, reason)


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
    moves=(
        Move("review", "Send to INL review", ("draft",), "inl_review", OFFICER, guard=_ready_for_review),
        Move("activate", "Put in force", ("draft",), "active", OFFICER, _may_start_informally, _in_force),
        Move(
            "send_partner",
            "Send to the agency",
            ("inl_review",),
            "partner_review",
            OFFICER,
            effect=_tell_partner,
        ),
        Move(
            "return_draft",
            "Return to draft",
            ("inl_review", "partner_review", "board_approval", "signing"),
            "draft",
            OFFICER | PARTNER,
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
        Move("accept_terms", "Accept the terms", ("partner_review",), "signing", PARTNER, guard=_needs_no_board),
        Move(
            "board_approved",
            "Board has approved",
            ("board_approval",),
            "signing",
            PARTNER,
            guard=_board_decided,
            form="agreement-board",
        ),
        Move(
            "complete_signing",
            "Put in force",
            ("signing",),
            "active",
            OFFICER | PARTNER,
            guard=_both_signed,
            effect=_in_force,
            form="agreement-sign",
        ),
        Move(
            "expire",
            "Expire",
            ("active",),
            "expired",
            frozenset({SYSTEM}),
            guard=_is_over,
            effect=_tell_partner,
        ),
        Move(
            "terminate",
            "Terminate",
            ("active",),
            "terminated",
            DIRECTOR,
            effect=_tell_partner,
            reason_required=True,
            danger=True,
            explains="No new activity can start under it. Running ones may finish.",
        ),
        Move("supersede", "Supersede", ("active",), "superseded", frozenset({SYSTEM})),
    ),
)
