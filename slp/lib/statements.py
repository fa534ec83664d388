"""Statements whose text is kept, because for the ORM building one costs more than running it. Answers never are.

`Statement`: rows of a record that the reader was found to see; only its keys are filled in.
`stand_in`, `text_of`, `rows_for`: statements that hold the reader. The text is made for a stand-in of theirs and may
depend on what is the same for all who share it (their role, the day); their id is filled in when it runs. So the rules
stay in `visible_to`, where they are.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.db import connection, models

SOMEBODY = -987_654_321  # stands for the reader's id


def stand_in(user: Any) -> Any:
    """Somebody like `user`, for whom a statement is built."""
    somebody = copy.copy(user)
    somebody.pk = somebody.id = SOMEBODY
    return somebody


def text_of(rows: models.QuerySet) -> tuple[str, tuple]:
    """The statement of these rows with its parameters, to be kept."""
    sql, params = rows.query.sql_with_params()
    return sql, tuple(params)


def rows_for(user: Any, statement: tuple[str, tuple]) -> list[tuple]:
    """What the statement finds for this reader. One query."""
    sql, params = statement
    with connection.cursor() as cursor:
        cursor.execute(sql, [user.pk if value == SOMEBODY else value for value in params])
        return cursor.fetchall()


class Key(models.Expression):
    """Stands in a queryset for a value that is given each time, such as the record whose rows are asked for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection) -> tuple[str, list[Key]]:
        return "%s", [self]


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
            self._written = self._rows().query.sql_with_params()
        sql, values = self._written
        cursor = connection.cursor()
        cursor.execute(around.format(sql), [keys[v.name] if isinstance(v, Key) else v for v in values])
        return cursor
