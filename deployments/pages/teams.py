"""A whole team in one step: ready, arrived, returned."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from deployments.forms import TeamForm
from deployments.lifecycles import DEPLOYMENT
from deployments.models import Deployment
from deployments.pages.common import form_page
from deployments.pages.readiness import note_seen, with_clearances
from engagements.models import Engagement
from engagements.pages.common import door as of_door
from slp.lib.answers import require
from slp.lib.forms import refused_at

# verb -> what the page is called, and what is said afterwards
VERBS = {
    "ready": ("Mark the team as ready to travel", "ready to travel"),
    "arrive": ("Record the team’s arrival", "in country"),
    "return": ("Record the team’s return", "back home"),
}


def team_move(request, key: str, verb: str, door: str):
    """One verb for everybody for whom it is possible now; who can't is listed with the reason."""
    if verb not in VERBS:
        raise Http404
    engagement = get_object_or_404(Engagement.objects.visible_to(request.user), reference=key)
    source = {s for move in DEPLOYMENT.moves if move.verb == verb for s in move.source}
    rows = Deployment.objects.visible_to(request.user).filter(engagement=engagement, status__in=source)
    people = list(with_clearances(rows, request.user).order_by("expert__name"))
    if not people:
        raise Http404
    note_seen(request.user, people)
    answers = [(p, DEPLOYMENT.can(p, verb, request.user)) for p in people]
    able = [p for p, given in answers if given]
    if not able:
        require(answers[0][1])
    form = TeamForm(
        request.POST or None, people=Deployment.objects.filter(pk__in=[p.pk for p in able]).select_related("expert")
    )
    back = reverse(f"{door}:deployment-list")
    title, afterwards = VERBS[verb]
    if request.method == "POST" and form.is_valid():
        with refused_at(form):
            with transaction.atomic():
                chosen = list(form.cleaned_data["people"])
                for person in chosen:
                    DEPLOYMENT.apply(person, verb, actor=request.user)
            messages.success(
                request, f"{len(chosen)} {'person is' if len(chosen) == 1 else 'people are'} {afterwards}."
            )
            return redirect(back)
    return form_page(
        request, door, form, template="deployments/team_page.html", title=title, engagement=engagement, back=back,
        unable=[(p, given) for p, given in answers if not given], submit=title,
    )  # fmt: skip


def team_urls(door: str) -> list:
    return [path("teams/<str:key>/do/<slug:verb>/", of_door(door)(team_move), {"door": door}, name="team-move")]
