"""A request for help as the agency reads it, and its answer."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from engagements.forms.invitations import AnswerForm, PeopleForm
from engagements.lifecycles import INVITATION, NOMINATION
from engagements.models import Invitation, Nomination, NominationStatus, Seat
from engagements.models.invitation import ANSWERED_YES
from engagements.pages.common import Turn, door, sent
from engagements.pages.invitations import asked_seats, offered_people, request_facts, show_invitation
from engagements.pages.lists import invitation_list_page
from engagements.pages.needs import asks
from engagements.permissions import can_nominate
from engagements.services.invitations import (
    answer_invitation,
    nominate_expert,
    open_seats,
    proposed_dates,
    release_seats,
)
from partners.pages.common import whose
from partners.permissions import can_open_office, of_several
from slp.lib.answers import answer, require
from slp.lib.dates import at_post
from slp.lib.forms import refusal_about, refused_at
from slp.lib.lists import list_view
from slp.lib.moves import move_path


@door("portal")
def invitation_list(request):
    require(can_open_office(request.user))
    page = invitation_list_page("portal", of_several=of_several(request.user))
    return list_view(request, page, "portal/invitation_list.html")


def load_invitation(request, key: str) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related(
        "need__country", "need__institution", "need__academy", "agency", "sender"
    )
    return get_object_or_404(rows, reference=key)


@door("portal")
def invitation_detail(request, key):
    invitation, user = show_invitation(request, key), request.user
    offered = offered_people(invitation, user)
    people = {n.seat_id: n for n in offered if n.status != NominationStatus.WITHDRAWN}
    seats = asked_seats(invitation, user)
    lines = _merged([_seat_line(seat, invitation, people.get(seat.pk)) for seat in seats])
    may_answer = INVITATION.can(invitation, "decline", user)
    may_name = can_nominate(user, invitation)
    context = {
        "invitation": invitation,
        "whose": whose(user, invitation),
        "facts": request_facts(invitation),
        "turn": _turn(invitation, lines, may_answer, may_name),
        "lines": lines,
        "may_answer": may_answer,
        "may_name": answer(may_name and any(line["needs_name"] for line in lines), ""),
        "is_coordinator": bool(may_name),
        "withdraw": may_name and next((NOMINATION.can(n, "withdraw", user) for n in people.values()), None),
        "deadline": at_post(invitation.reply_by, invitation.agency.time_zone),
        "proposed": proposed_dates(invitation) if invitation.status == "countered" else "",
    }
    return render(request, "portal/invitation_detail.html", context)


def _seat_line(seat: Seat, invitation: Invitation, nomination: Nomination | None) -> dict:
    """One seat in the agency's eyes: ours, still open, or gone. Whose it is instead, is not said."""
    ours = seat.held_by_id == invitation.pk
    if nomination:
        tag = nomination.plain_status_tag
    elif ours:
        tag = {"label": "Yours: name somebody", "tone": "warn"}
    elif seat.held_by_id or seat.is_filled:
        tag = {"label": "Filled", "tone": "neutral"}
    else:
        tag = {"label": "Open", "tone": "info"}
    return {
        "seat": seat,
        "label": f"{seat.number}. {seat.role}",
        "asks": asks(seat),
        "status": tag,
        "who": nomination.expert if nomination else "",
        "nomination": nomination,
        "needs_name": ours and nomination is None,
    }


def _merged(lines: list[dict]) -> list[dict]:
    """Seats that are alike and need nothing from us stand in one line."""
    found: list[dict] = []
    for line in lines:
        before = found[-1] if found else None
        if before and _alike(before, line):
            first = before["seat"].number
            found[-1] = before | {"label": f"{first} to {line['seat'].number}. {line['seat'].role}"}
        else:
            found.append(line)
    return found


def _alike(one: dict, two: dict) -> bool:
    quiet = one["nomination"] is None is two["nomination"] and not (one["needs_name"] or two["needs_name"])
    return quiet and one["seat"].role == two["seat"].role and all(one[k] == two[k] for k in ("asks", "status"))


def _turn(invitation: Invitation, lines: list[dict], may_answer, may_name) -> Turn | None:
    key, coordinator = invitation.reference, "your coordinator"
    if invitation.status == "sent":
        due = at_post(invitation.reply_by, invitation.agency.time_zone)
        url = reverse("portal:invitation-answer", args=[key])
        if not may_answer and "time to answer" in may_answer.reason:
            return Turn(False, "INL", may_answer.reason)
        return Turn(bool(may_answer), coordinator, "Please answer by", due, url, "Answer")
    if invitation.status == "countered":
        return Turn(False, "INL", "They look at what you propose.")
    missing = sum(1 for line in lines if line["needs_name"])
    if invitation.status in ANSWERED_YES and missing:
        url = reverse("portal:nomination-add", args=[key])
        seats = "seat" if missing == 1 else "seats"
        return Turn(
            bool(may_name), coordinator, f"Say who goes: {missing} {seats} without a name.", "", url, "Name people"
        )
    if invitation.status in ANSWERED_YES and any(line["status"]["label"] == "Offered" for line in lines):
        return Turn(False, "INL", "They confirm the people that you have offered.")
    return None


@door("portal")
def invitation_answer(request, key):
    """One page, one answer. A post with only `verb=decline` is the whole of a "not this time"."""
    invitation = load_invitation(request, key)
    require(INVITATION.can(invitation, "decline", request.user))
    seats, asked = open_seats(invitation), invitation.seats.count()
    form = AnswerForm(sent(request), seats=seats, asked=asked, initial={"verb": request.GET.get("verb", "")})
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            _answer(request, invitation, form)
            return _after_answer(request, invitation)
    context = {
        "invitation": invitation,
        "whose": whose(request.user, invitation),
        "form": form,
        "facts": request_facts(invitation)[:5],
        "deadline": at_post(invitation.reply_by, invitation.agency.time_zone),
        "gone": asked - len(seats),
    }
    return render(request, "portal/invitation_answer.html", context, status=422 if form.is_bound else 200)


def _answer(request, invitation: Invitation, form: AnswerForm) -> None:
    data = form.cleaned_data
    answer_invitation(
        invitation=invitation,
        verb=data["verb"],
        actor=request.user,
        seats=data.get("seats"),
        note=data["note"],
        proposed_start=data["proposed_start"] if data["verb"] == "counter" else None,
        proposed_end=data["proposed_end"] if data["verb"] == "counter" else None,
    )


def _after_answer(request, invitation: Invitation):
    words = {
        "declined": "Thank you for telling us. It costs you nothing, and nobody will ask why.",
        "countered": "Sent. INL looks at what you propose and answers.",
    }
    messages.success(request, words.get(invitation.status, "Thank you. INL has been told that you help."))
    if invitation.status in ANSWERED_YES and can_nominate(request.user, invitation) and invitation.held_seats.exists():
        return redirect("portal:nomination-add", invitation.reference)
    return redirect("portal:invitation-detail", invitation.reference)


@door("portal")
def nomination_add(request, key):
    """Who takes which of the seats that we have promised."""
    invitation = load_invitation(request, key)
    require(can_nominate(request.user, invitation))
    seats = _unnamed(invitation)
    require(answer(seats, "Every seat that you have promised has a name."))
    form = PeopleForm(sent(request), invitation=invitation, seats=seats)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            _name(request, invitation, form)
            return redirect("portal:invitation-detail", key)
    lines = [(seat, asks(seat)) for seat in seats]
    context = {
        "invitation": invitation,
        "whose": whose(request.user, invitation),
        "form": form,
        "lines": lines,
        "nobody": not form.people,
    }
    return render(request, "portal/nomination_add.html", context, status=422 if form.is_bound else 200)


def _unnamed(invitation: Invitation) -> list[Seat]:
    held = invitation.held_seats.with_filled().filter(is_filled=False)
    seats = list(held.select_related("expertise", "language").order_by("number"))
    for seat in seats:
        seat.need = invitation.need
    return seats


def _name(request, invitation: Invitation, form: PeopleForm) -> None:
    """All are offered, or nobody: a refusal becomes an error at its seat."""
    for seat, expert in form.chosen():
        with refusal_about(f"seat_{seat.pk}"):
            nominate_expert(invitation=invitation, seat=seat, expert=expert, actor=request.user)
    messages.success(request, "Offered. INL confirms them.")
    for warning in form.warnings():
        messages.warning(request, f"Please note: {warning}.")


@door("portal")
def seat_release(request, key, number):
    """Give one promised seat back."""
    invitation = load_invitation(request, key)
    require(can_nominate(request.user, invitation))
    seat = get_object_or_404(invitation.held_seats, number=number)
    if request.method == "POST":
        release_seats(invitation=invitation, seats=[seat], actor=request.user)
        messages.success(request, f"Seat {number} is open for others again. Thank you for telling us.")
        return redirect("portal:invitation-detail", key)
    context = {"invitation": invitation, "whose": whose(request.user, invitation), "seat": seat}
    return render(request, "portal/seat_release.html", context)


def of_invitation(nomination: Nomination) -> str:
    return reverse("portal:invitation-detail", args=[nomination.invitation.reference])


urlpatterns = [
    path("invitations/", invitation_list, name="invitation-list"),
    path("invitations/<str:key>/", invitation_detail, name="invitation-detail"),
    path("invitations/<str:key>/answer/", invitation_answer, name="invitation-answer"),
    path("invitations/<str:key>/people/", nomination_add, name="nomination-add"),
    path("invitations/<str:key>/seats/<int:number>/release/", seat_release, name="seat-release"),
    move_path(Nomination, "nominations", "portal", of_invitation),
]
