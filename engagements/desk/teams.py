"""A proposed team for a need: kept, left out and solved again, then asked for."""

from __future__ import annotations

from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import path, reverse

from engagements.desk.matching import being_asked
from engagements.models import Need
from engagements.pages.common import door
from engagements.pages.needs import asks, load_need, stay
from engagements.permissions import can_invite, can_match
from engagements.teams import COHESION, Proposal, propose_team
from partners.models import Agency, Expert
from slp.lib.answers import require
from slp.lib.numbers import whole_numbers

TOGETHER = {
    "loose": "As many agencies as give most points",
    "some": "Few agencies, if that costs little",
    "close": "As few agencies as can be",
}


@door("desk")
def need_team(request, key):
    """The best team for the open seats. What the officer wants otherwise stands in the address."""
    need = load_need(request, key)
    require(can_match(request.user, need))
    together = request.GET.get("together", "")
    together = together if together in COHESION else "some"
    asked = {name: whole_numbers(request.GET.getlist(name)) for name in ("keep", "without", "agency_without")}
    people = {row.pk: row for row in Expert.objects.filter(pk__in=[*asked["keep"], *asked["without"]])}
    agencies = list(Agency.objects.filter(pk__in=asked["agency_without"]).order_by("name"))
    without = [people[pk] for pk in asked["without"] if pk in people]
    kept = [pk for pk in asked["keep"] if pk in people and pk not in asked["without"]]
    team = propose_team(
        need,
        cohesion=COHESION[together],
        pinned=kept,
        left_out=[row.pk for row in without],
        agencies_left_out=[row.pk for row in agencies],
    )
    already = being_asked(need)
    context = {
        "need": need,
        "team": team,
        "stay": stay(need),
        "rows": [{"seat": seat, "person": c, "kept": c.expert.pk in kept} for seat, c in team.seats],
        "left": [(seat, asks(seat)) for seat in team.empty],
        "open": len(team.seats) + len(team.empty),
        "agencies": [_agency(agency, places, already) for agency, places in team.agencies()],
        "together": [(value, words, value == together) for value, words in TOGETHER.items()],
        "without": without,
        "agencies_without": agencies,
        "missed": [people[pk] for pk in sorted(team.missed)],
        "invite_url": _invite_url(need, team) if can_invite(request.user, need) and team.seats else "",
    }
    return render(request, "desk/need_team.html", context)


def _agency(agency: Agency, places: list, already: dict[int, str]) -> dict:
    return {
        "pk": agency.pk,
        "name": agency.name,
        "seats": ", ".join(str(seat.number) for seat, _ in places),
        "people": len(places),
        "points": sum(candidate.total for _, candidate in places),
        "asked": already.get(agency.pk, ""),
    }


def _invite_url(need: Need, team: Proposal) -> str:
    """The page that asks these agencies, each for the seats that its people would fill."""
    query = []
    for agency, places in team.agencies():
        query += [("agency", agency.pk), *((f"seats_{agency.pk}", seat.number) for seat, _ in places)]
    return f"{reverse('desk:invitation-add', args=[need.reference])}?{urlencode(query)}"


urlpatterns = [path("needs/<str:key>/team/", need_team, name="need-team")]
