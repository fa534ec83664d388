"""What the worker does for the private files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from celery import shared_task
from django.core.files.storage import Storage
from django.utils import timezone

from slp.documents.models import Document

OURS = re.compile(r"\d{4}/\d{2}/[0-9a-f]{32}")  # see `stored_path`; nothing else is touched
LEFT_ALONE = timedelta(days=1)  # a post that is still being carried out has its file, and no row yet


@shared_task
def drop_left_behind() -> int:
    """Delete the files that no document holds: those of a post that was refused after its file was stored.

    A transaction takes the row back, but not the file. Returns how many went.
    """
    storage, before, gone = Document._meta.get_field("file").storage, timezone.now() - LEFT_ALONE, 0
    for name in _files(storage, ""):
        if not OURS.fullmatch(name) or storage.get_modified_time(name) >= before:
            continue
        if not Document.objects.filter(file=name).exists():
            storage.delete(name)
            gone += 1
    return gone


def _files(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        yield from _files(storage, f"{folder}{name}/")
