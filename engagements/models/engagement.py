"""The activity itself, who takes part, and its paperwork."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from engagements.kinds import KINDS, Kind
from engagements.models.need import HostInstitution, Need
from partners.models import ActivityKind, Agency, Agreement, Expertise, Sector, Signature
from partners.models.agency import AgencyScoped, OfficeScoped, agencies_spoken_for
from slp.documents.models import Source
from slp.lib.costs import CostCategory
from slp.lib.dates import Precision, show_span
from slp.lib.lifecycle import LifecycleModel
from slp.lib.money import CurrencyField, MoneyField
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked
from slp.places.models import Academy, Country


class EngagementStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    ADDENDUM = "addendum", "Addendum"
    PREPARING = "preparing", "Preparing"
    UNDER_WAY = "under_way", "Under way"
    COMPLETED = "completed", "Completed"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


class EngagementQuerySet(models.QuerySet):
    def visible_to(self, user, *, door: str = "") -> EngagementQuerySet:
        """Staff see all; an agency those it takes part in; a post its countries'; a traveller their own.

        `door`: only what the person sees as somebody of the "post" or of the "portal", which is asked faster.
        """
        if not user.is_authenticated:
            return self.none()
        countries = Country.objects.served_by(user)
        if user.is_staff or door == "post":
            return self.filter(country__in=countries) if door == "post" else self
        mine = Participation.objects.filter(agency__in=agencies_spoken_for(user)).values("engagement")
        others = [self.model.objects.filter(deployments__expert__user=user).order_by().values("pk")]
        if door != "portal":
            others.append(self.model.objects.filter(country__in=countries).order_by().values("pk"))
        return self.filter(pk__in=mine.union(*others, all=True))  # an OR would look at every engagement


@tracked(exclude=["search_text"])
class Engagement(LifecycleModel):
    """One activity of one kind. Historic ones, taken from publications, know their dates less exactly."""

    reference = ReferenceField("ENG")
    status = models.CharField(max_length=20, choices=EngagementStatus, default=EngagementStatus.PLANNED, editable=False)
    kind = models.CharField(max_length=20, choices=ActivityKind)
    title = models.CharField(max_length=200)
    need = models.ForeignKey(Need, null=True, blank=True, on_delete=models.PROTECT, related_name="engagements")
    country = models.ForeignKey(Country, null=True, blank=True, on_delete=models.PROTECT, related_name="engagements")
    institution = models.ForeignKey(
        HostInstitution, null=True, blank=True, on_delete=models.PROTECT, related_name="engagements"
    )
    academy = models.ForeignKey(Academy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sector = models.CharField(max_length=3, choices=Sector, blank=True)
    expertise = models.ManyToManyField(Expertise, blank=True, related_name="+")
    places = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    date_precision = models.CharField(max_length=10, choices=Precision, default=Precision.DAY)
    peacekeeping_mission = models.CharField(max_length=120, blank=True, help_text="IPPOS: the mission.")
    summary = models.TextField(blank=True)
    agencies = models.ManyToManyField(Agency, through="Participation", related_name="engagements")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    fact_ids = models.CharField(
        max_length=80, blank=True, help_text="The published facts that this record was made from."
    )
    is_historic = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_text = models.GeneratedField(
        expression=Lower(Concat(F("reference"), Value(" "), F("title"), Value(" "), F("places"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = EngagementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="engagement_search"),
            models.Index(fields=["status", "starts_on"], name="engagement_by_status"),
        ]
        constraints = [
            models.CheckConstraint(
                name="engagement_dates_in_order",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="The engagement would end before it starts.",
            ),
            models.CheckConstraint(
                name="live_engagement_has_dates",
                condition=Q(is_historic=True) | Q(starts_on__isnull=False, ends_on__isnull=False),
                violation_error_message="Say from when until when.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def rules(self) -> Kind:
        """What this kind of engagement allows."""
        return KINDS[self.kind]

    @property
    def when(self) -> str:
        """The dates, as exactly as they are known."""
        return show_span(self.starts_on, self.ends_on, self.date_precision)


@tracked()
class Participation(models.Model):
    """An agency takes part in an engagement, under one agreement."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="participations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="participations")
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="participations"
    )
    people_as_published = models.PositiveIntegerField(
        null=True, blank=True, help_text="Personnel the publication names; never derived."
    )
    note = models.CharField(max_length=200, blank=True)

    objects = AgencyScoped.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "agency"],
                name="an_agency_takes_part_once",
                violation_error_message="This agency already takes part.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} in {self.engagement.reference}"


def report_due_days() -> int:
    """How long an agency has for its final report where the addendum says nothing else (`SLP_REPORT_DUE_DAYS`)."""
    return settings.REPORT_DUE_DAYS


@tracked()
class Addendum(models.Model):
    """The paperwork between yes and go: the terms of one agency's part in one engagement."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="addenda")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="addenda")
    objective = models.TextField()
    deliverables = models.TextField(blank=True)
    places = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    people = models.TextField("people and roles", blank=True)
    travel_booked_by = models.CharField(
        max_length=10,
        choices=[("inl", "INL books and pays travel"), ("agency", "The agency books; INL reimburses")],
        default="inl",
    )
    security_conditions = models.TextField(blank=True)
    report_due_days = models.PositiveSmallIntegerField("final report due after the end (days)", default=report_due_days)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    signatures = GenericRelation(Signature)

    objects = OfficeScoped.as_manager()

    class Meta:
        verbose_name_plural = "addenda"
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "agency"],
                name="one_addendum_per_engagement_and_agency",
                violation_error_message="This agency already has an addendum for this engagement.",
            ),
            models.CheckConstraint(
                name="addendum_dates_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="The addendum would end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"Addendum {self.engagement.reference} - {self.agency}"


class AddendumCostQuerySet(models.QuerySet):
    def visible_to(self, user) -> AddendumCostQuerySet:
        return self.filter(addendum__in=Addendum.objects.visible_to(user))


@tracked()
class AddendumCost(models.Model):
    """The estimate of one category of cost."""

    addendum = models.ForeignKey(Addendum, on_delete=models.CASCADE, related_name="costs")
    category = models.CharField(max_length=20, choices=CostCategory)
    amount = MoneyField()
    currency = CurrencyField()
    basis = models.CharField("how it was estimated", max_length=200, blank=True)

    objects = AddendumCostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["addendum", "category"],
                name="one_estimate_per_category",
                violation_error_message="This category already has an estimate.",
            ),
            models.CheckConstraint(
                name="estimate_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message="An amount can't be negative.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.amount} {self.currency}"
