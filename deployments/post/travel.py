"""Who is in country, who lands when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import django_filters
from django.db.models import Exists, OuterRef, Subquery
from django.shortcuts import render
from django.urls import path

from deployments.lifecycles import DEPLOYMENT
from deployments.models import CheckIn, Deployment, DeploymentStatus, SupportEntry, SupportKind
from deployments.pages import travel as pages
from deployments.pages.clearances import clearance_urls
from deployments.pages.common import in_post_time, load_deployment, post_of
from deployments.pages.readiness import items
from deployments.pages.stays import nights, stay_urls
from deployments.pages.teams import team_urls
from deployments.permissions import can_check_in, can_log_support, can_plan_travel, can_report_incident
from engagements.pages.common import door, due_words, offers, steps
from slp.lib.dates import at_post, show, start_of, today
from slp.lib.lists import Column, Empty, ListPage, list_view
from slp.lib.moves import move_path

AHEAD = timedelta(days=90)
BEHIND = timedelta(days=7)
BEFORE = ("confirmed", "preparing", "ready")
LIMIT = 60


@dataclass(frozen=True)
class Person:
    """One row of the board."""

    row: dict
    zone: str

    @property
    def last_check_in(self) -> str:
        moment = self.row["checked_in_at"]
        return at_post(moment, self.zone) if moment else ""

    @property
    def safe(self) -> dict[str, str]:
        if self.row["checked_in_at"] is None:
            return {"label": "No check-in yet", "tone": "warn"}
        if self.row["last_safe"] is False:
            return {"label": "Not safe", "tone": "bad"}
        return {"label": "Safe", "tone": "good"}

    @property
    def briefed(self) -> dict[str, str]:
        if self.row["briefed"]:
            return {"label": "Briefed", "tone": "good"}
        return {"label": "Not briefed", "tone": "warn"}

    @property
    def status(self) -> dict[str, str]:
        return {"label": DEPLOYMENT.label(self.row["status"]), "tone": DEPLOYMENT.tone(self.row["status"])}

    @property
    def until(self) -> str:
        return show(self.row["ends_on"])

    @property
    def lands(self) -> str:
        return f"{show(self.row['starts_on'])}, {due_words(self.row['starts_on'])}"


FIELDS = (
    "reference", "status", "expert__name", "expert__rank", "agency__name", "city", "lodging", "phone_in_country",
    "flights", "starts_on", "ends_on", "country__post__time_zone", "briefed", "checked_in_at", "last_safe",
    "engagement__reference", "engagement__title",
)  # fmt: skip


def board(user):
    """Everybody of the post's countries, with the briefing and the last check-in. One query."""
    last = CheckIn.objects.filter(deployment=OuterRef("pk")).order_by("-at")
    briefings = SupportEntry.objects.filter(deployments=OuterRef("pk"), kind=SupportKind.ARRIVAL_BRIEFING)
    return Deployment.objects.visible_to(user).annotate(
        briefed=Exists(briefings),
        checked_in_at=Subquery(last.values("at")[:1]),
        last_safe=Subquery(last.values("is_safe")[:1]),
    )


@dataclass(frozen=True)
class Section:
    """A part of the board; `total` is more than the people who stand there when the rest was cut off."""

    people: list[Person]
    total: int

    @property
    def only(self) -> int:
        """How many stand here, if not everybody does."""
        return len(self.people) if self.total > len(self.people) else 0


def _section(rows) -> Section:
    """At most LIMIT people: the page stays light for a poor line. One query, two where somebody is cut off."""
    found = list(rows.values(*FIELDS)[: LIMIT + 1])
    people = [Person(row, row["country__post__time_zone"]) for row in found[:LIMIT]]
    return Section(people, rows.count() if len(found) > LIMIT else len(found))


@door("post")
@in_post_time
def deployment_list(request):
    """In country now, landing soon, gone since a week."""
    day = today(post_of(request.user).zone)
    rows = board(request.user)
    coming = rows.filter(status__in=BEFORE, starts_on__lte=day + AHEAD).order_by("starts_on", "expert__name")
    gone = rows.filter(status__in=["returned", "curtailed"], returned_at__gte=start_of(day - BEHIND))
    context = {
        "post": post_of(request.user),
        "here": _section(rows.filter(status="in_country").order_by("city", "expert__name")),
        "coming": _section(coming),
        "gone": _section(gone.order_by("-returned_at")),
        "landing": _landing(request, coming),
    }
    return render(request, "post/deployment_list.html", context)


class DeploymentFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(label="State", choices=DeploymentStatus.choices)

    class Meta:
        model = Deployment
        fields = ["status"]


EVERYBODY = ListPage(
    title="Everybody who travels here",
    intro="Those in country first, then whoever lands next, then the past.",
    rows=lambda user: Deployment.objects.visible_to(user).annotate(
        turn=pages.turn_of(first=("in_country",), then=("nominated", *BEFORE))
    ),
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


def _landing(request, coming) -> list[tuple[str, str]]:
    """Teams of which somebody is ready and due: (reference, title) for the button that records their arrival."""
    ready = coming.filter(status="ready", starts_on__lte=today(), engagement__status="under_way")
    found = ready.order_by("engagement").values_list("engagement__reference", "engagement__title")
    return sorted(set(found))


@door("post")
@in_post_time
def deployment_detail(request, key: str):
    """One traveller: where, how to reach them, briefed or not, what the post has to clear, what was logged."""
    deployment = load_deployment(request, key)
    entries = SupportEntry.objects.filter(deployments=deployment).select_related("author")
    rows = items(deployment, request.user, "post")
    context = {
        "deployment": deployment,
        "zone": deployment.country.post.time_zone,
        "steps": steps(DEPLOYMENT, pages.PATH, deployment.status),
        "moves": offers(deployment, request.user, "post"),
        "facts": pages.journey_facts(deployment),
        "nights": nights(deployment, "post"),
        "personal": pages.personal_facts(deployment, request.user),
        "items": rows,
        "turn": pages.turn(deployment, rows, request.user, traveller=False),
        "can_plan": can_plan_travel(request.user, deployment),
        "can_check_in": can_check_in(request.user, deployment),
        "can_log": can_log_support(request.user, deployment.country),
        "can_report": can_report_incident(request.user, deployment.country),
        "check_ins": deployment.check_ins.select_related("author")[:5],
        "support": list(entries[:10]),
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
