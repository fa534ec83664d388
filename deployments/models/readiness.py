"""What must be true before travel, and each person's state of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When

from deployments.models.deployment import Deployment, DeploymentScoped, personal_q
from slp.documents.models import Document
from slp.history.models import PERSONAL_STAFF
from slp.lib.lifecycle import LifecycleModel
from slp.lib.scopes import SignedIn
from slp.lib.track import tracked
from slp.places.models import Country


@tracked()
class Requirement(models.Model):
    """A rule of readiness, as data: to whom it applies, since when, and where it is written."""

    class Scope(models.TextChoices):
        ALWAYS = "always", "Every deployment"
        FROM_90_DAYS = "from_90", "90 or more days abroad in 12 months"
        UNDER_90_DAYS = "under_90", "Under 90 days abroad in 12 months"

    class ClearedBy(models.TextChoices):
        OFFICER = "officer", "INL/KM officer"
        COORDINATOR = "coordinator", "Agency coordinator"
        POST = "post_officer", "INL officer at post"
        RSO = "rso", "Regional Security Officer"

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    explanation = models.TextField("why it applies")
    citation = models.CharField("where the rule is written", max_length=200)
    set = models.CharField(max_length=20, default="travel", help_text="`travel` or `hosting`, see the kinds.")
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.ALWAYS)
    countries = models.ManyToManyField(Country, blank=True, related_name="+", help_text="Empty: all.")
    activity_kinds = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    lead_days = models.PositiveSmallIntegerField("due before departure (working days)", default=10)
    valid_days_after = models.PositiveSmallIntegerField("must stay valid after the return (days)", default=0)
    validity_months = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: does not lapse.")
    needs_evidence = models.BooleanField(default=False)
    cleared_by = models.CharField(max_length=20, choices=ClearedBy, default=ClearedBy.OFFICER)
    waivable_by = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    valid_from = models.DateField("rule in force from")
    valid_until = models.DateField(null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=100)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SignedIn.as_manager()

    class Meta:
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="one_requirement_per_code_and_date",
                violation_error_message="This rule already has a version from that date.",
            ),
            models.CheckConstraint(
                name="requirement_validity_in_order",
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                violation_error_message="The rule would end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClearanceStatus(models.TextChoices):
    NOT_STARTED = "not_started", "Not started"
    SUBMITTED = "submitted", "Handed in"
    CLEARED = "cleared", "Cleared"
    WAIVED = "waived", "Waived"
    REFUSED = "refused", "Refused"


class ClearanceQuerySet(models.QuerySet):
    """Personal data. Who reads a person's requirements is said here and nowhere else."""

    def visible_to(self, user) -> ClearanceQuerySet:
        """Whoever reads the traveller's personal data; at the post also who has to clear one, that one."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self if user.staff_role in PERSONAL_STAFF else self.none()
        return self.filter(self._seen_by(user))

    def with_seen(self, user, *, personal: bool | None = None) -> ClearanceQuerySet:
        """All rows, as a guard needs them, each with `seen`: may `user` read it? A page shows only those.

        `personal`: all are of one traveller, and it is known already whether `user` may read that person's data.
        """
        if user.is_staff:
            return self.annotate(seen=Value(user.staff_role in PERSONAL_STAFF))
        if personal:
            return self.annotate(seen=Value(True))
        seen = self._seen_by(user) if personal is None else self._cleared_by(user)
        return self.annotate(seen=Case(When(seen, then=True), default=False))

    @staticmethod
    def _seen_by(user) -> Q:
        return personal_q(user, "deployment__") | ClearanceQuerySet._cleared_by(user)

    def to_clear_by(self, user) -> ClearanceQuerySet:
        """Those that somebody at a post has to clear."""
        return self.filter(self._cleared_by(user))

    @staticmethod
    def _cleared_by(user) -> Q:
        found = Q(pk__in=[])
        for role in (Requirement.ClearedBy.POST, Requirement.ClearedBy.RSO):
            served = Country.objects.served_by(user, role)
            found |= Q(requirement__cleared_by=role, deployment__country__in=served)
        return found


@tracked()
class Clearance(LifecycleModel):
    """One person's state of one requirement. Medical: status and date only, never a diagnosis."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="clearances")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=20, choices=ClearanceStatus, default=ClearanceStatus.NOT_STARTED, editable=False
    )
    due_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    evidence = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evidence_note = models.CharField("reference or note", max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField("why waived or refused", max_length=300, blank=True)

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        ordering = ["requirement__order", "pk"]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="clearance_open",
                condition=Q(status__in=["not_started", "submitted", "refused"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["deployment", "requirement"],
                name="one_clearance_per_requirement",
                violation_error_message="This requirement is already listed for this person.",
            ),
            models.CheckConstraint(
                name="waiver_has_a_reason",
                condition=~Q(status="waived") | ~Q(reason=""),
                violation_error_message="A waiver needs its reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement} - {self.deployment.reference}"

    def holds_on(self, day) -> bool:
        """Cleared or waived, and still valid on `day`."""
        if self.status == ClearanceStatus.WAIVED:
            return True
        return self.status == ClearanceStatus.CLEARED and (self.valid_until is None or self.valid_until >= day)


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user) -> SessionQuerySet:
        """Staff all; others those in which somebody they see takes part."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        seen = TrainingEnrolment.objects.filter(deployment__in=Deployment.objects.visible_to(user))
        return self.filter(pk__in=seen.values("session"))


@tracked()
class TrainingSession(models.Model):
    """A pre-deployment training that INL/KM gives."""

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        ONLINE = "online", "Online"

    title = models.CharField(max_length=160)
    requirement = models.ForeignKey(
        Requirement, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.ONLINE)
    place = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(default=20)
    agenda = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The session would end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class TrainingEnrolment(models.Model):
    """A traveller's place in a training session."""

    class Status(models.TextChoices):
        ENROLLED = "enrolled", "Enrolled"
        COMPLETED = "completed", "Completed"
        MISSED = "missed", "Missed"

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="enrolments")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="trainings")
    status = models.CharField(max_length=10, choices=Status, default=Status.ENROLLED)
    completed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DeploymentScoped.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "deployment"],
                name="one_place_per_traveller_and_session",
                violation_error_message="This person is already enrolled.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deployment.reference} in {self.session}"
