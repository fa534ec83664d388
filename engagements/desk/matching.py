"""The page on which an officer looks at candidates and chooses whom to ask."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import F
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse

from engagements.matching import SeatGroup, covered_agencies, match_need
from engagements.models import Invitation, Need, Nomination
from engagements.models.invitation import ANSWERED_YES, OPEN
from engagements.pages.common import door
from engagements.pages.needs import asks, load_need, stay
from engagements.permissions import can_invite, can_match
from engagements.ranking import WEIGHTS
from slp.lib.answers import require
from slp.lib.numbers import whole_numbers
from slp.lib.statements import Key, Statement

SHOWN = 30


ASKED = Statement(
    lambda: Invitation.objects.filter(need=Key("need"), status__in=[*OPEN, *ANSWERED_YES]).values("agency_id", "status")
)
OFFERED = Statement(
    lambda: Nomination.objects.live().filter(seat__need=Key("need")).values("expert_id", number=F("seat__number"))
)


def being_asked(need: Need) -> dict[int, str]:
    """Agencies that have been asked and whose answer is open or yes. Who said no, or nothing, is not shown here."""
    return {
        row["agency_id"]: "Has said yes" if row["status"] in ANSWERED_YES else "Has been asked"
        for row in ASKED.of(need=need.pk)
    }


@door("desk")
def need_match(request, key):
    need = load_need(request, key)
    require(can_match(request.user, need))
    if chosen := whole_numbers(request.GET.getlist("agency")):
        query = QueryDict(mutable=True)
        query.setlist("agency", [str(pk) for pk in chosen])
        return HttpResponseRedirect(f"{reverse('desk:invitation-add', args=[need.reference])}?{query.urlencode()}")
    groups, asked, taken = match_need(need, limit=SHOWN), being_asked(need), offered_people(need)
    agencies = agencies_of(groups, asked)
    context = {
        "need": need,
        "groups": [_shown(number, group, taken) for number, group in enumerate(groups, start=1)],
        "stay": stay(need),
        "agencies": agencies,
        "others": [
            AgencyRow(agency.pk, agency.name, asked.get(agency.pk, ""))
            for agency in covered_agencies(need)
            if agency.pk not in {row.pk for row in agencies}
        ],
        "weights": [(label, WEIGHTS[name]) for name, label in WEIGHT_WORDS.items()],
        "can_invite": can_invite(request.user, need),
        "nobody_chosen": "choose" in request.GET,
        "full": len(groups[0].candidates) >= SHOWN if groups else False,
    }
    return render(request, "desk/need_match.html", context)


def offered_people(need: Need) -> dict[int, str]:
    """Who is offered for a seat of this need already."""
    return {row["expert_id"]: f"Offered for seat {row['number']}" for row in OFFERED.of(need=need.pk)}


def _shown(number: int, group: SeatGroup, taken: dict[int, str]) -> dict:
    rows = [(candidate, taken.get(candidate.expert.pk, "")) for candidate in group.candidates]
    return {"group": group, "asks": asks(group.seats[0]), "number": number, "candidates": rows}


def agencies_of(groups: list[SeatGroup], asked: dict[int, str]) -> list[AgencyRow]:
    """The agencies of the candidates: how many people each could send, the best first."""
    rows: dict[int, AgencyRow] = {}
    for candidate in (c for group in groups for c in group.candidates):
        agency = candidate.expert.agency
        row = rows.setdefault(agency.pk, AgencyRow(agency.pk, agency.name, asked.get(agency.pk, "")))
        row.people.add(candidate.expert.pk)
        row.best = max(row.best, candidate.total)
    return sorted(rows.values(), key=lambda row: (-len(row.people), -row.best, row.name))


@dataclass
class AgencyRow:
    """One agency to tick."""

    pk: int
    name: str
    asked: str
    people: set[int] = field(default_factory=set)
    best: int = 0


WEIGHT_WORDS = {
    "depth": "How deep the expertise goes",
    "language": "Language above the level asked for",
    "worked": "Has worked in the country",
    "load": "Light load of the agency, against what it has offered",
    "ties": "Own ties to the country",
    "years": "Years of service, one point for two",
    "agency_tie": "Community ties of the agency",
    "tested": "The language level is tested",
}

urlpatterns = [path("needs/<str:key>/match/", need_match, name="need-match")]
