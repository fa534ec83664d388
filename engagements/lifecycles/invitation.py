"""The lives of invitations and of the people who are offered in answer."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from engagements.lifecycles.people import AUTOMATIC, COORDINATOR
from engagements.models import (
    EngagementStatus,
    Invitation,
    InvitationStatus,
    NeedStatus,
    Nomination,
    NominationStatus,
)
from engagements.models.invitation import ANSWERED_YES
from engagements.permissions import partner_roles
from partners.lifecycles import OFFICER, PARTNER, people_of
from partners.services.scope import may_do
from slp.lib.answers import Answer, answer, no
from slp.lib.dates import at_post, show, today
from slp.lib.lifecycle import Lifecycle, Move
from slp.reminders.services import tell


def covered(invitation: Invitation) -> Answer:
    """Do the agency's agreements cover what it is asked for, the fields of the seats included?"""
    need = invitation.need
    fields = invitation.seats.order_by().values_list("expertise", flat=True) if invitation.pk else ()
    return may_do(
        agency=invitation.agency,
        kind=need.kind,
        country=need.country,
        start=need.starts_on,
        end=need.starts_on + timedelta(days=need.min_days - 1),
        expertise=fields,
    ).answer


def covered_for(invitation: Invitation, user) -> Answer:
    if invitation.need.status != NeedStatus.VALIDATED:
        return no("INL no longer looks for people for this need.")
    return covered(invitation)


def _may_send(invitation: Invitation, user) -> Answer:
    if invitation.need.status != NeedStatus.VALIDATED:
        return no("Agencies are invited for a validated need.")
    if not invitation.agency.deploys:
        return no(f"{invitation.agency} is {invitation.agency.get_kind_display().lower()}: it sends nobody.")
    if invitation.reply_by <= timezone.now():
        return no("The date to answer by has passed. Choose a later one.")
    if invitation.agency.not_before and invitation.agency.not_before > today():
        return no(f"{invitation.agency} asks for no requests before {show(invitation.agency.not_before)}.")
    if invitation.agency.paused_until and invitation.agency.paused_until >= today():
        return no(f"{invitation.agency} has paused requests until {show(invitation.agency.paused_until)}.")
    return covered(invitation)


def _in_time(invitation: Invitation, user) -> Answer:
    return answer(
        invitation.reply_by > timezone.now(),
        "The time to answer is over. Ask INL whether they still need you.",
    )


def _agreement_still_covers(invitation: Invitation, user) -> Answer:
    return _in_time(invitation, user) and covered_for(invitation, user)


def _too_late(invitation: Invitation, user) -> Answer:
    return answer(invitation.reply_by <= timezone.now(), "The agency still has time to answer.")


def tell_coordinators(invitation: Invitation, rule: str, *, subject: str, body: str) -> None:
    """Mail to those who answer for the agency, once for each version of the request."""
    tell(
        users=people_of(invitation.agency, "coordinator"),
        rule=rule,
        key=f"{rule}:{invitation.reference}:{invitation.version}",
        subject=subject,
        body=body,
        about=invitation.reference,
        path=f"/portal/invitations/{invitation.reference}/",
        why="You coordinate your agency's partnership.",
    )


def _tell_agency(invitation: Invitation, actor, reason: str) -> None:
    invitation.sent_at = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=invitation.sent_at)
    need = invitation.need
    tell_coordinators(
        invitation,
        "invitation-sent",
        subject=f"{need.country} asks for your help: {need.title}",
        body=f"INL asks {invitation.agency} for support in {need.country} ({need.places}), between "
        f"{show(need.starts_on)} and {show(need.ends_on)}.\n\n{invitation.message}\n\n"
        f"Please answer by {at_post(invitation.reply_by, invitation.agency.time_zone)}. Taking part is voluntary: "
        "saying no costs you nothing, and no reason is needed.\n\nThe link shows all that is asked, and takes a “not "
        "this time” in one tap, without signing in. It is your own: please don't pass it on.",
    )


def _promise_seats(invitation: Invitation, actor, reason: str) -> None:
    """The officer agrees to other dates: the seats that are still open are the agency's."""
    from engagements.services.invitations import hold_open_seats

    hold_open_seats(invitation)


def _tell_agency_of_answer(invitation: Invitation, actor, reason: str) -> None:
    tell_coordinators(
        invitation,
        "invitation-agreed",
        subject=f"INL agrees to your proposal: {invitation.need.title}",
        body=f"INL agrees to what you proposed for {invitation.reference}. Please offer your people for the seats.",
    )


def _agreed(invitation: Invitation, actor, reason: str) -> None:
    _promise_seats(invitation, actor, reason)
    _tell_agency_of_answer(invitation, actor, reason)


def _tell_sender(invitation: Invitation, actor, reason: str) -> None:
    tell(
        users=[invitation.sender],
        rule="invitation-answered",
        key=f"invitation-answered:{invitation.reference}:{invitation.status}:{invitation.version}",
        subject=f"{invitation.agency}: {invitation.get_status_display().lower()}",
        body=f"{invitation.agency} on {invitation.need.title}: {invitation.get_status_display().lower()}.",
        about=invitation.reference,
        path=f"/admin/desk/needs/{invitation.need.reference}/",
        why="You sent the invitation.",
    )


def _tell_withdrawn(invitation: Invitation, actor, reason: str) -> None:
    for nomination in invitation.nominations.live().select_related("expert", "seat__need"):
        nomination.lifecycle.apply(nomination, "withdraw", actor=None, reason=f"Invitation withdrawn: {reason}")
    invitation.held_seats.update(held_by=None)
    if invitation.sent_at is None:
        return  # a draft that nobody saw
    tell_coordinators(
        invitation,
        "invitation-withdrawn",
        subject=f"No longer needed: {invitation.need.title}",
        body=f"INL has withdrawn its request {invitation.reference}. You need do nothing.\n\nReason: {reason}",
    )


ANSWER_PAGE = "invitation-answer"
INVITATION = Lifecycle(
    name="invitation",
    model="engagements.Invitation",
    states=InvitationStatus,
    initial=InvitationStatus.DRAFT,
    roles=lambda user, invitation: partner_roles(user, invitation.agency_id),
    tones={"sent": "warn", "accepted": "good", "part_accepted": "good", "countered": "info"},
    plain={"sent": "Waiting for your answer", "countered": "INL looks at your proposal"},
    moves=(
        Move("send", "Send", ("draft",), "sent", OFFICER, _may_send, _tell_agency),
        Move(
            "accept", "Accept", ("sent",), "accepted", PARTNER, _agreement_still_covers, _tell_sender,
            form=ANSWER_PAGE,
        ),
        Move(
            "accept_part", "Accept part", ("sent",), "part_accepted", PARTNER, _agreement_still_covers, _tell_sender,
            form=ANSWER_PAGE,
        ),
        Move("counter", "Propose something else", ("sent",), "countered", PARTNER, _in_time, _tell_sender,
             form=ANSWER_PAGE),
        Move("decline", "Not this time", ("sent",), "declined", PARTNER, _in_time, _tell_sender, form=ANSWER_PAGE),
        Move("lapse", "Lapse", ("sent",), "lapsed", AUTOMATIC, _too_late, _tell_sender),
        Move(
            "agree", "Agree to the proposal", ("countered",), "accepted", OFFICER, covered_for, _agreed,
            explains="The seats that are still open are promised to the agency, which then offers its people.",
        ),
        Move("send_again", "Send again", ("countered",), "sent", OFFICER, _may_send, _tell_agency),
        Move(
            "withdraw", "Withdraw", ("draft", "sent", "countered", "accepted", "part_accepted"), "withdrawn",
            OFFICER | AUTOMATIC, effect=_tell_withdrawn, reason_required=True, danger=True,
            explains="The agency is told. People it has offered are released.",
        ),
    ),
)  # fmt: skip


# -- nomination ------------------------------------------------------------------------------------
def _answered_yes(nomination: Nomination, user) -> Answer:
    return answer(nomination.invitation.status in ANSWERED_YES, "The agency has not accepted the invitation yet.")


def _tell_nominated(nomination: Nomination, actor, reason: str) -> None:
    expert, need = nomination.expert, nomination.seat.need
    words = {
        "rule": "nomination-confirmed",
        "key": f"nomination-confirmed:{nomination.pk}",
        "subject": f"{expert} is confirmed for {need.country}",
        "body": f"INL has confirmed {expert} for {nomination.seat.role}, {need.title}.",
        "about": nomination.invitation.reference,
    }
    coordinators = people_of(expert.agency, "coordinator")
    page = f"/portal/invitations/{nomination.invitation.reference}/"
    tell(users=coordinators, path=page, why="You coordinate the traveller's agency.", **words)
    if expert.user and expert.user not in coordinators:
        tell(users=[expert.user], path="/portal/", why="You are the traveller.", **words)


NOT_PREPARED = (EngagementStatus.PLANNED, EngagementStatus.ADDENDUM, EngagementStatus.CANCELLED)


def _not_travelling_yet(nomination: Nomination, user) -> Answer:
    """Asks for the need's engagements as they stand: pages that have read them ask nothing."""
    verb = "cancel" if user is not None and user.staff_role else "withdraw"
    return answer(
        all(engagement.status in NOT_PREPARED for engagement in nomination.seat.need.engagements.all()),
        f"Preparations have begun: {verb} the deployment instead.",
    )


NOMINATION = Lifecycle(
    name="nomination",
    model="engagements.Nomination",
    states=NominationStatus,
    initial=NominationStatus.OFFERED,
    roles=lambda user, nomination: partner_roles(user, nomination.expert.agency_id),
    tones={"offered": "info", "confirmed": "good"},
    moves=(
        Move("confirm", "Confirm", ("offered",), "confirmed", OFFICER, _answered_yes, _tell_nominated),
        Move(
            "withdraw", "Withdraw", ("offered", "confirmed"), "withdrawn", OFFICER | COORDINATOR | AUTOMATIC,
            _not_travelling_yet, reason_required=True, danger=True, explains="The seat is open again.",
        ),
    ),
)  # fmt: skip
