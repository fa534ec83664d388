"""What the import commands share: finding the file, a progress bar, an end with a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import CommandError

from slp.documents.tables import table_type

BAR = 30


def open_upload(path: str) -> SimpleUploadedFile:
    """The file as an upload, checked by its content."""
    file = Path(path)
    try:
        upload = SimpleUploadedFile(file.name, file.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from error
    if not upload.size:
        raise CommandError(f"{path} is empty.")
    try:
        table_type(upload)
    except ValidationError as error:
        raise CommandError(f"{path}: {error.message}") from error
    return upload


def progress_bar(done: int, total: int) -> None:
    """On a terminal a bar that grows in place; in a log nothing but its end."""
    finished = done >= total
    if not sys.stderr.isatty() and not finished:
        return
    filled = BAR * min(done, total) // max(total, 1)
    start = "\r" if sys.stderr.isatty() else ""
    end = "\n" if finished else ""
    sys.stderr.write(f"{start}[{'#' * filled}{'.' * (BAR - filled)}] {done:,} of {total:,} rows{end}")
    sys.stderr.flush()
