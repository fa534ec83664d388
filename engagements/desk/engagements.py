"""The activity: opened from a staffed need, followed until it is closed."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import path

from engagements.forms.engagements import OpenForm
from engagements.kinds import KINDS
from engagements.lifecycles import ENGAGEMENT
from engagements.models import Engagement, Need
from engagements.models.invitation import ANSWERED_YES
from engagements.pages.common import door, offers, sent, steps
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
from engagements.pages.needs import load_need
from engagements.permissions import can_open_engagement
from engagements.services.opening import agreements_for, confirmed_people, likely_dates, open_engagement
from partners.models import Agency
from slp.history.services import timeline
from slp.lib.answers import require
from slp.lib.forms import refused_at
from slp.lib.lists import list_view
from slp.lib.moves import move_path


@door("desk")
def engagement_list(request):
    return list_view(request, engagement_list_page("desk"), "desk/engagement_list.html")


@door("desk")
def engagement_detail(request, key):
    """The whole of it, or (?tab=history) what happened to it."""
    user, tab = request.user, request.GET.get("tab", "")
    engagement = load_engagement(request, key, paperwork=tab != "history")
    context = {
        "engagement": engagement,
        "status": tag(engagement, "desk"),
        "steps": steps(ENGAGEMENT, PATH, engagement.status),
        "tabs": [
            {"label": "Overview", "url": request.path, "current": tab != "history"},
            {"label": "History", "url": f"{request.path}?tab=history", "current": tab == "history"},
        ],
    }
    if tab == "history":
        context["history"] = timeline(engagement)
        return render(request, "desk/engagement_history.html", context)
    sheets = papers(engagement)
    reports = reports_of(engagement)
    context |= {
        "facts": engagement_facts(engagement),
        "turn": engagement_turn(engagement, user, "desk", sheets, reports),
        "moves": offers(engagement, user, "desk"),
        "papers": sheets,
        "reports": reports,
        "panels": drawn_panels(request, engagement, "desk"),
    }
    return render(request, "desk/engagement_detail.html", context)


@door("desk")
def engagement_open(request, key):
    """What will be opened, for whom, under which agreement; then one addendum per agency is written."""
    need = load_need(request, key)
    require(can_open_engagement(request.user, need))
    people = confirmed_people(need)
    hosts = None if KINDS[need.kind].abroad else _hosts(need)
    start, end = likely_dates(need)
    initial = {"title": need.title, "starts_on": start, "ends_on": end, "places": need.places}
    form = OpenForm(sent(request), need=need, hosts=hosts, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            answers = dict(form.cleaned_data)
            chosen = list(answers.pop("agencies", None) or ())
            engagement = open_engagement(need=need, actor=request.user, agencies=chosen, **answers)
            messages.success(request, "Opened. Complete each addendum, then both sides sign it.")
            return redirect("desk:engagement-detail", engagement.reference)
    agencies = list(people) or list(hosts or ())
    context = {
        "need": need,
        "form": form,
        "rows": [
            {
                "agency": agency,
                "agreement": standing.agreement,
                "answer": standing.answer,
                "people": people.get(agency, []),
            }
            for agency, standing in agreements_for(need, agencies, start=start, end=end).items()
        ],
    }
    return render(request, "desk/engagement_open.html", context, status=422 if form.is_bound else 200)


def _hosts(need: Need):
    """Where nobody travels: the agencies that have said yes."""
    return Agency.objects.filter(pk__in=need.invitations.filter(status__in=ANSWERED_YES).values("agency")).order_by(
        "name"
    )


urlpatterns = [
    path("engagements/", engagement_list, name="engagement-list"),
    path("engagements/<str:key>/", engagement_detail, name="engagement-detail"),
    move_path(Engagement, "engagements", "desk", "engagement-detail"),
    path("needs/<str:key>/open/", engagement_open, name="engagement-open"),
]
