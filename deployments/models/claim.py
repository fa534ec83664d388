"""The agency is paid back: money set aside, claims decided line by line, payments as rows."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import ExpressionWrapper, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from deployments.models.deployment import Deployment
from engagements.models import Engagement
from partners.models import Agency
from partners.models.agency import OfficeScoped
from partners.models.outreach import StaffOnly
from slp.documents.models import Document
from slp.lib.costs import CostCategory
from slp.lib.lifecycle import LifecycleModel
from slp.lib.money import ZERO, CurrencyField, MoneyField
from slp.lib.refs import ReferenceField
from slp.lib.scopes import SignedIn
from slp.lib.track import tracked
from slp.places.models import Country

SOMETHING = MinValueValidator(Decimal("0.01"), "Enter an amount.")


@tracked()
class Rate(models.Model):
    """A published per-diem ceiling of one place and season (DSSR 925 abroad, GSA in the U.S.)."""

    country = models.ForeignKey(Country, null=True, blank=True, on_delete=models.PROTECT, related_name="rates")
    us_state = models.CharField(max_length=2, blank=True)
    location = models.CharField(max_length=120, help_text="“Other” covers the rest of the country.")
    season_from = models.CharField("season from (MM-DD)", max_length=5, default="01-01")
    season_until = models.CharField("season until (MM-DD)", max_length=5, default="12-31")
    lodging = MoneyField("lodging a night")
    meals = MoneyField("meals and incidentals a day")
    currency = CurrencyField()
    effective_on = models.DateField()
    published_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SignedIn.as_manager()

    class Meta:
        ordering = ["country__name", "location", "-effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "us_state", "location", "season_from", "effective_on"],
                nulls_distinct=False,
                name="one_rate_per_place_season_and_date",
                violation_error_message="This rate is already recorded.",
            ),
            models.CheckConstraint(
                name="rate_not_negative",
                condition=Q(lodging__gte=0, meals__gte=0),
                violation_error_message="A rate can't be negative.",
            ),
            models.CheckConstraint(
                # What a claim's lines come to in dollars is held against it.
                name="rate_in_dollars",
                condition=Q(currency="USD"),
                violation_error_message="Per-diem rates are published in US dollars: enter the amounts in USD.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.location}: {self.lodging} + {self.meals}"


@tracked()
class Obligation(models.Model):
    """Money set aside before cost is incurred (31 USC 1341, 1501). The ledger of record is elsewhere."""

    number = models.CharField("obligation number", max_length=40, unique=True)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="obligations")
    amount = MoneyField(validators=[SOMETHING])
    currency = CurrencyField()
    fund_cite = models.CharField(max_length=120, blank=True)
    fiscal_year = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = StaffOnly.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="obligation_sets_something_aside",
                condition=Q(amount__gt=0),
                violation_error_message="Enter the amount that is set aside.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.amount} {self.currency})"


class ClaimStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    RETURNED = "returned", "Returned for correction"
    APPROVED = "approved", "Approved"
    CERTIFIED = "certified", "Certified for payment"
    PAID = "paid", "Paid"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


SETTLED = (ClaimStatus.PAID, ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN)
IS_SETTLED = ExpressionWrapper(Q(status__in=SETTLED), output_field=models.BooleanField())


# What no agency has sent: its own affair, also for those at INL/KM who read all.
UNSENT = Q(status=ClaimStatus.DRAFT) | Q(status=ClaimStatus.WITHDRAWN, submitted_at=None)


class ClaimQuerySet(OfficeScoped):
    def visible_to(self, user) -> ClaimQuerySet:
        """Staff see what was submitted; an agency's office all of its own."""
        seen = super().visible_to(user)
        return seen.exclude(UNSENT) if user.is_staff else seen

    def with_claimed(self) -> ClaimQuerySet:
        """Annotates `claimed_usd`: the sum of the lines in dollars."""
        return self.annotate(claimed_usd=claimed())

    def with_totals(self) -> ClaimQuerySet:
        """Annotates `claimed_usd`, `allowed_usd`: sums of the lines in dollars."""
        return self.with_claimed().annotate(allowed_usd=_sum_of_lines("allowed_usd"))

    def open_first(self) -> ClaimQuerySet:
        """Annotates `is_settled`, by which lists put what still has a way to go before what is over."""
        return self.annotate(is_settled=IS_SETTLED)


def claimed() -> Coalesce:
    """What a claim asks for in all, in dollars."""
    return _sum_of_lines("amount_usd")


def _sum_of_lines(column: str) -> Coalesce:
    """As a subquery: a list adds up the claims that it shows, where a join would add up all there are."""
    lines = ClaimLine.objects.filter(claim=OuterRef("pk")).order_by().values("claim")
    total = lines.annotate(total=Sum(column)).values("total")
    return Coalesce(Subquery(total), Value(ZERO), output_field=MoneyField())


@tracked()
class Claim(LifecycleModel):
    """What an agency asks to be paid back for one engagement."""

    reference = ReferenceField("CLM")
    status = models.CharField(max_length=20, choices=ClaimStatus, default=ClaimStatus.DRAFT, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="claims")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="claims")
    obligation = models.ForeignKey(Obligation, null=True, blank=True, on_delete=models.PROTECT, related_name="claims")
    note = models.TextField("note to the reviewer", max_length=2000, blank=True)
    statement = models.BooleanField(
        "I certify that this claim is true and that none of it was paid before", default=False
    )
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    certified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    returned_because = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    checked = None  # what a page has found out about the lines already (services.problems.ClaimCheck)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status"], name="claim_by_status"),
            models.Index(IS_SETTLED, "status_since", "id", name="claim_open_first"),
            models.Index(fields=["agency", "status_since", "id"], name="claim_of_agency_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                name="who_certifies_did_not_approve",
                condition=Q(certified_by=None) | ~Q(certified_by=F("approved_by")),
                violation_error_message="Whoever approved a claim can't certify it.",
            ),
            models.CheckConstraint(
                name="who_approves_did_not_prepare",
                condition=Q(approved_by=None) | ~Q(approved_by=F("prepared_by")),
                violation_error_message="Whoever prepared a claim can't approve it.",
            ),
            models.CheckConstraint(
                name="who_approves_did_not_submit",
                condition=Q(approved_by=None) | ~Q(approved_by=F("submitted_by")),
                violation_error_message="Whoever submitted a claim can't approve it.",
            ),
            models.CheckConstraint(
                name="who_certifies_did_not_prepare",
                condition=Q(certified_by=None) | ~Q(certified_by=F("prepared_by")),
                violation_error_message="Whoever prepared a claim can't certify it.",
            ),
            models.CheckConstraint(
                name="who_certifies_did_not_submit",
                condition=Q(certified_by=None) | ~Q(certified_by=F("submitted_by")),
                violation_error_message="Whoever submitted a claim can't certify it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.agency}"

    def refresh_from_db(self, *args, **kwargs) -> None:
        self.checked = None
        super().refresh_from_db(*args, **kwargs)


class Decision(models.TextChoices):
    PENDING = "pending", "Not decided"
    ALLOWED = "allowed", "Allowed"
    REDUCED = "reduced", "Allowed in part"
    DENIED = "denied", "Not allowed"


class ClaimLineQuerySet(models.QuerySet):
    def visible_to(self, user) -> ClaimLineQuerySet:
        return self.filter(claim__in=Claim.objects.visible_to(user))


@tracked()
class ClaimLine(models.Model):
    """One cost: what, for whom, when, how much, with its receipt and its decision."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="lines")
    category = models.CharField(max_length=20, choices=CostCategory)
    deployment = models.ForeignKey(
        Deployment, null=True, blank=True, on_delete=models.PROTECT, related_name="claim_lines"
    )
    spent_on = models.DateField("date of the expense")
    until = models.DateField("last day (nights, salary)", null=True, blank=True)
    description = models.CharField(max_length=200)
    vendor = models.CharField("paid to", max_length=120, blank=True)
    amount = MoneyField("amount paid", validators=[SOMETHING])
    currency = CurrencyField()
    exchange_rate = models.DecimalField(
        "dollars per unit",
        max_digits=16,
        decimal_places=8,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.00000001"), "Enter how many dollars one unit cost.")],
    )
    rate_source = models.CharField("where the rate comes from", max_length=120, blank=True)
    rate_on = models.DateField("date of the rate", null=True, blank=True)
    amount_usd = MoneyField(editable=False)
    receipt = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    no_receipt_because = models.CharField(max_length=200, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.PENDING, editable=False)
    allowed_usd = MoneyField(null=True, blank=True, editable=False)
    decision_reason = models.CharField(max_length=300, blank=True, editable=False)
    rule = models.CharField("rule cited", max_length=120, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ClaimLineQuerySet.as_manager()

    class Meta:
        ordering = ["spent_on", "pk"]
        indexes = [
            # The same cost claimed twice is looked for among all lines ever filed.
            models.Index(fields=["spent_on", "amount"], name="line_like_this"),
        ]
        constraints = [
            models.CheckConstraint(
                name="line_costs_something",
                condition=Q(amount__gt=0, amount_usd__gt=0),
                violation_error_message="Enter an amount.",
            ),
            models.CheckConstraint(
                name="allowed_amount_not_negative",
                condition=Q(allowed_usd=None) | Q(allowed_usd__gte=0),
                violation_error_message="The allowed amount can't be negative.",
            ),
            models.CheckConstraint(
                name="never_allow_more_than_claimed",
                condition=Q(allowed_usd=None) | Q(allowed_usd__lte=F("amount_usd")),
                violation_error_message="No more can be allowed than was claimed.",
            ),
            models.CheckConstraint(
                name="a_refused_line_says_why",
                condition=~Q(decision__in=["denied", "reduced"]) | ~Q(decision_reason=""),
                violation_error_message="Say why this line is not allowed in full.",
            ),
            models.CheckConstraint(
                name="decided_line_has_an_amount",
                condition=Q(decision="pending") | Q(allowed_usd__isnull=False),
                violation_error_message="A decided line has an allowed amount.",
            ),
            models.CheckConstraint(
                name="foreign_amount_has_a_rate_source",
                condition=Q(currency="USD", exchange_rate=1) | ~Q(currency="USD") & ~Q(rate_source=""),
                violation_error_message="Say where the exchange rate comes from.",
            ),
            models.CheckConstraint(
                name="line_dates_in_order",
                condition=Q(until=None) | Q(until__gte=F("spent_on")),
                violation_error_message="The last day is before the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.description


class PaymentQuerySet(models.QuerySet):
    def visible_to(self, user) -> PaymentQuerySet:
        return self.filter(claim__in=Claim.objects.visible_to(user))


@tracked()
class Payment(models.Model):
    """Money that went out. What is paid is the sum of payments that did not fail."""

    class Status(models.TextChoices):
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payments")
    voucher = models.CharField("voucher number", max_length=40, unique=True)
    amount = MoneyField(validators=[SOMETHING])
    currency = CurrencyField()
    paid_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.SENT)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["paid_on"]
        constraints = [
            models.CheckConstraint(
                name="payment_pays_something",
                condition=Q(amount__gt=0),
                violation_error_message="Enter the amount that was paid.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher} {self.amount} {self.currency}"
