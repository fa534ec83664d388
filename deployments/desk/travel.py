"""Who leaves, who is not ready: the desk's travel pages."""

from __future__ import annotations

from dataclasses import replace

import django_filters
from django.contrib import messages
from django.db import transaction
from django.db.models import Func, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from deployments.forms import DatesForm, SendForm
from deployments.lifecycles import DEPLOYMENT
from deployments.models import Clearance, Deployment, DeploymentStatus
from deployments.pages import travel as pages
from deployments.pages.beside import beside
from deployments.pages.clearances import clearance_urls
from deployments.pages.common import form_page, load_deployment
from deployments.pages.readiness import BEFORE, items, team_lines
from deployments.pages.stays import nights, stay_urls
from deployments.pages.teams import team_urls
from deployments.permissions import can_plan_travel
from deployments.services import travel
from deployments.services.readiness import OPEN
from engagements.models import Engagement
from engagements.pages.common import door, offers, steps
from partners.models import Expert
from slp.history.models import PERSONAL_STAFF
from slp.history.services import timeline
from slp.lib.answers import answer, require
from slp.lib.dates import today
from slp.lib.errors import readable_constraints
from slp.lib.filters import FilterSet, PairsFilter
from slp.lib.forms import refused_at
from slp.lib.lists import Column, Empty, ListPage, list_view
from slp.lib.moves import move_page
from slp.places.choices import all_countries

NOW = ("nominated", *BEFORE, "in_country", "returned")
TEAMS = 8  # above the list; each has its grid on its engagement's page


class DeploymentFilter(FilterSet):
    status = django_filters.ChoiceFilter(
        label="State",
        empty_label="All that are not over",
        choices=[("all", "All, with the past"), *DeploymentStatus.choices],
        method="by_status",
    )
    country = PairsFilter(label="Country")

    class Meta:
        model = Deployment
        fields = ["status", "country"]

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        return {"country": all_countries()}

    def by_status(self, rows, name, value):
        return rows if value == "all" else rows.filter(status=value)


def _counted(**conditions):
    """How many clearances of a journey fulfil the conditions: a subquery, asked only for the rows that are shown."""
    rows = Clearance.objects.filter(deployment=OuterRef("pk"), status__in=OPEN, **conditions)
    count = rows.order_by().annotate(count=Func(Value(1), function="count")).values("count")
    return Coalesce(Subquery(count), 0, output_field=IntegerField())


def travellers(user):
    """Journeys in their `turn`: who leaves first, then who is abroad, then the past, newest first."""
    return Deployment.objects.visible_to(user).annotate(turn=pages.turn_of(first=BEFORE, then=("in_country",)))


LIST = ListPage(
    title="Everybody who travels",
    rows=travellers,
    shared=True,
    columns=(
        Column("expert__name", "Traveller"),
        Column("agency__name", "Agency"),
        Column("country__name", "Country"),
        Column("starts_on", "Leaves"),
        Column("ends_on", "Returns"),
        Column("status", "State", lifecycle=DEPLOYMENT),
        Column("missing", "Missing", kind="number"),
        Column("overdue", "Overdue", kind="number"),
    ),
    order="turn",
    empty=Empty("Nobody travels yet", "When an addendum is written, everybody confirmed for a seat stands here."),
    link=lambda row: f"/admin/desk/deployments/{row['reference']}/",
    link_fields=("reference",),
    filters=DeploymentFilter,
    search="search_text",
    search_label="Reference, role or city",
    filename="travel",
    worked_out={"missing": _counted, "overdue": lambda: _counted(due_on__lt=today())},
)


OPEN_LIST = replace(LIST, rows=lambda user: travellers(user).filter(status__in=NOW))


def _without_papers(page: ListPage) -> ListPage:
    """For INL/KM people who don't read travellers' requirements: not how many are missing, either."""
    return replace(page, columns=tuple(c for c in page.columns if c.key not in page.worked_out), worked_out={})


PLAIN_LIST, OPEN_PLAIN_LIST = _without_papers(LIST), _without_papers(OPEN_LIST)


@door("desk")
def deployment_list(request):
    """The teams that leave within 60 days, the worst first, and below them everybody."""
    reads = request.user.staff_role in PERSONAL_STAFF
    teams = team_lines(request.user)[: TEAMS + 1] if reads and not request.GET.keys() - {"sort"} else []
    everybody, now = (LIST, OPEN_LIST) if reads else (PLAIN_LIST, OPEN_PLAIN_LIST)
    page = everybody if request.GET.get("status") else now
    only = TEAMS if len(teams) > TEAMS else 0
    return list_view(request, page, "desk/deployment_list.html", teams=teams[:TEAMS], only=only)


@door("desk")
def deployment_detail(request, key: str):
    """One journey: readiness with what can be done, personal data, what the post logged, history."""
    deployment = load_deployment(request, key)
    tab = "history" if request.GET.get("tab") == "history" else "journey"
    rows = items(deployment, request.user, "desk")
    context = {
        "deployment": deployment,
        "tab": tab,
        "steps": steps(DEPLOYMENT, pages.PATH, deployment.status),
        "moves": offers(deployment, request.user, "desk"),
        "facts": pages.journey_facts(deployment),
        "items": rows,
        "can_plan": can_plan_travel(request.user, deployment),
        "can_change_dates": travel.can_change_dates(request.user, deployment),
    }
    check_ins = None
    if tab == "history":
        context["history"] = timeline(deployment)
    else:
        found = beside(deployment, "nights", "check_ins", "support", "trainings")
        context |= {
            "personal": pages.personal_facts(deployment, request.user),
            **found,
            "nights": nights(deployment, found["nights"], "desk"),
        }
        check_ins = found["check_ins"]
    context["turn"] = pages.turn(deployment, rows, request.user, traveller=False, check_ins=check_ins)
    return render(request, "desk/deployment_detail.html", context)


@door("desk")
def deployment_add(request, key: str):
    """Send somebody without a seat in the need: a replacement, a teacher at an academy."""
    engagement = get_object_or_404(Engagement.objects.visible_to(request.user), reference=key)
    require(travel.can_send(request.user, engagement))
    experts = Expert.objects.filter(is_active=True, agency__in=engagement.participations.values("agency"))
    initial = {"starts_on": engagement.starts_on, "ends_on": engagement.ends_on}
    form = SendForm(request.POST or None, experts=experts.select_related("agency").order_by("name"), initial=initial)
    back = reverse("desk:engagement-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            deployment = travel.plan_deployment(engagement=engagement, actor=request.user, **form.cleaned_data)
            messages.success(request, f"{deployment.expert} travels. Start preparing when you are ready.")
            return redirect("desk:deployment-detail", key=deployment.reference)
    return form_page(
        request, "desk", form, title="Add a traveller", about=engagement, submit="Add", back=back,
        lead="For a replacement, or somebody who was not nominated for a seat.",
    )  # fmt: skip


@door("desk")
def deployment_dates(request, key: str):
    """Other days of travel; what depends on them is asked again."""
    deployment = load_deployment(request, key)
    require(travel.can_change_dates(request.user, deployment))
    form = DatesForm(request.POST or None, instance=deployment)
    back = reverse("desk:deployment-detail", args=[key])
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            _change_dates(request, deployment, form)
            return redirect(back)
    return form_page(
        request, "desk", form, title="Change the dates of travel", about=deployment, submit="Change the dates",
        back=back, lead="Requirements that do not hold until the new last day are asked again.",
    )  # fmt: skip


def _change_dates(request, deployment: Deployment, form) -> None:
    was_ready = deployment.status == DeploymentStatus.READY
    travel.change_dates(deployment=deployment, actor=request.user, **form.cleaned_data)
    if was_ready and deployment.status != DeploymentStatus.READY:
        messages.warning(request, "The dates are changed. This person is not ready any more: see what is asked again.")
    else:
        messages.success(request, "The dates are changed.")


@door("desk")
def deployment_lead(request, key: str):
    """Make this person the team lead."""
    deployment = load_deployment(request, key)
    require(answer(request.method == "POST", "Use the button on the page."))
    travel.name_team_lead(deployment=deployment, actor=request.user)
    messages.success(request, f"{deployment.expert} leads the team.")
    return redirect("desk:deployment-detail", key=key)


_generic_move = move_page(Deployment, "desk", "deployment-detail")


@door("desk")
def deployment_move(request, key: str, verb: str):
    """Every verb of a journey; a confirmation waits for its turn, as the service's own does."""
    if request.method == "POST" and verb == "confirm":
        deployment = load_deployment(request, key)
        with transaction.atomic(), readable_constraints(Deployment):
            travel.lock_expert(deployment.expert_id)
            travel.refuse_overlap(deployment, deployment.period)
            return _generic_move(request, key, verb)
    return _generic_move(request, key, verb)


urlpatterns = [
    path("deployments/", deployment_list, name="deployment-list"),
    path("engagements/<str:key>/travellers/add/", deployment_add, name="deployment-add"),
    path("deployments/<str:key>/", deployment_detail, name="deployment-detail"),
    path("deployments/<str:key>/edit/", door("desk")(pages.deployment_edit), {"door": "desk"}, name="deployment-edit"),
    path("deployments/<str:key>/dates/", deployment_dates, name="deployment-dates"),
    path("deployments/<str:key>/lead/", deployment_lead, name="deployment-lead"),
    path("deployments/<str:key>/do/<slug:verb>/", deployment_move, name="deployment-move"),
    *clearance_urls("desk"),
    *stay_urls("desk"),
    *team_urls("desk"),
]
