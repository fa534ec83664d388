"""What an officer takes home: a record of service, signed by INL, that anybody can confirm by its code."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from partners.models import Expert
from slp.documents.models import Document
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read for something else
CODE_GROUPS, CODE_GROUP = 3, 4


def new_code() -> str:
    """Twelve characters in groups, such as 7KQ2-9MXD-44TB: more than 59 bits, so that nobody finds one by trying."""
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_GROUP)) for _ in range(CODE_GROUPS)]
    return "-".join(groups)


class ServiceRecordStatus(models.TextChoices):
    REQUESTED = "requested", "Asked for"
    ISSUED = "issued", "Issued"
    DECLINED = "declined", "Not issued"
    REVOKED = "revoked", "Revoked"


class ServiceRecordQuerySet(models.QuerySet):
    def visible_to(self, user) -> ServiceRecordQuerySet:
        """Staff all; others those of the experts whom they see."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(expert__in=Expert.objects.visible_to(user))


@tracked()
class ServiceRecord(LifecycleModel):
    """One record of service as it was on the day it was issued.

    `content` is what the paper says (see `deployments.services.service_records.service_of`), frozen when it is
    signed; `seal` is a keyed signature over it, so that a row changed behind the system's back confirms nothing.
    """

    reference = ReferenceField("SVC")
    status = models.CharField(
        max_length=20, choices=ServiceRecordStatus, default=ServiceRecordStatus.REQUESTED, editable=False
    )
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="service_records")
    code = models.CharField("verification code", max_length=14, unique=True, default=new_code, editable=False)
    content = models.JSONField(default=dict, blank=True, editable=False)
    seal = models.CharField(max_length=200, blank=True, editable=False)
    document = models.ForeignKey(
        Document, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)
    issued_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField("why not issued, or revoked", max_length=300, blank=True, editable=False)

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert"],
                condition=Q(status="requested"),
                name="one_open_service_record_per_expert",
                violation_error_message="A record of service was asked for already and waits for INL's signature.",
            ),
            models.CheckConstraint(
                name="issued_service_record_is_sealed",
                condition=~Q(status="issued") | (~Q(seal="") & Q(issued_at__isnull=False, document__isnull=False)),
                violation_error_message="An issued record has its seal, its day and its paper.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.expert}"
