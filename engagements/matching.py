"""Who could fill a seat, in what order, and why.

One flat statement per seat: hard conditions and points are columns of the row that the database ranks, and the
words on the page are made from the same columns, so that what is shown always adds up to what decided.
Free days are computed exactly, as a multirange: windows offered, less blackouts, less tours, inside the need's
window; what counts is the longest run of days in a row.

Nothing here knows of requests and answers: whether somebody said no before can't change a rank.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least
from psycopg.types.range import DateRange

from engagements.models.engagement import Participation
from engagements.models.need import Need, Seat
from partners.models import (
    Agency,
    Agreement,
    Availability,
    Capacity,
    Certificate,
    CommunityTie,
    Depth,
    Expert,
    ExpertCountry,
)
from partners.models.agency import NOT_DEPLOYING
from partners.models.agreement import Days
from slp.lib.dates import fiscal_year, fiscal_year_span, show, today
from slp.lib.spans import DateMultiRangeField, HoldsDays, RangeAgg

NOT_TRAVELLING = ("nominated", "withdrawn", "cancelled")  # deployments that keep nobody from travelling
CAPACITY_UNSTATED = 5  # engagements a year assumed for an agency that has not said how many it offers

# The most that each reason can give; together 100.
WEIGHTS = {
    "depth": 24,
    "language": 16,
    "worked": 14,
    "load": 12,
    "ties": 10,
    "years": 10,
    "agency_tie": 8,
    "tested": 6,
}


# -- SQL that the ORM lacks ------------------------------------------------------------------------
class FreeDays(Func):
    """(window, offered or all, less what is barred, less tours) -> the free spans."""

    output_field = DateMultiRangeField()

    def __init__(self, window: DateRange, offered, barred, tours) -> None:
        super().__init__(window, offered, barred, tours)

    def as_sql(self, compiler, connection, **extra):
        window, offered, barred, tours = (compiler.compile(part) for part in self.source_expressions)
        sql = (
            f"(datemultirange({window[0]}::daterange) * COALESCE({offered[0]}, datemultirange({window[0]}::daterange))"
            f" - COALESCE({barred[0]}, '{{}}'::datemultirange) - COALESCE({tours[0]}, '{{}}'::datemultirange))"
        )
        return sql, [*window[1], *offered[1], *window[1], *barred[1], *tours[1]]


class LongestRun(Func):
    """The number of days of the longest span."""

    template = "COALESCE((SELECT max(upper(run) - lower(run)) FROM unnest(%(expressions)s) AS run), 0)"
    output_field = models.IntegerField()


# -- what is shown ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Condition:
    """Something that must hold. `words` say how it stands; of a no, what would make it a yes."""

    name: str
    label: str
    ok: bool
    words: str


@dataclass(frozen=True)
class Points:
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


# -- the statement ---------------------------------------------------------------------------------
def _window(need: Need) -> DateRange:
    return DateRange(need.starts_on, need.ends_on + timedelta(days=1))


def _spans(rows: models.QuerySet) -> Subquery:
    return Subquery(rows.order_by().values("expert").annotate(spans=RangeAgg("period")).values("spans"))


def _tours() -> models.QuerySet:
    """Deployments of the expert, found by the name of the relation: that app stands above this one."""
    deployment = Expert._meta.get_field("deployments").related_model
    return deployment._base_manager.filter(expert=OuterRef("pk")).exclude(status__in=NOT_TRAVELLING)


def _free(need: Need, *, only_tours: bool = False) -> FreeDays:
    window = Value(_window(need), output_field=DateRangeField())
    if only_tours:
        nothing = Value(None, output_field=DateMultiRangeField())
        return FreeDays(window, nothing, nothing, _spans(_tours()))
    mine = Availability.objects.filter(expert=OuterRef("pk"))
    offered, barred = mine.filter(kind="available"), mine.filter(kind="blackout")
    return FreeDays(window, _spans(offered), _spans(barred), _spans(_tours()))


def _stay(need: Need) -> DateRange:
    """The first days on which somebody of the need would be away: the shortest stay from its first day."""
    return DateRange(need.starts_on, need.starts_on + timedelta(days=need.min_days))


def agreements_hold(need: Need, expertise: str | None, agency: str) -> HoldsDays:
    """Do agreements that cover the kind, the country and the field cover every day of the shortest stay?

    The same answer as `partners.services.scope.may_do`, for the agency that `agency` refers to, in one subquery.
    """
    countries = Agreement.countries.through.objects.filter(agreement=OuterRef("pk"))
    fields = Agreement.expertise.through.objects.filter(agreement=OuterRef("pk"))
    rows = (
        Agreement.objects.holding()
        .filter(agency=OuterRef(agency))
        .filter(Q(activity_kinds=[]) | Q(activity_kinds__contains=[need.kind]))
        .filter(~Exists(countries) | Exists(countries.filter(country=need.country_id)))
    )
    if expertise is not None:
        rows = rows.filter(~Exists(fields) | Exists(fields.filter(expertise=expertise)))
    terms = rows.order_by().annotate(term=Days("starts_on", "ends_on", Value("[]")))
    spans = Subquery(terms.values("agency").annotate(spans=RangeAgg("term")).values("spans"))
    return HoldsDays(spans, Value(_stay(need), output_field=DateRangeField()))


def _with_facts(need: Need, seat: Seat) -> models.QuerySet:
    """Every expert on the roster with what is known of them for this seat."""
    year = fiscal_year(need.starts_on)
    first, last = fiscal_year_span(year)
    in_country = ExpertCountry.objects.filter(expert=OuterRef("pk"), country=need.country_id)
    offered = Capacity.objects.filter(Q(kind="") | Q(kind=need.kind), agency=OuterRef("agency"), fiscal_year=year)
    taken = Participation.objects.filter(agency=OuterRef("agency"), engagement__starts_on__range=(first, last)).exclude(
        engagement__status="cancelled"
    )
    return (
        Expert.objects.filter(is_active=True)
        .exclude(agency__kind__in=NOT_DEPLOYING)
        .select_related("agency")
        .only(
            "name", "rank", "years", "agency__name", "agency__time_zone", "agency__paused_until", "agency__not_before"
        )
        .annotate(
            skill=FilteredRelation("skills", condition=Q(skills__expertise=seat.expertise_id)),
            spoken=FilteredRelation("languages", condition=Q(languages__language=seat.language_id)),
        )
        .annotate(
            has_depth=Coalesce("skill__depth", 0),
            speaks=Coalesce("spoken__speaking", 0),
            was_tested=Coalesce("spoken__is_tested", Value(False)),
            has_worked=Exists(in_country.filter(relation="worked")),
            has_ties=Exists(in_country.filter(relation="ties")),
            agency_has_tie=Exists(CommunityTie.objects.filter(agency=OuterRef("agency"), country=need.country_id)),
            is_covered=agreements_hold(need, seat.expertise_id, "agency"),
            is_certified=Exists(_certificates(need, seat)),
            free=_free(need),
            agency_offers=Coalesce(_sum(offered, "engagements"), 0),
            agency_takes_part=Coalesce(_count(taken), 0),
        )
        .annotate(free_run=LongestRun(F("free")))
    )


def _certificates(need: Need, seat: Seat) -> models.QuerySet:
    stay_ends = need.starts_on + timedelta(days=need.min_days - 1)
    return Certificate.objects.filter(
        Q(expertise=seat.expertise_id) | Q(expertise=None),
        Q(expires_on=None) | Q(expires_on__gte=stay_ends),
        expert=OuterRef("pk"),
    )


def _sum(rows: models.QuerySet, name: str) -> Subquery:
    return Subquery(rows.order_by().values("agency").annotate(n=Sum(name)).values("n"))


def _count(rows: models.QuerySet) -> Subquery:
    return Subquery(rows.order_by().values("agency").annotate(n=models.Count("pk")).values("n"))


def _hard(need: Need, seat: Seat) -> dict[str, Q]:
    """What must hold, by name. A seat without a language or certificate does not ask for one."""
    hard = {
        "expertise": Q(has_depth__gte=seat.min_depth),
        "available": Q(free_run__gte=need.min_days),
        "agreement": Q(is_covered=True),
        "open_to_requests": (
            (Q(agency__paused_until=None) | Q(agency__paused_until__lt=today()))
            & (Q(agency__not_before=None) | Q(agency__not_before__lte=today()))
        ),
    }
    if seat.language_id:
        hard["language"] = Q(speaks__gte=seat.min_speaking, spoken__isnull=False)
    if seat.needs_certificate:
        hard["certificate"] = Q(is_certified=True)
    return hard


def _yes(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=models.IntegerField())


def _scores(seat: Seat) -> dict[str, models.Expression]:
    """The points of each reason, as the database adds them."""
    whole = models.IntegerField()
    offers = Case(When(agency_offers__gt=0, then=F("agency_offers")), default=Value(CAPACITY_UNSTATED))
    scores = {
        "depth": F("has_depth") * Value(WEIGHTS["depth"] // len(Depth)),
        "worked": _yes(Q(has_worked=True), WEIGHTS["worked"]),
        "ties": _yes(Q(has_ties=True), WEIGHTS["ties"]),
        "agency_tie": _yes(Q(agency_has_tie=True), WEIGHTS["agency_tie"]),
        "years": Least(F("years") / Value(2), Value(WEIGHTS["years"]), output_field=whole),
        "load": Greatest(
            Value(0),
            Value(WEIGHTS["load"]) - F("agency_takes_part") * Value(WEIGHTS["load"]) / offers,
            output_field=whole,
        ),
    }
    if seat.language_id:
        above = F("speaks") - Value(seat.min_speaking)
        scores["language"] = Least(
            Greatest(above, Value(0)) * Value(WEIGHTS["language"] // 2), Value(WEIGHTS["language"]), output_field=whole
        )
        scores["tested"] = _yes(Q(was_tested=True, speaks__gte=seat.min_speaking), WEIGHTS["tested"])
    return scores


def _ranked(need: Need, seat: Seat) -> models.QuerySet:
    scores = _scores(seat)
    rows = _with_facts(need, seat).annotate(
        **{f"points_{name}": Coalesce(score, Value(0)) for name, score in scores.items()}
    )
    holds = {f"ok_{name}": ExpressionWrapper(q, models.BooleanField()) for name, q in _hard(need, seat).items()}
    total = sum((F(f"points_{name}") for name in scores), Value(0))
    failed = sum((_yes(Q(**{name: False}), 1) for name in holds), Value(0))
    return rows.annotate(**holds).annotate(total=total, failed=failed)


# -- the questions ---------------------------------------------------------------------------------
def candidates(seat: Seat, *, limit: int = 50) -> list[Candidate]:
    """Everybody who could fill the seat, best first. One query."""
    need = seat.need
    rows = _ranked(need, seat).filter(*_hard(need, seat).values()).order_by("-total", "name", "pk")[:limit]
    return [_candidate(row, need, seat) for row in rows]


def near_misses(seat: Seat, *, limit: int = 10) -> list[Candidate]:
    """People of the field who miss one or two conditions, with what would make them a match. One query."""
    need = seat.need
    rows = _ranked(need, seat).filter(has_depth__gt=0, failed__range=(1, 2))
    return [_candidate(row, need, seat) for row in rows.order_by("failed", "-total", "name", "pk")[:limit]]


def check(seat: Seat, experts: list[int]) -> dict[int, Candidate]:
    """How these experts stand against the seat, whether they meet it or not, by their id. One query."""
    rows = _ranked(seat.need, seat).filter(pk__in=experts)
    return {row.pk: _candidate(row, seat.need, seat) for row in rows}


def covered_agencies(need: Need, *, limit: int = 50) -> models.QuerySet:
    """Agencies that may be asked for this need, with or without a candidate on their roster: ties first."""
    tie = CommunityTie.objects.filter(agency=OuterRef("pk"), country=need.country_id)
    return (
        Agency.objects.exclude(kind__in=NOT_DEPLOYING)
        .filter(Q(paused_until=None) | Q(paused_until__lt=today()), Q(not_before=None) | Q(not_before__lte=today()))
        .filter(agreements_hold(need, None, "pk"))
        .annotate(has_tie=Exists(tie))
        .order_by("-has_tie", "name")
        .only("name", "time_zone")[:limit]
    )


def free_days(*, expert: Expert, need: Need, only_tours: bool = False) -> int:
    """The longest run of days in the need's window that the expert is free; `only_tours` ignores own windows."""
    rows = Expert.objects.filter(pk=expert.pk).annotate(run=LongestRun(_free(need, only_tours=only_tours)))
    return rows.values_list("run", flat=True).get()


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


def match_need(need: Need, *, limit: int = 50, near: int = 10) -> list[SeatGroup]:
    """Every kind of seat of a need with its candidates and near misses: two queries for each kind, and one."""
    seats = list(need.seats.select_related("expertise", "language"))
    for seat in seats:
        seat.need = need
    return [
        SeatGroup(group, candidates(group[0], limit=limit), near_misses(group[0], limit=near))
        for group in same_seats(seats)
    ]


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
    load = row.agency_takes_part
    offers = (
        f"{load} of {row.agency_offers} offered engagements this fiscal year"
        if row.agency_offers
        else f"{load} this fiscal year; no number offered, counted as {CAPACITY_UNSTATED}"
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
    spans = [(r.lower, r.upper) for r in row.free]
    start, end = max(spans, key=lambda s: s[1] - s[0])
    return f"{show(start)} to {show(end - timedelta(days=1))}"
