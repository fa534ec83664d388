"""The programme's numbers as of any date, computed from records; beside each what publications say.

Every computed figure is the sum of lines that can be seen. A published figure is shown as published. Nothing
published is added to, merged with or derived from anything else.

A record counts from the day from which it is known: the day it began, or, where no publication says when, the day
the publication came out. What has neither is counted for today only, and said so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import NamedTuple

from django.db.models import QuerySet

from engagements.models import PublishedFigure
from slp.lib.dates import show, today
from slp.public import counts
from slp.public.counts import Day, Kind, Text

CHUNK = 500  # lines that an export reads at a time
EARLIEST = 1900


class NotADate(ValueError):
    """Its text says, in a sentence, what is wrong with the date that was asked for."""


def read_date(text: str) -> date:
    """The date that somebody typed. NotADate if the sheet can't be made for it."""
    try:
        asked = date.fromisoformat(text.strip())
    except ValueError:
        raise NotADate(f"“{text[:40]}” is not a date: write it as 2013-05-31.") from None
    if asked > today():
        raise NotADate(f"{show(asked)} is still to come: ask for today or an earlier date.")
    if asked.year < EARLIEST:
        raise NotADate(f"The year {asked.year} is before any record: ask for a later date.")
    return asked


class Total(NamedTuple):
    """What one part of one kind of record adds to a figure. The fields from `total` on are `counts.TOTALS`."""

    place: int  # of the kind among those of the figure
    part: str
    total: int
    demo: int
    lines: int
    undated: int
    undated_lines: int


Numbers = dict[str, list[Total]]  # by measure


@dataclass(frozen=True)
class Line:
    """One line of a figure: a record, or several that are shown as one."""

    text: Text
    count: int
    part: str = ""  # the subtotal it belongs to
    fictional: bool = False
    counted: bool = True  # no: nobody published its date


@dataclass
class Figure:
    """One measure: what our records count as of a date, and what publications say."""

    measure: str
    label: str
    counted: str  # how, in a sentence
    computed: int | None = None  # None: SLP counts nothing here
    fictional: int = 0
    lines: int = 0
    undated: int = 0
    undated_lines: int = 0
    parts: dict[str, int] = field(default_factory=dict)  # subtotals, largest first
    published: list[PublishedFigure] = field(default_factory=list)

    @property
    def in_short(self) -> list[str]:
        """The published numbers, a line each."""
        return [
            f"{p.get_certainty_display().capitalize()} {p.value:,}: {p.label} ({show(p.as_of, p.precision)})"
            for p in self.published
            if p.value is not None
        ]


class FactSheet:
    """All figures as of one date."""

    def __init__(self, as_of: date | None = None) -> None:
        self.as_of = as_of or today()
        self.is_now = self.as_of >= today()
        self.day = Day(self.as_of, self.is_now)

    def figures(self, only: str = "", numbers: Numbers | None = None) -> list[Figure]:
        """Every figure, or one. Published figures of all dates stand beside the computed one.

        `numbers`: what `self.numbers()` gave, where it is remembered.
        """
        numbers = self.numbers(only) if numbers is None else numbers
        published: dict[str, list[PublishedFigure]] = {}
        rows = PublishedFigure.objects.select_related("source").order_by("as_of", "code")
        for figure in rows.filter(measure=only) if only else rows:
            published.setdefault(figure.measure, []).append(figure)
        made = []
        for measure, (label, counted, kinds) in MEASURES.items():
            if only in ("", measure):
                figure = Figure(measure, label, counted, published=published.get(measure, []))
                if kinds is not None:
                    _add_up(figure, numbers.get(measure, []))
                made.append(figure)
        return made

    def numbers(self, only: str = "") -> Numbers:
        """What the database counts. One statement, whatever is asked for."""
        kinds = [
            (measure, place, kind)
            for measure, (_, _, made) in MEASURES.items()
            if made is not None and only in ("", measure)
            for place, kind in enumerate(made())
        ]
        if not kinds:
            return {}
        first, *more = [kind.totals(at, self.day) for at, (_, _, kind) in enumerate(kinds)]
        found: Numbers = {}
        for at, part, *totals in first.union(*more, all=True):
            measure, place, kind = kinds[at]
            found.setdefault(measure, []).append(Total(place, kind.parts.get(part, part), *totals))
        return found

    def lines(self, measure: str, numbers: Numbers, start: int, stop: int) -> list[Line]:
        """The lines `start` to `stop` of a figure. Only those are read."""
        found: list[Line] = []
        passed = 0
        for place, kind in enumerate(MEASURES[measure].kinds()):
            length = sum(total.lines for total in numbers.get(measure, []) if total.place == place)
            here = slice(max(start - passed, 0), min(stop - passed, length))
            if here.start < here.stop:
                rows = kind.known(self.day)
                found += _read(kind, rows, kind.lines(rows)[here])
            passed += length
        return found

    def undated(self, measure: str, most: int) -> list[Line]:
        """At most so many of the lines that are not counted because nobody published their date."""
        found: list[Line] = []
        for kind in MEASURES[measure].kinds():
            if not self.is_now and len(found) < most:
                rows = kind.undated(self.day)
                found += _read(kind, rows, kind.lines(rows)[: most - len(found)], counted=False)
        return found

    def every_line(self, measure: str) -> Iterator[Line]:
        """All lines of a figure, the counted ones first, a few hundred at a time."""
        for counted in (True, False):
            for kind in MEASURES[measure].kinds():
                rows = kind.known(self.day) if counted else kind.undated(self.day)
                lines = kind.lines(rows).iterator(chunk_size=CHUNK)
                while some := list(islice(lines, CHUNK)):
                    yield from _read(kind, rows, some, counted=counted)


def _add_up(figure: Figure, totals: list[Total]) -> None:
    parts: Counter[str] = Counter()
    for total in totals:
        if total.part and total.total:
            parts[total.part] += total.total
    figure.computed = sum(t.total for t in totals)
    figure.fictional = sum(t.demo for t in totals)
    figure.lines = sum(t.lines for t in totals)
    figure.undated = sum(t.undated for t in totals)
    figure.undated_lines = sum(t.undated_lines for t in totals)
    figure.parts = dict(parts.most_common())


def _read(kind: Kind, rows: QuerySet, lines: Iterable[tuple], *, counted: bool = True) -> list[Line]:
    """The words of some lines of a kind."""
    lines = list(lines)
    texts = kind.read(rows, [key for key, *_ in lines]) if lines else {}
    return [Line(texts[key], n, kind.parts.get(part, part), demo, counted) for key, part, n, demo in lines]


class Measure(NamedTuple):
    """One thing that the sheet counts."""

    label: str
    counted: str  # how, in a sentence
    kinds: Callable[[], list[Kind]] | None  # of records behind it; None: SLP counts nothing here


MEASURES: dict[str, Measure] = {
    "agencies": Measure(
        "Partner agencies",
        "Agencies that had become partners by the date, prospects and associations not counted.",
        counts.agencies,
    ),
    "states": Measure(
        "States, D.C. and territories",
        "Each state with a state, county or municipal partner once. Federal bodies count for no state.",
        counts.states,
    ),
    "agreements": Measure(
        "Agreements",
        "Formal and informal agreements that had come into force by the date, whether or not they ended since.",
        counts.agreements,
    ),
    "countries": Measure(
        "Countries with engagements",
        "Each country with an engagement that had begun by the date once.",
        counts.countries,
    ),
    "engagements": Measure(
        "Engagements",
        "Activities that had begun by the date, of every kind. A programme told as one is counted as one.",
        counts.engagements,
    ),
    "deployments": Measure(
        "Deployments",
        "Journeys recorded in SLP, and the numbers that publications give for the time before. Published numbers "
        "are taken as they are, never computed from people.",
        counts.deployments,
    ),
    "people_deployed": Measure(
        "People deployed",
        "Each person in SLP once, and the personnel that publications name. Never computed from deployments.",
        counts.people_deployed,
    ),
    "people_trained": Measure(
        "People trained",
        "Participants that publications count, and those of accepted final reports, by sex where it is known.",
        counts.people_trained,
    ),
    "guests_hosted": Measure(
        "Guests hosted in the United States",
        "Guests of study visits and embedded guests, as published or in accepted final reports.",
        counts.guests_hosted,
    ),
    "instructors_certified": Measure(
        "Certified instructors on the roster",
        "People on partners' rosters with an instructor certificate issued by the date.",
        counts.instructors,
    ),
    "police_units": Measure(
        "Peacekeeping police contingents prepared (IPPOS)",
        "Engagements that prepared a country's police units. How many units each had is not published.",
        counts.police_units,
    ),
    "ileas": Measure(
        "International Law Enforcement Academies",
        "Academies open by the end of that year; regional training centers are not counted.",
        counts.academies,
    ),
    "capacity": Measure(
        "Engagements a partner may offer in a year", "A rule of the programme; nothing to count.", None
    ),
    "parts": Measure(
        "Published numbers of parts of the program", "Each is about one part only; nothing to count.", None
    ),
    "context": Measure("Other published numbers", "Not numbers of the programme; nothing to count.", None),
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
                "undated_not_counted": figure.undated,
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
