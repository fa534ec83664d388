"""Engagements at the post's door: what we asked for, who comes when."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import path, reverse

from engagements.lifecycles import ENGAGEMENT, NEED
from engagements.models import Need, NominationStatus
from engagements.pages import needs as pages
from engagements.pages.common import door, offers, steps
from engagements.pages.engagements import (
    PATH,
    drawn_panels,
    engagement_facts,
    engagement_turn,
    load_engagement,
    tag,
)
from engagements.pages.lists import engagement_list_page, need_list_page
from engagements.permissions import can_edit_need, can_register_need
from slp.history.services import timeline
from slp.lib.light import light
from slp.lib.lists import list_view
from slp.lib.moves import move_path

ANSWERS = ("Validate", "Return to the post", "Mark as unmet", "Look for people again")


@door("post")
def need_list(request):
    actions = []
    if can_register_need(request.user):
        actions = [{"label": "Register a need", "url": reverse("post:need-add")}]
    return list_view(request, need_list_page("post"), "post/need_list.html", list_actions=actions)


@door("post")
def need_detail(request, key):
    need = pages.show_need(request, key)
    lines = pages.seat_lines(need, request.user)
    context = {
        "need": need,
        "facts": pages.need_facts(need),
        "steps": steps(NEED, pages.PATH, need.status, plain=True, detours=pages.DETOURS),
        "turn": pages.need_turn(need, request.user, "post"),
        "moves": offers(need, request.user, "post"),
        "can_edit": can_edit_need(request.user, need),
        "can_copy": can_register_need(request.user),
        "comments": pages.comments(need, request.user, ANSWERS),
        **pages.filling(lines),
        "engagements": need.engagements.all(),
        "history": timeline(need),
    }
    return render(request, "post/need_detail.html", context)


@door("post")
def need_add(request):
    return pages.need_add(request, "post")


@door("post")
def need_edit(request, key):
    return pages.need_edit(request, "post", key)


@door("post")
def engagement_list(request):
    return list_view(request, engagement_list_page("post"), "post/engagement_list.html")


@door("post")
def engagement_detail(request, key):
    """Who comes, when, and how far it has come. Paperwork and money stay between INL and the agency."""
    engagement = load_engagement(request, key, paperwork=False)
    panels = drawn_panels(request, engagement, "post")
    people = []
    if engagement.need_id and not panels:
        need = light(Need, {"id": engagement.need_id})
        people = [
            line.nomination
            for line in pages.seat_lines(need, request.user)
            if line.nomination and line.nomination.status == NominationStatus.CONFIRMED
        ]
    context = {
        "engagement": engagement,
        "status": tag(engagement, "post"),
        "facts": engagement_facts(engagement),
        "steps": steps(ENGAGEMENT, PATH, engagement.status, plain=True),
        "turn": engagement_turn(engagement, request.user, "post", [], []),
        "people": people,
        "panels": panels,
    }
    return render(request, "post/engagement_detail.html", context)


urlpatterns = [
    path("needs/", need_list, name="need-list"),
    path("needs/new/", need_add, name="need-add"),
    path("needs/<str:key>/", need_detail, name="need-detail"),
    path("needs/<str:key>/edit/", need_edit, name="need-edit"),
    move_path(Need, "needs", "post", "need-detail"),
    path("engagements/", engagement_list, name="engagement-list"),
    path("engagements/<str:key>/", engagement_detail, name="engagement-detail"),
]
