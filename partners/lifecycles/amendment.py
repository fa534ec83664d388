"""The life of an amendment: it changes an agreement in force, and is signed as the agreement was."""

from __future__ import annotations

from django.db import transaction

from partners.lifecycles.agreement import signed_sides
from partners.lifecycles.people import OFFICER, PARTNER
from partners.lifecycles.telling import tell_both, tell_inl, tell_other_side, tell_partner
from partners.models import Amendment, SignatureSide
from partners.models.paper import AmendmentStatus
from partners.permissions import (
    amendment_goes_on,
    can_withdraw_amendment,
    has_something_to_amend,
    roles_towards,
)
from slp.lib.answers import Answer, answer, no
from slp.lib.dates import show, today
from slp.lib.lifecycle import SYSTEM, Lifecycle, Move


def _goes_on(amendment: Amendment, user) -> Answer:
    return amendment_goes_on(amendment)


def _can_be_written_anew(amendment: Amendment, user) -> Answer:
    return has_something_to_amend(amendment)


def _may_withdraw(amendment: Amendment, user) -> Answer:
    return can_withdraw_amendment(amendment)


def _both_signed(amendment: Amendment, user) -> Answer:
    missing = set(SignatureSide.values) - signed_sides(amendment, amendment.sha256)
    names = " and ".join(sorted(SignatureSide(side).label for side in missing))
    given = answer(not missing, f"Not signed yet by {names}.")
    return given and _goes_on(amendment, user)


def _is_due(amendment: Amendment, user) -> Answer:
    if amendment.effective_on > today():
        return no(f"It takes effect on {show(amendment.effective_on)}.")
    return _goes_on(amendment, user)


def _agreed(amendment: Amendment, actor, reason: str) -> None:
    """Signed by both. If its day has come it takes effect at once, and that is what people are told."""
    if amendment.effective_on <= today():
        take_effect(amendment, by=actor)
    else:
        tell_both(amendment, actor, reason)


def _apply_changes(amendment: Amendment, actor, reason: str) -> None:
    from partners.services.amendments import apply_changes

    apply_changes(amendment=amendment)


@transaction.atomic
def take_effect(amendment: Amendment, *, by=None) -> None:
    """Its day has come, or `by` has signed it on that day or later: both sides are told."""
    AMENDMENT.apply(amendment, "take_effect", actor=None)
    tell_both(amendment, by, "")


AMENDMENT = Lifecycle(
    name="amendment",
    model="partners.Amendment",
    states=AmendmentStatus,
    initial=AmendmentStatus.DRAFT,
    roles=lambda user, amendment: roles_towards(user, agency_id=amendment.agreement.agency_id),
    tones={"partner_review": "info", "signing": "warn", "agreed": "info", "active": "good", "withdrawn": "bad"},
    plain={"partner_review": "Your turn to read it"},
    as_step={"partner_review": "Read by the agency"},
    moves=(
        Move(
            "send_partner",
            "Send to the agency",
            ("draft",),
            "partner_review",
            OFFICER,
            guard=_goes_on,
            effect=tell_partner,
        ),
        Move(
            "return_draft",
            "Return to draft",
            ("partner_review", "signing"),
            "draft",
            OFFICER | PARTNER,
            guard=_can_be_written_anew,
            effect=tell_other_side,
            reason_required=True,
        ),
        Move(
            "accept_terms",
            "Accept the change",
            ("partner_review",),
            "signing",
            PARTNER,
            guard=_goes_on,
            effect=tell_inl,
        ),
        Move(
            "complete_signing",
            "Agree",
            ("signing",),
            "agreed",
            OFFICER | PARTNER,
            guard=_both_signed,
            effect=_agreed,
            form="amendment-sign",
        ),
        Move("take_effect", "Take effect", ("agreed",), "active", frozenset({SYSTEM}), _is_due, _apply_changes),
        Move(
            "withdraw",
            "Withdraw",
            ("draft", "partner_review", "signing", "agreed"),
            "withdrawn",
            OFFICER,
            guard=_may_withdraw,
            effect=tell_partner,
            reason_required=True,
            danger=True,
            explains="The agreement stays as it is. The amendment can't be taken up again; write another one.",
        ),
    ),
)
