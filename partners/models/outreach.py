"""Outreach to agencies that are not partners yet, and enquiries from the public page."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from partners.models.agency import Agency, AgencyKind
from slp.documents.models import Source
from slp.lib.dates import Precision
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.scopes import StaffOnly
from slp.lib.track import tracked
from slp.lib.us_states import UsState


class OutreachKind(models.TextChoices):
    MEETING = "meeting", "Meeting"
    CALL = "call", "Call"
    MAIL = "mail", "Letter or mail"
    CONFERENCE = "conference", "Conference or association event"


@tracked()
class Outreach(models.Model):
    """A contact with an agency: who met, what was agreed, what comes next."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="outreach")
    kind = models.CharField(max_length=20, choices=OutreachKind)
    on = models.DateField("date")
    date_precision = models.CharField(max_length=10, choices=Precision, default=Precision.DAY)
    attended = models.CharField("who took part", max_length=300, blank=True)
    through = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": AgencyKind.ASSOCIATION},
        verbose_name="through which association",
    )
    event = models.CharField("at which conference or event", max_length=160, blank=True)
    summary = models.TextField("what was said and agreed")
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = StaffOnly.as_manager()

    class Meta:
        ordering = ["-on"]
        verbose_name_plural = "outreach"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} with {self.agency}"


class EnquiryStatus(models.TextChoices):
    NEW = "new", "New"
    TRIAGED = "triaged", "Triaged"
    CONVERTED = "converted", "Converted to a prospect"
    CLOSED = "closed", "Closed"


@tracked()
class Enquiry(LifecycleModel):
    """Somebody asks, on the public page, about joining the programme."""

    reference = ReferenceField("ENQ")
    status = models.CharField(max_length=20, choices=EnquiryStatus, default=EnquiryStatus.NEW, editable=False)
    name = models.CharField("your name", max_length=120)
    title = models.CharField("your position", max_length=120, blank=True)
    email = models.EmailField("e-mail")
    phone = models.CharField(max_length=40, blank=True)
    agency_name = models.CharField("your agency", max_length=160)
    agency_kind = models.CharField("kind of agency", max_length=20, choices=AgencyKind, blank=True)
    us_state = models.CharField("state or territory", max_length=2, choices=UsState)
    message = models.TextField("what would you like to know or offer?", max_length=4000)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="enquiries")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = StaffOnly.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "enquiries"

    def __str__(self) -> str:
        return f"{self.reference} {self.agency_name}"
