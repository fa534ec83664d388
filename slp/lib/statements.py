"""Statements whose text is kept, because for the ORM building one costs more than running it. Answers never are.

A kept text has its constants written in; open are the reader and the keys. PostgreSQL gets it as a prepared statement,
so it keeps the plan as well, which for many small tables takes longer to find than the rows.

`kept`: a statement that holds the reader and starts from `visible_to`. Its text is made for a stand-in of theirs and
depends only on what all share who get the same: the staff role (or none) and the day. Their id is filled in when it
runs, so the rules stay in `visible_to`, where they are. `stand_in`, `text_of` and `rows_for` are its parts, for a
statement joined of many.
`Statement`: rows of a record that the reader was found to see; only its keys are filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor
from django.utils import timezone
from psycopg.sql import Literal

from slp.lib.dates import WASHINGTON, today

READER = -987_654_321  # stands for the reader's id while a text is made; the keys have the numbers below it


def stand_in(staff_role: str = "") -> Any:
    """Somebody of a staff role, or of none, who remembers nothing: no agency, no post."""
    return get_user_model()(pk=READER, staff_role=staff_role)


@dataclass(frozen=True)
class Text:
    """A statement that can be run again and again: `opened` is what stands at its places, in their order."""

    sql: str
    opened: tuple

    def __str__(self) -> str:
        return self.sql

    def run(self, values: dict, around: str = "{}"):
        """A cursor over what it finds, with `values` of its places. `around`: a statement to put it into."""
        cursor = _cursor()
        cursor.execute(around.format(self.sql), [values[place] for place in self.opened])
        return cursor


def _cursor():
    """A cursor whose statements PostgreSQL prepares, as `connection.cursor()` makes its own."""
    connection.ensure_connection()
    return connection._prepare_cursor(ServerBindingCursor(connection.connection))


def text_of(rows: models.QuerySet, *marks: int | str) -> Text:
    """The statement of these rows, to be kept. Open are the reader, these marks and each `Key`.

    Its days are Washington's, whoever asks first.
    """
    with timezone.override(WASHINGTON):
        sql, params = rows.query.sql_with_params()
    if sql.startswith("WITH"):  # the history would put its context before it, as before all that may write
        sql = f"SELECT * FROM ({sql}) AS found"  # noqa: S608 -- the ORM's own text
    connection.ensure_connection()
    left, opened = iter(params), []

    def written(place: re.Match) -> str:
        if place.group() == "%%":
            return "%%"
        value = next(left)
        if isinstance(value, Key):
            value = value.name
        elif not (isinstance(value, int | str) and value in (READER, *marks)):
            return Literal(value).as_string(connection.connection).replace("%", "%%")
        opened.append(value)
        return "%s"

    return Text(re.sub("%[s%]", written, sql), tuple(opened))


def rows_for(user: Any, text: Text) -> list[tuple]:
    """What a kept statement finds for this reader. One query."""
    with text.run({READER: user.pk}) as cursor:
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
        text = _text(rows, user.staff_role, tuple(type(key) for key in keys), today())
        if text is None:
            return []
        with text.run({READER: user.pk} | {_mark(n, type(key)): key for n, key in enumerate(keys)}) as cursor:
            return cursor.fetchall()

    return ask


def _mark(position: int, kind: type) -> int | str:
    """What stands for a key while the text is made."""
    return kind(READER - 1 - position)


@lru_cache(maxsize=256)
def _text(rows: Rows, staff_role: str, kinds: tuple[type, ...], day: date) -> Text | None:
    """The statement for everybody of a staff role (or of none). `day`: some conditions hold today's date."""
    marks = [_mark(n, kind) for n, kind in enumerate(kinds)]
    try:
        text = text_of(rows(stand_in(staff_role), *marks), *marks)
    except EmptyResultSet:  # this role sees none of it
        return None
    if missing := set(marks) - set(text.opened):
        raise ValueError(f"{rows.__name__}: {missing} stands for a key, but is not compared with as it is.")
    return text


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


class Among(models.Expression):
    """Is a column among what a `Statement` finds? For a condition that takes the ORM long to put together."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, column: str, statement: Statement, **keys: Any) -> None:
        super().__init__()
        self.column, self.statement, self.keys = models.F(column), statement, keys

    def get_source_expressions(self) -> list:
        return [self.column]

    def set_source_expressions(self, expressions: list) -> None:
        (self.column,) = expressions

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        column, params = compiler.compile(self.column)
        text = self.statement.text
        return f"{column} IN ({text.sql})", [*params, *(self.keys[place] for place in text.opened)]


class Statement:
    """The rows of a queryset of plain values. `rows` makes it, with a `Key` for all that is not the same each time."""

    def __init__(self, rows: Callable[[], models.QuerySet]) -> None:
        self._rows = rows
        self._written: Text | None = None

    def of(self, **keys: Any) -> list[dict[str, Any]]:
        """The rows, each by the names of its values."""
        with self.text.run(keys) as cursor:
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def count(self, **keys: Any) -> int:
        """How many rows there are."""
        with self.text.run(keys, "SELECT count(*) FROM ({}) AS counted") as cursor:
            return cursor.fetchone()[0]

    @property
    def text(self) -> Text:
        if self._written is None:
            self._written = text_of(self._rows())
        return self._written
