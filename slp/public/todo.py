"""What awaits a person, for the start page of each door: their turn, what is stuck, what is due.

A start page asks one statement. Each feed is a query of a handful of rows that begins with `visible_to`; the feeds
of a role are joined by UNION ALL. Building that statement costs more than running it, so its text is kept per
role and day, and only the person's id is filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse

from partners.permissions import of_several
from slp.lib.dates import show, today
from slp.lib.statements import Text, rows_for, stand_in, text_of

LIMIT = 6
PROVED = 24  # rows of a feed of which some may turn out to be no cards
COLUMNS = ("card_feed", "card_proof", "card_key", "card_title", "card_agency", "card_text", "card_due")
NOTHING, REFERENCE = Value(""), F("reference")


@dataclass(frozen=True)
class Todo:
    """One card of what awaits the reader. `tone`: neutral, info, warn or bad."""

    title: str
    url: str
    text: str = ""
    reference: str = ""
    due: str = ""
    tone: str = "neutral"


@dataclass(frozen=True)
class Group:
    """Cards under one heading. `more`: there are more than these; `more_url` leads to all, where there is a list."""

    title: str
    cards: list[Todo] = field(default_factory=list)
    more: bool = False
    more_url: str = ""


@dataclass(frozen=True)
class Feed:
    """Where cards come from. `rows(user)`: ordered, from `visible_to(user)`; the rest are expressions over a row."""

    heading: str
    roles: frozenset[str]
    rows: Callable[[Any], models.QuerySet]
    page: str  # name of the page that a card leads to
    title: Any
    text: Any = NOTHING
    due: Any = None
    since: Any = None  # instead of `due`: the moment from which it has been waiting
    key: Any = REFERENCE
    named: str = ""  # where the address takes the key behind a question mark, as what: "agency"
    agency: Any = NOTHING  # whose row it is, said to those who speak for several
    more: str = ""  # the list of all of them; without one, many more cards stand here
    says: str = ""  # what happens on the day of `due`, such as "starts", where nothing has to be done by then
    proof: Callable[[Any], Any] | None = None  # proof(user): what else is read of a row, as text, for `holds`
    holds: Callable[[Any], bool] | None = None  # holds(proof): is this row a card?

    @property
    def limit(self) -> int:
        """How many cards are shown. Those without a list to look at stand nowhere else."""
        return LIMIT if self.more else PROVED

    def select(self, number: int, user: Any, *, several: bool = False) -> models.QuerySet:
        """The rows as COLUMNS, one more than is shown. `several`: the reader speaks for several agencies."""
        due = TruncDate(self.since) if self.since is not None else self.due
        due = due if due is not None else Value(None, output_field=models.DateField())
        rows = self.rows(user)
        return rows.annotate(
            card_feed=Value(number),
            card_proof=self.proof(user) if self.proof else Value(None, output_field=models.TextField()),
            card_key=Cast(_said(rows.model, self.key), models.TextField()),
            card_title=Cast(_said(rows.model, self.title), models.TextField()),
            card_agency=Cast(_said(rows.model, self.agency if several else NOTHING), models.TextField()),
            card_text=Cast(_said(rows.model, self.text), models.TextField()),
            card_due=Cast(due, models.DateField()),
        ).values_list(*COLUMNS)[: (PROVED if self.holds else self.limit) + 1]


def _said(model: type[models.Model], words: Any) -> Any:
    """What a card says, with the words of other records read for the cards that are shown.

    A join for each would be planned for every feed, which takes longer than to run it.
    """
    if isinstance(words, F):
        relation, _, rest = words.name.partition("__")
        if not rest:
            return words
        other = model._meta.get_field(relation).related_model
        return Subquery(other._base_manager.filter(pk=OuterRef(relation)).values(rest))
    if not hasattr(words, "get_source_expressions"):
        return words
    words = words.copy()
    words.set_source_expressions([_said(model, part) for part in words.get_source_expressions()])
    return words


def groups(feeds: tuple[Feed, ...], user: Any, roles: Iterable[str]) -> list[Group]:
    """The feeds of these roles that have something in them. One query."""
    found: dict[int, list[tuple]] = {}
    several = any(feed.agency is not NOTHING for feed in feeds) and of_several(user)
    text = _text(feeds, frozenset(roles), user.staff_role, today(), several)
    for number, proof, *row in rows_for(user, text) if text else ():
        holds = feeds[number].holds
        if holds is None or holds(proof):
            found.setdefault(number, []).append(tuple(row))
    return [_group(feeds[number], found[number]) for number in sorted(found)]


@lru_cache(maxsize=64)
def _text(feeds: tuple[Feed, ...], roles: frozenset[str], staff_role: str, day: date, several: bool) -> Text | None:
    """The joined statement of a role for one day; none, where it has no feed. `several`: of who speaks for several."""
    somebody = stand_in(staff_role)
    parts = [feed.select(n, somebody, several=several) for n, feed in enumerate(feeds) if feed.roles & roles]
    if not parts:
        return None
    return text_of(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])


def _group(feed: Feed, rows: list[tuple]) -> Group:
    more = feed.more.partition("?")
    url = _address(more[0]) + more[1] + more[2] if feed.more else ""
    return Group(feed.heading, [_card(feed, *row) for row in rows[: feed.limit]], len(rows) > feed.limit, url)


def _card(feed: Feed, key: str, title: str, agency: str, text: str, due: date | None) -> Todo:
    words, tone = when(due) if feed.due is not None else ("", "info")
    if feed.says and due:
        words = f"{feed.says} {show(due)}"
    if feed.since is not None:
        words, tone = _waiting(due), "warn"
    url = f"{_address(feed.page)}?{feed.named}={key}" if feed.named else _address(feed.page, key)
    said = ": ".join(part for part in (agency, text) if part)
    return Todo(title or key, url, said, key if "-" in key else "", words, tone)


@lru_cache(maxsize=4096)
def _address(page: str, key: str = "") -> str:
    """Where a card leads. A start page has sixty, most of them those of yesterday."""
    return reverse(page, args=[key] if key else [])


def _waiting(since: date) -> str:
    days = (today() - since).days
    return f"for {days} day{'s' if days != 1 else ''}" if days > 0 else "since today"


def when(day: date | None) -> tuple[str, str]:
    """How a due date reads, and its tone: ("3 days overdue", "bad")."""
    if day is None:
        return "", "neutral"
    days = (day - today()).days
    if days < 0:
        return f"{-days} day{'s' if days != -1 else ''} overdue", "bad"
    if days == 0:
        return "due today", "warn"
    return (f"due in {days} day{'s' if days != 1 else ''}", "warn") if days <= 14 else (f"by {show(day)}", "neutral")
