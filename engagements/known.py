"""What matching knows of agencies and people, as SQL: the keys of a need, free days, agreements, facts of a row.

`engagements.ranking` makes conditions and points of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.db.models.sql.constants import LOUTER
from django_cte import CTE, with_cte
from psycopg.types.range import DateRange

from engagements.models.engagement import Participation
from engagements.models.need import Need, Seat
from partners.models import Agency, Agreement, Capacity, CommunityTie, Expert, ExpertFacts
from partners.models.agency import NOT_DEPLOYING
from partners.models.agreement import Days
from slp.lib.dates import fiscal_year, fiscal_year_span, today
from slp.lib.spans import DateMultiRangeField, HoldsDays, NamedFunc, RangeAgg
from slp.lib.statements import Key

WHOLE = models.IntegerField()


def holds(*conditions: Q, **lookups) -> ExpressionWrapper:
    return ExpressionWrapper(Q(*conditions, **lookups), models.BooleanField())


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
        "stay_starts": need.starts_on,
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


def available() -> Q:
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
def covered(*, field: bool) -> Q:
    """Do the agency's agreements cover the kind, the country and the `field` on every day of the first stay?

    The same answer as `partners.services.scope.may_do`, for all agencies at once. Most have one agreement that covers
    all these days; only where none does the terms are put together.
    """
    countries, fields = Agreement.countries.through.objects, Agreement.expertise.through.objects
    rows = (
        Agreement.objects.holding()
        .filter(Q(activity_kinds=[]) | Q(activity_kinds__contains=Key("kinds")))
        .filter(_unlimited_or(countries.all(), country=word("country")))
    )
    if field:
        rows = rows.filter(_unlimited_or(fields.all(), expertise=word("expertise")))
    rows, first, last = rows.order_by(), day("stay_starts"), day("stay_ends")
    whole = rows.filter(Q(ends_on=None) | Q(ends_on__gte=last), starts_on__lte=first)
    parts = rows.filter(Q(starts_on__gt=first) | Q(ends_on__lt=last))
    parts = parts.filter(Q(ends_on=None) | Q(ends_on__gte=first), starts_on__lte=last)
    joined = parts.values("agency").annotate(terms=RangeAgg(Days("starts_on", "ends_on", Value("[]"))))
    joined = joined.filter(HoldsDays(F("terms"), days("first_stay")))
    return Q(pk__in=whole.values("agency")) | Q(pk__in=joined.values("agency"))


def _unlimited_or(limits: models.QuerySet, **named) -> Q:
    """An agreement that names nothing of a kind covers all of it."""
    return ~Q(pk__in=limits.values("agreement")) | Q(pk__in=limits.filter(**named).values("agreement"))


def open_to_requests() -> Q:
    """Has the agency not paused?"""
    return Q(Q(paused_until=None) | Q(paused_until__lt=day("today"))) & Q(
        Q(not_before=None) | Q(not_before__lte=day("today"))
    )


def of_agencies() -> CTE:
    """Each agency that sends people, with what it says of all of them."""
    taken = Participation.objects.filter(engagement__starts_on__gte=day("year_starts"))
    taken = taken.exclude(engagement__status="cancelled")
    # The year's end stands with the count: of a span between two keys the planner expects hardly anything.
    of_year = models.Count("pk", filter=Q(engagement__starts_on__lte=day("year_ends")))
    offers = Capacity.objects.filter(fiscal_year=number("year"))  # all kinds, as what is taken is of all kinds
    capacity = CTE(offers.order_by().values("agency").annotate(n=Sum("engagements")), name="capacity")
    load = CTE(taken.order_by().values("agency").annotate(n=of_year), name="load")
    rows = Agency.objects.order_by().exclude(kind__in=NOT_DEPLOYING)
    for group in (capacity, load):
        rows = group.join(rows, pk=group.col.agency, _join_type=LOUTER)
    rows = rows.values(
        "pk",
        agency_has_tie=holds(pk__in=CommunityTie.objects.filter(country=word("country")).values("agency")),
        is_covered=holds(covered(field=True)),
        is_open=holds(open_to_requests()),
        agency_offers=Coalesce(capacity.col.n, 0),
        agency_takes_part=Coalesce(load.col.n, 0),
    )
    return CTE(with_cte(capacity, load, select=rows), name="of_agencies", materialized=True)


# -- a row of facts per expert ---------------------------------------------------------------------
class LevelOf(NamedFunc):
    """What stands at a key: a depth, a level; NULL where nothing does."""

    names = ("levels", "key")
    template = "({levels} ->> {key})::integer"  # as text: a number of JSON takes far longer to become one
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
