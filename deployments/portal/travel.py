"""Travel at the portal: the coordinator's team in one grid, the traveller's own journey on a phone."""

from __future__ import annotations

from dataclasses import replace

import django_filters
from django.shortcuts import render
from django.urls import path

from deployments.lifecycles import DEPLOYMENT
from deployments.models import Deployment, DeploymentStatus
from deployments.pages import travel as pages
from deployments.pages.beside import beside
from deployments.pages.clearances import clearance_urls
from deployments.pages.common import load_deployment
from deployments.pages.readiness import items, teams, with_clearances
from deployments.pages.stays import nights, stay_urls
from deployments.permissions import can_check_in, can_plan_travel
from engagements.pages.common import door, offers, steps
from partners.pages.common import whose
from partners.permissions import agency_roles, of_several
from slp.lib.filters import FilterSet
from slp.lib.lists import Column, Empty, ListPage, list_view
from slp.lib.moves import move_path

BEFORE = ("nominated", "confirmed", "preparing", "ready")
IN_GRIDS = 60  # people in the grids above the list; the list has everybody


class DeploymentFilter(FilterSet):
    status = django_filters.ChoiceFilter(
        label="State", choices=[(s, DEPLOYMENT.label(s, plain=True)) for s in DeploymentStatus.values]
    )

    class Meta:
        model = Deployment
        fields = ["status"]


def _travellers(user):
    """In country first, then by departure; the past last, newest first."""
    return Deployment.objects.visible_to(user).annotate(turn=pages.turn_of(first=("in_country",), then=BEFORE))


LIST = ListPage(
    title="Travel",
    intro="Who travels, and what is still missing before they leave.",
    rows=_travellers,
    shared=True,
    columns=(
        Column("expert__name", "Who"),
        Column("country__name", "Country"),
        Column("city", "City"),
        Column("starts_on", "Leaves"),
        Column("ends_on", "Returns"),
        Column("status", "State", lifecycle=DEPLOYMENT, plain=True),
        Column("reference", "Reference"),
    ),
    order="turn",
    empty=Empty(
        "Nobody travels yet",
        "When INL has confirmed somebody for a seat and the addendum is written, the journey stands here with "
        "everything that is needed before departure.",
    ),
    link=lambda row: f"/portal/deployments/{row['reference']}/",
    filters=DeploymentFilter,
    search="search_text",
    search_label="Reference, role or city",
    filename="travel",
)
OF_SEVERAL = replace(LIST, columns=(LIST.columns[0], Column("agency__name", "Agency"), *LIST.columns[1:]))
MINE = replace(LIST, title="My travel", intro="Your journeys, and what is still missing.")


@door("portal")
def deployment_list(request):
    """A coordinator sees each team's readiness in one grid, and everybody below; a traveller their own journeys."""
    roles = agency_roles(request.user)
    found, only = [], 0
    if "coordinator" in roles and not request.GET.keys() - {"sort"}:
        leaving = Deployment.objects.visible_to(request.user).filter(status__in=BEFORE).order_by("starts_on", "pk")
        people = list(with_clearances(leaving, request.user)[: IN_GRIDS + 1])
        found, only = teams(people[:IN_GRIDS], request.user, "portal"), IN_GRIDS if len(people) > IN_GRIDS else 0
    page = (OF_SEVERAL if of_several(request.user) else LIST) if roles - {"traveller"} else MINE
    return list_view(request, page, "portal/deployment_list.html", teams=found, only=only)


@door("portal")
def deployment_detail(request, key: str):
    """What is missing, in order of deadline; where, when, whom to call."""
    deployment = load_deployment(request, key)
    own = deployment.expert.user_id == request.user.pk
    rows = items(deployment, request.user, "portal")
    found = beside(deployment, "nights", "contacts", "check_ins", "trainings")
    context = {
        "deployment": deployment,
        "whose": whose(request.user, deployment),
        "own": own,
        "post": deployment.country.post,
        "steps": steps(DEPLOYMENT, pages.PATH, deployment.status, plain=True),
        "turn": pages.turn(deployment, rows, request.user, traveller=own, check_ins=found["check_ins"]),
        "moves": offers(deployment, request.user, "portal"),
        "facts": pages.journey_facts(deployment),
        **found,
        "nights": nights(deployment, found["nights"], "portal"),
        "personal": pages.personal_facts(deployment, request.user),
        "items": rows,
        "open_items": sum(item.is_open or item.short_lived for item in rows),
        "can_plan": can_plan_travel(request.user, deployment),
        "can_check_in": can_check_in(request.user, deployment),
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
