"""Form posts that were carried out, so that none is carried out twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

PERSONAL_STAFF = ("officer", "director", "auditor")  # of INL/KM, who read personal data: the auditor reads all
AUDITS = ("auditor", "director", "administrator")  # who see what was read by whom


class OwnSubmissions(models.QuerySet):
    def visible_to(self, user) -> OwnSubmissions:
        if not user.is_authenticated:
            return self.none()
        return self if user.staff_role in AUDITS else self.filter(user=user)


class Submission(models.Model):
    """The once-key of a form post, written in the same transaction as the post's effect."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=400)
    location = models.CharField("where the person was sent", max_length=400)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = OwnSubmissions.as_manager()

    def __str__(self) -> str:
        return f"{self.path} {self.at:%Y-%m-%d %H:%M}"


class PersonalDataReadQuerySet(models.QuerySet):
    def visible_to(self, user) -> PersonalDataReadQuerySet:
        """Who audits sees all of it; everybody sees who has read about themselves."""
        if not user.is_authenticated:
            return self.none()
        return self if user.staff_role in AUDITS else self.filter(person=user)


class PersonalDataRead(models.Model):
    """Somebody opened a page with a traveller's personal data (passport, emergency contact, clearances).

    Kept once per reader, record and hour, however often the page is loaded.
    """

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=60, db_index=True, help_text="The reference of the record.")
    what = models.CharField(max_length=80)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="Whose data it is, if they have an account.",
    )  # fmt: skip
    at = models.DateTimeField(default=timezone.now, db_index=True)
    hour = models.DateTimeField(null=True, editable=False)

    objects = PersonalDataReadQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "subject", "what", "hour"],
                name="one_reading_per_hour",
                violation_error_message="This reading is recorded already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reader} read {self.what} of {self.subject}"
