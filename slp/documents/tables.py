"""Which table a file is, by its content: an Excel workbook that is safe to open, or text with separators."""

from __future__ import annotations

import codecs
import zipfile
from typing import BinaryIO

from django.core.exceptions import ValidationError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
TABLES = {XLSX, CSV}
MAX_UNPACKED = 100 * 1024 * 1024  # a workbook of 15 MB unpacks to far less, unless it was made to fill a disk
MAX_PARTS = 2000

NEITHER = "This is neither a CSV file nor an Excel workbook (.xlsx). Save the table as one of the two and try again."


def table_type(file: BinaryIO) -> str:
    """The content type of a table. ValidationError with a sentence if it is none, or too big to open."""
    head = file.read(4096)
    file.seek(0)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            "This is an old Excel file (.xls) or one with a password. Save it as “Excel workbook (.xlsx)” without a "
            "password and try again."
        )
    if head.startswith(b"PK"):
        _check_workbook(file)
        return XLSX
    utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    binary = any(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1a" for byte in head)
    if head.startswith((b"%PDF", b"{\\rtf", b"<")) or (binary and not utf16):
        raise ValidationError(NEITHER)
    return CSV


def _check_workbook(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ValidationError("This workbook is damaged. Save it again as “Excel workbook (.xlsx)”.") from error
    finally:
        file.seek(0)
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise ValidationError(NEITHER)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise ValidationError(
            "This workbook is far bigger inside than a roster can be. Copy the rows into the empty template and send "
            "that."
        )
