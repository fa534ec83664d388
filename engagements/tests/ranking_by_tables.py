"""The ranking as it was found before there was a row of facts per expert: by joining every table. Tests hold the one
that is used against it."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from operator import or_

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, FilteredRelation, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest, Least
from django.db.models.sql.constants import LOUTER
from django_cte import CTE, with_cte
from psycopg.types.range import DateRange

from engagements.models.engagement import Participation
from engagements.models.need import Need, Seat
from partners.models import (
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
from slp.lib.dates import fiscal_year, fiscal_year_span, today
from slp.lib.spans import DateMultiRangeField, HoldsDays, NamedFunc, RangeAgg

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
OF_EXPERT, OF_AGENCY = "expert", "agency"
WHOLE = models.IntegerField()


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
    """The days of the longest of these free spans of a window, which most often are the window itself."""

    names = ("window", "spans")
    template = (
        "CASE WHEN {spans} = datemultirange({window}) THEN upper({window}) - lower({window})"
        " ELSE COALESCE((SELECT max(upper(run) - lower(run)) FROM unnest({spans}) AS run), 0) END"
    )
    output_field = WHOLE


def _window(need: Need) -> Value:
    days = DateRange(need.starts_on, need.ends_on + timedelta(days=1))
    return Cast(days, DateRangeField())


def _stay(need: Need) -> Value:
    """The first days on which somebody of the need would be away: the shortest stay from its first day."""
    days = DateRange(need.starts_on, need.starts_on + timedelta(days=need.min_days))
    return Cast(days, DateRangeField())


def _tours() -> models.QuerySet:
    """Deployments, found by the name of the relation: that app stands above this one."""
    deployment = Expert._meta.get_field("deployments").related_model
    return deployment._base_manager.exclude(status__in=NOT_TRAVELLING)


def _spans(rows: models.QuerySet) -> models.QuerySet:
    return rows.order_by().values("expert").annotate(spans=RangeAgg("period"))


def free_days(*, expert: Expert, need: Need, only_tours: bool = False) -> int:
    """The longest run of days in the need's window that the expert is free; `only_tours` ignores own windows."""
    offered, barred, tours = (_spans(rows.filter(expert=expert)).values("spans") for rows in _calendars(need))
    nothing = Value(None, output_field=DateMultiRangeField())
    mine = (nothing, nothing) if only_tours else (models.Subquery(offered), models.Subquery(barred))
    rows = Expert.objects.filter(pk=expert.pk).annotate(free=FreeDays(_window(need), *mine, models.Subquery(tours)))
    return rows.values_list(LongestRun(_window(need), "free"), flat=True).get()


def _calendars(need: Need) -> tuple[models.QuerySet, models.QuerySet, models.QuerySet]:
    """Days offered, days barred, days on tour. Of the last two only those in the window can matter; of the first,
    somebody who offers other days has said no to these."""
    offered = Availability.objects.filter(kind="available")
    barred = Availability.objects.filter(kind="blackout", period__overlap=_window(need))
    return offered, barred, _tours().filter(period__overlap=_window(need))


# -- what stands once per agency or expert ---------------------------------------------------------
def agencies_covered(need: Need, expertise: str | None) -> models.QuerySet:
    """The agencies whose agreements cover the kind, the country and the field on every day of the shortest stay.

    The same answer as `partners.services.scope.may_do`, for all agencies in one subquery.
    """
    countries = Agreement.countries.through.objects.filter(agreement=OuterRef("pk"))
    fields = Agreement.expertise.through.objects.filter(agreement=OuterRef("pk"))
    rows = (
        Agreement.objects.holding()
        .filter(Q(activity_kinds=[]) | Q(activity_kinds__contains=[need.kind]))
        .filter(~Exists(countries) | Exists(countries.filter(country=need.country_id)))
    )
    if expertise is not None:
        rows = rows.filter(~Exists(fields) | Exists(fields.filter(expertise=expertise)))
    terms = rows.order_by().annotate(term=Days("starts_on", "ends_on", Value("[]")))
    spans = terms.values("agency").annotate(spans=RangeAgg("term"))
    return spans.filter(HoldsDays(F("spans"), _stay(need))).values("agency")


def _groups(need: Need) -> dict[str, tuple[str, CTE]]:
    """By name: whose fact it is (`expert` or `agency`) and the rows that hold it, at most one for each."""
    year = fiscal_year(need.starts_on)
    capacity = Capacity.objects.filter(fiscal_year=year)  # all kinds, as what is taken is of all kinds
    running = Participation.objects.filter(engagement__starts_on__range=fiscal_year_span(year))
    taken = running.exclude(engagement__status="cancelled")
    offered, barred, tours = _calendars(need)
    return {
        "offered": (OF_EXPERT, CTE(_spans(offered), name="offered")),
        "barred": (OF_EXPERT, CTE(_spans(barred), name="barred")),
        "tours": (OF_EXPERT, CTE(_spans(tours), name="tours")),
        "capacity": (
            OF_AGENCY,
            CTE(capacity.order_by().values("agency").annotate(n=Sum("engagements")), name="capacity"),
        ),
        "load": (OF_AGENCY, CTE(taken.order_by().values("agency").annotate(n=models.Count("pk")), name="load")),
    }


# -- a row of facts per expert ---------------------------------------------------------------------
def _facts(need: Need, seat: Seat, people: models.QuerySet) -> CTE:
    """Each of these people with what is known of them for this seat."""
    groups = _groups(need)
    rows = people.order_by().filter(is_active=True).exclude(agency__kind__in=NOT_DEPLOYING)
    for whose, group in groups.values():
        column = group.col.expert if whose == OF_EXPERT else group.col.agency
        field = "pk" if whose == OF_EXPERT else "agency"
        rows = group.join(rows, **{field: column}, _join_type=LOUTER)
    col = {name: group.col for name, (_, group) in groups.items()}
    in_country = ExpertCountry.objects.filter(country=need.country_id)
    ties = CommunityTie.objects.filter(country=need.country_id)
    facts = rows.annotate(
        skill=FilteredRelation("skills", condition=Q(skills__expertise=seat.expertise_id)),
        spoken=FilteredRelation("languages", condition=Q(languages__language=seat.language_id)),
    ).values(
        "pk",
        "name",
        "years",
        has_depth=Coalesce("skill__depth", 0),
        speaks=Coalesce("spoken__speaking", 0),
        was_tested=Coalesce("spoken__is_tested", Value(False)),
        speaks_any=_holds(spoken__isnull=False),
        has_worked=_holds(pk__in=in_country.filter(relation="worked").values("expert")),
        has_ties=_holds(pk__in=in_country.filter(relation="ties").values("expert")),
        agency_has_tie=_holds(agency__in=ties.values("agency")),
        is_covered=_holds(agency__in=agencies_covered(need, seat.expertise_id)),
        is_open=_holds(open_to_requests("agency__")),
        is_certified=_holds(pk__in=_certificates(need, seat).values("expert")),
        free=FreeDays(_window(need), col["offered"].spans, col["barred"].spans, col["tours"].spans),
        agency_offers=Coalesce(col["capacity"].n, 0),
        agency_takes_part=Coalesce(col["load"].n, 0),
    )
    return CTE(with_cte(*(group for _, group in groups.values()), select=facts), name="facts", materialized=True)


def _holds(*conditions: Q, **lookups) -> ExpressionWrapper:
    return ExpressionWrapper(Q(*conditions, **lookups), models.BooleanField())


def open_to_requests(agency: str = "") -> Q:
    """Has the agency not paused? `agency`: the path to it."""
    paused, not_before = f"{agency}paused_until", f"{agency}not_before"
    return Q(Q(**{paused: None}) | Q(**{f"{paused}__lt": today()})) & Q(
        Q(**{not_before: None}) | Q(**{f"{not_before}__lte": today()})
    )


def _certificates(need: Need, seat: Seat) -> models.QuerySet:
    stay_ends = need.starts_on + timedelta(days=need.min_days - 1)
    return Certificate.objects.filter(
        Q(expertise=seat.expertise_id) | Q(expertise=None), Q(expires_on=None) | Q(expires_on__gte=stay_ends)
    )


# -- conditions and points -------------------------------------------------------------------------
def _hard(need: Need, seat: Seat) -> dict[str, Q]:
    """What must hold, by name. A seat without a language or certificate does not ask for one."""
    hard = {
        "expertise": Q(has_depth__gte=seat.min_depth),
        "available": Q(free_run__gte=need.min_days),
        "agreement": Q(is_covered=True),
        "open_to_requests": Q(is_open=True),
    }
    if seat.language_id:
        hard["language"] = Q(speaks__gte=seat.min_speaking, speaks_any=True)
    if seat.needs_certificate:
        hard["certificate"] = Q(is_certified=True)
    return hard


def _yes(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=WHOLE)


def _scores(seat: Seat) -> dict[str, models.Expression]:
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
    if seat.language_id:
        above = F("speaks") - Value(seat.min_speaking)
        scores["language"] = Least(
            Greatest(above, Value(0)) * Value(WEIGHTS["language"] // 2), Value(WEIGHTS["language"]), output_field=WHOLE
        )
        scores["tested"] = _yes(Q(was_tested=True, speaks__gte=seat.min_speaking), WEIGHTS["tested"])
    return scores


FACTS = (
    "has_depth", "speaks", "was_tested", "speaks_any", "has_worked", "has_ties", "agency_has_tie", "is_covered",
    "is_open", "is_certified", "free", "agency_offers", "agency_takes_part",
)  # fmt: skip


class Ranking:
    """Everybody of `people` against one seat."""

    def __init__(self, need: Need, seat: Seat, people: models.QuerySet) -> None:
        self.hard, self.scores = _hard(need, seat), _scores(seat)
        facts = _facts(need, seat, people)
        rows = facts.queryset().order_by().annotate(free_run=LongestRun(_window(need), "free"))
        rows = rows.annotate(
            total=sum(self.scores.values(), Value(0)),
            failed=sum((_yes(~condition, 1) for condition in self.hard.values()), Value(0)),
        )
        self._rated = CTE(with_cte(facts, select=rows), name="rated", materialized=True)

    def best(self, limit: int, **lookups) -> models.QuerySet:
        """The ids of the first `limit`, by their points, among those of whom `lookups` of `failed` hold."""
        rows = self._rated.queryset().filter(**lookups).order_by("failed", "-total", "name", "pk")
        return rows.values("pk")[:limit]

    def experts(self, *chosen: models.QuerySet) -> models.QuerySet:
        """Experts, best first, with their agency, each fact, `ok_...` of each condition, `points_...` of each reason,
        `total` and `failed`. `chosen`: only these of `best`. One query."""
        col = self._rated.col
        rows = self._rated.join(Expert.objects.select_related("agency"), pk=col.pk).only(
            "name", "rank", "years", "agency__name", "agency__time_zone", "agency__paused_until", "agency__not_before"
        )
        if chosen:
            rows = rows.alias(rated=col.pk).filter(reduce(or_, (Q(rated__in=ids) for ids in chosen)))
        rows = rows.annotate(**{name: getattr(col, name) for name in (*FACTS, "free_run", "total", "failed")})
        rows = rows.annotate(**{f"ok_{name}": _holds(condition) for name, condition in self.hard.items()})
        rows = rows.annotate(**{f"points_{name}": score for name, score in self.scores.items()})
        return with_cte(self._rated, select=rows.order_by("failed", "-total", "name", "pk"))


def of_the_field(seat: Seat) -> models.QuerySet:
    """Everybody who has the seat's expertise at some depth."""
    return Expert.objects.filter(skills__expertise=seat.expertise_id)
