"""Private files, and the published sources that facts are cited from."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from slp.lib.dates import Precision, show
from slp.lib.track import tracked


class SourceQuerySet(models.QuerySet):
    def visible_to(self, user) -> SourceQuerySet:
        """What was published is for everybody."""
        return self


@tracked()
class Source(models.Model):
    """A published document that a fact is taken from."""

    code = models.SlugField(max_length=40, primary_key=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    precision = models.CharField(max_length=10, choices=Precision, default=Precision.DAY)
    identifier = models.CharField(max_length=200, blank=True, help_text="Press release number or address.")
    certainty = models.CharField(max_length=20, default="certain")

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["issued_on", "code"]

    def __str__(self) -> str:
        return f"{self.title} ({show(self.issued_on, self.precision)})"


def stored_path(document: Document, filename: str) -> str:
    """A name nobody can guess, without anything of the person's own file name."""
    return f"{timezone.now():%Y/%m}/{uuid.uuid4().hex}"


class Slot(models.TextChoices):
    """What a file is for. Each slot has its own accepted kinds (`slp.documents.services.ACCEPTED`)."""

    RECEIPT = "receipt", "Receipt"
    EVIDENCE = "evidence", "Evidence of a requirement"
    SIGNED = "signed", "Signed paper"
    CERTIFICATE = "certificate", "Certificate"
    REPORT = "report", "Attachment of a report"
    ROSTER = "roster", "Roster as a spreadsheet"


# Each app says which documents of its rows `user` may open: rule(user) -> ids, or None for none of them.
_READERS: list[Callable[[object], models.QuerySet | None]] = []


def readers(rule: Callable[[object], models.QuerySet | None]) -> Callable:
    """Decorator: register a rule that lets some users open some documents."""
    _READERS.append(rule)
    return rule


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user) -> DocumentQuerySet:
        """What some rule lets the user open, and what they have uploaded while they speak for somebody."""
        if not user.is_authenticated:
            return self.none()
        seen = Q(uploaded_by=user) if user.speaks_for_somebody else Q(pk__in=[])
        for rule in _READERS:
            found = rule(user)
            if found is not None:
                seen |= Q(pk__in=found)
        return self.filter(seen)


@tracked()
class Document(models.Model):
    """One uploaded file. It is downloaded only through `documents:download`, which asks its owner's rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.CharField(max_length=20, choices=Slot)
    file = models.FileField(upload_to=stored_path, max_length=200)
    name = models.CharField(max_length=200, help_text="The name the person gave the file.")
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                name="document_has_content",
                condition=Q(size__gt=0),
                violation_error_message="The file is empty.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
