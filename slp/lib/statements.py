"""Statements whose text is kept, because for the ORM building one costs more than running it. Answers never are.

`kept`: a statement that holds the reader and starts from `visible_to`. Its text is made for a stand-in of theirs and
depends only on what all share who get the same: the staff role (or none) and the day. Their id is filled in when it
runs, so the rules stay in `visible_to`, where they are. `stand_in`, `text_of` and `rows_for` are its parts, for a
statement joined of many.
`Statement`: rows of a record that the reader was found to see; only its keys are filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache, wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.utils import timezone

from slp.lib.dates import WASHINGTON, today

READER = -987_654_321  # stands for the reader's id while a text is made; the keys have the numbers below it


def stand_in(staff_role: str = "") -> Any:
    """Somebody of a staff role, or of none, who remembers nothing: no agency, no post."""
    return get_user_model()(pk=READER, staff_role=staff_role)


def text_of(rows: models.QuerySet) -> tuple[str, tuple]:
    """The statement of these rows with its parameters, to be kept. Its days are Washington's, whoever asks first."""
    with timezone.override(WASHINGTON):
        sql, params = rows.query.sql_with_params()
    return sql, tuple(params)


def rows_for(user: Any, statement: tuple[str, tuple]) -> list[tuple]:
    """What a kept statement finds for this reader. One query."""
    return _run(statement, {READER: user.pk})


def _run(statement: tuple[str, tuple], values: dict) -> list[tuple]:
    sql, params = statement
    with connection.cursor() as cursor:
        cursor.execute(sql, [values.get(p, p) if isinstance(p, int | str) else p for p in params])
        return cursor.fetchall()


Rows = Callable[..., models.QuerySet]


def kept(rows: Rows) -> Callable[..., list[tuple]]:
    """Decorator of `rows(reader, *keys)`, a queryset of `values_list`: gives what it finds now, as tuples.

    `reader` has only an id and a staff role: enough for every `visible_to` that asks the database itself, and what
    asks a page's memory finds nothing. A key is a number or a text, and may only be compared with; conditions may
    hold the date, but no moment.
    """

    @wraps(rows)
    def ask(user: Any, *keys: int | str) -> list[tuple]:
        statement = _text(rows, user.staff_role, tuple(type(key) for key in keys), today())
        if not statement[0]:
            return []
        return _run(statement, {READER: user.pk} | {_mark(n, type(key)): key for n, key in enumerate(keys)})

    return ask


def _mark(position: int, kind: type) -> int | str:
    """What stands for a key while the text is made."""
    return kind(READER - 1 - position)


@lru_cache(maxsize=256)
def _text(rows: Rows, staff_role: str, kinds: tuple[type, ...], day: date) -> tuple[str, tuple]:
    """The statement for everybody of a staff role (or of none). `day`: some conditions hold today's date."""
    marks = [_mark(n, kind) for n, kind in enumerate(kinds)]
    try:
        sql, params = text_of(rows(stand_in(staff_role), *marks))
    except EmptyResultSet:  # this role sees none of it
        return "", ()
    if missing := set(marks) - {p for p in params if isinstance(p, int | str)}:
        raise ValueError(f"{rows.__name__}: {missing} stands for a key, but is not compared with as it is.")
    return sql, params


class Key(models.Expression):
    """Stands in a queryset for a value that is given each time, such as the record whose rows are asked for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection) -> tuple[str, list[Key]]:
        return "%s", [self]


class AnyOf(models.Lookup):
    """A column that is among the values of a `Key`, however many: `IN` would be another text for each number."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, self.rhs]


class Statement:
    """The rows of a queryset of plain values. `rows` makes it, with a `Key` for all that is not the same each time."""

    def __init__(self, rows: Callable[[], models.QuerySet]) -> None:
        self._rows = rows
        self._written: tuple[str, tuple] | None = None

    def of(self, **keys: Any) -> list[dict[str, Any]]:
        """The rows, each by the names of its values."""
        with self._run("{}", keys) as cursor:
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def count(self, **keys: Any) -> int:
        """How many rows there are."""
        with self._run("SELECT count(*) FROM ({}) AS counted", keys) as cursor:
            return cursor.fetchone()[0]

    def _run(self, around: str, keys: dict[str, Any]):
        if self._written is None:
            self._written = text_of(self._rows())
        sql, values = self._written
        cursor = connection.cursor()
        cursor.execute(around.format(sql), [keys[v.name] if isinstance(v, Key) else v for v in values])
        return cursor
