"""Pictures drawn on the server as SVG, each with its table beneath: capacity by year, agreements by their terms.

Their lines are made here: in a template a picture of twenty lines would cost more than the rest of the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from partners.lifecycles import AGREEMENT
from partners.models import Agency, Agreement
from partners.pages.common import lines
from partners.services.capacity import Load, loads
from slp.lib.dates import show, today

WIDTH = 400  # of the drawing; as small as a phone, so that its words stay readable there
ROW, BARS = 46, 330  # the height of a line; the width of the longest bar
TOP = 26
WORD = 44  # letters of a title that fit over a bar
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
    """For `partners/_capacity.html`: the lines of the picture and those of its table."""

    height: int
    drawing: SafeString
    lines: SafeString


def capacity_chart(agency: Agency) -> CapacityChart | None:
    """What was offered and what was taken, a line for each kind of each fiscal year."""
    found = loads(agency)
    if not found:
        return None
    most = max(max(load.offered, load.taken or 0) for load in found) or 1
    rows = [
        Bars(load, number * ROW, load.offered * BARS // most, (load.taken or 0) * BARS // most)
        for number, load in enumerate(found)
    ]
    return CapacityChart(
        len(rows) * ROW + 4,
        lines(BARS_DRAWN, map(_bars, rows)),
        lines(LOAD, map(_load, found)),
    )


BARS_DRAWN = """<text class="slp-chart__word" x="0" y="{}">FY{}: {}</text>
<rect class="slp-chart__offered" x="0" y="{}" width="{}" height="8"/>\
<text class="slp-chart__number" x="{}" y="{}">{}</text>
<rect class="slp-chart__taken" x="0" y="{}" width="{}" height="8"/>\
<text class="slp-chart__number" x="{}" y="{}">{}</text>
"""
LOAD = """<tr><td data-label="Fiscal year">FY{}</td><td data-label="Kind">{}</td>\
<td data-label="Offered" class="slp-number">{}</td><td data-label="Taken" class="slp-number">{}</td>\
<td data-label="Left">{}</td></tr>
"""


def _bars(row: Bars) -> tuple:
    load, y = row.load, row.y
    offered = y + 21, row.offered, row.offered + 5, y + 29, load.offered
    taken = y + 32, row.taken, row.taken + 5, y + 40, _taken(load)
    return y + 15, load.year, load.label, *offered, *taken


def _load(load: Load) -> tuple:
    return load.year, load.label, load.offered, _taken(load), load.left


def _taken(load: Load) -> int | str:
    return "" if load.taken is None else load.taken


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
class AgreementTimeline:
    """For `partners/_timeline.html`: `scale` and `drawing` are the years and bars of the picture, `lines` its table."""

    rows: list[Term]
    now: int
    height: int
    scale: SafeString
    drawing: SafeString
    lines: SafeString


def agreement_timeline(
    agreements: Iterable[Agreement],
    *,
    url: str = "",
    by_end: bool = False,
    with_agency: bool = False,
    plain: bool = False,
) -> AgreementTimeline | None:
    """From when to when each agreement is in force. Drafts without a first day are not drawn.

    `url`: of the list above their pages; `with_agency` names the agency of each; `plain`: in the partner's words.
    """
    far = date.max
    dated = sorted(
        (a for a in agreements if a.starts_on),
        key=lambda a: (a.ends_on or far if by_end else a.starts_on, a.pk),
    )
    if not dated:
        return None
    day = today()
    first = max(min(a.starts_on for a in dated).year, day.year - YEARS_SHOWN // 2)
    last = min(max([day.year, *(a.last_day.year for a in dated if a.last_day)]) + 1, first + YEARS_SHOWN)
    scale = Scale(date(first, 1, 1), date(last, 12, 31))
    step = 1 if last - first < 7 else 2
    rows = [_term(agreement, number, scale, plain) for number, agreement in enumerate(dated)]
    height = TOP + len(dated) * ROW + 4
    ticks = ((year, scale.x(date(year, 1, 1))) for year in range(first, last + 1, step))
    return AgreementTimeline(
        rows,
        scale.x(day),
        height,
        lines(TICK, ((x, x, height, x, year) for year, x in ticks)),
        lines(TERM_DRAWN, (_bar(row, with_agency=with_agency) for row in rows)),
        lines(TERM_OF_AGENCY if with_agency else TERM, (_line(row, url, with_agency=with_agency) for row in rows)),
    )


TICK = """<line class="slp-chart__tick" x1="{}" x2="{}" y1="20" y2="{}"/>\
<text class="slp-chart__number" x="{}" y="14">{}</text>
"""
TERM_DRAWN = """<text class="slp-chart__word" x="0" y="{}">{}</text>\
<rect class="slp-chart__term slp-chart__term--{}" x="{}" y="{}" width="{}" height="12"/>
"""
TERM = """<tr><td data-label="Agreement"><a class="usa-link" href="{}{}/">{}</a> <span class="slp-ref">{}</span></td>\
<td data-label="State">{}</td><td data-label="In force">{}</td></tr>
"""
TERM_OF_AGENCY = TERM.replace('<td data-label="State">', '<td data-label="Agency">{}</td><td data-label="State">')


def _bar(row: Term, *, with_agency: bool) -> tuple:
    word = row.agreement.agency.name if with_agency else row.agreement.title
    return row.y + 17, word if len(word) <= WORD else f"{word[: WORD - 1]}…", row.tone, row.x, row.y + 24, row.width


def _line(row: Term, url: str, *, with_agency: bool) -> tuple:
    its = row.agreement
    agency = (its.agency.name,) if with_agency else ()
    return url, its.reference, its.title, its.reference, *agency, row.words, row.span


@dataclass(frozen=True)
class Scale:
    first: date
    last: date

    def x(self, day: date) -> int:
        """Where a day stands, inside the drawing."""
        inside = min(max(day, self.first), self.last)
        return (inside - self.first).days * WIDTH // (self.last - self.first).days


def _term(agreement: Agreement, number: int, scale: Scale, plain: bool) -> Term:
    last = agreement.last_day
    start, end = scale.x(agreement.starts_on), scale.x(last or scale.last)
    first = show(agreement.starts_on, agreement.date_precision)
    return Term(
        agreement=agreement,
        y=TOP + number * ROW,
        x=min(start, WIDTH - 4),
        width=max(end - start, 4),
        tone=AGREEMENT.tone(agreement.status),
        words=agreement.status_label(plain=plain),
        span=f"{first} to {show(last)}" if last else f"from {first} until it is ended",
    )
