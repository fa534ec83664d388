"""The final report that each participating agency owes (program brochure, "Post-Deployment")."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from engagements.models.engagement import Engagement
from partners.models import Agency
from partners.models.agency import OfficeScoped
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked


class ReportStatus(models.TextChoices):
    DUE = "due", "Due"
    DRAFTING = "drafting", "Being written"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned for correction"
    ACCEPTED = "accepted", "Accepted"
    WAIVED = "waived", "Waived"


OWED = (ReportStatus.DUE, ReportStatus.DRAFTING, ReportStatus.RETURNED)


@tracked()
class FinalReport(LifecycleModel):
    """What one agency reports of one engagement. The due date moves only by a granted extension."""

    reference = ReferenceField("REP")
    status = models.CharField(max_length=20, choices=ReportStatus, default=ReportStatus.DUE, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="reports")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="reports")
    first_due_on = models.DateField("originally due on", editable=False)
    due_on = models.DateField(editable=False)
    delivered = models.TextField("what was delivered", max_length=8000, blank=True)
    women_trained = models.PositiveIntegerField(null=True, blank=True)
    men_trained = models.PositiveIntegerField(null=True, blank=True)
    unknown_trained = models.PositiveIntegerField("trained, sex not recorded", null=True, blank=True)
    results = models.TextField("what came of it", max_length=8000, blank=True)
    problems = models.TextField("what got in the way", max_length=4000, blank=True)
    recommendations = models.TextField("what should happen next", max_length=4000, blank=True)
    lessons = models.TextField("lessons for the next team", max_length=4000, blank=True)
    returned_because = models.TextField(blank=True, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfficeScoped.as_manager()

    class Meta:
        ordering = ["due_on"]
        indexes = [
            models.Index(fields=["submitted_at"], name="report_to_read", condition=models.Q(status="submitted")),
            models.Index(
                fields=["due_on"],
                name="report_owed",
                condition=models.Q(status__in=["due", "drafting", "returned"]),
            ),
            models.Index(
                fields=["due_on", "id"],
                name="report_open",
                condition=models.Q(status__in=["due", "drafting", "returned", "submitted"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "agency"],
                name="one_report_per_engagement_and_agency",
                violation_error_message="This agency already owes a report for this engagement.",
            ),
            models.CheckConstraint(
                name="report_due_date_never_moves_back",
                condition=models.Q(due_on__gte=models.F("first_due_on")),
                violation_error_message="A due date can only be extended.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.agency}"

    @property
    def people_trained(self) -> int | None:
        """Women, men and not recorded together; None while nothing was entered."""
        counts = [self.women_trained, self.men_trained, self.unknown_trained]
        return None if counts == [None] * 3 else sum(c or 0 for c in counts)


class ExtensionQuerySet(models.QuerySet):
    def visible_to(self, user) -> ExtensionQuerySet:
        return self.filter(report__in=FinalReport.objects.visible_to(user))


@tracked()
class ReportExtension(models.Model):
    """A request for more time; only a granted one moves the due date."""

    class Status(models.TextChoices):
        ASKED = "asked", "Asked"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"

    report = models.ForeignKey(FinalReport, on_delete=models.CASCADE, related_name="extensions")
    asked_for = models.DateField("new due date")
    reason = models.TextField(max_length=1000)
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision_note = models.CharField(max_length=300, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=models.Q(status="asked"),
                name="one_open_extension_per_report",
                violation_error_message="A request for more time is already waiting for an answer.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report.reference} until {self.asked_for}"
