"""Who is in country, who lands next, who left this week: the board of a post.

Two queries, however many people: first who stands in each part, ordered and cut off, then what is said of them.
Rows are strings made here: sixty people would cost a template more than everything else on the page.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Value, Window
from django.utils.safestring import SafeString, mark_safe

from deployments.lifecycles import DEPLOYMENT
from deployments.models import CheckIn, Deployment, SupportEntry, SupportKind
from engagements.pages.common import due_words
from partners.models import Expert
from slp.lib.dates import at_post, show, start_of
from slp.lib.statements import Text, rows_for, stand_in, text_of

AHEAD = timedelta(days=90)
BEHIND = timedelta(days=7)
BEFORE = ("confirmed", "preparing", "ready")
FIELDS = (
    "pk", "reference", "status", "expert__name", "expert__rank", "agency__name", "city", "lodging",
    "phone_in_country", "flights", "starts_on", "ends_on", "country__post__time_zone", "briefed", "checked_in_at",
    "last_safe",
)  # fmt: skip
SAFE, UNSAFE, NO_CHECK_IN = ("good", "Safe"), ("bad", "Not safe"), ("warn", "No check-in yet")
BRIEFED, NOT_BRIEFED = ("good", "Briefed"), ("warn", "Not briefed")


@dataclass
class Section:
    """A part of the board; `total` is more than the people who stand there when the rest was cut off."""

    people: list[dict] = field(default_factory=list)
    total: int = 0

    @property
    def only(self) -> int:
        """How many stand here, if not everybody does."""
        return len(self.people) if self.total > len(self.people) else 0


@dataclass(frozen=True)
class Board:
    here: Section
    coming: Section
    gone: Section

    def in_country(self) -> list[SafeString]:
        return [_in_country(row) for row in self.here.people]

    def landing(self) -> list[SafeString]:
        return [_landing(row) for row in self.coming.people]


def landing_soon(user, day: date) -> QuerySet:
    return Deployment.objects.visible_to(user).filter(status__in=BEFORE, starts_on__lte=day + AHEAD)


def board(user, day: date, limit: int) -> Board:
    """At most `limit` people in each part: the page stays light for a poor line."""
    places = rows_for(user, _places(day, limit))
    people = {row["pk"]: row for row in _people([pk for _, pk, _ in places])}
    found = Board(Section(), Section(), Section())
    sections = (found.here, found.coming, found.gone)
    for part, pk, total in places:
        sections[part].people.append(people[pk])
        sections[part].total = total
    return found


@lru_cache(maxsize=8)
def _places(day: date, limit: int) -> Text:
    """The statement of who stands where: (part, id, people of the part).

    Its text is kept for the day. Nobody of INL/KM comes here, so it is the same for every reader.
    """
    somebody = stand_in()
    seen = Deployment.objects.visible_to(somebody)
    # By a subquery: a join would be made for everybody before the order is known.
    name = Subquery(Expert.objects.filter(pk=OuterRef("expert")).order_by().values("name"))
    gone = seen.filter(status__in=["returned", "curtailed"], returned_at__gte=start_of(day - BEHIND))
    parts = [
        seen.filter(status="in_country").order_by("city", name, "pk"),
        landing_soon(somebody, day).order_by("starts_on", name, "pk"),
        gone.order_by("-returned_at", "pk"),
    ]
    first, *others = (
        rows.annotate(part=Value(number), total=Window(Count("*"))).values_list("part", "pk", "total")[:limit]
        for number, rows in enumerate(parts)
    )
    return text_of(first.union(*others, all=True))


def _people(keys: list[int]) -> QuerySet:
    """What is said of these journeys, with the briefing and the last check-in."""
    last = CheckIn.objects.filter(deployment=OuterRef("pk")).order_by("-at")
    briefings = SupportEntry.objects.filter(deployments=OuterRef("pk"), kind=SupportKind.ARRIVAL_BRIEFING)
    rows = (
        Deployment.objects.filter(pk__in=keys)
        .order_by()
        .annotate(
            briefed=Exists(briefings),
            checked_in_at=Subquery(last.values("at")[:1]),
            last_safe=Subquery(last.values("is_safe")[:1]),
        )
    )
    return rows.values(*FIELDS)


# -- rows; every value is escaped --------------------------------------------------------------------
def _cell(label: str, text: str, kind: str = "") -> str:
    """A phone shows the label before the text."""
    return f'<td data-label="{label}"{kind}>{text}</td>'


def _row(*cells: str) -> SafeString:
    return mark_safe("".join(cells))  # noqa: S308 -- each text is escaped where its cell is made


def _tag(tone: str, label: str) -> str:
    return f'<span class="slp-status slp-status--{tone}">{label}</span>'


def _name(row: dict) -> str:
    name, agency = html.escape(f"{row['expert__rank']} {row['expert__name']}"), html.escape(row["agency__name"])
    link = f'<a class="usa-link" href="/post/deployments/{row["reference"]}/">{name}</a>'
    return f'<div>{link}<br><span class="slp-soft">{agency}</span></div>'


def _where(row: dict) -> str:
    lodging = f'<br><span class="slp-soft">{html.escape(row["lodging"])}</span>' if row["lodging"] else ""
    return f"<div>{html.escape(row['city'])}{lodging}</div>"


def _in_country(row: dict) -> SafeString:
    phone, moment = html.escape(row["phone_in_country"]), row["checked_in_at"]
    safe = NO_CHECK_IN if moment is None else UNSAFE if row["last_safe"] is False else SAFE
    at = f"<br>{html.escape(at_post(moment, row['country__post__time_zone']))}" if moment else ""
    call = f'<a class="usa-link slp-nowrap" href="tel:{phone}">{phone}</a>' if phone else _tag("warn", "No phone")
    return _row(
        _cell("Name", _name(row)),
        _cell("Phone", call),
        _cell("Where", _where(row)),
        _cell("Briefed by the RSO", _tag(*(BRIEFED if row["briefed"] else NOT_BRIEFED))),
        _cell("Last check-in", f"<div>{_tag(*safe)}{at}</div>"),
        _cell("Until", show(row["ends_on"]), ' class="slp-date"'),
    )


def _landing(row: dict) -> SafeString:
    status = row["status"]
    return _row(
        _cell("Name", _name(row)),
        _cell("Lands", f"{show(row['starts_on'])}, {due_words(row['starts_on'])}"),
        _cell("Flights", html.escape(row["flights"])),
        _cell("Where", _where(row)),
        _cell("State", _tag(DEPLOYMENT.tone(status), html.escape(DEPLOYMENT.label(status)))),
    )
