"""The history tab: what happened to a record, by whom, why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from psycopg.types.range import Range

from slp.lib.dates import show_span
from slp.lib.lifecycle import LIFECYCLES
from slp.lib.lists import plain_text
from slp.lib.track import ROWS, event_model

SILENT = {"version", "status_since", "status"}


@dataclass(frozen=True)
class Change:
    """One field's value before and after."""

    field: str
    was: str
    now: str


@dataclass(frozen=True)
class Entry:
    """One line of the history tab."""

    at: datetime
    who: str
    what: str
    reason: str = ""
    changes: list[Change] = field(default_factory=list)


def timeline(obj: Any, *, limit: int = 50) -> list[Entry]:
    """The newest `limit` changes of one record, newest first. Two queries, when it is first looked at."""
    return SimpleLazyObject(lambda: _read(obj, limit))


def _read(obj: Any, limit: int) -> list[Entry]:
    rows = event_model(type(obj)).objects.select_related("pgh_context").filter(pgh_obj_id=obj.pk)
    events = list(rows.order_by("-pgh_id")[: limit + 1])
    names = _names(events)
    entries = []
    for position, event in enumerate(events[:limit]):
        before = events[position + 1] if position + 1 < len(events) else None
        entries.append(_entry(obj, event, before, names))
    return entries


def _names(events: list) -> dict[int, str]:
    ids = {(e.pgh_context.metadata or {}).get("user") for e in events if e.pgh_context}
    return {u.pk: str(u) for u in get_user_model().objects.filter(pk__in=ids - {None})}


def _entry(obj: Any, event: Any, before: Any, names: dict[int, str]) -> Entry:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    status = getattr(event, "status", None)
    moved = status is not None and (before is None or before.status != status)
    move = move_into(obj, status, metadata) if moved else {}
    who = names.get(move.get("user", metadata.get("user"))) or move.get("name") or metadata.get("name") or "SLP"
    verb = move.get("verb") or metadata.get("verb") or _default_verb(event, moved, obj, status)
    reason = move.get("reason") or metadata.get("reason") or ""
    changes = [Change(*told) for told in metadata.get(ROWS, ())] if event.pgh_label == ROWS else []
    return Entry(event.pgh_created_at, who, verb, reason, changes or _changes(obj, before, event))


def move_into(obj: Any, status: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """What the history keeps of the move that brought `obj` into a state: verb, reason, user and name."""
    return metadata.get(f"move:{obj._meta.label_lower}:{obj.pk}:{status}", {})


def _default_verb(event: Any, moved: bool, obj: Any, status: str | None) -> str:
    if event.pgh_label == "insert":
        return "Created"
    if moved:
        return LIFECYCLES[obj._meta.label_lower].label(status)
    return "Changed"


def _changes(obj: Any, before: Any, event: Any) -> list[Change]:
    if before is None or event.pgh_label == "insert":
        return []
    changed = []
    for model_field in obj._meta.concrete_fields:
        name = model_field.attname
        if model_field.name in SILENT or not hasattr(event, name):
            continue
        was, now = getattr(before, name), getattr(event, name)
        if was != now:
            words = _what_differs(_text(model_field, was), _text(model_field, now))
            changed.append(Change(str(model_field.verbose_name), *words))
    return changed


def _text(model_field: models.Field | None, value: Any) -> str:
    """A value as pages show it: nothing of how it is written in the program."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(_text(getattr(model_field, "base_field", None), one) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{key.replace('_', ' ')}: {_text(None, one) or '(empty)'}" for key, one in value.items())
    if isinstance(value, Range):
        return show_span(value.lower, value.upper and value.upper - timedelta(days=1))
    if model_field is not None and model_field.choices:
        return str(dict(model_field.flatchoices).get(value, value))
    return plain_text(value)


SHOWN = 200  # characters of a changed text
AROUND = 40  # of them before what differs


def _what_differs(was: str, now: str) -> tuple[str, str]:
    """Two texts, as much of them as a history has room for: of long ones the part where they begin to differ."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, now, strict=False)))
    start = 0 if max(len(was), len(now)) <= SHOWN else max(same - AROUND, 0)
    return tuple(
        f"{'…' if start and text else ''}{text[start : start + SHOWN]}{'…' if len(text) > start + SHOWN else ''}"
        for text in (was, now)
    )


def note_read(*, reader: Any, subject: str, what: str, person: Any = None) -> None:
    """Record that somebody opened personal data of `person` (an account, or None if they have none)."""
    note_reads(reader=reader, subjects=[(subject, person.pk if person else None)], what=what)


def note_reads(*, reader: Any, subjects: Iterable[tuple[str, int | None]], what: str) -> None:
    """The same for several records, each (reference, id of the person's account). One query; own data is no reading."""
    read = [(subject, person) for subject, person in subjects if person != reader.pk]
    if not read:
        return
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    references, people = zip(*read, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [reader.pk, what[:80], now, hour, list(references), list(people)])


# What `bulk_create(ignore_conflicts=True)` asks; every page with personal data asks it, and Django takes a
# millisecond to make rows, statement and transaction.
_NOTE = """
    INSERT INTO history_personaldataread (reader_id, what, at, hour, subject, person_id)
    SELECT %s, %s, %s, %s, subject, person
    FROM unnest(%s::varchar[], %s::bigint[]) AS read (subject, person)
    ON CONFLICT DO NOTHING
"""
