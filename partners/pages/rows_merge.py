"""Rows that two people changed at once: put together for the form, with what differs for `ui/conflict.html`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core import signing
from django.forms import BaseInlineFormSet
from django.http import QueryDict

from slp.lib.forms import Conflict, ConflictRow

SALT = "rows as they were seen"
Row = dict[str, str]  # what a browser sends of a row, by the names of its fields


def as_sent(form: forms.BaseForm) -> Row:
    """What a browser sends of a row that nobody has touched."""
    shown = {name for name, field in form.fields.items() if not field.widget.is_hidden} - {"DELETE"}
    return {name: _untouched(form[name]) for name in form.fields if name in shown}


def _untouched(bound: forms.BoundField) -> str:
    widget, value = bound.field.widget, bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return "on" if value else ""
    said = widget.format_value(value)
    if isinstance(widget, forms.Select):
        known = [str(key) for key, _ in bound.field.choices]
        return next((key for key in said if key in known), known[0] if known else "")
    return _plain(said or "")


def _plain(text: str) -> str:
    """Browsers send lines with CR LF, and fields are stripped."""
    return text.replace("\r\n", "\n").strip()


def standing(formset: BaseInlineFormSet) -> dict[str, Row]:
    """The rows of an unbound formset as they are, by their keys."""
    return {str(form.instance.pk): as_sent(form) for form in formset.initial_forms}


def mark(rows: dict[str, Row]) -> str:
    """The rows that a page shows, for the page to send back."""
    return signing.dumps(rows, salt=SALT, compress=True)


def marked(text: str) -> dict[str, Row]:
    """The rows that a page has shown; none, if that is not what was sent."""
    try:
        return signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return {}


@dataclass
class Merge:
    """What a colleague saved (`now`) and what was typed, each against what was looked at (`before`).

    A field that was left alone has the colleague's value, one that was changed keeps what was typed. What a colleague
    removed stays removed, unless it was worked on: then it comes back as a new row.
    """

    formset: BaseInlineFormSet  # unbound
    before: dict[str, Row]
    now: dict[str, Row]
    post: Any
    rows: list[tuple[str, Row, bool]] = field(default_factory=list)  # key, values, whether to be removed
    added: list[Row] = field(default_factory=list)
    differs: list[ConflictRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.empty = self.formset.empty_form
        self.fresh = as_sent(self.empty)
        typed = self._typed()
        for key, now in self.now.items():
            self._stands(key, now, *typed.get(key, (None, False)))
        for key in dict.fromkeys([*self.before, *typed]):
            if key not in self.now:
                self._gone(key, *typed.get(key, (None, False)))

    def _typed(self) -> dict[str, tuple[Row, bool]]:
        """What was sent for each row that there was, and whether to remove it. New rows are put aside."""
        found = {}
        for number in range(self.formset.absolute_max):
            start = f"{self.formset.prefix}-{number}-"
            row = {name: _plain(self.post.get(f"{start}{name}", "")) for name in self.fresh}
            key, removes = self.post.get(f"{start}id", ""), bool(self.post.get(f"{start}DELETE"))
            if key:
                found[key] = row, removes
            elif any(row.values()) and row != self.fresh and not removes:
                self.added.append(row)
        return found

    def _stands(self, key: str, now: Row, typed: Row | None, removes: bool) -> None:
        before, values = self.before.get(key), now
        if typed is not None:
            left = before or {}
            values = {name: now[name] if left.get(name) == text else text for name, text in typed.items()}
        self.rows.append((key, values, removes))
        if before is None:
            yours = "" if typed is None else self._words(values)
            self.differs.append(ConflictRow(self._title(now), "", self._words(now), yours))
            return
        for name in now:
            if before.get(name) != now[name]:
                label = f"{self._title(now)}: {self._label(name)}"
                words = (self._word(name, text) for text in (before.get(name, ""), now[name], values[name]))
                self.differs.append(ConflictRow(label, *words))

    def _gone(self, key: str, typed: Row | None, removes: bool) -> None:
        before = self.before.get(key)
        worked_on = typed is not None and not removes and typed != before
        if worked_on:
            self.added.append(typed)
        row = before or typed
        yours = f"{self._words(typed)} (as a new row)" if worked_on else "removed"
        self.differs.append(ConflictRow(self._title(row), self._words(before or {}), "removed", yours))

    # -- words -------------------------------------------------------------------------------------
    def _label(self, name: str) -> str:
        return str(self.empty[name].label)

    def _word(self, name: str, text: str) -> str:
        choices = {str(key): str(label) for key, label in getattr(self.empty.fields[name], "choices", None) or ()}
        return "Yes" if text == "on" else choices.get(text, text)

    def _title(self, row: Row) -> str:
        name = next(iter(self.fresh))
        return self._word(name, row.get(name, "")) or "A row"

    def _words(self, row: Row) -> str:
        return ", ".join(f"{self._label(name)}: {self._word(name, text)}" for name, text in row.items() if text)

    # -- what the page shows -----------------------------------------------------------------------
    @property
    def conflict(self) -> Conflict:
        return Conflict("A colleague", None, self.differs)

    def data(self) -> QueryDict:
        """The rows put together, as if they had been typed: a second save applies them."""
        data, prefix = QueryDict(mutable=True), self.formset.prefix
        data[f"{prefix}-TOTAL_FORMS"] = str(len(self.rows) + len(self.added))
        data[f"{prefix}-INITIAL_FORMS"] = str(len(self.rows))
        for number, (key, row, removes) in enumerate([*self.rows, *(("", row, False) for row in self.added)]):
            sent = {"id": key, "DELETE": "on" if removes else ""} | row
            data.update({f"{prefix}-{number}-{name}": text for name, text in sent.items() if text})
        return data
