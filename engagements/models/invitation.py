"""INL asks an agency; the agency answers freely, and offers people for seats.

A decline, its reason and its history are not inputs to matching. `InvitationAnswer.note` is shown to nobody
who matches; `engagements.matching` imports nothing from this module.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from engagements.models.need import Need, Seat
from partners.models import Agency, Expert
from partners.models.agency import OfficeScoped
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked


class InvitationStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SENT = "sent", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    PART_ACCEPTED = "part_accepted", "Partly accepted"
    COUNTERED = "countered", "Other dates or people proposed"
    DECLINED = "declined", "Declined"
    LAPSED = "lapsed", "Lapsed without an answer"
    WITHDRAWN = "withdrawn", "Withdrawn"


OPEN = (InvitationStatus.DRAFT, InvitationStatus.SENT, InvitationStatus.COUNTERED)
ANSWERED_YES = (InvitationStatus.ACCEPTED, InvitationStatus.PART_ACCEPTED)


class InvitationQuerySet(OfficeScoped):
    def visible_to(self, user) -> InvitationQuerySet:
        """Staff see all; an agency what was sent to it; travellers and posts none."""
        seen = super().visible_to(user)
        return seen if user.is_staff else seen.exclude(status=InvitationStatus.DRAFT)


@tracked()
class Invitation(LifecycleModel):
    """A request for support to one agency, for some seats, with a date to answer by."""

    reference = ReferenceField("INV")
    status = models.CharField(max_length=20, choices=InvitationStatus, default=InvitationStatus.DRAFT, editable=False)
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="invitations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="invitations")
    seats = models.ManyToManyField(Seat, related_name="invitations")
    message = models.TextField("message to the agency", max_length=4000, blank=True)
    reply_by = models.DateTimeField("answer by")
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["agency", "-reply_by", "-id"], name="invitation_of_agency")]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "agency"],
                condition=Q(status__in=["draft", "sent", "countered"]),
                name="one_open_invitation_per_need_and_agency",
                violation_error_message="This agency already has an open invitation for this need.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.agency}"


class AnswerQuerySet(models.QuerySet):
    def visible_to(self, user) -> AnswerQuerySet:
        return self.filter(invitation__in=Invitation.objects.visible_to(user))


@tracked()
class InvitationAnswer(models.Model):
    """What an agency answered. Reasons are optional and stay with the answer."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="answers")
    verb = models.CharField(max_length=20)
    note = models.TextField(max_length=2000, blank=True)
    proposed_start = models.DateField(null=True, blank=True)
    proposed_end = models.DateField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                name="counter_offer_in_order",
                condition=Q(proposed_start=None) | Q(proposed_end=None) | Q(proposed_end__gte=F("proposed_start")),
                violation_error_message="The proposed end is before the proposed start.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invitation.reference}: {self.verb}"


class NominationStatus(models.TextChoices):
    OFFERED = "offered", "Offered"
    CONFIRMED = "confirmed", "Confirmed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class NominationQuerySet(models.QuerySet):
    def visible_to(self, user) -> NominationQuerySet:
        return self if user.is_staff else self.filter(invitation__in=Invitation.objects.visible_to(user))

    def live(self) -> NominationQuerySet:
        """Offered or confirmed: the seat is taken."""
        return self.exclude(status=NominationStatus.WITHDRAWN)


@tracked()
class Nomination(LifecycleModel):
    """An agency offers one of its experts for one seat."""

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="nominations")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="nominations")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="nominations")
    status = models.CharField(max_length=20, choices=NominationStatus, default=NominationStatus.OFFERED, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta:
        ordering = ["seat__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"],
                condition=~Q(status="withdrawn"),
                name="a_seat_is_given_once",
                violation_error_message="This seat has just been filled.",
            ),
            models.UniqueConstraint(
                fields=["invitation", "expert"],
                condition=~Q(status="withdrawn"),
                name="an_expert_takes_one_seat_of_an_invitation",
                violation_error_message="This person is already offered for another seat.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert} for {self.seat}"
