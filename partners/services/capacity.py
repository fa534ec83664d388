"""What an agency offers in a fiscal year, and how much of it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import (
    Count,
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, ExtractYear

from partners.models import ActivityKind, Agency, Capacity
from slp.lib.dates import fiscal_year, fiscal_year_span, today
from slp.lib.statements import Key, Statement

SHOWN_YEARS = 5


def _participations():
    """Engagements that agencies take part in, found by the name of the relation: that app stands above this one."""
    model = Agency._meta.get_field("participations").related_model
    return model._base_manager.exclude(engagement__status="cancelled").order_by()


def with_load(rows: QuerySet, year: int) -> QuerySet:
    """Agencies with `offered` and `taken`: engagements of a fiscal year, whatever their kind."""
    offers = Capacity.objects.filter(agency=OuterRef("pk"), fiscal_year=year).order_by()
    taken = _participations().filter(agency=OuterRef("pk"), engagement__starts_on__range=fiscal_year_span(year))
    return rows.annotate(
        offered=_number(offers.values("agency").annotate(n=Sum("engagements"))),
        taken=_number(taken.values("agency").annotate(n=Count("pk"))),
    )


def _number(rows: QuerySet) -> Coalesce:
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), 0)


@dataclass(frozen=True)
class Load:
    """One kind of engagement in one fiscal year: how many are offered, how many are taken.

    `taken`: none for an offer of any kind, which every kind uses up; what is left of it stands in the whole.
    """

    year: int
    label: str
    offered: int
    taken: int | None

    @property
    def left(self) -> str:
        """What is left, in words."""
        if self.taken is None:
            return "Used by every kind"
        if not self.offered:
            return "Not offered by itself"
        over = self.taken - self.offered
        return f"{over} more than offered" if over > 0 else str(-over)


def _by_year() -> QuerySet:
    """What one agency has offered since a fiscal year and what it has taken part in since the first day of that."""
    offered = Capacity.objects.filter(agency=Key("agency"), fiscal_year__gte=Key("year")).order_by()
    taken = _participations().filter(agency=Key("agency"), engagement__starts_on__gte=Key("day"))
    # From the first of October on, the calendar year of this day is the fiscal year.
    new_year = ExpressionWrapper(F("engagement__starts_on") + timedelta(days=92), output_field=DateField())
    parts = (
        offered.values(year=F("fiscal_year"), of=F("kind"), number=F("engagements"), is_offer=Value(True)),
        taken.values(year=ExtractYear(new_year), of=F("engagement__kind")).annotate(number=Count("pk")).annotate(
            is_offer=Value(False)
        ),
    )  # fmt: skip
    return parts[0].union(parts[1], all=True)


BY_YEAR = Statement(_by_year)


def loads(agency: Agency) -> list[Load]:
    """The last fiscal years with an offer or an engagement, the newest first; within a year the whole, then each kind.

    The offers of an agency and its engagements are read in one query, which adds them up.
    """
    offered: dict[tuple[int, str], int] = {}
    taken: dict[tuple[int, str], int] = {}
    year = fiscal_year(today()) - SHOWN_YEARS + 2
    for row in BY_YEAR.of(agency=agency.pk, year=year, day=fiscal_year_span(year)[0]):
        (offered if row["is_offer"] else taken)[row["year"], row["of"]] = row["number"]
    found = []
    for year in sorted({year for year, _ in offered | taken}, reverse=True):
        found.append(Load(year, "All kinds together", _sum(offered, year), _sum(taken, year)))
        kinds = {kind for when, kind in offered | taken if when == year}
        found += [
            Load(year, ActivityKind(kind).label if kind else "Of any kind", offered.get((year, kind), 0),
                 taken.get((year, kind), 0) if kind else None)
            for kind in ["", *ActivityKind.values] if kind in kinds
        ]  # fmt: skip
    return found


def _sum(numbers: dict[tuple[int, str], int], year: int) -> int:
    return sum(number for (when, _), number in numbers.items() if when == year)
