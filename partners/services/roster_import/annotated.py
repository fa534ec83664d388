"""The file as it was sent, with what to correct beside each row; the cell that is meant is marked."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from partners.models import RosterImport
from partners.services.roster_import.columns import CORRECTION, HEADING, ROSTER
from partners.services.roster_import.reading import Table, open_table
from slp.lib.lists import safe_for_spreadsheet

MARKED = PatternFill("solid", fgColor="FFE0B2")
BOLD = Font(bold=True)
BETWEEN = " / "
SPOOL = 5 * 1024 * 1024

Line = tuple[list[str], set[int], str]  # the cells, which of them are marked, what to correct


def filename(roster_import: RosterImport) -> str:
    """The name of the returned file: the sent one's, with what was done to it."""
    path = Path(roster_import.document.name)
    suffix = path.suffix if path.suffix.lower() in (".csv", ".xlsx") else ""
    return f"{path.stem[:100]} - to correct{suffix}"


def annotate(roster_import: RosterImport, *, only_bad: bool = False) -> BinaryIO:
    """An open file in the format of the sent one. `only_bad`: the rows that were handed back, and no others."""
    rows = roster_import.rows.exclude(problems=[])
    if only_bad:
        rows = rows.filter(outcome="bad")
    found = {line: (problems, outcome) for line, problems, outcome in rows.values_list("line", "problems", "outcome")}
    out = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 -- the response closes it
    with roster_import.document.file.open("rb") as file, open_table(file, ROSTER) as table:
        write = _write_xlsx if table.kind == "xlsx" else _write_csv
        write(out, table, _lines(table, found, only_bad=only_bad))
    out.seek(0)
    return out


def _headings(table: Table) -> list[str]:
    """An earlier return's column of corrections is taken out: it is written afresh."""
    return [heading for place, heading in enumerate(table.headings) if place != _old_place(table)]


def _old_place(table: Table) -> int:
    return table.headings.index(CORRECTION) if CORRECTION in table.headings else -1


def _lines(table: Table, found: dict[int, tuple[list[str], str]], *, only_bad: bool) -> Iterator[Line]:
    old, width = _old_place(table), len(table.headings)
    keys = {heading: key for key, heading in HEADING.items()}
    for line, cells in table.rows():
        problems, outcome = found.get(line, ([], ""))
        if only_bad and not problems:
            continue
        named = {p.removeprefix("Note: ").split(": ", 1)[0] for p in problems if outcome == "bad" or only_bad}
        places = {table.positions.get(keys[name]) for name in named if name in keys} - {None}
        cells = [*cells, *[""] * (width - len(cells))][:width]
        kept = [place for place in range(width) if place != old]
        yield [cells[p] for p in kept], {i for i, p in enumerate(kept) if p in places}, BETWEEN.join(problems)


def _write_csv(out: BinaryIO, table: Table, lines: Iterator[Line]) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=table.delimiter)
    writer.writerow([*map(safe_for_spreadsheet, _headings(table)), CORRECTION])
    for cells, _, correction in lines:
        writer.writerow([*map(safe_for_spreadsheet, cells), correction])
    text.detach()


def _write_xlsx(out: BinaryIO, table: Table, lines: Iterator[Line]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Roster")
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, heading, bold=True) for heading in [*_headings(table), CORRECTION]])
    for cells, marked, correction in lines:
        row = [_cell(sheet, text, marked=place in marked) for place, text in enumerate(cells)]
        sheet.append([*row, _cell(sheet, correction, marked=bool(marked))])
    book.save(out)


def _cell(sheet, text: str, *, marked: bool = False, bold: bool = False) -> WriteOnlyCell | None:
    """A cell that holds text and nothing else: what looks like a formula stays what somebody typed."""
    if not text:
        if not marked:
            return None
        cell = WriteOnlyCell(sheet, "")
    else:
        cell = WriteOnlyCell(sheet, text)
        cell.data_type = "s"
    if marked:
        cell.fill = MARKED
    if bold:
        cell.font = BOLD
    return cell
