"""Ending an agreement with notice: who gave it, from when it counts, taking it back."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F

from partners.lifecycles import people_of, titled
from partners.models import Agreement
from partners.models.agreement import AgreementStatus, SignatureSide
from partners.permissions import can_give_notice, can_take_back_notice, signing_side
from slp.accounts.models import StaffRole, User
from slp.lib.answers import Refused, Stale, require
from slp.lib.dates import show, today
from slp.lib.errors import check_deferred, readable_constraints
from slp.lib.track import because
from slp.reminders.services import tell


def earliest_last_day(agreement: Agreement) -> date:
    """The first day on which the agreement can end, if notice is given today."""
    return today() + timedelta(days=agreement.notice_days or 0)


@transaction.atomic
def give_notice(*, actor, agreement: Agreement, reason: str, last_day: date | None = None) -> Agreement:
    """One side ends the agreement, as its terms allow. It stays in force until the last day; both sides are told.

    `last_day`: by default the earliest that the terms allow.
    """
    agreement = _held(agreement)
    require(can_give_notice(actor, agreement))
    if not reason.strip():
        raise Refused("Say why. The other side reads it.")
    earliest = earliest_last_day(agreement)
    last = last_day or earliest
    if last < earliest:
        raise Refused(f"The agreement asks for {agreement.notice_days} days of notice: {show(earliest)} or later.")
    if agreement.ends_on and last >= agreement.ends_on:
        raise Refused(f"It ends on {show(agreement.ends_on)} by itself. Choose an earlier day, or let it end.")
    with because(actor, "Gave notice", reason), readable_constraints(Agreement):
        _write(
            agreement,
            notice_side=signing_side(actor, agreement),
            notice_on=today(),
            ended_without_notice_on=agreement.ends_on,
            ends_on=last,
        )
    agreement.refresh_from_db()
    side = SignatureSide(agreement.notice_side).label
    _tell_both(
        agreement,
        "given",
        f"{titled(agreement)}: notice given",
        f"{side if agreement.notice_side == SignatureSide.INL else agreement.agency} has given notice. "
        f"The agreement {agreement.reference} with {agreement.agency} is in force until {show(last)}; no activity can "
        f"be planned beyond that day.\n\nReason: {reason.strip()}",
    )
    return agreement


@transaction.atomic
def take_back_notice(*, actor, agreement: Agreement, reason: str = "") -> Agreement:
    """The side that gave notice takes it back, until the last day: the term is what it was."""
    agreement = _held(agreement)
    require(can_take_back_notice(actor, agreement))
    if agreement.ends_on < today():
        raise Refused("The last day has passed.")
    with because(actor, "Took back the notice", reason), readable_constraints(Agreement):
        _write(
            agreement,
            notice_side="",
            notice_on=None,
            ends_on=agreement.ended_without_notice_on,
            ended_without_notice_on=None,
        )
    check_deferred("one_agreement_of_a_kind_at_a_time", Agreement)  # another one may have taken its place
    agreement.refresh_from_db()
    until = f"until {show(agreement.ends_on)}" if agreement.ends_on else "without an end"
    _tell_both(
        agreement,
        "taken-back",
        f"{titled(agreement)}: the notice is taken back",
        f"The notice to end {agreement.reference} with {agreement.agency} is taken back. The agreement is in force "
        f"{until}, as before.",
    )
    return agreement


def _held(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update(of=("self",)).select_related("agency").get(pk=agreement.pk)


def _write(agreement: Agreement, **fields) -> None:
    rows = Agreement.objects.filter(pk=agreement.pk, version=agreement.version, status=AgreementStatus.ACTIVE)
    if not rows.update(**fields, version=F("version") + 1):
        raise Stale("Someone changed this agreement a moment ago. Reload and look again.")


def _tell_both(agreement: Agreement, what: str, subject: str, body: str) -> None:
    desk = User.objects.filter(is_active=True, staff_role__in=[StaffRole.OFFICER, StaffRole.DIRECTOR])
    sides = (
        (people_of(agreement.agency, "coordinator", "signatory"), "/portal", "You coordinate or sign for the agency."),
        (desk, "/admin/desk", "You look after the programme's agreements."),
    )
    for users, door, why in sides:
        tell(
            users=users,
            rule="agreement-notice",
            key=f"agreement-notice:{agreement.reference}:{agreement.version}:{what}",
            subject=subject,
            body=body,
            about=agreement.reference,
            path=f"{door}/agreements/{agreement.reference}/",
            why=why,
        )
