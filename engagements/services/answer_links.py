"""The link in the mail of a request: it shows the request, and takes a "not this time" without signing in.

A link is for one person, one sending of one invitation and this one answer. It is made when the mail goes out and kept
nowhere; it ends with the date to answer by, with any answer, and with the person's role at the agency.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.urls import reverse

from engagements.lifecycles import INVITATION
from engagements.lifecycles.invitation import tell_coordinators
from engagements.models import Invitation, InvitationStatus
from engagements.services.invitations import answer_invitation
from partners.lifecycles import people_of
from slp.accounts.models import User
from slp.lib.answers import Answer, no, require

SALT = "engagements: answer to an invitation"


@dataclass(frozen=True)
class AnswerLink:
    """A link that was read. `allowed`: may its person still say "not this time" with it?"""

    invitation: Invitation
    user: User
    allowed: Answer


def answer_path(invitation: Invitation, user: User) -> str:
    """The person's own address of the request; where signing in is asked for, if it waits for no answer."""
    if invitation.status != InvitationStatus.SENT:
        return reverse("portal:invitation-detail", args=[invitation.reference])
    token = signing.dumps([invitation.pk, user.pk, _sending(invitation)], salt=SALT)
    return reverse("public:invitation-link", args=[token])


def _sending(invitation: Invitation) -> int:
    return int(invitation.sent_at.timestamp()) if invitation.sent_at else 0


def read_answer_link(token: str) -> AnswerLink | None:
    """What a link is for; nothing if we have not made it."""
    try:
        key, person, sending = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    rows = Invitation.objects.select_related("need__country", "need__institution", "need__academy", "agency", "sender")
    invitation, user = rows.filter(pk=key).first(), User.objects.filter(pk=person).first()
    if invitation is None or user is None:
        return None
    return AnswerLink(invitation, user, _allowed(invitation, user, sending))


def _allowed(invitation: Invitation, user: User, sending: int) -> Answer:
    if user not in people_of(invitation.agency, "coordinator", "signatory"):
        return no(f"{user} no longer speaks for {invitation.agency}, so this link is over.")
    if invitation.status == InvitationStatus.SENT and sending != _sending(invitation):
        return no("INL has sent this request again since. Please use the link in the newer mail.")
    return INVITATION.can(invitation, "decline", user)


@transaction.atomic
def decline_by_link(link: AnswerLink) -> Invitation:
    """Say "not this time" for the person to whom the link was sent. The agency's coordinators are told how."""
    require(link.allowed)
    invitation = answer_invitation(
        invitation=link.invitation, verb="decline", actor=link.user, how="By the link in the mail"
    )
    tell_coordinators(
        invitation,
        "invitation-declined-by-link",
        subject=f"Not this time: {invitation.need.title}",
        body=f"With the link in the mail to {link.user}, {invitation.agency} has said “not this time” to the request "
        f"{invitation.reference}. It costs you nothing. Was it a mistake? Call INL: they can ask you again.",
    )
    return invitation
