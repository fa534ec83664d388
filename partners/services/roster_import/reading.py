"""CSV and XLSX as rows of text, streamed: a file is never held in memory whole."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from partners.services.roster_import.columns import CORRECTION, Column, heading_index, normal

MAX_COLUMNS = 60
HEADINGS_WITHIN = 10  # lines: a title may stand above the headings
EMPTY_LINES_IN_A_ROW = 5000  # after that a sheet is over, however long it says it is
DELIMITERS = ",;\t"
FORMULA = re.compile(rb"<f[\s>/]")
EMPTY_TEXT = "str"  # the type of a cell whose formula gives a text, where that is empty
CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff\ufffe\uffff]"
)
BROKEN_WORKBOOK = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError,
    EOFError, OSError, zlib.error, NotImplementedError,
)  # fmt: skip

Record = tuple[int, list[str]]


class Unreadable(Exception):
    """The file can't be read. The message is a sentence for the person who sent it."""


@dataclass
class Table:
    """The rows of a file under their headings."""

    kind: str  # csv or xlsx
    headings: list[str]
    positions: dict[str, int]  # key -> place in the row
    unknown: list[str]
    estimate: int  # rows, as far as the file says
    records: Iterator[Record]
    delimiter: str = ","

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line of the file, the cells as typed); empty lines are left out."""
        empty = 0
        for line, cells in self.records:
            if any(cells):
                empty = 0
                yield line, cells
            elif (empty := empty + 1) > EMPTY_LINES_IN_A_ROW:
                return


@contextmanager
def open_table(file: BinaryIO, columns: Sequence[Column]) -> Iterator[Table]:
    """The table in a file. `Unreadable` when it has no headings or lacks a required column."""
    head = file.read(4)
    file.seek(0)
    with _workbook(file, columns) if head[:2] == b"PK" else _text(file, columns) as table:
        missing = [c.heading for c in columns if c.required and c.key not in table.positions]
        if missing:
            names = " and ".join(f"“{name}”" for name in missing)
            raise Unreadable(
                f"The column{'s' if len(missing) > 1 else ''} {names} {'are' if len(missing) > 1 else 'is'} missing. "
                "The first row must hold the headings of the template: download it, copy your rows into it and send "
                "it again."
            )
        yield table


def _table(kind: str, records: Iterator[Record], columns: Sequence[Column], estimate: int, **more: Any) -> Table:
    """Find the line with the headings among the first ones."""
    index = heading_index(columns)
    first = list(islice(records, HEADINGS_WITHIN))
    if not first:
        raise Unreadable("There is nothing in this file. Fill in the template and send that.")
    best = max(range(len(first)), key=lambda i: sum(normal(cell) in index for cell in first[i][1]))
    line, headings = first[best]
    headings = headings[: max((place for place, heading in enumerate(headings, start=1) if heading), default=0)]
    positions: dict[str, int] = {}
    unknown = []
    for place, heading in enumerate(headings):
        key = index.get(normal(heading))
        if key and key not in positions:
            positions[key] = place
        elif heading and normal(heading) != normal(CORRECTION):
            unknown.append(heading)
    rows = chain(first[best + 1 :], records)
    return Table(kind, headings, positions, unknown, max(estimate - line, 0), rows, **more)


# -- CSV -------------------------------------------------------------------------------------------
@contextmanager
def _text(file: BinaryIO, columns: Sequence[Column]) -> Iterator[Table]:
    encoding, lines = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        sample = text.read(64 * 1024)
        text.seek(0)
        delimiter = _delimiter(sample, columns)
        yield _table("csv", _csv_records(text, delimiter), columns, lines, delimiter=delimiter)
    finally:
        text.detach()


def _encoding(file: BinaryIO) -> tuple[str, int]:
    """How the text is encoded, and how many lines it has: UTF-8, or what older spreadsheets save."""
    head = file.read(3)
    file.seek(0)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16", 0
    decoder, lines, encoding = codecs.getincrementaldecoder("utf-8")(), 0, "utf-8-sig"
    while block := file.read(256 * 1024):
        lines += block.count(b"\n")
        if encoding != "cp1252":
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                encoding = "cp1252"
    return encoding, lines


def _delimiter(sample: str, columns: Sequence[Column]) -> str:
    """The delimiter under which most headings are known."""
    index = heading_index(columns)

    def known(delimiter: str) -> int:
        lines = islice(csv.reader(io.StringIO(sample), delimiter=delimiter), HEADINGS_WITHIN)
        try:
            return max((sum(normal(cell) in index for cell in line) for line in lines), default=0)
        except csv.Error:
            return 0

    return max(DELIMITERS, key=known)


def _csv_records(text: io.TextIOWrapper, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(text, delimiter=delimiter)
    line = 0
    while True:
        line += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(
                f"Line {line} can't be read: a quotation mark is probably open. Save the file again as XLSX or "
                "“CSV UTF-8” and send that."
            ) from error
        yield line, [plain(cell) for cell in cells[:MAX_COLUMNS]]


# -- XLSX ------------------------------------------------------------------------------------------
@contextmanager
def _workbook(file: BinaryIO, columns: Sequence[Column]) -> Iterator[Table]:
    books = []
    try:
        books.append(load_workbook(file, read_only=True, data_only=True, keep_links=False))
        if _has_formulas(file):
            books.append(load_workbook(file, read_only=True, keep_links=False))
    except BROKEN_WORKBOOK as error:
        raise Unreadable(DAMAGED) from error
    try:
        sheet = _sheet(books[0], columns)
        as_written = books[1][sheet.title] if books[1:] else None
        yield _table("xlsx", _sheet_records(sheet, as_written), columns, sheet.max_row or 0)
    finally:
        for book in books:
            book.close()


def _has_formulas(file: BinaryIO) -> bool:
    """Does any sheet hold a formula? Few do, and only those are read twice."""
    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with parts.open(name) as sheet:
                    end = b""
                    while block := sheet.read(256 * 1024):
                        if FORMULA.search(end + block):
                            return True
                        end = block[-2:]
    return False


DAMAGED = (
    "This workbook is damaged or protected by a password. Save it again as “Excel workbook (.xlsx)” and send that."
)


def _sheet(book: Any, columns: Sequence[Column]) -> Any:
    """The sheet whose first lines hold most of our headings."""
    index = heading_index(columns)

    def known(sheet: Any) -> int:
        lines = sheet.iter_rows(max_row=HEADINGS_WITHIN, max_col=MAX_COLUMNS, values_only=True)
        return max((len({index.get(normal(as_text(v))) for v in line} - {None}) for line in lines), default=0)

    try:
        return max(book.worksheets, key=known)
    except BROKEN_WORKBOOK as error:
        raise Unreadable(DAMAGED) from error


def _sheet_records(sheet: Any, as_written: Any = None) -> Iterator[Record]:
    """`as_written`: the same sheet with its formulas instead of their results, if there are any."""
    rows = enumerate(_values(sheet, as_written), start=1)
    while True:
        try:
            line, values = next(rows)
        except StopIteration:
            return
        except BROKEN_WORKBOOK as error:
            raise Unreadable(DAMAGED) from error
        yield line, [as_text(value) for value in values]


def _values(sheet: Any, as_written: Any) -> Iterator[Sequence[Any]]:
    """What the cells hold; of a formula whose result the file does not carry, the formula: the check says so there."""
    if as_written is None:
        yield from sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
        return
    written = as_written.iter_rows(max_col=MAX_COLUMNS, values_only=True)
    for cells, formulas in zip(sheet.iter_rows(max_col=MAX_COLUMNS), written, strict=False):
        yield [
            getattr(formula, "text", formula) if cell.value is None and cell.data_type != EMPTY_TEXT else cell.value
            for cell, formula in zip(cells, formulas, strict=False)
        ]


def as_text(value: Any) -> str:
    """A cell's value as somebody would type it: dates in ISO form, whole numbers without decimals."""
    if value is None:
        return ""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def plain(text: str) -> str:
    """Text without control characters; several lines in a cell become one, with semicolons between them.

    An apostrophe that keeps a spreadsheet from running the text as a formula is no part of it.
    """
    if text.isprintable():
        line = " ".join(text.split())
    else:
        text = CONTROLS.sub("", text)
        line = "; ".join(filter(None, (" ".join(part.split()).rstrip(";") for part in text.splitlines())))
    return line[1:] if len(line) > 1 and line[0] == "'" and line[1] in "=+-@" else line
