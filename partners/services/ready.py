"""Statements that the ORM writes once for each process; a page only fills in its keys and runs them.

A page of one record reads many small tables. Building a queryset and turning it into SQL costs more than reading ten
rows by an index, and the SQL is the same each time. The rows themselves are read anew each time. What may be read is
decided before: the key is of a record that the reader was found to see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, models


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
