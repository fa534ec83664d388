"""The statement behind matching: what is known of each expert for a seat, whether it holds, and its points.

It reads one row per expert (`partners.models.facts`) and goes in three steps, each a common table expression: what
stands once per agency (agreements, load, ties), then a row of facts per expert of the field, then conditions and points
from that row. So every fact is computed once, however often conditions, points and words need it, and what is shown
always adds up to what decided. Its text is kept, one for each shape of a seat: what a seat asks is filled in.

Nothing here knows of requests and answers: whether somebody said no before can't change a rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest, Least
from django.db.models.lookups import GreaterThanOrEqual
from django.db.models.sql.constants import LOUTER
from django_cte import CTE, with_cte
from psycopg.types.range import DateRange

from engagements.models.engagement import Participation
from engagements.models.need import Need, Seat
from partners.models import Agency, Agreement, Capacity, CommunityTie, Depth, Expert, ExpertFacts
from partners.models.agency import NOT_DEPLOYING
from partners.models.agreement import Days
from slp.lib.dates import fiscal_year, fiscal_year_span, today
from slp.lib.light import light
from slp.lib.spans import DateMultiRangeField, HoldsDays, NamedFunc, RangeAgg
from slp.lib.statements import AnyOf, Key, Statement

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
WHOLE = models.IntegerField()


# -- what a seat asks ------------------------------------------------------------------------------
def number(key: str) -> Cast:
    return Cast(Key(key), WHOLE)


def word(key: str) -> Cast:
    return Cast(Key(key), models.TextField())


def day(key: str) -> Cast:
    return Cast(Key(key), models.DateField())


def days(key: str) -> Cast:
    return Cast(Key(key), DateRangeField())


def asked(need: Need, seat: Seat | None = None) -> dict[str, Any]:
    """The values of all keys, by name. Of the spans `last_stay` is the latest stay of the shortest length."""
    after, stay = need.ends_on + timedelta(days=1), timedelta(days=need.min_days)
    year = fiscal_year(need.starts_on)
    first, last = fiscal_year_span(year)
    values = {
        "country": need.country_id,
        "kinds": [need.kind],
        "window": DateRange(need.starts_on, after),
        "first_stay": DateRange(need.starts_on, need.starts_on + stay),
        "last_stay": DateRange(after - stay, after),
        "in_every_stay": DateRange(after - stay, need.starts_on + stay)
        if after - stay < need.starts_on + stay
        else DateRange(empty=True),
        "stay_ends": need.starts_on + stay - timedelta(days=1),
        "window_days": (after - need.starts_on).days,
        "min_days": need.min_days,
        "year": year,
        "year_starts": first,
        "year_ends": last,
        "today": today(),
    }
    if seat is not None:
        values |= {
            "expertise": seat.expertise_id,
            "min_depth": seat.min_depth,
            "language": seat.language_id,
            "min_speaking": seat.min_speaking,
        }
    return values


# -- free days -------------------------------------------------------------------------------------
class FreeDays(NamedFunc):
    """The free spans of a window: what is offered (all, where nothing is), less what is barred, less tours.

    Most people have said nothing, so theirs is the window.
    """

    names = ("window", "offered", "barred", "tours")
    template = (
        "CASE WHEN num_nulls({offered}, {barred}, {tours}) = 3 THEN datemultirange({window})"
        " ELSE datemultirange({window}) * COALESCE({offered}, datemultirange({window}))"
        " - COALESCE({barred}, '{}'::datemultirange) - COALESCE({tours}, '{}'::datemultirange) END"
    )
    output_field = DateMultiRangeField()


class LongestRun(NamedFunc):
    """The days of the longest of these free spans."""

    names = ("spans",)
    template = "COALESCE((SELECT max(upper(run) - lower(run)) FROM unnest({spans}) AS run), 0)"
    output_field = WHOLE


class FreeThroughout(NamedFunc):
    """Are all these days free?"""

    names = ("days", "offered", "barred", "tours")
    template = (
        "(({offered} IS NULL OR {offered} @> {days}) AND ({barred} IS NULL OR NOT {barred} && {days})"
        " AND ({tours} IS NULL OR NOT {tours} && {days}))"
    )
    output_field = models.BooleanField()


CALENDAR = (F("offered"), F("barred"), F("tours"))


def _available() -> Q:
    """Is there a stay of the shortest length in the window?

    Nearly everybody is free on its first days or on its last ones, and who is not free on the days that every stay
    has to hold has none: the spans are cut out for the few others only.
    """
    run = LongestRun(FreeDays(days("window"), *CALENDAR))
    at_an_end = Q(FreeThroughout(days("first_stay"), *CALENDAR)) | Q(FreeThroughout(days("last_stay"), *CALENDAR))
    between = Q(FreeThroughout(days("in_every_stay"), *CALENDAR)) & Q(GreaterThanOrEqual(run, number("min_days")))
    return Q(GreaterThanOrEqual(number("window_days"), number("min_days"))) & (at_an_end | between)


def free_days(*, expert: Expert, need: Need, only_tours: bool = False) -> int:
    """The longest run of days in the need's window that the expert is free; `only_tours` ignores own windows."""
    nothing = Value(None, output_field=DateMultiRangeField())
    calendar = (nothing, nothing, F("tours")) if only_tours else CALENDAR
    window = Cast(asked(need)["window"], DateRangeField())
    rows = ExpertFacts.objects.filter(expert=expert)
    return rows.values_list(LongestRun(FreeDays(window, *calendar)), flat=True).get()


# -- what stands once per agency -------------------------------------------------------------------
def agencies_covered(*, field: bool) -> models.QuerySet:
    """The agencies whose agreements cover the kind, the country and the `field` on every day of the first stay.

    The same answer as `partners.services.scope.may_do`, for all agencies in one subquery. Most have one agreement that
    covers all these days; only where none does the terms are put together.
    """
    countries, fields = Agreement.countries.through.objects, Agreement.expertise.through.objects
    rows = (
        Agreement.objects.holding()
        .filter(Q(activity_kinds=[]) | Q(activity_kinds__contains=Key("kinds")))
        .filter(_unlimited_or(countries.all(), country=word("country")))
    )
    if field:
        rows = rows.filter(_unlimited_or(fields.all(), expertise=word("expertise")))
    whole = Q(term__contains=days("first_stay"))
    terms = rows.order_by().annotate(term=Days("starts_on", "ends_on", Value("[]")))
    spans = (
        terms.filter(term__overlap=days("first_stay"))
        .values("agency")
        .annotate(covers=BoolOr(_holds(whole)), parts=RangeAgg("term", filter=~whole))
    )
    return spans.filter(Q(covers=True) | Q(HoldsDays(F("parts"), days("first_stay")))).values("agency")


def _unlimited_or(limits: models.QuerySet, **named) -> Q:
    """An agreement that names nothing of a kind covers all of it."""
    return ~Q(pk__in=limits.values("agreement")) | Q(pk__in=limits.filter(**named).values("agreement"))


def open_to_requests() -> Q:
    """Has the agency not paused?"""
    return Q(Q(paused_until=None) | Q(paused_until__lt=day("today"))) & Q(
        Q(not_before=None) | Q(not_before__lte=day("today"))
    )


def _agencies() -> CTE:
    """Each agency that sends people, with what it says of all of them."""
    year = Q(engagement__starts_on__gte=day("year_starts"), engagement__starts_on__lte=day("year_ends"))
    taken = Participation.objects.filter(year).exclude(engagement__status="cancelled")
    offers = Capacity.objects.filter(fiscal_year=number("year"))  # all kinds, as what is taken is of all kinds
    capacity = CTE(offers.order_by().values("agency").annotate(n=Sum("engagements")), name="capacity")
    load = CTE(taken.order_by().values("agency").annotate(n=models.Count("pk")), name="load")
    rows = Agency.objects.order_by().exclude(kind__in=NOT_DEPLOYING)
    for group in (capacity, load):
        rows = group.join(rows, pk=group.col.agency, _join_type=LOUTER)
    rows = rows.values(
        "pk",
        agency_has_tie=_holds(pk__in=CommunityTie.objects.filter(country=word("country")).values("agency")),
        is_covered=_holds(pk__in=agencies_covered(field=True)),
        is_open=_holds(open_to_requests()),
        agency_offers=Coalesce(capacity.col.n, 0),
        agency_takes_part=Coalesce(load.col.n, 0),
    )
    return CTE(with_cte(capacity, load, select=rows), name="agencies", materialized=True)


# -- a row of facts per expert ---------------------------------------------------------------------
class HasKey(NamedFunc):
    names = ("levels", "key")
    template = "({levels} ? {key})"
    output_field = models.BooleanField()


class LevelOf(NamedFunc):
    """What stands at a key: a depth, a level; NULL where nothing does."""

    names = ("levels", "key")
    template = "({levels} -> {key})::integer"
    output_field = WHOLE


class Holds(NamedFunc):
    """Is the value among those of a list, which is NULL where there are none?"""

    names = ("values", "value")
    template = "COALESCE({value} = ANY ({values}), false)"
    output_field = models.BooleanField()


class CertifiedUntil(NamedFunc):
    """Is there a certificate, of the field or of none, that holds on the day?"""

    names = ("certificates", "field", "on")
    template = "COALESCE(GREATEST(({certificates} ->> {field})::date, ({certificates} ->> '')::date) >= {on}, false)"
    output_field = models.BooleanField()


AGENCY_FACTS = ("agency_has_tie", "is_covered", "is_open", "agency_offers", "agency_takes_part")
OWN_FACTS = ("has_depth", "speaks", "was_tested", "has_worked", "has_ties", "is_certified", "is_available")


@dataclass(frozen=True)
class Shape:
    """What makes the text of a statement another one; without `best` and `near` it is about people by their ids."""

    language: bool
    certificate: bool
    best: int = 0
    near: int = 0


def _facts(shape: Shape) -> CTE:
    """Each of the people in question with what is known of them for this seat."""
    agencies = _agencies()
    rows = ExpertFacts.objects.order_by().filter(is_active=True)
    rows = agencies.join(rows, agency_id=agencies.col.pk)
    if shape.best or shape.near:
        rows = rows.filter(HasKey(F("skills"), word("expertise")))  # everybody of the field, at some depth
    else:
        rows = rows.filter(AnyOf(F("expert_id"), Key("people")))
    field, language, no = word("expertise"), word("language"), Value(False)
    rows = rows.annotate(
        has_depth=Coalesce(LevelOf(F("skills"), field), 0),
        speaks=Coalesce(LevelOf(F("languages"), language), -1) if shape.language else Value(-1),
        was_tested=Holds(F("tested"), language) if shape.language else no,
        has_worked=Holds(F("worked"), word("country")),
        has_ties=Holds(F("ties"), word("country")),
        is_certified=CertifiedUntil(F("certificates"), field, day("stay_ends")) if shape.certificate else no,
        is_available=_holds(_available()),
    )
    if shape.best and not shape.near:  # nobody who lacks something of their own is looked for
        rows = rows.filter(HasKey(F("languages"), language)) if shape.language else rows
        own = [condition for name, condition in _hard(shape).items() if name in OWN_CONDITIONS]
        rows = rows.filter(*own).annotate(is_available=Value(True))
    rows = rows.values("expert_id", "name", "years", *OWN_FACTS, **{n: getattr(agencies.col, n) for n in AGENCY_FACTS})
    return CTE(with_cte(agencies, select=rows), name="facts", materialized=True)


def _holds(*conditions: Q, **lookups) -> ExpressionWrapper:
    return ExpressionWrapper(Q(*conditions, **lookups), models.BooleanField())


# -- conditions and points -------------------------------------------------------------------------
OWN_CONDITIONS = ("expertise", "language", "certificate", "available")


def _hard(shape: Shape) -> dict[str, Q]:
    """What must hold, by name. A seat without a language or certificate does not ask for one."""
    hard = {
        "expertise": Q(has_depth__gte=number("min_depth")),
        "available": Q(is_available=True),
        "agreement": Q(is_covered=True),
        "open_to_requests": Q(is_open=True),
    }
    if shape.language:
        hard["language"] = Q(speaks__gte=number("min_speaking"))
    if shape.certificate:
        hard["certificate"] = Q(is_certified=True)
    return hard


def _yes(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=WHOLE)


def _scores(shape: Shape) -> dict[str, models.Expression]:
    """The points of each reason, as the database adds them."""
    offers = Case(When(agency_offers__gt=0, then=F("agency_offers")), default=Value(CAPACITY_UNSTATED))
    scores = {
        "depth": F("has_depth") * Value(WEIGHTS["depth"] // len(Depth)),
        "worked": _yes(Q(has_worked=True), WEIGHTS["worked"]),
        "ties": _yes(Q(has_ties=True), WEIGHTS["ties"]),
        "agency_tie": _yes(Q(agency_has_tie=True), WEIGHTS["agency_tie"]),
        "years": Coalesce(Least(F("years") / Value(2), Value(WEIGHTS["years"]), output_field=WHOLE), 0),
        "load": Greatest(
            Value(0),
            Value(WEIGHTS["load"]) - F("agency_takes_part") * Value(WEIGHTS["load"]) / offers,
            output_field=WHOLE,
        ),
    }
    if shape.language:
        above = F("speaks") - number("min_speaking")
        scores["language"] = Least(
            Greatest(above, Value(0)) * Value(WEIGHTS["language"] // 2), Value(WEIGHTS["language"]), output_field=WHOLE
        )
        scores["tested"] = _yes(Q(was_tested=True, speaks__gte=number("min_speaking")), WEIGHTS["tested"])
    return scores


# -- the statement ---------------------------------------------------------------------------------
ORDER = ("failed", "-total", "name", "expert_id")
PERSON = {"id": "expert_id", "name": "name", "rank": "expert__rank", "years": "years", "agency_id": "agency_id"}
OF_AGENCY = {name: f"expert__agency__{name}" for name in ("name", "time_zone", "paused_until", "not_before")}


@lru_cache(maxsize=64)
def _statement(shape: Shape) -> Statement:
    """Experts, best first, with each fact, `ok_...` of each condition, `points_...` of each reason, `total` and
    `failed`, how many conditions do not hold."""
    return Statement(lambda: _rows(shape))


def _rows(shape: Shape) -> models.QuerySet:
    hard, scores, facts = _hard(shape), _scores(shape), _facts(shape)
    rows = facts.queryset().order_by().annotate(
        total=sum(scores.values(), Value(0)),
        failed=sum((_yes(~condition, 1) for condition in hard.values()), Value(0)),
    )  # fmt: skip
    rated = CTE(with_cte(facts, select=rows), name="rated", materialized=True)
    if shape.best or shape.near:
        rated = _chosen(rated, shape)
    rows = rated.join(ExpertFacts.objects.all(), expert_id=rated.col.expert_id)
    shown = (*OWN_FACTS, *AGENCY_FACTS, "failed", "total")
    rows = rows.annotate(**{name: getattr(rated.col, name) for name in shown})
    rows = rows.annotate(free=FreeDays(days("window"), *CALENDAR))
    rows = rows.order_by(*ORDER).values(
        *shown,
        "free",
        free_run=LongestRun("free"),
        **{f"ok_{name}": _holds(condition) for name, condition in hard.items()},
        **{f"points_{name}": score for name, score in scores.items()},
        **{f"person_{name}": F(path) for name, path in PERSON.items()},
        **{f"their_{name}": F(path) for name, path in OF_AGENCY.items()},
    )
    return with_cte(rated, select=rows)


def _chosen(rated: CTE, shape: Shape) -> CTE:
    """The first of those who meet all conditions, and of those who nearly do."""
    parts = [
        rated.queryset().filter(**which).order_by(*ORDER)[:limit]
        for limit, which in ((shape.best, {"failed": 0}), (shape.near, {"failed__range": (1, 2)}))
        if limit
    ]
    rows = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return CTE(with_cte(rated, select=rows), name="chosen", materialized=True)


def ranked(seat: Seat, *, best: int, near: int = 0) -> list[Expert]:
    """Of the people who have the seat's expertise at some depth: the first `best` who meet all conditions, then the
    first `near` who miss one or two. One query."""
    return _ask(seat, Shape(bool(seat.language_id), seat.needs_certificate, best, near))


def rated(seat: Seat, people: list[int]) -> list[Expert]:
    """These people, whether they meet the conditions or not. One query."""
    return _ask(seat, Shape(bool(seat.language_id), seat.needs_certificate), people=people)


def _ask(seat: Seat, shape: Shape, **values) -> list[Expert]:
    return [_expert(row) for row in _statement(shape).of(**asked(seat.need, seat), **values)]


def _expert(row: dict[str, Any]) -> Expert:
    """The person with their agency; what was found of them stands beside their own columns."""
    expert = light(Expert, {name: row[f"person_{name}"] for name in PERSON})
    expert.agency = light(Agency, {"id": expert.agency_id} | {name: row[f"their_{name}"] for name in OF_AGENCY})
    vars(expert).update(row)
    expert.speaks = max(expert.speaks, 0)  # below zero: not at all, which no seat's level allows
    return expert
