"""Who is in country, who lands when."""

from __future__ import annotations

import django_filters
from django.shortcuts import render
from django.urls import path

from deployments.lifecycles import DEPLOYMENT
from deployments.models import Deployment, DeploymentStatus
from deployments.pages import travel as pages
from deployments.pages.beside import beside
from deployments.pages.clearances import clearance_urls
from deployments.pages.common import in_post_time, load_deployment, post_of
from deployments.pages.readiness import items
from deployments.pages.stays import nights, stay_urls
from deployments.pages.teams import team_urls
from deployments.permissions import can_check_in, can_log_support, can_plan_travel, can_report_incident
from deployments.post import board
from engagements.pages.common import door, offers, steps
from slp.lib.dates import today
from slp.lib.filters import FilterSet
from slp.lib.lists import Column, Empty, ListPage, list_view
from slp.lib.moves import move_path

LIMIT = 60


@door("post")
@in_post_time
def deployment_list(request):
    """In country now, landing soon, gone since a week."""
    post = post_of(request.user)
    day = today(post.zone)
    found = board.board(request.user, day, LIMIT)
    context = {
        "post": post,
        "here": found.here,
        "coming": found.coming,
        "gone": found.gone,
        "in_country": found.in_country(),
        "lands": found.landing(),
        "landing": _landing(request, found.coming, day),
    }
    return render(request, "post/deployment_list.html", context)


class DeploymentFilter(FilterSet):
    status = django_filters.ChoiceFilter(label="State", choices=DeploymentStatus.choices)

    class Meta:
        model = Deployment
        fields = ["status"]


EVERYBODY = ListPage(
    title="Everybody who travels here",
    intro="Those in country first, then whoever lands next, then the past.",
    rows=lambda user: Deployment.objects.visible_to(user).annotate(
        turn=pages.turn_of(first=("in_country",), then=("nominated", *board.BEFORE))
    ),
    shared=True,
    columns=(
        Column("expert__name", "Traveller"),
        Column("agency__name", "Agency"),
        Column("city", "City"),
        Column("phone_in_country", "Phone"),
        Column("starts_on", "Lands"),
        Column("ends_on", "Until"),
        Column("status", "State", lifecycle=DEPLOYMENT),
    ),
    order="turn",
    empty=Empty("Nobody travels here yet", "Everybody who is confirmed for your country stands here."),
    link=lambda row: f"/post/deployments/{row['reference']}/",
    link_fields=("reference",),
    filters=DeploymentFilter,
    search="search_text",
    search_label="Reference, role or city",
    filename="travellers",
)


@door("post")
@in_post_time
def deployment_all(request):
    """The whole list behind the board, page by page."""
    return list_view(request, EVERYBODY, "post/deployment_all.html")


def _landing(request, coming: board.Section, day) -> list[tuple[str, str]]:
    """Teams of which somebody is ready and due: (reference, title) for the button that records their arrival.

    Nobody is asked for them as long as the board has everybody and nobody on it is so far.
    """
    if not coming.only and not any(p["status"] == "ready" and p["starts_on"] <= today() for p in coming.people):
        return []
    ready = board.landing_soon(request.user, day).filter(
        status="ready", starts_on__lte=today(), engagement__status="under_way"
    )
    found = ready.order_by("engagement").values_list("engagement__reference", "engagement__title")
    return sorted(set(found))


@door("post")
@in_post_time
def deployment_detail(request, key: str):
    """One traveller: where, how to reach them, briefed or not, what the post has to clear, what was logged."""
    deployment = load_deployment(request, key)
    rows = items(deployment, request.user, "post")
    found = beside(deployment, "nights", "check_ins", "support")
    context = {
        "deployment": deployment,
        "steps": steps(DEPLOYMENT, pages.PATH, deployment.status),
        "moves": offers(deployment, request.user, "post"),
        "facts": pages.journey_facts(deployment),
        **found,
        "nights": nights(deployment, found["nights"], "post"),
        "personal": pages.personal_facts(deployment, request.user),
        "items": rows,
        "can_plan": can_plan_travel(request.user, deployment),
        "can_check_in": can_check_in(request.user, deployment),
        "can_log": can_log_support(request.user, deployment.country),
        "can_report": can_report_incident(request.user, deployment.country),
    }
    return render(request, "post/deployment_detail.html", context)


POST = {"door": "post"}
urlpatterns = [
    path("deployments/", deployment_list, name="deployment-list"),
    path("deployments/all/", deployment_all, name="deployment-all"),
    path("deployments/<str:key>/", deployment_detail, name="deployment-detail"),
    path("deployments/<str:key>/edit/", door("post")(pages.deployment_edit), POST, name="deployment-edit"),
    path("deployments/<str:key>/check-in/", door("post")(pages.checkin_add), POST, name="checkin-add"),
    move_path(Deployment, "deployments", "post", "deployment-detail"),
    *clearance_urls("post"),
    *stay_urls("post"),
    *team_urls("post"),
]
