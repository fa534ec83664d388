"""The check of a staged roster: a handful of statements over all rows, none of them for a single row.

The tables that they make (`import_row`, `import_word` ...) live until the end of the transaction; `takeover` goes on
with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from partners.models import RosterImport
from partners.services.roster_import import check_lists, check_people
from partners.services.roster_import.compare import DIFFERENCES, PARTS, TARGETS_OF_MATCHES
from slp.lib.dates import today

TABLES = (
    "import_row", "import_roster", "import_match", "import_cell", "import_known", "import_item", "import_word",
    "import_cell_problem", "import_problem", "import_target", "import_part", "import_difference",
)  # fmt: skip

# Fresh tables have no statistics: a nested loop over ten thousand rows would be the wrong guess to make.
BEGIN = (
    "SET LOCAL enable_nestloop = off",
    "SET LOCAL jit = off",
    "SET LOCAL work_mem = '64MB'",
    "SET LOCAL datestyle = 'ISO, MDY'",
    f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{name}' for name in TABLES)}",
    "CREATE TEMP TABLE import_problem (row_id bigint, position int, note boolean, text text) ON COMMIT DROP",
)
END = ("SET LOCAL enable_nestloop = on",)

# A row is staged as a new person's; only what turned out otherwise is written.
OUTCOMES = """
WITH found AS (
    SELECT row_id, bool_or(NOT note) AS bad,
           array_agg(CASE WHEN note THEN 'Note: ' || text ELSE text END ORDER BY note, position, text) AS texts
    FROM import_problem GROUP BY row_id
)
UPDATE partners_rosterimportrow r
SET problems = v.problems, expert_id = v.expert_id, outcome = v.outcome, changes = v.changes
FROM (
    SELECT i.id, coalesce(f.texts, '{}'::text[]) AS problems, m.expert_id, CASE
        WHEN f.bad THEN 'bad' WHEN m.expert_id IS NULL THEN 'new' WHEN d.row_id IS NULL THEN 'same' ELSE 'changed'
        END AS outcome, coalesce(d.changes, '{}'::text[]) AS changes
    FROM import_row i
    LEFT JOIN found f ON f.row_id = i.id
    LEFT JOIN import_match m ON m.id = i.id
    LEFT JOIN import_difference d ON d.row_id = i.id
) AS v
WHERE r.id = v.id AND r.roster_import_id = %(upload)s
  AND (r.outcome <> v.outcome OR r.problems <> v.problems OR r.expert_id IS DISTINCT FROM v.expert_id
       OR r.changes <> v.changes)
"""

TOTALS = """
SELECT count(*), count(*) FILTER (WHERE outcome = 'bad'), count(*) FILTER (WHERE outcome = 'new'),
       count(*) FILTER (WHERE outcome = 'changed'), count(*) FILTER (WHERE outcome = 'same')
FROM partners_rosterimportrow WHERE roster_import_id = %(upload)s
"""

STATEMENTS = (
    *BEGIN,
    check_people.PEOPLE,
    check_people.RULES,
    check_people.TWINS,
    check_people.ROSTER,
    check_people.MATCH,
    check_people.KNOWN,
    check_lists.CELLS,
    check_lists.DICTIONARY,
    check_lists.ITEMS,
    check_lists.WORDS,
    check_lists.SKILLS,
    check_lists.LANGUAGES,
    check_lists.COUNTRIES,
    check_lists.PERIODS,
    check_lists.CERTIFICATES,
    check_lists.SUGGESTIONS,
    check_lists.CELL_PROBLEMS,
    check_lists.ROW_PROBLEMS,
    TARGETS_OF_MATCHES,
    PARTS,
    DIFFERENCES,
    OUTCOMES,
)


@dataclass(frozen=True)
class Totals:
    """How many rows came out how."""

    rows: int
    bad: int
    new: int
    changed: int
    same: int

    @property
    def fields(self) -> dict[str, int]:
        return {f"rows_{key}": value for key, value in vars(self).items() if key != "rows"} | {"rows_total": self.rows}


@transaction.atomic
def validate(roster_import: RosterImport) -> Totals:
    """Give every staged row its problems and its outcome, against the roster as it is now."""
    values = {"upload": roster_import.pk, "agency": roster_import.agency_id, "today": today()}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, dict(values))
        cursor.execute(TOTALS, dict(values))
        totals = Totals(*cursor.fetchone())
        for statement in END:
            cursor.execute(statement, {})
    return totals
