"""Who could fill a seat, in what order, and why: what `engagements.ranking` finds, in words.

The words are made from the columns by which the database ranks, so that what is shown always adds up to what decided.
Nothing here knows of requests and answers: whether somebody said no before can't change a rank.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef

from engagements.known import asked, covered, open_to_requests, word
from engagements.models.need import Need, Seat
from engagements.ranking import CAPACITY_UNSTATED, WEIGHTS, ranked, rated
from partners.models import Agency, CommunityTie, Depth, Expert, Expertise
from partners.models.agency import NOT_DEPLOYING
from slp.lib.dates import fiscal_year, show, today
from slp.lib.light import columns, light, named
from slp.lib.statements import Key, Statement
from slp.places.models import Language


# -- what is shown ---------------------------------------------------------------------------------
class Condition(NamedTuple):
    """Something that must hold. `words` say how it stands; of a no, what would make it a yes."""

    name: str
    label: str
    ok: bool
    words: str


class Points(NamedTuple):
    """One reason with its points, out of `most`."""

    name: str
    label: str
    points: int
    most: int
    words: str


@dataclass(frozen=True)
class Candidate:
    """One expert against one seat."""

    expert: Expert
    conditions: list[Condition]
    points: list[Points]
    total: int
    free_spans: list[tuple[date, date]] = field(default_factory=list)

    @property
    def missing(self) -> list[Condition]:
        return [c for c in self.conditions if not c.ok]

    @property
    def fits(self) -> bool:
        return not self.missing

    def as_json(self) -> dict:
        """For `manage.py match`."""
        return {
            "expert": {"id": self.expert.pk, "name": str(self.expert)},
            "agency": {"id": self.expert.agency_id, "name": self.expert.agency.name},
            "conditions": {c.name: {"ok": c.ok, "words": c.words} for c in self.conditions},
            "points": {p.name: p.points for p in self.points},
            "total": self.total,
            "why_not": [c.words for c in self.missing],
        }


# -- the questions ---------------------------------------------------------------------------------
def candidates(seat: Seat, *, limit: int = 50) -> list[Candidate]:
    """Everybody who could fill the seat, best first. One query."""
    return _best(seat, limit, 0)[0]


def near_misses(seat: Seat, *, limit: int = 10) -> list[Candidate]:
    """People of the field who miss one or two conditions, with what would make them a match. One query."""
    return _best(seat, 0, limit)[1]


def check(seat: Seat, experts: list[int]) -> dict[int, Candidate]:
    """How these experts stand against the seat, whether they meet it or not, by their id. One query."""
    return {row.pk: _candidate(row, seat.need, seat) for row in rated(seat, experts)}


def _best(seat: Seat, limit: int, near: int) -> tuple[list[Candidate], list[Candidate]]:
    """So many candidates and so many near misses. One query."""
    found = [_candidate(row, seat.need, seat) for row in ranked(seat, best=limit, near=near)]
    return [c for c in found if c.fits], [c for c in found if not c.fits]


@lru_cache(maxsize=8)
def _covered(limit: int) -> Statement:
    tie = CommunityTie.objects.filter(agency=OuterRef("pk"), country=word("country"))
    rows = Agency.objects.exclude(kind__in=NOT_DEPLOYING).filter(open_to_requests()).filter(covered(field=False))
    return Statement(lambda: rows.order_by(Exists(tie).desc(), "name").values("id", "name")[:limit])


def covered_agencies(need: Need, *, limit: int = 50) -> list[tuple[int, str]]:
    """The ids and names of agencies that may be asked for this need, with or without a candidate on their roster: ties
    first. One query."""
    return [(row["id"], row["name"]) for row in _covered(limit).of(**asked(need))]


@dataclass(frozen=True)
class SeatGroup:
    """Seats that ask for the same, with who could fill them."""

    seats: list[Seat]
    candidates: list[Candidate]
    near: list[Candidate]

    @property
    def label(self) -> str:
        numbers = [s.number for s in self.seats]
        span = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
        return f"Seat{'s' if len(numbers) > 1 else ''} {span}: {self.seats[0].role}"


def same_seats(seats: list[Seat]) -> list[list[Seat]]:
    """Seats grouped by what they ask for, in the order of their numbers."""
    groups: dict[tuple, list[Seat]] = {}
    for seat in seats:
        asks = (
            seat.role, seat.expertise_id, seat.min_depth, seat.language_id, seat.min_speaking, seat.rank,
            seat.needs_certificate,
        )  # fmt: skip
        groups.setdefault(asks, []).append(seat)
    return list(groups.values())


SEAT_WORDS = {"expertise_name": F("expertise__name"), "language_name": F("language__name")}
SEATS = Statement(lambda: Seat.objects.filter(need=Key("need")).order_by("number").values(*columns(Seat), **SEAT_WORDS))


def _seat(need: Need, row: dict) -> Seat:
    field, language = (row.pop(name) for name in SEAT_WORDS)
    seat = light(Seat, row)
    seat.need, seat.expertise = need, named(Expertise, seat.expertise_id, field)
    seat.language = named(Language, seat.language_id, language)
    return seat


def match_need(need: Need, *, limit: int = 50, near: int = 10) -> list[SeatGroup]:
    """Every kind of seat of a need with its candidates and near misses: a query for each kind, and one."""
    seats = [_seat(need, row) for row in SEATS.of(need=need.pk)]
    return [SeatGroup(group, *_best(group[0], limit, near)) for group in same_seats(seats)]


# -- words -----------------------------------------------------------------------------------------
def _candidate(row: Expert, need: Need, seat: Seat) -> Candidate:
    spans = [(r.lower, r.upper - timedelta(days=1)) for r in (row.free or [])]
    points = [
        Points(name, label, getattr(row, f"points_{name}"), WEIGHTS[name], words)
        for name, label, words in _point_words(row, need, seat)
    ]
    return Candidate(row, _condition_words(row, need, seat), points, row.total, spans)


def _point_words(row: Expert, need: Need, seat: Seat) -> list[tuple[str, str, str]]:
    words = [("depth", "Depth", Depth(row.has_depth).label if row.has_depth else "Not their field")]
    if seat.language_id:
        above = max(row.speaks - seat.min_speaking, 0)
        words.append(("language", "Language above what is asked", f"{seat.language} {row.speaks}, {above} above"))
        words.append(("tested", "Language tested", "Tested" if row.was_tested else "Own statement"))
    load, year = row.agency_takes_part, f"FY{fiscal_year(need.starts_on)}"
    offers = (
        f"{load} of {row.agency_offers} engagements offered in {year}, all kinds together"
        if row.agency_offers
        else f"{load} in {year}; no number offered, counted as {CAPACITY_UNSTATED}"
    )
    words += [
        ("worked", "Has worked in the country", "Yes" if row.has_worked else "No"),
        ("ties", "Own ties to the country", "Yes" if row.has_ties else "None recorded"),
        ("agency_tie", "Agency's community ties", "Yes" if row.agency_has_tie else "None recorded"),
        ("years", "Years of service", f"{row.years} {'year' if row.years == 1 else 'years'}"),
        ("load", "Light load of the agency", offers),
    ]
    return words


def _condition_words(row: Expert, need: Need, seat: Seat) -> list[Condition]:
    found = [_expertise(row, seat)]
    if seat.language_id:
        words = f"{seat.language} {row.speaks}" if row.speaks else f"No {seat.language} recorded"
        if not row.ok_language:
            words += f"; level {seat.min_speaking} is asked"
        found.append(Condition("language", "Language", row.ok_language, words))
    if seat.needs_certificate:
        words = "Instructor certificate valid" if row.is_certified else "No instructor certificate valid on these dates"
        found.append(Condition("certificate", "Instructor certificate", row.is_certified, words))
    free = row.free_run
    found.append(
        Condition(
            "available",
            "Free on the dates",
            row.ok_available,
            f"Free {_longest(row)} ({free} days)"
            if row.ok_available
            else f"Free {free} days in a row; {need.min_days} are asked",
        )
    )
    return [*found, *_agency_conditions(row, need)]


def _expertise(row: Expert, seat: Seat) -> Condition:
    words = f"{seat.expertise}: {Depth(row.has_depth).label.lower()}" if row.has_depth else f"Not in {seat.expertise}"
    if not row.ok_expertise:
        words += f"; asked: {Depth(seat.min_depth).label.lower()}"
    return Condition("expertise", "Expertise", row.ok_expertise, words)


def _agency_conditions(row: Expert, need: Need) -> list[Condition]:
    agency = row.agency
    covered = "Agreement in force" if row.is_covered else f"No agreement in force covers this in {need.country}"
    paused = agency.paused_until and agency.paused_until >= today()
    words = "Takes requests"
    if paused:
        words = f"The agency has paused requests until {show(agency.paused_until)}"
    elif not row.ok_open_to_requests:
        words = f"The agency asks for no requests before {show(agency.not_before)}"
    return [
        Condition("agreement", "Agreement", row.ok_agreement, covered),
        Condition("open_to_requests", "Agency takes requests", row.ok_open_to_requests, words),
    ]


def _longest(row: Expert) -> str:
    run = max(row.free, key=lambda r: r.upper - r.lower)
    return _span_words(run.lower, run.upper)


@lru_cache(maxsize=1024)  # most are free in all of the window
def _span_words(start: date, end: date) -> str:
    return f"{show(start)} to {show(end - timedelta(days=1))}"
