"""Keeping a file: what it really is, not what it is called. And the publications that facts are cited from."""

from __future__ import annotations

import math
from collections.abc import Callable

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from slp.documents.models import Document, Slot, Source, digest
from slp.documents.tables import TABLES, table_type
from slp.lib.track import because

MB = 1024 * 1024
PDF = "application/pdf"
PICTURES = {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"}
ACCEPTED: dict[str, set[str]] = {
    Slot.RECEIPT: {PDF, *PICTURES},
    Slot.EVIDENCE: {PDF, *PICTURES},
    Slot.SIGNED: {PDF},
    Slot.CERTIFICATE: {PDF, *PICTURES},
    Slot.REPORT: {PDF, *PICTURES},
    Slot.ROSTER: TABLES,
}

# What each app does when a document leaves, such as recording that personal data was read: hook(document, user).
_OPENED: list[Callable[[Document, object], None]] = []


def when_opened(hook: Callable[[Document, object], None]) -> Callable:
    """Decorator: call `hook` each time somebody has been let open a document."""
    _OPENED.append(hook)
    return hook


def opened(document: Document, user) -> None:
    for hook in _OPENED:
        hook(document, user)


def may_read(document: Document, user) -> bool:
    """Does any rule let `user` open the document?"""
    return Document.objects.visible_to(user).filter(pk=document.pk).exists()


def check_upload(upload: UploadedFile, slot: str) -> str:
    """The content type that the bytes show. ValidationError with a sentence if it can't be kept."""
    tables = ACCEPTED[slot] == TABLES
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(
            f"This file is {math.ceil(upload.size / MB * 10) / 10:g} MB. The limit is "
            f"{settings.UPLOAD_MAX_BYTES // MB} MB: send a smaller {'file' if tables else 'scan'}."
        )
    if upload.size == 0:
        raise ValidationError("This file is empty. Choose the file again.")
    if tables:
        return table_type(upload)
    head = upload.read(16 * 1024)
    upload.seek(0)
    found = content_type(head)
    if found not in ACCEPTED[slot]:
        kinds = "a PDF" if ACCEPTED[slot] == {PDF} else "a PDF or a picture (JPEG, PNG, WebP, HEIC)"
        raise ValidationError(f"This is not {kinds}. Save or photograph the paper as {kinds} and try again.")
    return found


def content_type(head: bytes) -> str:
    """The type by the file's first bytes."""
    if head[:5] == b"%PDF-":
        return PDF
    try:
        return puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return ""


def keep(*, upload: UploadedFile, slot: str, actor) -> Document:
    """Store an upload privately after checking what it is. Returns the document."""
    kind = check_upload(upload, slot)
    content = upload.read()
    upload.seek(0)
    return keep_file(content=content, name=upload.name, content_type=kind, slot=slot, actor=actor)


def keep_file(*, content: bytes, name: str, content_type: str, slot: str, actor) -> Document:
    """Store bytes privately that need no check, for SLP made them or `keep` has looked. Returns the document."""
    document = Document(
        slot=slot,
        name=name[:200],
        content_type=content_type,
        size=len(content),
        sha256=digest(content),
        uploaded_by=actor,
    )
    document.file.save(name, ContentFile(content), save=False)
    document.save(force_insert=True)
    return document


@transaction.atomic
def record_source(*, code: str, title: str, **fields) -> Source:
    """A publication that facts are taken from. Recorded once per code, by the system, and never changed here."""
    with because(None, "Recorded from a publication"):
        return Source.objects.get_or_create(code=code, defaults={"title": title} | fields)[0]
