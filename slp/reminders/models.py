"""The ledger: every notice that SLP owes somebody is a row before it is a mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from slp.lib.scopes import StaffOnly

READS_ALL = ("administrator", "auditor", "director")


class OwnRows(models.QuerySet):
    def visible_to(self, user) -> OwnRows:
        """One's own; all for those who look after the system or audit it."""
        if not user.is_authenticated:
            return self.none()
        return self if user.staff_role in READS_ALL else self.filter(user=user)


class Notice(models.Model):
    """One mail to one person about one thing.

    `key` is unique, e.g. "report-due:REP-26-0003:2026-12-31:-7:17": the date is part of it, so that a moved due
    date gets fresh reminders and a second run of the sweep adds nothing.
    """

    key = models.CharField(max_length=200, unique=True)
    rule = models.CharField(max_length=60, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    email = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    about = models.CharField(max_length=40, blank=True, db_index=True, help_text="Reference of the record.")
    path = models.CharField(max_length=300, blank=True, help_text="Where the reader acts.")
    why = models.CharField("why you get this", max_length=200)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    objects = OwnRows.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            # The sweep looks for "due and unsent": a few rows among all that were ever sent.
            models.Index(fields=["due_at"], name="notice_unsent", condition=Q(sent_at=None)),
            models.Index(fields=["user", "-created_at"], name="notice_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} -> {self.email}"


class Preference(models.Model):
    """A reminder rule that a person does not want. Duties of safety and money can't be turned off."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rule = models.CharField(max_length=60)

    objects = OwnRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "rule"],
                name="one_preference_per_rule",
                violation_error_message="You have already turned this reminder off.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} without {self.rule}"


class SweepRun(models.Model):
    """One run of the sweep, so that a silent scheduler is seen."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    found = models.PositiveIntegerField(default=0)
    queued = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    objects = StaffOnly.as_manager()

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.found} found"
