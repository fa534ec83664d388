"""What is written and signed around an agreement: text versions, amendments, signatures, comments, approvals."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.functional import cached_property

from partners.models.agency import agencies_spoken_for
from partners.models.agreement import Agreement, AgreementKind, AgreementStatus, Days, SignatureSide
from slp.documents.models import Document
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.scopes import StaffOnly
from slp.lib.track import tracked


class AgreementScoped(models.QuerySet):
    """Rows that belong to one agreement: visible to those who see the agreement."""

    def visible_to(self, user) -> AgreementScoped:
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(agreement__agency__in=agencies_spoken_for(user))


@tracked()
class AgreementTemplate(models.Model):
    """The text that a draft begins with; what stands in braces, such as {agency}, is filled in."""

    kind = models.CharField(max_length=20, choices=AgreementKind)
    name = models.CharField(max_length=120, unique=True)
    text = models.TextField()
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = StaffOnly.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class AgreementVersion(models.Model):
    """The text of an agreement or amendment at one moment; the signatures point to it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    summary = models.CharField("what changed", max_length=200, blank=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgreementScoped.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"],
                name="agreement_versions_numbered_once",
                violation_error_message="This version already exists.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.reference} version {self.number}"


class SignatureQuerySet(models.QuerySet):
    def visible_to(self, user) -> SignatureQuerySet:
        """Staff all; the parties those under their agreements; the addenda show their own."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        kinds = ContentType.objects.get_for_models(AgreementVersion, Amendment)
        return self.filter(
            Q(
                content_type=kinds[AgreementVersion],
                object_id__in=AgreementVersion.objects.visible_to(user).values("pk"),
            )
            | Q(content_type=kinds[Amendment], object_id__in=Amendment.objects.visible_to(user).values("pk"))
        )


@tracked()
class Signature(models.Model):
    """One side's signature under one exact text: who, when, in what words, over which hash."""

    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT)
    object_id = models.PositiveBigIntegerField()
    paper = GenericForeignKey()
    side = models.CharField(max_length=10, choices=SignatureSide)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    typed_name = models.CharField(max_length=120)
    statement = models.CharField(max_length=400)
    sha256 = models.CharField("hash of the signed text", max_length=64)
    scan = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "side", "sha256"],
                name="one_signature_per_side_and_text",
                violation_error_message="This side has already signed this text.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.typed_name} ({self.get_side_display()}) {self.signed_at:%Y-%m-%d}"

    @property
    def for_side(self) -> str:
        """The side in a sentence, for `partners/_signatures.html`."""
        return SignatureSide(self.side).in_words


class AmendmentStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PARTNER_REVIEW = "partner_review", "Partner review"
    SIGNING = "signing", "Signing"
    AGREED = "agreed", "Signed by both"
    ACTIVE = "active", "In effect"
    WITHDRAWN = "withdrawn", "Withdrawn"


def digest_of_amendment(agreement_id: int, number: int, text: str, changes: dict, effective_on: str) -> str:
    """The hash of the text, what it changes, and from when (an ISO date)."""
    content = [agreement_id, number, text, changes, effective_on]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@tracked()
class Amendment(LifecycleModel):
    """A change of an agreement in force, with its own text and signatures.

    `changes` holds what it changes in the agreement's term and scope, by field name: `ends_on` (ISO date or null),
    `notice_days`, `max_people`, `activity_kinds` (codes), `countries` (two-letter codes), `expertise` (codes). A
    field that is not named stays as it is.
    """

    reference = ReferenceField("AMD")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20, choices=AmendmentStatus, default=AmendmentStatus.DRAFT, editable=False)
    summary = models.CharField("what changes", max_length=200)
    text = models.TextField("terms of the amendment")
    changes = models.JSONField(default=dict, blank=True)
    before = models.JSONField("what stood before it took effect", default=dict, blank=True, editable=False)
    effective_on = models.DateField("in effect from")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgreementScoped.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"],
                name="amendments_numbered_once",
                violation_error_message="An amendment with this number exists already.",
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(status__in=["draft", "partner_review", "signing"]),
                name="one_open_amendment_per_agreement",
                violation_error_message="Another amendment of this agreement is not finished yet.",
            ),
        ]

    @cached_property
    def reaches_into(self) -> Agreement | None:
        """Another agreement of the kind that is in force on days which the new end would add."""
        end = self.changes["ends_on"] and date.fromisoformat(self.changes["ends_on"])
        term = DateRange(self.agreement.starts_on, end, "[]") if end else DateRange(self.agreement.starts_on, None)
        rows = Agreement.objects.filter(
            agency=self.agreement.agency_id, kind=self.agreement.kind, status=AgreementStatus.ACTIVE
        ).exclude(pk=self.agreement_id)
        others = rows.alias(term=Days("starts_on", "ends_on", Value("[]"))).filter(term__overlap=term)
        return others.order_by("starts_on").first()

    def __str__(self) -> str:
        return f"{self.reference} Amendment {self.number}: {self.summary}"

    @property
    def sha256(self) -> str:
        """The hash of what is signed."""
        return digest_of_amendment(
            self.agreement_id, self.number, self.text, self.changes, self.effective_on.isoformat()
        )


@tracked()
class AgreementComment(models.Model):
    """What one side says about the text while it is being negotiated; never changed afterwards."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="comments")
    version_number = models.PositiveSmallIntegerField("about version", null=True, blank=True)
    side = models.CharField(max_length=10, choices=SignatureSide)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgreementScoped.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.author}, {self.created_at:%Y-%m-%d}"


class ApprovalKind(models.TextChoices):
    """What an agency may need of its own before it can sign."""

    COUNSEL = "counsel", "Legal counsel's review"
    RISK = "risk", "Risk and insurance"
    UNION = "union", "Notice to the union"
    AUTHORITY = "authority", "Authority to sign"


class ApprovalOutcome(models.TextChoices):
    WAITING = "waiting", "Still needed"
    APPROVED = "approved", "Done"
    NOT_NEEDED = "not_needed", "Not needed here"


@tracked()
class AgreementApproval(models.Model):
    """One approval inside the agency. The governing board's stands with the agreement, for it is a state of its own."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="approvals")
    kind = models.CharField(max_length=20, choices=ApprovalKind)
    outcome = models.CharField(max_length=20, choices=ApprovalOutcome, default=ApprovalOutcome.WAITING)
    decided_on = models.DateField("date", null=True, blank=True)
    file_number = models.CharField("file or matter number", max_length=60, blank=True)
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AgreementScoped.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind"],
                name="one_approval_of_a_kind_per_agreement",
                violation_error_message="This approval is already listed.",
            ),
            models.CheckConstraint(
                name="approval_done_has_a_date",
                condition=~Q(outcome="approved") | Q(decided_on__isnull=False),
                violation_error_message="Say on which day it was done.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_outcome_display().lower()}"
