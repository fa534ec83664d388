"""Statements whose text is kept, because building one costs more than running it.

A kept text is made for a stand-in of the reader and may depend on what is the same for all who share it (their role,
the day); the reader's own id is filled in when it runs. So the rules stay in `visible_to`, where they are.
"""

from __future__ import annotations

import copy
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
