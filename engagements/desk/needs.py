"""Triage: what the posts ask for, how far each need has come."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import render
from django.urls import path, reverse

from engagements.lifecycles import INVITATION, NEED, NOMINATION
from engagements.models import Invitation, Need, Nomination
from engagements.pages import needs as pages
from engagements.pages.common import door, offers, steps
from engagements.pages.lists import need_list_page
from engagements.permissions import can_edit_need, can_invite, can_match, can_open_engagement, can_register_need
from slp.history.services import timeline
from slp.lib.dates import at_post
from slp.lib.lists import list_view
from slp.lib.moves import move_path
from slp.lib.statements import kept


@door("desk")
def need_list(request):
    actions = []
    if can_register_need(request.user):
        actions = [{"label": "Register a need for a post", "url": reverse("desk:need-add")}]
    return list_view(request, need_list_page("desk"), "desk/need_list.html", list_actions=actions)


@kept
def _asked(reader, need):
    live = Nomination.objects.filter(invitation=OuterRef("pk"), status__in=("offered", "confirmed")).order_by()
    offered = Coalesce(Subquery(live.values("invitation").annotate(count=Count("pk")).values("count")), 0)
    rows = Invitation.objects.visible_to(reader).filter(need=need).order_by("agency__name", "pk")
    return rows.values_list("reference", "status", "agency__name", "reply_by", "agency__time_zone", offered)


def asked_agencies(need: Need, user) -> list[dict]:
    """The invitations in plain states, with how many people each agency has offered. Never a reason."""
    return [
        {
            "reference": reference,
            "agency": agency,
            "label": INVITATION.label(status),
            "tone": INVITATION.tone(status),
            "answer_by": at_post(reply_by, zone),
            "offered": offered,
        }
        for reference, status, agency, reply_by, zone, offered in _asked(user, need.pk)
    ]


@door("desk")
def need_detail(request, key):
    need = pages.show_need(request, key)
    user = request.user
    lines = pages.seat_lines(need, user)
    context = {
        "need": need,
        "facts": pages.need_facts(need),
        "steps": steps(NEED, pages.PATH, need.status, detours=pages.DETOURS),
        "turn": pages.need_turn(need, user, "desk"),
        "moves": offers(need, user, "desk"),
        "can_edit": can_edit_need(user, need),
        "can_copy": can_register_need(user),
        "can_match": can_match(user, need),
        "can_open": can_open_engagement(user, need),
        "acts": user.staff_role in ("officer", "director"),
        **pages.filling(lines),
        "release": next((NOMINATION.can(line.nomination, "withdraw", user) for line in lines if line.nomination), None),
        "offered": [line for line in lines if line.nomination and line.nomination.status == "offered"],
        "invitations": asked_agencies(need, user),
        "can_invite": can_invite(user, need),
        "engagements": need.engagements.all(),
        "history": timeline(need),
    }
    return render(request, "desk/need_detail.html", context)


@door("desk")
def need_add(request):
    return pages.need_add(request, "desk")


@door("desk")
def need_edit(request, key):
    return pages.need_edit(request, "desk", key)


urlpatterns = [
    path("needs/", need_list, name="need-list"),
    path("needs/new/", need_add, name="need-add"),
    path("needs/<str:key>/", need_detail, name="need-detail"),
    path("needs/<str:key>/edit/", need_edit, name="need-edit"),
    move_path(Need, "needs", "desk", "need-detail"),
]
