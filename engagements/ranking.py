"""The statement behind matching: what is known of each expert for a seat, whether it holds, and its points.

Conditions and points are made from one row per expert (`partners.models.facts`) and from what stands once per agency;
what is shown always adds up to what decided.

A large field is looked through by its short rows (`ExpertStrength`), which hold all but certificate and days, and these
are asked of few. First of those who are best by everything else: the last one wanted of them who is found to do has the
least total that counts. Then of everybody whose total reaches it, so that nobody is missed. Where fewer are found than
are wanted there is no least, and all are asked.

The text is kept, one for each shape of a seat: what a seat asks is filled in. Nothing here knows of requests and
answers: whether somebody said no before can't change a rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest, Least
from django_cte import CTE, with_cte

from engagements.known import (
    CALENDAR,
    WHOLE,
    CertifiedUntil,
    FreeDays,
    Holds,
    LevelOf,
    LongestRun,
    asked,
    available,
    day,
    days,
    holds,
    number,
    of_agencies,
    word,
)
from engagements.models.need import Seat
from partners.models import Agency, Depth, Expert, ExpertCountry, ExpertFacts, ExpertStrength
from partners.models.facts import MOST_FOR_YEARS, POINTS_PER_DEPTH
from slp.lib.light import light
from slp.lib.statements import AnyOf, Key, Statement

CAPACITY_UNSTATED = 5  # engagements a year assumed for an agency that has not said how many it offers

# The most that each reason can give; together 100.
WEIGHTS = {
    "depth": POINTS_PER_DEPTH * len(Depth),
    "language": 16,
    "worked": 14,
    "load": 12,
    "ties": 10,
    "years": MOST_FOR_YEARS,
    "agency_tie": 8,
    "tested": 6,
}
FROM_AGENCY, FROM_LANGUAGE = WEIGHTS["load"] + WEIGHTS["agency_tie"], WEIGHTS["language"] + WEIGHTS["tested"]
EVERYBODY = 2**31 - 1  # as a limit: keeps the planner from working a level out anew wherever it is named
# For the least total: of so many times those who are wanted, the strongest of the field, the total is looked at; and of
# so many times, the first of these, the days.
LOOKED_AT, TRIED = 15, 5

AGENCY_FACTS = ("agency_has_tie", "is_covered", "is_open", "agency_offers", "agency_takes_part")
SHORT = ("expert_id", "agency_id", "languages", "tested", "has_depth", "own")  # `own`: points, the language apart
OWN_FACTS = ("has_depth", "speaks", "was_tested", "has_worked", "has_ties", "is_certified")


@dataclass(frozen=True)
class Shape:
    """What makes the text of a statement another one; without `best` and `near` it is about people by their ids."""

    language: bool
    certificate: bool
    best: int = 0
    near: int = 0


# -- conditions and points -------------------------------------------------------------------------
OF_AGENCY = {"agreement": Q(is_covered=True), "open_to_requests": Q(is_open=True)}


def _hard(shape: Shape) -> dict[str, Q]:
    """What must hold, by name. A seat without a language or certificate does not ask for one."""
    hard = {"expertise": Q(has_depth__gte=number("min_depth")), "available": Q(is_available=True)} | OF_AGENCY
    if shape.language:
        hard["language"] = Q(speaks__gte=number("min_speaking"))
    if shape.certificate:
        hard["certificate"] = Q(is_certified=True)
    return hard


def _yes(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=WHOLE)


def _unmet(*conditions: Q) -> models.Expression:
    """How many of these do not hold."""
    return sum((_yes(~condition, 1) for condition in conditions), Value(0))


def _agency_scores() -> dict[str, models.Expression]:
    """The points that all people of an agency have from it."""
    offers = Case(When(agency_offers__gt=0, then=F("agency_offers")), default=Value(CAPACITY_UNSTATED))
    load = Value(WEIGHTS["load"]) - F("agency_takes_part") * Value(WEIGHTS["load"]) / offers
    return {
        "agency_tie": _yes(Q(agency_has_tie=True), WEIGHTS["agency_tie"]),
        "load": Greatest(Value(0), load, output_field=WHOLE),
    }


def _own_scores() -> dict[str, models.Expression]:
    """The points of each reason of one's own, but for the language."""
    return {
        "depth": F("has_depth") * Value(POINTS_PER_DEPTH),
        "worked": _yes(Q(has_worked=True), WEIGHTS["worked"]),
        "ties": _yes(Q(has_ties=True), WEIGHTS["ties"]),
        "years": Coalesce(Least(F("years") / Value(2), Value(WEIGHTS["years"]), output_field=WHOLE), 0),
    }


def _language_scores(shape: Shape) -> dict[str, models.Expression]:
    if not shape.language:
        return {}
    above = Greatest(F("speaks") - number("min_speaking"), Value(0))
    return {
        "language": Least(above * Value(WEIGHTS["language"] // 2), Value(WEIGHTS["language"]), output_field=WHOLE),
        "tested": _yes(Q(was_tested=True, speaks__gte=number("min_speaking")), WEIGHTS["tested"]),
    }


# -- the steps of the statement --------------------------------------------------------------------
ORDER = ("failed", "-total", "name", "expert_id")
PERSON = {"id": "expert_id", "name": "name", "rank": "expert__rank", "years": "years", "agency_id": "agency_id"}
THEIR_AGENCY = {name: f"expert__agency__{name}" for name in ("name", "time_zone", "paused_until", "not_before")}


def _agencies() -> list[CTE]:
    """Each agency with what all its people have from it: points, and how many conditions do not hold."""
    facts = of_agencies()
    points, unmet = sum(_agency_scores().values(), Value(0)), _unmet(*OF_AGENCY.values())
    rows = facts.queryset().order_by().annotate(points=points, unmet=unmet)
    return [facts, CTE(rows, name="agencies", materialized=True)]


def _speech(shape: Shape) -> dict[str, models.Expression]:
    """How the language is spoken, from the columns that facts and short rows both have."""
    if not shape.language:
        return {"speaks": Value(-1), "was_tested": Value(False)}
    language = word("language")
    return {"speaks": Coalesce(LevelOf(F("languages"), language), -1), "was_tested": Holds(F("tested"), language)}


def _certified(shape: Shape) -> models.Expression:
    if not shape.certificate:
        return Value(False)
    return CertifiedUntil(F("certificates"), word("expertise"), day("stay_ends"))


def _with_facts(people: models.QuerySet, shape: Shape) -> models.QuerySet:
    """The rows of these people with what is known of them for this seat, but for days."""
    return people.annotate(
        has_depth=Coalesce(LevelOf(F("skills"), word("expertise")), 0),
        **_speech(shape),
        has_worked=Holds(F("worked"), word("country")),
        has_ties=Holds(F("ties"), word("country")),
        is_certified=_certified(shape),
    )


def _early(shape: Shape) -> list[Q]:
    """The conditions that short rows decide."""
    return [condition for name, condition in _hard(shape).items() if name in ("expertise", "language")]


def _rated(people: models.QuerySet, agencies: CTE, shape: Shape, name: str, within: Q | None = None) -> list[CTE]:
    """Whoever stands in these rows with their `total`, of their agency, `own` and the language, and with `unmet`: how
    many conditions do not hold. Certificate and days are asked later, of few."""
    rows = agencies.join(people.annotate(**_speech(shape)), agency_id=agencies.col.pk).filter(within or Q())
    rows = rows.values(
        "expert_id", "has_depth", "own", "speaks", "was_tested", points=agencies.col.points, missed=agencies.col.unmet
    )
    short = CTE(rows[:EVERYBODY], name=f"{name}_short")
    total = sum(_language_scores(shape).values(), F("own") + F("points"))
    rows = short.queryset().values("expert_id", total=total, unmet=F("missed") + _unmet(*_early(shape)))
    return [short, CTE(rows, name=name)]


def _with_days(rated: models.QuerySet, shape: Shape, name: str) -> list[CTE]:
    """These people with `is_available`, and `failed`: of all conditions, how many do not hold."""
    few = CTE(rated, name=f"{name}_few", materialized=True)
    rows = few.join(ExpertFacts.objects.all(), expert_id=few.col.expert_id)
    rows = rows.values(
        "expert_id",
        "name",
        total=few.col.total,
        unmet=few.col.unmet,
        is_certified=_certified(shape),
        is_available=holds(available()),
    )
    asked_of = CTE(rows, name=f"{name}_days", materialized=True)
    late = [condition for name, condition in _hard(shape).items() if name in ("certificate", "available")]
    rows = asked_of.queryset().values("expert_id", "name", "total", "is_available", failed=F("unmet") + _unmet(*late))
    return [few, asked_of, CTE(rows, name=name, materialized=True)]


def _found(shape: Shape, agencies: CTE) -> list[CTE]:
    """The steps that find, among all of the field, those who are shown. The last one holds them and some others.

    Those who know the country go by rows of their own, with its points; the rows of the others don't know of it.
    """
    in_country, known = _in_country()
    elsewhere = ~Q(expert_id__in=in_country.queryset().values("expert_id"))
    strong = _of_field().filter(elsewhere).order_by("-strength")[: LOOKED_AT * (shape.best + shape.near)]
    strong = CTE(strong.values(*SHORT), name="strong", materialized=True)
    steps = [in_country, known, strong]
    pools = []
    for rows in (known, strong):
        steps += _rated(rows.queryset(), agencies, shape, f"rated_{rows.name}")
        steps[-1].materialized = True
        pools.append(steps[-1].queryset())
    rated = CTE(_all_of(pools), name="rated")
    tried = ((0, shape.best * (5 if shape.certificate else 1)), (1, shape.near))
    first = [rated.queryset().filter(unmet=n).order_by("-total")[: TRIED * most] for n, most in tried if most]
    steps += [rated, *_with_days(_all_of(first), shape, "first")]

    best = _least(steps[-1], 0, shape.best) if shape.best else None
    near = _least(steps[-1], 1, shape.near) if shape.near else None
    least = Least(best, near) if best and near else best or near
    others = _of_field().filter(strength__gte=least - FROM_AGENCY - FROM_LANGUAGE * shape.language)
    steps += _rated(others, agencies, shape, "others", _may_reach(agencies, shape, best, near))
    counts = _either(best and Q(unmet=0, total__gte=best), near and Q(unmet__lte=2, total__gte=near))
    met = [steps[-1].queryset().filter(counts, elsewhere), pools[0].filter(counts)]
    return steps + _with_days(_all_of(met), shape, "met")


def _may_reach(agencies: CTE, shape: Shape, best: Any, near: Any) -> Q:
    """Can they have so many points, the country apart? Only who speaks the language well enough has any from it."""
    hard, of_agency = _hard(shape), agencies.col.points
    if not shape.language:
        of_best = best and Q(hard["expertise"], own__gte=best - of_agency)
        return _either(of_best, near and Q(own__gte=near - of_agency))
    more = of_agency + FROM_LANGUAGE
    enough = _either(*(least and Q(own__gte=least - more) for least in (best, near)))
    return _either(near and Q(own__gte=near - of_agency), enough & hard["language"])


def _of_field() -> models.QuerySet:
    rows = ExpertStrength.objects.filter(expertise_id=word("expertise"))
    return rows.annotate(has_depth=F("depth"), own=F("strength"))


def _in_country() -> list[CTE]:
    """Who knows the country, with the points of that; and who of them is of the field."""
    given = {"worked": WEIGHTS["worked"], "ties": WEIGHTS["ties"]}
    whens = [When(relation=relation, then=Value(points)) for relation, points in given.items()]
    rows = ExpertCountry.objects.filter(country=word("country")).order_by().values("expert_id")
    rows = rows.annotate(from_country=Cast(Sum(Case(*whens, default=Value(0))), WHOLE))
    people = CTE(rows, name="in_country", materialized=True)
    rows = people.join(_of_field(), expert_id=people.col.expert_id)
    rows = rows.annotate(own=F("strength") + people.col.from_country)
    return [people, CTE(rows.values(*SHORT), name="known", materialized=True)]


def _least(first: CTE, failed: int, limit: int) -> models.Expression:
    """Whoever has fewer points than this is not among the first `limit` of those who fail so many conditions."""
    rows = first.queryset().filter(failed=failed).order_by("-total").values("total")
    return Coalesce(Subquery(rows[limit - 1 : limit]), -1)


def _either(*conditions: Q | None) -> Q:
    return reduce(or_, [condition for condition in conditions if condition])


def _all_of(rows: list[models.QuerySet]) -> models.QuerySet:
    return rows[0].union(*rows[1:], all=True) if rows[1:] else rows[0]


# -- the statement ---------------------------------------------------------------------------------
@lru_cache(maxsize=64)
def _statement(shape: Shape) -> Statement:
    """Experts, best first, with each fact, `ok_...` of each condition, `points_...` of each reason, `total` and
    `failed`, how many conditions do not hold."""
    return Statement(lambda: _rows(shape))


def _rows(shape: Shape) -> models.QuerySet:
    steps = _agencies()
    agencies = steps[-1]
    if shape.best or shape.near:
        steps += _found(shape, agencies)
        steps.append(_chosen(steps[-1], shape))
    else:
        people = ExpertFacts.objects.filter(AnyOf(F("expert_id"), Key("people")))
        people = _with_facts(people.filter(is_active=True), shape).annotate(own=sum(_own_scores().values(), Value(0)))
        steps += _rated(people, agencies, shape, "rated")
        steps += _with_days(steps[-1].queryset(), shape, "chosen")
    chosen = steps[-1]
    found, of_agency = ("is_available", "failed", "total"), AGENCY_FACTS
    rows = chosen.join(ExpertFacts.objects.all(), expert_id=chosen.col.expert_id)
    rows = _with_facts(agencies.join(rows, agency_id=agencies.col.pk), shape)
    rows = rows.annotate(**{name: getattr(chosen.col, name) for name in found})
    rows = rows.annotate(**{name: getattr(agencies.col, name) for name in of_agency})
    rows = rows.annotate(free=FreeDays(days("window"), *CALENDAR))
    rows = rows.order_by(*ORDER).values(
        *OWN_FACTS,
        *found,
        *of_agency,
        "free",
        free_run=LongestRun("free"),
        **{f"ok_{name}": holds(condition) for name, condition in _hard(shape).items()},
        **{
            f"points_{name}": score
            for name, score in (_own_scores() | _agency_scores() | _language_scores(shape)).items()
        },
        **{f"person_{name}": F(path) for name, path in PERSON.items()},
        **{f"their_{name}": F(path) for name, path in THEIR_AGENCY.items()},
    )
    return with_cte(*steps, select=rows)


def _chosen(met: CTE, shape: Shape) -> CTE:
    """The first of those who meet all conditions, and of those who nearly do."""
    limits = ((shape.best, {"failed": 0}), (shape.near, {"failed__range": (1, 2)}))
    parts = [met.queryset().filter(**which).order_by(*ORDER)[:limit] for limit, which in limits if limit]
    return CTE(_all_of(parts), name="chosen", materialized=True)


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
    expert.agency = light(Agency, {"id": expert.agency_id} | {name: row[f"their_{name}"] for name in THEIR_AGENCY})
    vars(expert).update(row)
    expert.speaks = max(expert.speaks, 0)  # below zero: not at all, which no seat's level allows
    return expert
