"""The programme's numbers as of any date, computed from records; beside each what publications say.

Every computed figure is a list of rows, and its value is their sum: the page of a figure shows exactly the rows that
were counted. A published figure is shown as published. Nothing published is added to, merged with or derived from
anything else.

A row counts from the day from which it is known: the day it began, or, where no publication says when, the day
the publication came out. What has neither is counted for today only, and said so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Min, Q

from deployments.models import Deployment
from engagements.models import Engagement, FinalReport, Participants, Participation, PublishedFigure, Result
from partners.models import ActivityKind, Agency, AgencyLevel, Agreement, AgreementKind, Certificate
from slp.lib.dates import fiscal_year, show, show_span, today
from slp.lib.us_states import UsState
from slp.places.models import Academy

BEGUN = ("under_way", "completed", "closed")
OVER = ("completed", "closed")
TRAVELLED = ("in_country", "returned", "closed", "curtailed")
HOSTED = (ActivityKind.STUDY_VISIT, ActivityKind.EMBED)
CAME_INTO_FORCE = ("active", "expired", "terminated", "superseded")
WERE_PARTNERS = ("partner", "dormant", "former")


@dataclass(frozen=True)
class Row:
    """One record that a figure counts."""

    what: str
    detail: str = ""
    when: str = ""
    count: int = 1
    part: str = ""  # the subtotal it belongs to
    source: str = ""
    fictional: bool = False
    known_on: date | None = None


@dataclass
class Figure:
    """One measure: its rows as of a date, and what publications say."""

    measure: str
    label: str
    counted: str  # how, in a sentence
    rows: list[Row] | None = None  # None: SLP counts nothing here
    undated: list[Row] = field(default_factory=list)
    published: list[PublishedFigure] = field(default_factory=list)

    @property
    def computed(self) -> int | None:
        return None if self.rows is None else sum(row.count for row in self.rows)

    @property
    def fictional(self) -> int:
        return sum(row.count for row in self.rows or () if row.fictional)

    @property
    def in_short(self) -> list[str]:
        """The published numbers, a line each."""
        return [
            f"{p.get_certainty_display().capitalize()} {p.value:,}: {p.label} ({show(p.as_of, p.precision)})"
            for p in self.published
            if p.value is not None
        ]

    @cached_property
    def parts(self) -> dict[str, int]:
        """Subtotals, largest first."""
        found: Counter[str] = Counter()
        for row in self.rows or ():
            if row.part:
                found[row.part] += row.count
        return dict(found.most_common())


class FactSheet:
    """All figures as of one date. Rows shared by several figures are fetched once."""

    def __init__(self, as_of: date | None = None) -> None:
        self.as_of = as_of or today()
        self.is_now = self.as_of >= today()

    # -- rows ------------------------------------------------------------------------------------
    @cached_property
    def engagements(self) -> list[Engagement]:
        """Engagements that had begun, with the agencies that took part."""
        rows = Engagement.objects.filter(status__in=BEGUN).select_related("country", "source")
        return [e for e in rows.prefetch_related("participations__agency") if self.is_known(_known(e))]

    @cached_property
    def undated_engagements(self) -> list[Engagement]:
        rows = Engagement.objects.filter(is_historic=True, starts_on=None, source__issued_on=None)
        return [] if self.is_now else list(rows.select_related("country", "source"))

    @cached_property
    def _agencies(self) -> list[Agency]:
        rows = Agency.objects.filter(status__in=WERE_PARTNERS).select_related("source")
        return list(rows.annotate(first_agreement=Min("agreements__starts_on")).order_by("name"))

    def is_known(self, known_on: date | None) -> bool:
        """Does a row that is known from `known_on` count? Without a date only for today."""
        return self.is_now if known_on is None else known_on <= self.as_of

    def split(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """Rows that count, and rows that would but whose date nobody published."""
        counted = [r for r in rows if self.is_known(r.known_on)]
        return counted, ([] if self.is_now else [r for r in rows if r.known_on is None])

    # -- figures ---------------------------------------------------------------------------------
    @cached_property
    def agency_rows(self) -> list[Row]:
        return [
            Row(
                agency.name,
                UsState(agency.us_state).label if agency.us_state else "",
                f"since {agency.partner_since.year}" if agency.partner_since else "",
                part=agency.get_level_display(),
                source=str(agency.source or ""),
                fictional=agency.is_fictional,
                known_on=agency.partner_since
                or agency.first_agreement
                or (agency.source.issued_on if agency.source else None),
            )
            for agency in self._agencies
        ]

    def states(self) -> list[Row]:
        """Each state once, from the day its first agency became a partner."""
        national = {AgencyLevel.FEDERAL.label, AgencyLevel.NATIONAL.label}
        found: dict[str, list[Row]] = {}
        for row in self.agency_rows:
            if row.detail and row.part not in national:
                found.setdefault(row.detail, []).append(row)
        return [
            Row(
                name,
                ", ".join(r.what for r in sorted(rows, key=lambda r: r.what)),
                fictional=all(r.fictional for r in rows),
                known_on=min((r.known_on for r in rows if r.known_on), default=None),
            )
            for name, rows in sorted(found.items())
        ]

    def agreements(self) -> list[Row]:
        rows = Agreement.objects.filter(status__in=CAME_INTO_FORCE).select_related("agency", "source")
        return [
            Row(
                a.title,
                a.agency.name,
                show(a.starts_on, a.date_precision),
                part=AgreementKind(a.kind).label,
                source=str(a.source or ""),
                fictional=a.agency.is_fictional,
                known_on=a.starts_on,
            )
            for a in rows.order_by("starts_on", "pk")
        ]

    def countries(self) -> list[Row]:
        found: dict[str, list[Engagement]] = {}
        for engagement in self.engagements:
            if engagement.country:
                found.setdefault(engagement.country.name, []).append(engagement)
        return [
            Row(
                name,
                f"{len(rows)} {'engagement' if len(rows) == 1 else 'engagements'}",
                part=rows[0].country.get_region_display(),
                fictional=all(_fictional(e) for e in rows),
                known_on=self.as_of,
            )
            for name, rows in sorted(found.items())
        ]

    def engagement_rows(self) -> list[Row]:
        return [_engagement_row(e, known_on=self.as_of, part=ActivityKind(e.kind).label) for e in self.engagements]

    def deployments(self) -> list[Row]:
        """Journeys recorded here, and the numbers of deployments that publications give of historic engagements."""
        return self._published_results("deployments") + [
            _engagement_row(e, count=n, part="Recorded in SLP", known_on=self.as_of) for e, n in self._journeys()
        ]

    def people_deployed(self) -> list[Row]:
        """Each person of ours once, at their first journey; and the personnel that publications name."""
        named = Participation.objects.filter(engagement__is_historic=True, people_as_published__isnull=False)
        rows = [
            Row(
                f"{p.agency.name}: {p.engagement.title}",
                p.note,
                p.engagement.when,
                p.people_as_published,
                "As published",
                str(p.engagement.source),
                known_on=p.engagement.source.issued_on,
            )
            for p in named.select_related("agency", "engagement__source").order_by("pk")
        ]
        return rows + [
            _engagement_row(e, count=n, part="Recorded in SLP", known_on=self.as_of) for e, n in self._first_journeys()
        ]

    @cached_property
    def _travel(self) -> list[tuple[int, int]]:
        """(engagement, expert) of every journey that had begun, the earliest first."""
        rows = Deployment.objects.filter(status__in=TRAVELLED, starts_on__lte=self.as_of)
        return list(rows.order_by("starts_on", "pk").values_list("engagement_id", "expert_id"))

    def _journeys(self) -> list[tuple[Engagement, int]]:
        return self._with_engagements(Counter(engagement for engagement, _ in self._travel))

    def _first_journeys(self) -> list[tuple[Engagement, int]]:
        first = {}
        for engagement, expert in self._travel:
            first.setdefault(expert, engagement)
        return self._with_engagements(Counter(first.values()))

    def _with_engagements(self, counts: Counter[int]) -> list[tuple[Engagement, int]]:
        return [(e, counts[e.pk]) for e in self.engagements if e.pk in counts]

    @cached_property
    def _results(self) -> list[Result]:
        return list(Result.objects.filter(engagement__is_historic=True).select_related("engagement", "source"))

    def _published_results(self, measure: str) -> list[Row]:
        return [
            Row(
                r.engagement.title,
                r.note,
                r.engagement.when,
                r.value,
                "As published",
                str(r.source or ""),
                known_on=r.source.issued_on if r.source else None,
            )
            for r in self._results
            if r.measure == measure
        ]

    @cached_property
    def _participants(self) -> list[Participants]:
        rows = Participants.objects.filter(engagement__is_historic=True).select_related("engagement__source")
        return list(rows.order_by("pk"))

    @cached_property
    def _reports(self) -> list[FinalReport]:
        """Accepted reports of engagements that were over by then."""
        rows = FinalReport.objects.filter(
            Q(women_trained__gt=0) | Q(men_trained__gt=0) | Q(unknown_trained__gt=0),
            status="accepted",
            engagement__ends_on__lte=self.as_of,
        )
        return list(rows.select_related("engagement__country", "agency").order_by("pk"))

    def _people(self, *, hosted: bool) -> list[Row]:
        """Three rows at most of each group: women, men, sex not recorded."""
        rows = []
        for p in self._participants:
            if (p.engagement.kind in HOSTED) is hosted:
                source, known = str(p.engagement.source), p.engagement.source.issued_on
                for part, count in _by_sex(p.women, p.men, p.unknown):
                    rows.append(
                        Row(p.group, p.engagement.title, p.engagement.when, count, part, source, known_on=known)
                    )
        for r in self._reports:
            if (r.engagement.kind in HOSTED) is hosted:
                for part, count in _by_sex(r.women_trained, r.men_trained, r.unknown_trained):
                    title, when = r.engagement.title, f"fiscal year {fiscal_year(r.engagement.ends_on)}"
                    detail = f"{r.agency.name}, final report {r.reference}"
                    fictional = r.agency.is_fictional
                    rows.append(Row(title, detail, when, count, part, "", fictional, known_on=self.as_of))
        return rows

    def people_trained(self) -> list[Row]:
        return self._people(hosted=False)

    def guests_hosted(self) -> list[Row]:
        return self._people(hosted=True)

    def instructors(self) -> list[Row]:
        """People on the roster who hold an instructor certificate issued by then. No names on a public page."""
        rows = (
            Certificate.objects.filter(issued_on__lte=self.as_of)
            .values("expert_id", "expert__agency__name", "expert__agency__is_fictional")
            .annotate(first=Min("issued_on"))
        )
        found: Counter[tuple[str, bool]] = Counter(
            (r["expert__agency__name"], r["expert__agency__is_fictional"]) for r in rows
        )
        return [
            Row(name, "Instructors with a certificate", count=count, fictional=fictional, known_on=self.as_of)
            for (name, fictional), count in sorted(found.items())
        ]

    def police_units(self) -> list[Row]:
        return [
            _engagement_row(e, known_on=self.as_of, part=ActivityKind(e.kind).label)
            for e in self.engagements
            if e.kind == ActivityKind.IPPOS
        ]

    def academies(self) -> list[Row]:
        return [
            Row(
                a.name,
                a.region_served,
                f"since {a.opened}",
                source=a.source,
                known_on=date(a.opened, 12, 31),
            )
            for a in Academy.objects.exclude(kind="regional training center")
        ]

    # -- the whole -------------------------------------------------------------------------------
    def figures(self, only: str = "") -> list[Figure]:
        """Every figure, or one. Published figures of all dates stand beside the computed one."""
        published: dict[str, list[PublishedFigure]] = {}
        for figure in PublishedFigure.objects.select_related("source").order_by("as_of", "code"):
            published.setdefault(figure.measure, []).append(figure)
        made = []
        for measure, (label, counted, rows) in MEASURES.items():
            if only in ("", measure):
                figure = Figure(measure, label, counted, published=published.get(measure, []))
                if rows is not None:
                    figure.rows, figure.undated = self.split(rows(self))
                made.append(figure)
        return made


def _known(engagement: Engagement) -> date | None:
    return engagement.starts_on or (engagement.source.issued_on if engagement.source else None)


def _fictional(engagement: Engagement) -> bool:
    return any(p.agency.is_fictional for p in engagement.participations.all())


def _engagement_row(engagement: Engagement, **fields) -> Row:
    """An engagement as a public page may show it: what goes on today has no names, places or dates."""
    if engagement.status not in OVER:
        title, detail, when = f"{ActivityKind(engagement.kind).label}, under way", "", "now"
    else:
        title = engagement.title
        detail = ", ".join(p.agency.name for p in engagement.participations.all())
        when = (
            show_span(engagement.starts_on, engagement.ends_on, engagement.date_precision)
            if engagement.is_historic
            else f"fiscal year {fiscal_year(engagement.ends_on)}"
        )
    country = engagement.country.name if engagement.country else ""
    return Row(
        title,
        ", ".join(filter(None, [country, detail])),
        when,
        source=str(engagement.source or ""),
        fictional=_fictional(engagement),
        **fields,
    )


def _by_sex(women: int | None, men: int | None, unknown: int | None) -> list[tuple[str, int]]:
    named = (("women", women), ("men", men), ("sex not recorded", unknown))
    return [(part, count) for part, count in named if count]


Rows = Callable[[FactSheet], list[Row]]
# measure: (label, how it is counted, rows)
MEASURES: dict[str, tuple[str, str, Rows | None]] = {
    "agencies": (
        "Partner agencies",
        "Agencies that had become partners by the date, prospects and associations not counted.",
        lambda sheet: sheet.agency_rows,
    ),
    "states": (
        "States, D.C. and territories",
        "Each state with a state, county or municipal partner once. Federal bodies count for no state.",
        FactSheet.states,
    ),
    "agreements": (
        "Agreements",
        "Formal and informal agreements that had come into force by the date, whether or not they ended since.",
        FactSheet.agreements,
    ),
    "countries": (
        "Countries with engagements",
        "Each country with an engagement that had begun by the date once.",
        FactSheet.countries,
    ),
    "engagements": (
        "Engagements",
        "Activities that had begun by the date, of every kind. A programme told as one is counted as one.",
        FactSheet.engagement_rows,
    ),
    "deployments": (
        "Deployments",
        "Journeys recorded in SLP, and the numbers that publications give for the time before. Published numbers "
        "are taken as they are, never computed from people.",
        FactSheet.deployments,
    ),
    "people_deployed": (
        "People deployed",
        "Each person in SLP once, and the personnel that publications name. Never computed from deployments.",
        FactSheet.people_deployed,
    ),
    "people_trained": (
        "People trained",
        "Participants that publications count, and those of accepted final reports, by sex where it is known.",
        FactSheet.people_trained,
    ),
    "guests_hosted": (
        "Guests hosted in the United States",
        "Guests of study visits and embedded guests, as published or in accepted final reports.",
        FactSheet.guests_hosted,
    ),
    "instructors_certified": (
        "Certified instructors on the roster",
        "People on partners' rosters with an instructor certificate issued by the date.",
        FactSheet.instructors,
    ),
    "police_units": (
        "Peacekeeping police contingents prepared (IPPOS)",
        "Engagements that prepared a country's police units. How many units each had is not published.",
        FactSheet.police_units,
    ),
    "ileas": (
        "International Law Enforcement Academies",
        "Academies open by the end of that year; regional training centers are not counted.",
        FactSheet.academies,
    ),
    "capacity": ("Engagements a partner may offer in a year", "A rule of the programme; nothing to count.", None),
    "parts": ("Published numbers of parts of the program", "Each is about one part only; nothing to count.", None),
    "context": ("Other published numbers", "Not numbers of the programme; nothing to count.", None),
}


def as_json(sheet: FactSheet) -> dict:
    """The whole sheet as plain data."""
    return {
        "as_of": sheet.as_of.isoformat(),
        "figures": [
            {
                "measure": figure.measure,
                "label": figure.label,
                "computed": figure.computed,
                "parts": figure.parts,
                "of_demonstration_records": figure.fictional,
                "undated_not_counted": sum(row.count for row in figure.undated),
                "rows": figure.counted,
                "published": [_published_json(p, sheet.as_of) for p in figure.published],
            }
            for figure in sheet.figures()
        ],
    }


def _published_json(figure: PublishedFigure, as_of: date) -> dict:
    return {
        "code": figure.code,
        "label": figure.label,
        "value": figure.value,
        "certainty": figure.get_certainty_display(),
        "wording": figure.wording,
        "as_of": figure.as_of.isoformat() if figure.as_of else None,
        "precision": figure.precision,
        "published_later": bool(figure.as_of and figure.as_of > as_of),
        "source": {"code": figure.source_id, "title": figure.source.title, "identifier": figure.source.identifier},
        "note": figure.note,
    }
