"""Asking agencies, reading their answers, confirming people."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from engagements.desk.matching import being_asked
from engagements.forms.invitations import ConfirmForm, InvitationEditForm, InviteForm
from engagements.matching import Candidate, check, same_seats
from engagements.models import Invitation, Need, Nomination
from engagements.models.invitation import OPEN
from engagements.pages.common import Turn, door, facts, form_page, offers, sent
from engagements.pages.invitations import asked_seats, counter_offer, offered_people, show_invitation
from engagements.pages.lists import invitation_list_page
from engagements.pages.needs import load_need
from engagements.permissions import can_invite
from engagements.services.invitations import (
    change_invitation,
    confirm_nominations,
    draft_invitation,
    invite_agency,
)
from partners.models import Agency
from slp.history.services import timeline
from slp.lib.answers import answer, require
from slp.lib.dates import at_post, show_span
from slp.lib.forms import refusal_about, refused_at
from slp.lib.lists import list_view
from slp.lib.moves import move_path
from slp.lib.numbers import whole_numbers


@door("desk")
def invitation_list(request):
    return list_view(request, invitation_list_page("desk"), "desk/invitation_list.html")


def load_invitation(request, key: str) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related("need__country", "agency", "sender")
    return get_object_or_404(rows, reference=key)


@door("desk")
def invitation_detail(request, key):
    """What was asked and how it stands. Of a no, neither the reason nor the note is shown."""
    invitation, user = show_invitation(request, key), request.user
    need, zone = invitation.need, invitation.agency.time_zone
    counter = counter_offer(invitation, user)
    seats = asked_seats(invitation, user)
    context = {
        "invitation": invitation,
        "facts": facts(
            ("Agency", invitation.agency),
            ("For", need),
            ("When", show_span(need.starts_on, need.ends_on)),
            ("Seats asked for", "; ".join(f"{s.number}. {s.role}" for s in seats)),
            ("Message", invitation.message),
            ("Sent", at_post(invitation.sent_at, zone) if invitation.sent_at else "Not sent yet"),
            ("Answer by", at_post(invitation.reply_by, zone)),
            ("Asked by", invitation.sender),
        ),
        "turn": _turn(invitation, user),
        "moves": offers(invitation, user, "desk"),
        "can_edit": answer(invitation.status in OPEN, "") & can_invite(user, need),
        "counter": counter,
        "counter_dates": show_span(counter["proposed_start"], counter["proposed_end"]) if counter else "",
        "people": offered_people(invitation, user),
        "history": timeline(invitation),
    }
    return render(request, "desk/invitation_detail.html", context)


def _turn(invitation: Invitation, user) -> Turn | None:
    mine = user.staff_role in ("officer", "director")
    due = at_post(invitation.reply_by, invitation.agency.time_zone)
    texts = {
        "draft": Turn(mine, "an INL/KM officer", "It is written but not sent."),
        "sent": Turn(False, str(invitation.agency), "They can answer until", due),
        "countered": Turn(mine, "an INL/KM officer", "Agree to what they propose, or send the request again."),
    }
    return texts.get(invitation.status)


@door("desk")
def invitation_add(request, key):
    """One page for all the agencies that were chosen on the candidates' page."""
    need = load_need(request, key)
    require(can_invite(request.user, need))
    chosen = whole_numbers(request.GET.getlist("agency"))
    agencies = list(Agency.objects.visible_to(request.user).filter(pk__in=chosen).order_by("name"))
    if not agencies:
        return redirect(f"{reverse('desk:need-match', args=[need.reference])}?choose=1")
    form = InviteForm(
        sent(request),
        need=need,
        agencies=agencies,
        taken=being_asked(need),
        initial=_seats_named(request, need, agencies),
    )
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            _invite(request, need, form)
            return redirect("desk:need-detail", need.reference)
    context = {"need": need, "form": form, "agencies": agencies}
    return render(request, "desk/invitation_add.html", context, status=422 if form.is_bound else 200)


def _seats_named(request, need: Need, agencies: list[Agency]) -> dict:
    """The seats that the address names for an agency, as the page of a team does; else all that are open are ticked."""
    numbers = {name: whole_numbers(request.GET.getlist(name)) for name in map(InviteForm.name_of, agencies)}
    named = {n for chosen in numbers.values() for n in chosen}
    seats = {seat.number: seat for seat in need.seats.filter(number__in=named)} if named else {}
    return {name: [seats[n] for n in chosen if n in seats] for name, chosen in numbers.items() if chosen}


def _invite(request, need: Need, form: InviteForm) -> None:
    """All requests go out, or none: a refusal becomes an error at its agency."""
    send = request.POST.get("action") != "draft"
    verb = invite_agency if send else draft_invitation
    for asked in form.requests():
        with refusal_about(InviteForm.name_of(asked["agency"])):
            verb(need=need, actor=request.user, **asked)
    names = " and ".join(str(a) for a in form.agencies)
    messages.success(request, f"Sent to {names}." if send else f"Kept as drafts for {names}. Nobody has been told.")


@door("desk")
def invitation_edit(request, key):
    invitation = load_invitation(request, key)
    require(can_invite(request.user, invitation.need))
    require(answer(invitation.status in OPEN, "This invitation is answered or over; it can't be changed any more."))
    form = InvitationEditForm(sent(request), instance=invitation)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            data = form.cleaned_data
            change_invitation(
                invitation=invitation,
                actor=request.user,
                fields={"message": data["message"], "reply_by": data["reply_by"]},
                seats=data["seats"],
                seen_version=data["seen_version"] or invitation.version,
            )
            messages.success(request, "Saved." + (" The agency has been told." if invitation.status == "sent" else ""))
            return redirect("desk:invitation-detail", key)
    return form_page(request, "desk", form, template="desk/invitation_edit.html", invitation=invitation)


@door("desk")
def nomination_confirm(request, key):
    """Everybody who is offered for a need, with how they stand against the seat: confirm them at once."""
    need = load_need(request, key)
    rows = list(
        Nomination.objects.visible_to(request.user)
        .filter(seat__need=need, status="offered")
        .select_related("seat__expertise", "seat__language", "expert__agency", "invitation")
    )
    require(answer(request.user.staff_role in ("officer", "director"), "People are confirmed by an INL/KM officer."))
    require(answer(rows, "Nobody is waiting to be confirmed for this need."))
    form = ConfirmForm(sent(request), choices=_standing(rows, need))
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            taken = [row for row in rows if row.pk in form.cleaned_data["people"]]
            count = confirm_nominations(nominations=taken, actor=request.user)
            messages.success(request, f"{count} confirmed. They and their agency have been told.")
            return redirect("desk:need-detail", need.reference)
    context = {"need": need, "form": form}
    return render(request, "desk/nomination_confirm.html", context, status=422 if form.is_bound else 200)


def _standing(rows: list[Nomination], need: Need) -> list[tuple[int, str]]:
    """Each person in one line, with how they stand. One query for each kind of seat."""
    for row in rows:
        row.seat.need = need
    found = {}
    for group in same_seats([row.seat for row in rows]):
        ids = {seat.pk for seat in group}
        people = [row.expert_id for row in rows if row.seat_id in ids]
        found |= check(group[0], people)
    return [(row.pk, _who(row, found.get(row.expert_id))) for row in rows]


def _who(nomination: Nomination, standing: Candidate | None) -> str:
    missing = "; ".join(c.words for c in standing.missing) if standing else "no longer on the roster"
    words = missing or f"meets what is asked ({standing.total} points)"
    expert = nomination.expert
    return f"Seat {nomination.seat.number}, {nomination.seat.role}: {expert}, {expert.agency} - {words}"


def of_need(nomination: Nomination) -> str:
    return reverse("desk:need-detail", args=[nomination.seat.need.reference])


urlpatterns = [
    path("invitations/", invitation_list, name="invitation-list"),
    path("invitations/<str:key>/", invitation_detail, name="invitation-detail"),
    path("invitations/<str:key>/edit/", invitation_edit, name="invitation-edit"),
    move_path(Invitation, "invitations", "desk", "invitation-detail"),
    path("needs/<str:key>/invite/", invitation_add, name="invitation-add"),
    path("needs/<str:key>/confirm/", nomination_confirm, name="nomination-confirm"),
    move_path(Nomination, "nominations", "desk", of_need),
]
