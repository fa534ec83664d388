"""Rows that two people changed at once: put together for the form, with what differs for `ui/conflict.html`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.http import QueryDict

from partners.forms.common import Inline
from partners.pages.rows_words import Row, RowWords, plain
from slp.lib.forms import Conflict, ConflictRow
from slp.lib.track import who_changed_rows

SALT = "rows as they were seen"
Typed = dict[Any, tuple[Row, bool]]  # what was sent of each row, and whether to remove it


def mark(rows: dict[str, Row], formset: Inline) -> str:
    """The rows that a page shows, for the page to send back."""
    return signing.dumps(rows, salt=_salt(formset), compress=True)


def _salt(formset: Inline) -> str:
    """What was seen of one record's rows of one kind is nothing on another page."""
    return f"{SALT}: {formset.model._meta.label_lower} of {formset.instance.pk}"


def marked(text: str, formset: Inline) -> dict[str, Row]:
    """The rows that this page has shown; none, if that is not what was sent."""
    try:
        return signing.loads(text, salt=_salt(formset))
    except signing.BadSignature:
        return {}


def _says(row: Row, names: list[str]) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in names)


@dataclass
class Merge:
    """What a colleague saved (`now`) and what was typed, each against what was looked at (`before`).

    A field that was left alone has the colleague's value, one that was changed keeps what was typed. What a colleague
    removed stays removed, unless it was worked on: then it comes back as a new row. What both have added is one row.
    """

    formset: Inline  # unbound
    before: dict[str, Row]
    now: dict[str, Row]
    post: Any
    rows: list[tuple[str, Row, bool]] = field(default_factory=list)  # key, values, whether to be removed
    added: list[Row] = field(default_factory=list)
    differs: list[ConflictRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = RowWords(self.formset)
        typed, names = self._typed(), self.formset.one_of_a_kind()
        self.keys = {key: key for key in self.now}  # of the rows as they are now, by what they are told apart by here
        typed = self._told_by_what_they_say(names, typed) if names else self._told_by_key(typed)
        for row in dict.fromkeys([*self.before, *typed]):
            if row not in self.now:
                self._gone(row, *typed.get(row, (None, False)))
        for row, now in self.now.items():  # last: what is new of mine, they may have as well
            self._stands(row, now, *typed.get(row, (None, False)))

    def _typed(self) -> Typed:
        """What was sent for each row that there was, and whether to remove it. New rows are put aside."""
        found = {}
        for number in range(self.formset.absolute_max):
            start = f"{self.formset.prefix}-{number}-"
            row = {name: plain(self.post.get(f"{start}{name}", "")) for name in self.words.fresh}
            key, removes = self.post.get(f"{start}id", ""), bool(self.post.get(f"{start}DELETE"))
            if key:
                found[key] = row, removes
            elif any(row.values()) and row != self.words.fresh and not removes:
                self.added.append(row)
        return found

    def _told_by_what_they_say(self, names: list[str], typed: Typed) -> Typed:
        """Rows of which no two say the same are known by that: a row of which somebody made another language is one
        removed and one added, and rows that change places have not changed."""
        said = {key: _says(row, names) for key, row in self.before.items()}
        self.before = {said[key]: row for key, row in self.before.items()}
        self.keys = {_says(row, names): key for key, row in self.now.items()}
        self.now = {_says(row, names): row for row in self.now.values()}
        mine: Typed = {}
        for key, (row, removes) in typed.items():
            says, stood = _says(row, names), said.get(key, ())
            if any(was and not text for was, text in zip(stood, says, strict=False)):
                says = stood  # left empty, which is no other row: the form asks for it
            if says in self.before and says not in mine and not removes:
                mine[says] = row, False
            elif not removes:
                self.added.append(row)
        for key, (row, removes) in typed.items():  # what was ticked, or is another one now
            stood = said.get(key, _says(row, names) if removes else None)
            if stood in self.now:
                mine.setdefault(stood, (self.before.get(stood, row), True))
        return mine

    def _told_by_key(self, typed: Typed) -> Typed:
        """A window that was moved is still the same one, unless several have only changed places."""
        names = sorted(self.formset.at_odds())
        at = {_says(row, names): key for key, row in self.now.items()} if names else {}
        places = {key: at[says] for key, row in self.before.items() if (says := _says(row, names)) in at}
        while off := places.keys() ^ set(places.values()):
            places = {key: place for key, place in places.items() if not {key, place} & off}
        self.before = {places.get(key, key): row for key, row in self.before.items()}
        return {places.get(key, key): row for key, row in typed.items()}

    def _stands(self, key: str, now: Row, typed: Row | None, removes: bool) -> None:
        before, values, twin = self.before.get(key), now, self._twin(now) if key not in self.before else None
        if twin is not None:
            self.added.remove(twin)
            values = now | {name: text for name, text in twin.items() if text != self.words.fresh[name]}
        elif typed is not None:
            left = before or {}
            values = {name: now[name] if left.get(name) == text else text for name, text in typed.items()}
        self.rows.append((self.keys[key], values, removes))
        if before is None:
            yours = "stays" if typed is None and twin is None else self.words.row(values)
            self.differs.append(ConflictRow(self.words.title(now), "", self.words.row(now), yours))
            return
        for name in now:
            if before.get(name) != now[name]:
                label = f"{self.words.title(now)}: {self.words.label(name)}"
                was, is_now, yours = (
                    self.words.word(name, text) for text in (before.get(name, ""), now[name], values[name])
                )
                self.differs.append(ConflictRow(label, was, is_now, "removed" if removes else yours))

    def _twin(self, now: Row) -> Row | None:
        """The new row that says again what a colleague has added: there can be only one of the two."""
        keys = self.formset.one_of_a_kind()
        same = (row for row in self.added if row == now or (keys and all(row[name] == now[name] for name in keys)))
        return next(same, None)

    def _gone(self, key: str, typed: Row | None, removes: bool) -> None:
        before = self.before.get(key)
        worked_on = typed is not None and not removes and typed != before
        if worked_on:
            self.added.append(typed)
        row = before or typed
        yours = f"{self.words.row(typed)} (as a new row)" if worked_on else "removed"
        self.differs.append(ConflictRow(self.words.title(row), self.words.row(before or {}), "removed", yours))

    # -- what the page shows -----------------------------------------------------------------------
    @property
    def conflict(self) -> Conflict:
        who, when = who_changed_rows(self.formset.model, **{self.formset.fk.name: self.formset.instance})
        return Conflict(who, when, self.differs)

    def data(self) -> QueryDict:
        """The rows put together, as if they had been typed: a second save applies them."""
        data, prefix = QueryDict(mutable=True), self.formset.prefix
        data[f"{prefix}-TOTAL_FORMS"] = str(len(self.rows) + len(self.added))
        data[f"{prefix}-INITIAL_FORMS"] = str(len(self.rows))
        data[f"{prefix}-MAX_NUM_FORMS"] = str(self.formset.max_num)
        for number, (key, row, removes) in enumerate([*self.rows, *(("", row, False) for row in self.added)]):
            sent = {"id": key, "DELETE": "on" if removes else ""} | row
            data.update({f"{prefix}-{number}-{name}": text for name, text in sent.items() if text})
        return data
