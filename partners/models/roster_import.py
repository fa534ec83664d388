"""A roster that came as a file: what it holds, what is wrong in it, what became of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from partners.models.agency import Agency, AgencyScoped
from partners.models.expert import Expert
from slp.documents.models import Document
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", "Being checked"
    CHECKED = "checked", "Checked"
    APPLYING = "applying", "Being taken over"
    APPLIED = "applied", "Taken over"
    FAILED = "failed", "Could not be read"
    DISCARDED = "discarded", "Discarded"


@tracked(exclude=["rows_done"])
class RosterImport(LifecycleModel):
    """One uploaded roster. Nothing of it is on the roster before somebody takes it over."""

    reference = ReferenceField("IMP")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="roster_imports")
    status = models.CharField(max_length=20, choices=ImportStatus, default=ImportStatus.UPLOADED, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField("rows read so far", default=0)
    rows_bad = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    only_good = models.BooleanField("the good rows only", default=False)
    message = models.CharField("why it could not be read", max_length=300, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgencyScoped.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.reference} {self.document}"


class ImportScoped(models.QuerySet):
    """Rows of an upload: visible to those who see the upload."""

    def visible_to(self, user) -> ImportScoped:
        return self.filter(roster_import__in=RosterImport.objects.visible_to(user))


class RosterImportRow(models.Model):
    """One line of the file, as it was typed, with what is wrong in it. Kept until the upload is done with.

    Not tracked: nobody edits it, and what it becomes on the roster has a history of its own.
    """

    class Outcome(models.TextChoices):
        NEW = "new", "New person"
        CHANGED = "changed", "Changes"
        SAME = "same", "As it is"
        BAD = "bad", "Needs correction"

    roster_import = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField("line of the file")
    name = models.TextField(blank=True)
    rank = models.TextField(blank=True)
    service = models.TextField(blank=True)
    years = models.TextField(blank=True)
    email = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    expertise = models.TextField(blank=True)
    languages = models.TextField(blank=True)
    certificates = models.TextField(blank=True)
    worked_in = models.TextField(blank=True)
    ties = models.TextField(blank=True)
    available = models.TextField(blank=True)
    unavailable = models.TextField(blank=True)
    passport_expires_on = models.TextField(blank=True)
    problems = ArrayField(models.TextField(), default=list, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    changes = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    expert = models.ForeignKey(Expert, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = ImportScoped.as_manager()

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(
                fields=["roster_import", "line"],
                name="one_row_per_line_of_an_upload",
                violation_error_message="This line was read already.",
            ),
        ]
        indexes = [models.Index(fields=["roster_import", "line"], condition=Q(outcome="bad"), name="bad_import_rows")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.name}"
