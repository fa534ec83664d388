"""The embassy looks after the team: support log, check-ins, incidents."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from deployments.models.deployment import Deployment, DeploymentScoped
from engagements.models import Engagement
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked
from slp.places.models import Country


class SupportKind(models.TextChoices):
    ARRIVAL_BRIEFING = "arrival_briefing", "RSO arrival briefing"
    AIRPORT = "airport", "Airport pick-up or drop-off"
    TRANSPORT = "transport", "Transport"
    LODGING = "lodging", "Lodging"
    INTERPRETER = "interpreter", "Interpreter"
    MEETING = "meeting", "Meeting with the host institution"
    MEDICAL = "medical", "Medical help arranged"
    SECURITY = "security", "Security guidance"
    OTHER = "other", "Other"


RSO_ONLY = (SupportKind.ARRIVAL_BRIEFING, SupportKind.SECURITY)


class CountryScoped(models.QuerySet):
    """Rows of a country: staff see all, a post its countries'."""

    def visible_to(self, user) -> CountryScoped:
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        return self.filter(country__in=Country.objects.served_by(user))


@tracked()
class SupportEntry(models.Model):
    """One thing the post did for a team. `client_id` is made on the phone, so a retry adds nothing."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="support_entries")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="support_entries")
    deployments = models.ManyToManyField(Deployment, blank=True, related_name="support_entries")
    kind = models.CharField(max_length=20, choices=SupportKind)
    happened_at = models.DateTimeField("when")
    note = models.TextField(max_length=2000, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CountryScoped.as_manager()

    class Meta:
        ordering = ["-happened_at", "-pk"]
        verbose_name_plural = "support entries"
        indexes = [
            # A post's latest are found without sorting all of its own.
            models.Index(fields=["-happened_at", "-id"], include=["country"], name="support_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.engagement.reference}"


@tracked()
class CheckIn(models.Model):
    """A traveller says, or somebody says for them, that they are well."""

    class Method(models.TextChoices):
        SELF = "self", "By the traveller"
        PHONE = "phone", "By phone"
        IN_PERSON = "in_person", "In person"

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="check_ins")
    at = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=10, choices=Method, default=Method.SELF)
    is_safe = models.BooleanField("safe and well", default=True)
    place = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = DeploymentScoped.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.deployment.reference} {self.at:%Y-%m-%d %H:%M}"


class IncidentStatus(models.TextChoices):
    OPEN = "open", "Open"
    IN_HAND = "in_hand", "In hand"
    RESOLVED = "resolved", "Resolved"


class IncidentQuerySet(models.QuerySet):
    def visible_to(self, user) -> IncidentQuerySet:
        """Programme officers, the director and the auditor; the RSO and INL officer of the country."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self if user.staff_role in ("officer", "director", "auditor") else self.none()
        return self.filter(country__in=Country.objects.served_by(user))


@tracked()
class Incident(LifecycleModel):
    """Something that touched a traveller's safety. No medical detail, nothing classified."""

    class Severity(models.IntegerChoices):
        LOW = 1, "Low"
        SERIOUS = 2, "Serious"
        CRITICAL = 3, "Critical"

    reference = ReferenceField("INC")
    status = models.CharField(max_length=20, choices=IncidentStatus, default=IncidentStatus.OPEN, editable=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="incidents")
    deployment = models.ForeignKey(
        Deployment, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.LOW)
    happened_at = models.DateTimeField("when")
    place = models.CharField(max_length=120, blank=True)
    summary = models.TextField("what happened", max_length=4000)
    action_taken = models.TextField("what was done", max_length=4000, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at"]

    def __str__(self) -> str:
        return f"{self.reference} {self.get_severity_display()}"
