"""Roster files for tests: rows as dicts, written the way agencies write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from partners.models import Agency, RosterImport
from partners.services.roster_import.columns import FIELDS, HEADING
from partners.services.roster_import.imports import carry_out, check_upload, take_over, upload_roster
from slp.documents.tables import XLSX

GOOD = {"name": "Maria Gonzalez", "rank": "Lieutenant"}
FULL = GOOD | {
    "service": "retired", "years": "21", "email": "m.gonzalez@x.example", "phone": "555-0100",
    "expertise": "POL-01 teaches", "languages": "ht 4 tested", "worked_in": "Haiti", "ties": "GE",
    "certificates": "FTO | A-1 | 2024-05-02 | 2044-05-01",
    "available": "2036-01-01 to 2036-06-30", "unavailable": "2036-03-01 to 2036-03-14",
    "passport_expires_on": "2036-04-30",
}  # fmt: skip
BAD = {"name": "Nobody", "rank": ""}


def lines(rows: Iterable[dict], keys: Sequence[str] = FIELDS) -> list[list]:
    return [[HEADING[key] for key in keys], *([row.get(key, "") for key in keys] for row in rows)]


def csv_file(
    rows: Iterable[dict], *, encoding: str = "utf-8", delimiter: str = ",", name: str = "roster.csv"
) -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(lines(rows))
    return SimpleUploadedFile(name, text.getvalue().encode(encoding), "text/csv")


def table(*cells: Sequence, name: str = "roster.csv", encoding: str = "utf-8") -> SimpleUploadedFile:
    """A CSV of exactly these lines."""
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return SimpleUploadedFile(name, text.getvalue().encode(encoding), "text/csv")


def xlsx_file(cells: Iterable[Sequence], *, name: str = "roster.xlsx", title: str = "Roster") -> SimpleUploadedFile:
    book = Workbook()
    book.active.title = title
    for line in cells:
        book.active.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue(), XLSX)


def checked(actor, agency: Agency, upload: SimpleUploadedFile) -> RosterImport:
    """Sent and checked."""
    sent = upload_roster(actor=actor, agency=agency, upload=upload)
    return check_upload(roster_import_id=sent.pk)


def problems_of(upload: RosterImport) -> dict[int, list[str]]:
    return {row.line: row.problems for row in upload.rows.all() if row.problems}


def taken_over(actor, upload: RosterImport, *, only_good: bool = False) -> RosterImport:
    """As the worker does it, at once."""
    take_over(actor=actor, roster_import=upload, only_good=only_good)
    return carry_out(roster_import_id=upload.pk)
