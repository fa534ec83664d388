"""The page on which an officer looks at candidates and chooses whom to ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from django.db.models import F
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.safestring import SafeString

from engagements.matching import Candidate, SeatGroup, covered_agencies, match_need
from engagements.models import Invitation, Need, Nomination
from engagements.models.invitation import ANSWERED_YES, OPEN
from engagements.pages.common import door
from engagements.pages.needs import asks, read_need, stay
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
    need = read_need(request, key)
    require(can_match(request.user, need))
    if chosen := whole_numbers(request.GET.getlist("agency")):
        query = QueryDict(mutable=True)
        query.setlist("agency", [str(pk) for pk in chosen])
        return HttpResponseRedirect(f"{reverse('desk:invitation-add', args=[need.reference])}?{query.urlencode()}")
    groups, asked, taken = match_need(need, limit=SHOWN), being_asked(need), offered_people(need)
    agencies = agencies_of(groups, asked)
    others = [row for row in other_agencies(need, asked) if row.pk not in {row.pk for row in agencies}]
    context = {
        "need": need,
        "groups": [_shown(number, group, taken) for number, group in enumerate(groups, start=1)],
        "stay": stay(need),
        "agencies": _ticks(agencies),
        "others": _ticks(others),
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
    return {
        "group": group,
        "asks": asks(group.seats[0]),
        "number": number,
        "candidates": SafeString("".join(_row(c, taken.get(c.expert.pk, "")) for c in group.candidates)),
        "near": SafeString("".join(_near_row(c) for c in group.near)),
    }


# -- rows ------------------------------------------------------------------------------------------
# Put together here, as the rows of lists are: a template takes as long for them as the database to find them.
def _who(candidate: Candidate, label: str, more: str = "") -> str:
    person, agency = escape(str(candidate.expert)), escape(str(candidate.expert.agency))
    return f'<tr><td data-label="{label}">{person}{more}</td><td data-label="Agency">{agency}</td>'


def _row(candidate: Candidate, taken: str) -> str:
    taken = f' <span class="slp-soft">{escape(taken)}</span>' if taken else ""
    why = "".join(
        f"<li>{p.label}: {escape(p.words)} <strong>+{p.points}</strong></li>" for p in candidate.points if p.points
    )
    conditions = "".join(f"<li>{escape(condition.words)}</li>" for condition in candidate.conditions)
    return (
        f"{_who(candidate, 'Candidate', taken)}"
        f'<td data-label="Points" class="slp-number"><strong>{candidate.total}</strong></td>'
        f'<td data-label="Why"><ul class="slp-changes">{why}</ul></td>'
        f'<td data-label="Conditions"><ul class="slp-changes">{conditions}</ul></td></tr>\n'
    )


def _near_row(candidate: Candidate) -> str:
    why_not = escape("; ".join(condition.words for condition in candidate.missing))
    return (
        f'{_who(candidate, "Person")}<td data-label="Why not">{why_not}</td>'
        f'<td data-label="Points otherwise" class="slp-number">{candidate.total}</td></tr>\n'
    )


def _tick(row: AgencyRow) -> str:
    """A box for an agency: how many people it could send, and whether it has been asked."""
    people = len(row.people)
    words = f"{people} candidate{'s' if people != 1 else ''}, best {row.best} points" if people else ""
    words = ". ".join(part for part in (words, row.asked) if part)
    about = f'<span class="usa-checkbox__label-description">{words}</span>' if words else ""
    return (
        '<div class="usa-checkbox"><input class="usa-checkbox__input" type="checkbox" name="agency"'
        f' value="{row.pk}" id="agency-{row.pk}"><label class="usa-checkbox__label" for="agency-{row.pk}">'
        f"{escape(row.name)}{about}</label></div>\n"
    )


def _ticks(rows: Iterable[AgencyRow]) -> SafeString:
    return SafeString("".join(_tick(row) for row in rows))


def agencies_of(groups: list[SeatGroup], asked: dict[int, str]) -> list[AgencyRow]:
    """The agencies of the candidates: how many people each could send, the best first."""
    rows: dict[int, AgencyRow] = {}
    for candidate in (c for group in groups for c in group.candidates):
        agency = candidate.expert.agency
        row = rows.setdefault(agency.pk, AgencyRow(agency.pk, agency.name, asked.get(agency.pk, "")))
        row.people.add(candidate.expert.pk)
        row.best = max(row.best, candidate.total)
    return sorted(rows.values(), key=lambda row: (-len(row.people), -row.best, row.name))


def other_agencies(need: Need, asked: dict[int, str]) -> list[AgencyRow]:
    """The agencies whose agreements cover the need."""
    return [AgencyRow(pk, name, asked.get(pk, "")) for pk, name in covered_agencies(need)]


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
