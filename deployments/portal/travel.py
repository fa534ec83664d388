"""Travel at the portal: the coordinator's team in one grid, the traveller's own journey on a phone."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Value, When
from django.shortcuts import render
from django.urls import path

from deployments.lifecycles import DEPLOYMENT
from deployments.models import Deployment
from deployments.pages import travel as pages
from deployments.pages.clearances import clearance_urls
from deployments.pages.common import load_deployment
from deployments.pages.readiness import items, teams, with_clearances
from deployments.pages.stays import nights, stay_urls
from deployments.permissions import can_check_in, can_plan_travel
from engagements.pages.common import door, due_words, offers, steps
from partners.permissions import agency_roles
from slp.lib.dates import show
from slp.lib.moves import move_path

BEFORE = ("nominated", "confirmed", "preparing", "ready")
LIMIT = 120


def _order():
    """In country first, then by departure; the past last."""
    rank = Case(
        When(status="in_country", then=Value(0)),
        When(status__in=BEFORE, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rank, "starts_on", "pk"


@door("portal")
def deployment_list(request):
    """A coordinator sees each team's readiness in one grid, and everybody below; a traveller their own journeys."""
    rows = list(with_clearances(Deployment.objects.visible_to(request.user)).order_by(*_order())[:LIMIT])
    leaving = [d for d in rows if d.status in BEFORE]
    office = agency_roles(request.user) & {"coordinator"}
    context = {
        "teams": teams(leaving, request.user, "portal") if office else [],
        "is_office": bool(agency_roles(request.user) - {"traveller"}),
        "deployments": rows,
        "show": show,
        "due_words": due_words,
    }
    return render(request, "portal/deployment_list.html", context)


@door("portal")
def deployment_detail(request, key: str):
    """What is missing, in order of deadline; where, when, whom to call."""
    deployment = load_deployment(request, key)
    own = deployment.expert.user_id == request.user.pk
    rows = items(deployment, request.user, "portal")
    context = {
        "deployment": deployment,
        "own": own,
        "post": deployment.country.post,
        "steps": steps(DEPLOYMENT, pages.PATH, deployment.status, plain=True),
        "turn": pages.turn(deployment, rows, traveller=own),
        "moves": offers(deployment, request.user, "portal"),
        "facts": pages.journey_facts(deployment),
        "nights": nights(deployment, "portal"),
        "personal": pages.personal_facts(deployment, request.user),
        "items": rows,
        "open_items": sum(item.is_open or item.short_lived for item in rows),
        "can_plan": can_plan_travel(request.user, deployment),
        "can_check_in": can_check_in(request.user, deployment),
        "contacts": pages.contacts(deployment),
        "check_ins": deployment.check_ins.all()[:5],
        "trainings": deployment.trainings.select_related("session"),
    }
    return render(request, "portal/deployment_detail.html", context)


PORTAL = {"door": "portal"}
urlpatterns = [
    path("travel/", deployment_list, name="deployment-list"),
    path("deployments/<str:key>/", deployment_detail, name="deployment-detail"),
    path("deployments/<str:key>/edit/", door("portal")(pages.deployment_edit), PORTAL, name="deployment-edit"),
    path("deployments/<str:key>/check-in/", door("portal")(pages.checkin_add), PORTAL, name="checkin-add"),
    move_path(Deployment, "deployments", "portal", "deployment-detail"),
    *clearance_urls("portal"),
    *stay_urls("portal"),
]
