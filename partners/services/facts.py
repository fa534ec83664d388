"""The facts that matching reads, compared with what they are made from, and put right.

The triggers keep them (`partners.models.facts`); this is for a database whose triggers were off or are new.
"""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connection, transaction

from partners.models.facts import OF_PERSON, STRENGTH_COLUMNS, STRENGTHS, STRENGTHS_MADE, TABLE, TOLD


def _expected() -> str:
    """SQL of every row as it must be."""
    made = [f"{part}.{column}" for part, column in _parts()]
    joins = [f"LEFT JOIN ({told.per_expert}) AS p{n} ON p{n}.expert_id = e.id" for n, told in enumerate(TOLD)]
    of_person = [f"e.{column}" for column in OF_PERSON]
    return f"SELECT e.id AS expert_id, {', '.join([*of_person, *made])} FROM partners_expert e {' '.join(joins)}"  # noqa: S608


def _parts() -> list[tuple[str, str]]:
    return [(f"p{n}", column) for n, told in enumerate(TOLD) for column in told.facts]


def _columns() -> list[str]:
    return ["expert_id", *OF_PERSON, *(column for _, column in _parts())]


def _untrue() -> str:
    """SQL of the ids of experts whose row is not what it must be, is missing, or has no expert any more."""
    columns = ", ".join(_columns())
    return f"""
        SELECT coalesce(f.expert_id, e.expert_id) AS expert_id
        FROM (SELECT {columns} FROM {TABLE}) AS f FULL JOIN ({_expected()}) AS e ON f.expert_id = e.expert_id
        WHERE f IS DISTINCT FROM e"""  # noqa: S608 -- our own names


def _untrue_strengths() -> str:
    """The same of their strengths, which are made from the facts."""
    return f"""
        SELECT coalesce(s.expert_id, e.expert_id) AS expert_id
        FROM (SELECT {STRENGTH_COLUMNS} FROM {STRENGTHS}) AS s FULL JOIN ({STRENGTHS_MADE}) AS e
            ON s.expert_id = e.expert_id AND s.expertise_id = e.expertise_id
        WHERE s IS DISTINCT FROM e"""  # noqa: S608


def untrue_facts(limit: int = 20) -> list[int]:
    """The first experts whose facts are not what the tables say. One query."""
    sql = f"SELECT expert_id FROM ({_untrue()} UNION {_untrue_strengths()}) AS u ORDER BY expert_id LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return [pk for (pk,) in cursor.fetchall()]


@transaction.atomic
def put_facts_right() -> int:
    """Renew what is not as the tables say; everybody else's row stays as it is. How many were renewed."""
    parts = (
        (TABLE, ", ".join(_columns()), _untrue(), _expected()),
        (STRENGTHS, STRENGTH_COLUMNS, _untrue_strengths(), STRENGTHS_MADE),
    )
    renewed: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")  # who changes a fact meanwhile waits for it
        for table, columns, untrue, expected in parts:
            cursor.execute("CREATE TEMP TABLE untrue ON COMMIT DROP AS " + untrue)
            cursor.execute("ANALYZE untrue")
            cursor.execute(f"DELETE FROM {table} WHERE expert_id IN (SELECT expert_id FROM untrue)")  # noqa: S608
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({expected}) AS e"  # noqa: S608
                " WHERE expert_id IN (SELECT expert_id FROM untrue)"
            )
            cursor.execute("SELECT expert_id FROM untrue")
            renewed |= {pk for (pk,) in cursor.fetchall()}
            cursor.execute("DROP TABLE untrue")
    return len(renewed)


def after_migrate(using: str, **_) -> None:
    """Fills the table when it is new, with the triggers in force already, so that no change falls in between.

    Where a migration went back, or only some apps were migrated, there is nothing to be put right yet.
    """
    needed = {TABLE, STRENGTHS, *(told.model._meta.db_table for told in TOLD)}
    if using == DEFAULT_DB_ALIAS and needed <= set(connection.introspection.table_names()):
        put_facts_right()
