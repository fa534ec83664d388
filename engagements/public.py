"""A request for help at the public door: what the link in its mail opens."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import path

from engagements.models import Invitation
from engagements.pages.invitations import request_facts
from engagements.pages.needs import asks
from engagements.services.answer_links import AnswerLink, decline_by_link, read_answer_link
from engagements.services.invitations import open_seats
from slp.lib.answers import Refused
from slp.lib.dates import at_post

# What became of it, in the agency's words; what was asked is shown to nobody any more without signing in.
BECAME = {
    "accepted": "Your agency has said yes. Thank you.",
    "part_accepted": "Your agency has said yes to part of it. Thank you.",
    "countered": "Your agency has proposed something else. INL looks at it and answers.",
    "declined": "Your agency has said “not this time”. Thank you for telling us: it costs you nothing, and nobody will "
    "ask why.",
    "lapsed": "The time to answer is over. That is not taken as a no.",
    "withdrawn": "INL no longer needs an answer. You need do nothing.",
}


@login_not_required
def invitation_link(request, token: str):
    """The request, with one button. A wrong link is "not found"; one that is over says what became of the request.

    Nothing here answers with an error of its own while a link works: such addresses stand in logs.
    """
    link = read_answer_link(token)
    if link is None:
        return _page(
            request, {"problem": "Mail programs cut long links. Copy the whole of it, or sign in."}, status=404
        )
    problem = ""
    if request.method == "POST" and _is_theirs(request, link):
        try:
            decline_by_link(link)
        except Refused as error:
            problem = str(error)
            link = read_answer_link(token)
        else:
            return redirect("public:invitation-link", token)
    return _page(request, _context(request, link) | {"problem": problem})


def _is_theirs(request, link: AnswerLink) -> bool:
    """Nobody is signed in, or the person to whom it was sent."""
    return request.user.is_anonymous or request.user == link.user


def _context(request, link: AnswerLink) -> dict:
    invitation = link.invitation
    context = {"invitation": invitation, "to": link.user, "theirs": _is_theirs(request, link)}
    if invitation.status in BECAME:
        return context | {"over": BECAME[invitation.status]}
    if not link.allowed:
        return context | {"over": link.allowed.reason}
    return context | {
        "facts": request_facts(invitation),
        "seats": _seats(invitation),
        "deadline": at_post(invitation.reply_by, invitation.agency.time_zone),
    }


def _seats(invitation: Invitation) -> list[str]:
    """Whom they still need, alike ones together: "4 x Mentor: French 3"."""
    found: dict[str, int] = {}
    for seat in open_seats(invitation):
        seat.need = invitation.need
        words = f"{seat.role}: {asks(seat)}"
        found[words] = found.get(words, 0) + 1
    return [f"{count} × {words}" if count > 1 else words for words, count in found.items()]


def _page(request, context: dict, *, status: int = 200):
    response = render(request, "public/invitation_link.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [path("answer/<str:token>/", invitation_link, name="invitation-link")]
