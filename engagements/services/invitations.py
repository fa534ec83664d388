"""Asking agencies, taking their answers, giving seats to people.

Whatever changes who has which seat locks the need first, so that answers to one need come one after the other;
`Seat.held_by` and the constraint on nominations make a double gift impossible even without the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from engagements.lifecycles import INVITATION, NOMINATION
from engagements.lifecycles.invitation import tell_coordinators
from engagements.models import Invitation, InvitationAnswer, Need, Nomination, Seat
from engagements.models.invitation import OPEN, InvitationStatus
from engagements.permissions import can_invite, can_nominate
from partners.models import Agency, Expert
from partners.permissions import agency_roles
from slp.lib.answers import Refused, Stale, answer, no, require
from slp.lib.dates import at_post, show
from slp.lib.errors import readable_constraints
from slp.lib.track import because

ANSWERS = ("accept", "accept_part", "counter", "decline")


def lock_need(need_id: int) -> Need:
    """Take the need's row until the end of the transaction."""
    return Need.objects.select_for_update(of=("self",)).get(pk=need_id)


# -- asking ----------------------------------------------------------------------------------------
def draft_invitation(
    *, need: Need, agency: Agency, seats: Iterable[Seat], reply_by: datetime, actor, message: str = ""
) -> Invitation:
    """Prepare a request to one agency. Nobody is told."""
    require(can_invite(actor, need))
    seats = list(seats)
    if any(seat.need_id != need.pk for seat in seats):
        raise Refused("One of the seats belongs to another need.")
    if not seats and need.seats.exists():
        raise Refused("Choose at least one seat.")
    with because(actor, "Drafted"), readable_constraints(Invitation):
        invitation = Invitation.objects.create(
            need=need, agency=agency, message=message, reply_by=reply_by, sender=actor
        )
        invitation.seats.set(seats)
    return invitation


def send_invitation(*, invitation: Invitation, actor) -> Invitation:
    """Send it: the agency's coordinators are told by mail."""
    return INVITATION.apply(invitation, "send", actor=actor)


@transaction.atomic
def invite_agency(
    *, need: Need, agency: Agency, seats: Iterable[Seat], reply_by: datetime, actor, message: str = ""
) -> Invitation:
    """Draft and send in one step."""
    invitation = draft_invitation(
        need=need, agency=agency, seats=seats, message=message, reply_by=reply_by, actor=actor
    )
    return send_invitation(invitation=invitation, actor=actor)


def change_invitation(
    *, invitation: Invitation, actor, fields: Mapping[str, Any], seats: Iterable[Seat] | None, seen_version: int
) -> Invitation:
    """Change the words, the seats or the date to answer by, as long as it is open."""
    require(can_invite(actor, invitation.need))
    if invitation.status not in OPEN:
        raise Refused("This invitation is answered or over; it can't be changed any more.")
    with because(actor, "Changed"), readable_constraints(Invitation):
        rows = Invitation.objects.filter(pk=invitation.pk, version=seen_version, status=invitation.status)
        if not rows.update(**fields, version=F("version") + 1):
            raise Stale("Someone saved this invitation in the same moment. Go back, reload and save again.")
        if seats is not None:
            invitation.seats.set(seats)
        invitation.refresh_from_db()
        if invitation.status == InvitationStatus.SENT:
            _tell_changed(invitation)
    return invitation


def _tell_changed(invitation: Invitation) -> None:
    tell_coordinators(
        invitation,
        "invitation-changed",
        subject=f"INL has changed its request: {invitation.need.title}",
        body=f"The request {invitation.reference} has changed. Please answer by "
        f"{at_post(invitation.reply_by, invitation.agency.time_zone)}.",
    )


# -- answering -------------------------------------------------------------------------------------
def open_seats(invitation: Invitation) -> list[Seat]:
    """The seats asked for that nobody has promised or filled."""
    seats = invitation.seats.with_filled().filter(held_by=None, is_filled=False)
    return list(seats.select_related("expertise", "language").order_by("number"))


def hold_seats(invitation: Invitation, seats: Iterable[Seat]) -> None:
    """Promise these seats to the invitation's agency: all of them, or none with the reason."""
    ids = [seat.pk for seat in seats]
    free = Seat.objects.with_filled().filter(pk__in=ids, held_by=None, is_filled=False)
    if Seat.objects.filter(pk__in=list(free.values_list("pk", flat=True)), held_by=None).update(
        held_by=invitation
    ) != len(ids):
        gone = Seat.objects.filter(pk__in=ids).exclude(held_by=invitation).values_list("number", flat=True)
        numbers = ", ".join(str(n) for n in sorted(gone))
        raise Refused(
            f"Meanwhile another agency has taken seat {numbers}. Nothing was saved: "
            "go back and choose among the seats that are left."
        )


def hold_open_seats(invitation: Invitation) -> None:
    """Promise whatever is still open of what was asked; a refusal if nothing is."""
    lock_need(invitation.need_id)
    seats = open_seats(invitation)
    if not seats and invitation.seats.exists():
        raise Refused("All seats of this invitation have been filled in the meantime.")
    hold_seats(invitation, seats)


@transaction.atomic
def answer_invitation(
    *,
    invitation: Invitation,
    verb: str,
    actor,
    seats: Iterable[Seat] | None = None,
    people: Mapping[Seat, Expert] | None = None,
    note: str = "",
    proposed_start: date | None = None,
    proposed_end: date | None = None,
    how: str = "",
) -> Invitation:
    """Carry out the agency's answer: one of `accept`, `accept_part`, `counter`, `decline`.

    `seats`: which ones it will fill (all that were asked, for `accept`). `people`: who takes which of them, as far
    as that is known already. `how`: by which way, for the history. The note of a decline stays with the answer; it is
    in no mail and in no history.
    """
    if verb not in ANSWERS:
        raise Refused("Choose one of the answers.")
    lock_need(invitation.need_id)
    require(INVITATION.can(invitation, verb, actor))
    if verb == "counter" and not (note.strip() or proposed_start or proposed_end):
        raise Refused("Say what you propose: other dates, or other people in the note.")
    chosen = _seats_for(invitation, verb, seats, people)
    with because(actor, "Answered"), readable_constraints(InvitationAnswer):
        hold_seats(invitation, chosen)
        INVITATION.apply(invitation, verb, actor=actor, reason=how)
        InvitationAnswer.objects.create(
            invitation=invitation,
            verb=verb,
            note=note.strip(),
            proposed_start=proposed_start,
            proposed_end=proposed_end,
            by=actor,
        )
    for seat, expert in (people or {}).items():
        nominate_expert(invitation=invitation, seat=seat, expert=expert, actor=actor)
    return invitation


def _seats_for(invitation: Invitation, verb: str, seats, people) -> list[Seat]:
    if verb not in ("accept", "accept_part"):
        return []
    asked = {seat.pk: seat for seat in invitation.seats.all()}
    if verb == "accept":
        return list(asked.values())
    chosen = {seat.pk for seat in [*(seats or ()), *(people or {})]}
    if foreign := chosen - asked.keys():
        raise Refused(f"You were not asked for seat {min(foreign)}.")
    if not chosen and asked:
        raise Refused("Choose the seats that you can fill.")
    return [asked[pk] for pk in sorted(chosen)]


# -- people ----------------------------------------------------------------------------------------
def travelling(expert: Expert, need: Need) -> str:
    """Why this person can't go: on tour so long that no stay of the shortest length is left. Empty if they can."""
    from engagements.known import free_days

    if free_days(expert=expert, need=need, only_tours=True) >= need.min_days:
        return ""
    return f"{expert} is deployed on these dates, so that {need.min_days} days in a row are not left."


@transaction.atomic
def nominate_expert(*, invitation: Invitation, seat: Seat, expert: Expert, actor) -> Nomination:
    """Offer one of the agency's people for a seat. Two people for one seat: the second is refused."""
    require(can_nominate(actor, invitation))
    need = lock_need(invitation.need_id)
    if expert.agency_id != invitation.agency_id or not expert.is_active:
        raise Refused(f"{expert} is not on your roster.")
    if not invitation.seats.filter(pk=seat.pk).exists():
        raise Refused(f"You were not asked for seat {seat.number}.")
    seat.refresh_from_db(fields=["held_by"])
    if seat.held_by_id is None:
        hold_seats(invitation, [seat])
    elif seat.held_by_id != invitation.pk:
        raise Refused("Another agency has promised to fill this seat.")
    if Nomination.objects.live().filter(seat=seat).exists():
        raise Refused("This seat has just been filled.")
    if reason := travelling(expert, need):
        raise Refused(reason)
    with because(actor, "Offered"), readable_constraints(Nomination):
        return Nomination.objects.create(invitation=invitation, seat=seat, expert=expert, by=actor)


@transaction.atomic
def release_seats(*, invitation: Invitation, seats: Iterable[Seat], actor) -> int:
    """Give back promised seats that nobody was offered for. It costs nothing; others can fill them."""
    require(
        answer(
            {"coordinator"} & agency_roles(actor, invitation.agency_id) or actor.staff_role in ("officer", "director"),
            "Only the agency's coordinator can give seats back.",
        )
    )
    lock_need(invitation.need_id)
    held = invitation.held_seats.with_filled().filter(pk__in=[seat.pk for seat in seats])
    if held.filter(is_filled=True).exists():
        require(no("Somebody is offered for this seat. Withdraw that person first."))
    with because(actor, "Gave the seat back"):
        return Seat.objects.filter(pk__in=list(held.values_list("pk", flat=True))).update(held_by=None)


@transaction.atomic
def confirm_nominations(*, nominations: Iterable[Nomination], actor) -> int:
    """INL/KM takes several people at once: all of them, or nobody with the reason."""
    return sum(bool(confirm_nomination(nomination=nomination, actor=actor)) for nomination in nominations)


def confirm_nomination(*, nomination: Nomination, actor) -> Nomination:
    """INL/KM takes the person. The person and the agency are told."""
    return NOMINATION.apply(nomination, "confirm", actor=actor)


def withdraw_nomination(*, nomination: Nomination, actor, reason: str) -> Nomination:
    """The person does not go; the seat stays promised to the agency, which can offer somebody else."""
    return NOMINATION.apply(nomination, "withdraw", actor=actor, reason=reason)


def proposed_dates(invitation: Invitation) -> str:
    """The dates of the latest counter-offer in words, or an empty string."""
    last = invitation.answers.filter(verb="counter").last()
    if last is None or not last.proposed_start:
        return ""
    until = f" to {show(last.proposed_end)}" if last.proposed_end else ""
    return f"{show(last.proposed_start)}{until}"
