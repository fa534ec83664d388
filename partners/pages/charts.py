"""Pictures drawn on the server as SVG, each with its table beneath: capacity by year, agreements by their terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from partners.lifecycles import AGREEMENT
from partners.models import Agency, Agreement
from partners.services.capacity import Load, loads
from slp.lib.dates import show, today

WIDTH = 400  # of the drawing; as small as a phone, so that its words stay readable there
ROW, BARS = 46, 330  # the height of a line; the width of the longest bar
TOP = 26
YEARS_SHOWN = 12


@dataclass(frozen=True)
class Bars:
    """Two bars of one line: offered and taken."""

    load: Load
    y: int
    offered: int
    taken: int


@dataclass(frozen=True)
class CapacityChart:
    rows: list[Bars]
    height: int
    loads: list[Load]


def capacity_chart(agency: Agency) -> CapacityChart | None:
    """What was offered and what was taken, a line for each kind of each fiscal year."""
    found = loads(agency)
    if not found:
        return None
    most = max(max(load.offered, load.taken) for load in found) or 1
    rows = [
        Bars(load, number * ROW, load.offered * BARS // most, load.taken * BARS // most)
        for number, load in enumerate(found)
    ]
    return CapacityChart(rows, len(rows) * ROW + 4, found)


@dataclass(frozen=True)
class Term:
    """The bar of one agreement."""

    agreement: Agreement
    y: int
    x: int
    width: int
    tone: str
    words: str  # the state
    span: str


@dataclass(frozen=True)
class Tick:
    year: int
    x: int


@dataclass(frozen=True)
class AgreementTimeline:
    rows: list[Term]
    ticks: list[Tick]
    now: int
    height: int


def agreement_timeline(agreements: Iterable[Agreement], *, by_end: bool = False) -> AgreementTimeline | None:
    """From when to when each agreement is in force. Drafts without a first day are not drawn."""
    far = date.max
    dated = sorted(
        (a for a in agreements if a.starts_on),
        key=lambda a: (a.ends_on or far if by_end else a.starts_on, a.pk),
    )
    if not dated:
        return None
    day = today()
    first = max(min(a.starts_on for a in dated).year, day.year - YEARS_SHOWN // 2)
    last = min(max([day.year, *(a.ends_on.year for a in dated if a.ends_on)]) + 1, first + YEARS_SHOWN)
    scale = Scale(date(first, 1, 1), date(last, 12, 31))
    step = 1 if last - first < 7 else 2
    return AgreementTimeline(
        [_term(agreement, number, scale) for number, agreement in enumerate(dated)],
        [Tick(year, scale.x(date(year, 1, 1))) for year in range(first, last + 1, step)],
        scale.x(day),
        TOP + len(dated) * ROW + 4,
    )


@dataclass(frozen=True)
class Scale:
    first: date
    last: date

    def x(self, day: date) -> int:
        """Where a day stands, inside the drawing."""
        inside = min(max(day, self.first), self.last)
        return (inside - self.first).days * WIDTH // (self.last - self.first).days


def _term(agreement: Agreement, number: int, scale: Scale) -> Term:
    start, end = scale.x(agreement.starts_on), scale.x(agreement.ends_on or scale.last)
    first = show(agreement.starts_on, agreement.date_precision)
    return Term(
        agreement=agreement,
        y=TOP + number * ROW,
        x=min(start, WIDTH - 4),
        width=max(end - start, 4),
        tone=AGREEMENT.tone(agreement.status),
        words=AGREEMENT.label(agreement.status),
        span=f"{first} to {show(agreement.ends_on)}" if agreement.ends_on else f"from {first} until it is ended",
    )
