"""A file's rows go into the database as they were typed, by COPY, a block at a time.

Each block is a transaction of its own and is put only behind the rows that are expected to be there. So the page can
show how far it is, a worker that was killed leaves nothing that stands in the way, and of two workers on one file
the slower one stops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection, transaction
from django.utils import timezone

from partners.models import RosterImport, RosterImportRow
from partners.models.roster_import import ImportStatus
from partners.services.roster_import.columns import FIELDS, ROSTER
from partners.services.roster_import.reading import Table, Unreadable, open_table
from slp.lib.track import because

MAX_ROWS = 20_000
BLOCK = 1000
COPY = f"COPY partners_rosterimportrow (roster_import_id, line, {', '.join(FIELDS)}, problems, outcome) FROM STDIN"

Progress = Callable[[int, int], None]


class Superseded(Exception):
    """Another worker has begun the same file anew, or somebody has discarded it."""


def stage(roster_import: RosterImport, *, progress: Progress | None = None) -> Table:
    """Read the whole file into its rows, from the beginning. Returns what the file was like."""
    try:
        file = roster_import.document.file.open("rb")
    except FileNotFoundError as error:
        raise Unreadable("The file is not in our store any more. Send it again.") from error
    with file, open_table(file, ROSTER) as table:
        _begin(roster_import, table.estimate)
        places = [table.positions.get(key) for key in FIELDS]
        done, block = 0, []
        for line, cells in table.rows():
            block.append((line, [_cell(cells, place) for place in places]))
            if len(block) == BLOCK:
                done = _put(roster_import, block, done)
                block = []
                if progress:
                    progress(done, table.estimate)
        done = _put(roster_import, block, done)
        if not done:
            raise Unreadable("There is nobody in this file: below the headings every line is empty.")
        if progress:
            progress(done, done)
    return table


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _open(roster_import: RosterImport):
    return RosterImport.objects.filter(pk=roster_import.pk, status=ImportStatus.UPLOADED)


@transaction.atomic
def _begin(roster_import: RosterImport, estimate: int) -> None:
    """From the beginning: what an earlier attempt has staged goes; and the sweep sees that somebody is at it."""
    fields = {"rows_done": 0, "rows_total": min(estimate, MAX_ROWS), "status_since": timezone.now()}
    with because(None, "Began the check"):
        if not _open(roster_import).update(**fields):
            raise Superseded
    roster_import.rows.all().delete()


@transaction.atomic
def _put(roster_import: RosterImport, block: Sequence[tuple[int, list[str]]], done: int) -> int:
    now_done = done + len(block)
    if now_done > MAX_ROWS:
        raise Unreadable(f"This file has more than {MAX_ROWS:,} rows. Send it in parts.")
    if not _open(roster_import).filter(rows_done=done).update(rows_done=now_done):
        raise Superseded
    copy_rows(roster_import.pk, block)
    return now_done


def copy_rows(roster_import_id: int, rows: Sequence[tuple[int, list[str]]]) -> None:
    """COPY (line, cells) into the staging table, each as a new person's until the check knows better."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for line, cells in rows:
            copy.write_row((roster_import_id, line, *cells, "{}", RosterImportRow.Outcome.NEW.value))
