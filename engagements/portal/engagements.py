"""Engagements and addenda as the agency sees them: its own part."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import path

from engagements.lifecycles import ENGAGEMENT
from engagements.pages import addenda as papers_pages
from engagements.pages.common import door, steps
from engagements.pages.engagements import (
    PATH,
    drawn_panels,
    engagement_facts,
    engagement_turn,
    load_engagement,
    papers,
    reports_of,
    tag,
)
from engagements.pages.lists import engagement_list_page
from partners.permissions import agency_ids
from slp.lib.lists import list_view


@door("portal")
def engagement_list(request):
    return list_view(request, engagement_list_page("portal"), "portal/engagement_list.html")


@door("portal")
def engagement_detail(request, key):
    engagement = load_engagement(request, key)
    mine = agency_ids(request.user)
    sheets = papers(engagement, mine)
    reports = reports_of(engagement, mine)
    context = {
        "engagement": engagement,
        "status": tag(engagement, "portal"),
        "facts": engagement_facts(engagement),
        "steps": steps(ENGAGEMENT, PATH, engagement.status, plain=True),
        "turn": engagement_turn(engagement, request.user, "portal", sheets, reports),
        "papers": sheets,
        "reports": reports,
        "others": [p.agency for p in engagement.participations.all() if p.agency_id not in mine],
        "panels": drawn_panels(request, engagement, "portal"),
    }
    return render(request, "portal/engagement_detail.html", context)


@door("portal")
def addendum_detail(request, key):
    return papers_pages.addendum_detail(request, "portal", key)


@door("portal")
def addendum_sign(request, key):
    return papers_pages.addendum_sign(request, "portal", key)


urlpatterns = [
    path("engagements/", engagement_list, name="engagement-list"),
    path("engagements/<str:key>/", engagement_detail, name="engagement-detail"),
    path("addenda/<int:key>/", addendum_detail, name="addendum-detail"),
    path("addenda/<int:key>/sign/", addendum_sign, name="addendum-sign"),
]
