"""What the fact sheet counts: for every figure the kinds of records behind it, as questions to the database.

No figure loads its records. The database adds them up, and a page reads only the lines that it shows. Value and
lines come from the same rows, so a figure is always the sum of what stands behind it.

Each row has a `part` (its subtotal), `n` (what it counts), `is_demo`, and `known_on`: the day it began or, where no
publication says when, the day the publication came out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import BoolAnd
from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from deployments.models import Deployment
from engagements.models import Engagement, FinalReport, Participants, Participation, Result
from partners.models import (
    ActivityKind,
    Agency,
    AgencyLevel,
    Agreement,
    AgreementKind,
    Certificate,
    Expert,
)
from slp.lib.dates import fiscal_year, show, show_span
from slp.lib.us_states import UsState
from slp.places.models import Academy, Region

BEGUN = ("under_way", "completed", "closed")
OVER = ("completed", "closed")
TRAVELLED = ("in_country", "returned", "closed", "curtailed")
HOSTED = (ActivityKind.STUDY_VISIT, ActivityKind.EMBED)
CAME_INTO_FORCE = ("active", "expired", "terminated", "superseded")
WERE_PARTNERS = ("partner", "dormant", "former")
NATIONAL = (AgencyLevel.FEDERAL, AgencyLevel.NATIONAL)
NAMES_SHOWN = 12
TOTALS = ("total", "demo", "lines", "undated", "undated_lines")
SEXES = (("women", "women"), ("men", "men"), ("unknown", "sex not recorded"))


@dataclass(frozen=True)
class Text:
    """One line in words."""

    what: str
    detail: str = ""
    when: str = ""
    source: str = ""


@dataclass(frozen=True)
class Day:
    """The date that a sheet is of. What has no date at all is counted for today only."""

    on: date
    is_now: bool

    @property
    def known(self) -> Q:
        counted = Q(known_on__lte=self.on)
        return counted | Q(known_on=None) if self.is_now else counted


@dataclass(frozen=True)
class Kind:
    """One kind of record that a figure counts.

    `by`: rows with the same value of it are one line. `once`: a line counts one, however many rows it has.
    `read(rows, keys)`: the words of the lines with these keys.
    """

    rows: models.QuerySet
    read: Callable[[models.QuerySet, list], dict[Any, Text]]
    by: str = "pk"
    once: bool = False
    order: str = ""
    parts: dict[str, str] = field(default_factory=dict)  # the words for `part`, where it is a code

    def known(self, day: Day) -> models.QuerySet:
        return self.rows.filter(day.known)

    def undated(self, day: Day) -> models.QuerySet:
        """Rows that would count if somebody had published their date."""
        if day.is_now:
            return self.rows.none()
        rows = self.rows.filter(known_on=None)
        if self.once:  # a line is known as soon as one of its rows is
            rows = rows.exclude(**{f"{self.by}__in": self.rows.exclude(known_on=None).values(self.by)})
        return rows

    def totals(self, place: int, day: Day) -> models.QuerySet:
        """TOTALS of each part, in one row; `place` is given back in it."""
        numbers = self._once(day) if self.once else self._summed(day)
        rows = self.rows.order_by().annotate(place=Value(place)).values("place", "part")
        filled = {name: Coalesce(number, 0) for name, number in zip(TOTALS, numbers, strict=True)}
        return rows.annotate(**filled).values_list("place", "part", *TOTALS)

    def _summed(self, day: Day) -> tuple:
        many, known, unknown = self.by != "pk", day.known, Q(known_on=None)
        total, demo = Sum("n", filter=known), Sum("n", filter=known & Q(is_demo=True))
        lines = Count(self.by, filter=known, distinct=many)
        if day.is_now:
            return total, demo, lines, 0, 0
        return total, demo, lines, Sum("n", filter=unknown), Count(self.by, filter=unknown, distinct=many)

    def _once(self, day: Day) -> tuple:
        def count(**condition):
            return Count(self.by, filter=Q(**condition), distinct=True) if condition else Count(self.by, distinct=True)

        lines = Count(self.by, filter=day.known, distinct=True)
        demo = lines - Count(self.by, filter=day.known & Q(is_demo=False), distinct=True)
        undated = 0 if day.is_now else count() - count(known_on__isnull=False)
        return lines, demo, lines, undated, undated

    def lines(self, rows: models.QuerySet) -> models.QuerySet:
        """Of `rows` (known or undated ones) the lines in their order: (key, part, n, is_demo)."""
        if self.by == "pk":
            return rows.order_by(self.order or "pk", "pk").values_list("pk", "part", "n", "is_demo")
        folded = {"line_part": Min("part"), "line_n": Value(1) if self.once else Sum("n")}
        lines = rows.order_by().values(self.by).annotate(**folded, line_is_demo=BoolAnd("is_demo"))
        return lines.order_by(self.order or self.by).values_list(self.by, *folded, "line_is_demo")


def _text_value(text: str = "") -> Value:
    return Value(text, output_field=models.TextField())


REAL = Value(False, output_field=models.BooleanField())
ONE = Value(1, output_field=models.IntegerField())


# -- agencies and agreements -------------------------------------------------------------------------
def agencies() -> list[Kind]:
    levels = dict(AgencyLevel.choices)
    return [Kind(_agencies().annotate(part=F("level")), _read_agencies, order="name", parts=levels)]


def _agencies() -> models.QuerySet:
    in_force = Agreement.objects.filter(agency=OuterRef("pk"), status__in=CAME_INTO_FORCE, starts_on__isnull=False)
    first = Subquery(in_force.order_by("starts_on").values("starts_on")[:1])
    return Agency.objects.filter(status__in=WERE_PARTNERS).annotate(
        n=ONE, is_demo=F("is_fictional"), known_on=Coalesce("partner_since", first, "source__issued_on")
    )


def _read_agencies(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    found = Agency.objects.select_related("source").in_bulk(keys)
    return {
        key: Text(
            agency.name,
            UsState(agency.us_state).label if agency.us_state else "",
            f"since {agency.partner_since.year}" if agency.partner_since else "",
            str(agency.source or ""),
        )
        for key, agency in found.items()
    }


def states() -> list[Kind]:
    rows = _agencies().exclude(us_state="").exclude(level__in=NATIONAL).annotate(part=_text_value())
    return [Kind(rows, _read_states, by="us_state", once=True)]


def _read_states(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    names: dict[str, list[str]] = {}
    for state, name in rows.filter(us_state__in=keys).order_by("name").values_list("us_state", "name"):
        names.setdefault(state, []).append(name)
    return {state: Text(UsState(state).label, _some(agencies)) for state, agencies in names.items()}


def _some(names: list[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def agreements() -> list[Kind]:
    rows = Agreement.objects.filter(status__in=CAME_INTO_FORCE).annotate(
        part=F("kind"), n=ONE, is_demo=F("agency__is_fictional"), known_on=F("starts_on")
    )
    return [Kind(rows, _read_agreements, order="starts_on", parts=dict(AgreementKind.choices))]


def _read_agreements(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    found = Agreement.objects.select_related("agency", "source").in_bulk(keys)
    return {
        key: Text(a.title, a.agency.name, show(a.starts_on, a.date_precision), str(a.source or ""))
        for key, a in found.items()
    }


# -- engagements -------------------------------------------------------------------------------------
def _engagements(**only) -> models.QuerySet:
    fictional = Participation.objects.filter(engagement=OuterRef("pk"), agency__is_fictional=True)
    return Engagement.objects.filter(status__in=BEGUN, **only).annotate(
        n=ONE, is_demo=Exists(fictional), known_on=Coalesce("starts_on", "source__issued_on")
    )


def engagements(**only) -> list[Kind]:
    return [Kind(_engagements(**only).annotate(part=F("kind")), _read_engagements, parts=dict(ActivityKind.choices))]


def police_units() -> list[Kind]:
    return engagements(kind=ActivityKind.IPPOS)


def countries() -> list[Kind]:
    rows = _engagements(country__isnull=False).annotate(part=F("country__region"))
    kind = Kind(rows, _read_countries, by="country", once=True, order="country__name", parts=dict(Region.choices))
    return [kind]


def _read_countries(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    counted = rows.filter(country__in=keys).order_by().values_list("country", "country__name").annotate(Count("pk"))
    return {key: Text(name, f"{n} {'engagement' if n == 1 else 'engagements'}") for key, name, n in counted}


def _read_engagements(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    found = Engagement.objects.select_related("country", "source").prefetch_related("participations__agency")
    return {key: _engagement_text(engagement) for key, engagement in found.in_bulk(keys).items()}


def _engagement_text(engagement: Engagement) -> Text:
    """An engagement as a public page may show it: what goes on today has no names, places or dates."""
    country = engagement.country.name if engagement.country else ""
    source = str(engagement.source or "")
    if engagement.status not in OVER:
        return Text(f"{ActivityKind(engagement.kind).label}, under way", country, "now", source)
    names = ", ".join(p.agency.name for p in engagement.participations.all())
    if engagement.is_historic:
        when = show_span(engagement.starts_on, engagement.ends_on, engagement.date_precision)
    else:
        when = f"fiscal year {fiscal_year(engagement.ends_on)}"
    return Text(engagement.title, ", ".join(filter(None, [country, names])), when, source)


# -- who travelled -----------------------------------------------------------------------------------
def deployments() -> list[Kind]:
    """Numbers of deployments that publications give of historic engagements, and journeys recorded here."""
    published = Result.objects.filter(engagement__is_historic=True, measure="deployments").annotate(
        part=_text_value("As published"), n=F("value"), is_demo=REAL, known_on=F("source__issued_on")
    )
    return [Kind(published, _read_results), Kind(_journeys(), _read_engagements, by="engagement")]


def _read_results(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    found = Result.objects.select_related("engagement", "source").in_bulk(keys)
    return {k: Text(r.engagement.title, r.note, r.engagement.when, str(r.source or "")) for k, r in found.items()}


def _journeys(**only) -> models.QuerySet:
    rows = Deployment.objects.filter(status__in=TRAVELLED, engagement__status__in=BEGUN, **only)
    return rows.annotate(
        part=_text_value("Recorded in SLP"), n=ONE, is_demo=F("agency__is_fictional"),
        known_on=Greatest("starts_on", "engagement__starts_on"),
    )  # fmt: skip


def people_deployed() -> list[Kind]:
    """The personnel that publications name; and each person of ours once, at their first journey."""
    named = Participation.objects.filter(engagement__is_historic=True, people_as_published__isnull=False).annotate(
        part=_text_value("As published"), n=F("people_as_published"), is_demo=REAL,
        known_on=F("engagement__source__issued_on"),
    )  # fmt: skip
    first = _journeys().order_by("expert_id", "starts_on", "pk").distinct("expert_id").values("pk")
    return [Kind(named, _read_participations), Kind(_journeys(pk__in=first), _read_engagements, by="engagement")]


def _read_participations(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    found = Participation.objects.select_related("agency", "engagement__source").in_bulk(keys)
    return {
        key: Text(f"{p.agency.name}: {p.engagement.title}", p.note, p.engagement.when, str(p.engagement.source))
        for key, p in found.items()
    }


# -- who was trained ---------------------------------------------------------------------------------
def people_trained() -> list[Kind]:
    return _people(~Q(engagement__kind__in=HOSTED))


def guests_hosted() -> list[Kind]:
    return _people(Q(engagement__kind__in=HOSTED))


def _people(which: Q) -> list[Kind]:
    """Participants that publications count, and those of accepted final reports, by sex."""
    published = Participants.objects.filter(which, engagement__is_historic=True)
    reported = FinalReport.objects.filter(which, status="accepted", engagement__ends_on__isnull=False)
    found = []
    for column, part in SEXES:
        groups = published.filter(**{f"{column}__gt": 0}).annotate(
            part=_text_value(part), n=F(column), is_demo=REAL, known_on=F("engagement__source__issued_on")
        )
        reports = reported.filter(**{f"{column}_trained__gt": 0}).annotate(
            part=_text_value(part), n=F(f"{column}_trained"), is_demo=F("agency__is_fictional"),
            known_on=F("engagement__ends_on"),
        )  # fmt: skip
        found += [Kind(groups, _read_participants), Kind(reports, _read_reports)]
    return found


def _read_participants(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    found = Participants.objects.select_related("engagement__source").in_bulk(keys)
    return {
        key: Text(p.group, p.engagement.title, p.engagement.when, str(p.engagement.source)) for key, p in found.items()
    }


def _read_reports(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    found = FinalReport.objects.select_related("engagement", "agency").in_bulk(keys)
    return {
        key: Text(
            r.engagement.title,
            f"{r.agency.name}, final report {r.reference}",
            f"fiscal year {fiscal_year(r.engagement.ends_on)}",
        )
        for key, r in found.items()
    }


# -- instructors and academies -----------------------------------------------------------------------
def instructors() -> list[Kind]:
    """People on the roster with an instructor certificate, a line for each agency: no names on a public page."""
    first = Certificate.objects.filter(expert=OuterRef("pk")).order_by("issued_on").values("issued_on")[:1]
    rows = Expert.objects.filter(certificates__isnull=False).distinct()
    rows = Expert.objects.filter(pk__in=rows.values("pk")).annotate(
        part=_text_value(), n=ONE, is_demo=F("agency__is_fictional"), known_on=Subquery(first)
    )
    return [Kind(rows, _read_instructors, by="agency", order="agency__name")]


def _read_instructors(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    names = Agency.objects.filter(pk__in=keys).values_list("pk", "name")
    return {key: Text(name, "Instructors with a certificate") for key, name in names}


def academies() -> list[Kind]:
    end_of_year = models.Func("opened", template="make_date(%(expressions)s, 12, 31)", output_field=models.DateField())
    rows = Academy.objects.exclude(kind="regional training center").annotate(
        part=_text_value(), n=ONE, is_demo=REAL, known_on=end_of_year
    )
    return [Kind(rows, _read_academies, order="opened")]


def _read_academies(rows: models.QuerySet, keys: list) -> dict[Any, Text]:
    return {
        key: Text(a.name, a.region_served, f"since {a.opened}", a.source)
        for key, a in Academy.objects.in_bulk(keys).items()
    }
