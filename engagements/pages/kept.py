"""Statements whose text is made once, for pages that ask many small questions.

Django needs several times longer to make the text of such a statement than the database to answer it. So, as on the
start pages, the text is kept per staff role and day, and who asks and what is asked for are filled in each time.
An answer is never kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache, wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import OuterRef, Subquery

from slp.lib.dates import today

READER = -987_654_321  # stands for the person's id while the text is made; the keys have the numbers below it

Rows = Callable[..., models.QuerySet]


def kept(rows: Rows) -> Callable[..., list[tuple]]:
    """Decorator of `rows(reader, *keys)`, a queryset of `values_list`: gives what it finds now, as tuples.

    `reader` has only an id and a staff role: enough for every `visible_to` that asks the database itself, and what
    asks a page's memory finds nothing. A key is a number or a text, and may only be compared with; conditions may
    hold the date, but no moment.
    """

    @wraps(rows)
    def ask(user: Any, *keys: int | str) -> list[tuple]:
        sql, params = _text(rows, user.staff_role, tuple(type(key) for key in keys), today())
        if not sql:
            return []
        filled = {READER: user.pk} | {_mark(n, type(key)): key for n, key in enumerate(keys)}
        with connection.cursor() as cursor:
            cursor.execute(sql, [filled.get(p, p) if isinstance(p, int | str) else p for p in params])
            return cursor.fetchall()

    return ask


def _mark(position: int, kind: type) -> int | str:
    """What stands for a key while the text is made."""
    return kind(READER - 1 - position)


@lru_cache(maxsize=256)
def _text(rows: Rows, staff_role: str, kinds: tuple[type, ...], day: date) -> tuple[str, tuple]:
    """The statement for everybody of a staff role (or of none). `day`: some conditions hold today's date."""
    marks = [_mark(n, kind) for n, kind in enumerate(kinds)]
    reader = get_user_model()(pk=READER, staff_role=staff_role)
    try:
        sql, params = rows(reader, *marks).query.sql_with_params()
    except EmptyResultSet:  # this role sees none of it
        return "", ()
    if missing := set(marks) - {p for p in params if isinstance(p, int | str)}:
        raise ValueError(f"{rows.__name__}: {missing} stands for a key, but is not compared with as it is.")
    return sql, tuple(params)


@cache
def columns(model: type[models.Model]) -> tuple[str, ...]:
    """All of a model's own columns, for `light`."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def light(model: type[models.Model], values: dict[str, Any]) -> Any:
    """A record of which only these columns were read; what is asked of it beside them is read then."""
    row = [values.get(name, models.DEFERRED) for name in columns(model)]
    return model.from_db(DEFAULT_DB_ALIAS, values, row)


def named(model: type[models.Model], key: Any, name: str | None) -> Any:
    """The record behind a key, of which a page says no more than its name."""
    return None if key is None else light(model, {model._meta.pk.attname: key, "name": name})


def has_read(record: models.Model, relation: str, rows: list) -> None:
    """Give a record the rows of a relation that were read for it, as `prefetch_related` does."""
    found = getattr(record, relation).all()
    found._result_cache = rows
    if not hasattr(record, "_prefetched_objects_cache"):
        record._prefetched_objects_cache = {}
    record._prefetched_objects_cache[relation] = found


def of(model: type[models.Model], key: str, field: str = "name") -> Subquery:
    """One word of the record that `key` points to: for a page of one record, cheaper than a join."""
    return Subquery(model._base_manager.filter(pk=OuterRef(key)).values(field))
