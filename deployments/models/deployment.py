"""One expert's travel in an engagement, and the rotations that repeat a team."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from engagements.models import Engagement, Nomination, Seat
from partners.models import Agency, Expert, Membership
from partners.models.agency import AgencyRole, agencies_spoken_for
from partners.models.facts import tell_matching
from slp.history.models import PERSONAL_STAFF
from slp.lib.dates import show_span, today
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked
from slp.places.models import Country, PostRole


class RotationQuerySet(models.QuerySet):
    def visible_to(self, user) -> RotationQuerySet:
        """Staff all; an agency its own; a post those to its countries."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        return self.filter(
            Q(agency__in=Agency.objects.visible_to(user)) | Q(country__in=Country.objects.served_by(user))
        )


@tracked()
class Rotation(models.Model):
    """A team that repeats: how many people, how long, how often, with how much overlap."""

    name = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="rotations")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="rotations")
    team_size = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(20)])
    interval_months = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(24)])
    min_days = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(365)])
    max_days = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(365)])
    overlap_days = models.PositiveSmallIntegerField("handover overlap (days)", default=0)
    first_start = models.DateField()
    until = models.DateField(null=True, blank=True)
    handover_notes = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RotationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="rotation_days_in_order",
                condition=Q(max_days__gte=F("min_days"), min_days__gte=1),
                violation_error_message="The longest tour is shorter than the shortest one.",
            ),
            models.CheckConstraint(
                name="rotation_ends_after_start",
                condition=Q(until=None) | Q(until__gt=F("first_start")),
                violation_error_message="The rotation would end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeploymentStatus(models.TextChoices):
    NOMINATED = "nominated", "Nominated"
    CONFIRMED = "confirmed", "Confirmed"
    PREPARING = "preparing", "Preparing"
    READY = "ready", "Ready to travel"
    IN_COUNTRY = "in_country", "In country"
    RETURNED = "returned", "Returned"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    CANCELLED = "cancelled", "Cancelled"
    CURTAILED = "curtailed", "Cut short"


ACTIVE = ("confirmed", "preparing", "ready", "in_country", "returned", "closed", "curtailed")
ABROAD = (DeploymentStatus.IN_COUNTRY,)
PERSONAL_FROM = timedelta(days=30)  # before arrival
PERSONAL_UNTIL = timedelta(days=7)  # after departure


class DeploymentQuerySet(models.QuerySet):
    def visible_to(self, user) -> DeploymentQuerySet:
        """Staff all; an agency's office its people; a traveller their own; a post its countries'."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        # Each way by a subquery of its own: a join to the experts would be made for every journey there is.
        return self.filter(
            Q(agency__in=agencies_spoken_for(user))
            | Q(expert__in=Expert.objects.filter(user=user).order_by().values("pk"))
            | Q(country__in=Country.objects.served_by(user))
        )

    def personal_to(self, user) -> DeploymentQuerySet:
        """Journeys whose traveller's personal data `user` may read (passport, emergency contact, requirements)."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self if user.staff_role in PERSONAL_STAFF else self.none()
        return self.filter(personal_q(user))

    def with_personal(self, user) -> DeploymentQuerySet:
        """Each with `personal`: may `user` read the traveller's personal data?"""
        if user.is_staff:
            return self.annotate(personal=Value(user.staff_role in PERSONAL_STAFF))
        return self.annotate(personal=Case(When(personal_q(user), then=True), default=False))


def personal_q(user, prefix: str = "") -> Q:
    """The one rule for who is no staff: the person, their coordinator, the destination's RSO around the journey."""
    day = today()
    # By subquery: start pages keep the statement for everybody of a role, with only the person's id to be filled in.
    coordinated = Membership.objects.filter(user=user, is_active=True, role=AgencyRole.COORDINATOR)
    ways = {
        "agency__in": coordinated.values("agency"),
        "expert__user": user,
    }
    around = {
        "country__in": Country.objects.served_by(user, PostRole.RSO),
        "starts_on__lte": day + PERSONAL_FROM,
        "ends_on__gte": day - PERSONAL_UNTIL,
    }
    found = Q(**{f"{prefix}{name}": value for name, value in around.items()})
    for name, value in ways.items():
        found |= Q(**{f"{prefix}{name}": value})
    return found


@tracked(exclude=["search_text", "starts_on", "ends_on"])
class Deployment(LifecycleModel):
    """One expert travels. `period` includes the days of travel; its upper bound is the day after the last."""

    reference = ReferenceField("DEP")
    status = models.CharField(
        max_length=20, choices=DeploymentStatus, default=DeploymentStatus.NOMINATED, editable=False
    )
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="deployments")
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="deployments")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="deployments")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="deployments")
    nomination = models.OneToOneField(
        Nomination, null=True, blank=True, on_delete=models.PROTECT, related_name="deployment"
    )
    seat = models.ForeignKey(Seat, null=True, blank=True, on_delete=models.PROTECT, related_name="deployments")
    rotation = models.ForeignKey(Rotation, null=True, blank=True, on_delete=models.PROTECT, related_name="deployments")
    role = models.CharField(max_length=80)
    is_team_lead = models.BooleanField(default=False)
    period = DateRangeField()
    starts_on = models.GeneratedField(
        expression=Func(F("period"), function="lower"), output_field=models.DateField(), db_persist=True
    )
    ends_on = models.GeneratedField(
        expression=Func(F("period"), template="(upper(%(expressions)s) - 1)"),
        output_field=models.DateField(),
        db_persist=True,
    )
    city = models.CharField(max_length=120, blank=True)
    lodging = models.CharField(max_length=200, blank=True)
    flights = models.CharField(max_length=300, blank=True)
    phone_in_country = models.CharField(max_length=40, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True, editable=False)
    returned_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_text = models.GeneratedField(
        expression=Lower(Concat(F("reference"), Value(" "), F("role"), Value(" "), F("city"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="deployment_search"),
            models.Index(fields=["country", "status"], name="deployment_by_country"),
            models.Index(fields=["status", "starts_on"], name="deployment_by_status"),
            models.Index(fields=["expert"], include=["period", "status"], name="deployment_of"),
        ]
        constraints = [
            models.CheckConstraint(
                name="deployment_period_not_empty",
                condition=Q(period__isempty=False),
                violation_error_message="The deployment ends before it starts.",
            ),
            ExclusionConstraint(
                name="one_expert_never_two_overlapping_deployments",
                expressions=[("period", RangeOperators.OVERLAPS), ("expert", RangeOperators.EQUAL)],
                condition=Q(status__in=ACTIVE),
                violation_error_message="This person is already deployed on some of these days.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.expert}"

    @property
    def when(self) -> str:
        return show_span(self.starts_on, self.ends_on)

    @property
    def role_in_team(self) -> str:
        """The role, with the lead of the team where the role does not say it."""
        leads = self.is_team_lead and "lead" not in self.role.lower()
        return f"{self.role}, team lead" if leads else self.role


UNDER_WAY = "status IN ({})".format(", ".join(f"'{status}'" for status in ACTIVE))
tell_matching(Deployment, facts={"tours": f"range_agg(period) FILTER (WHERE {UNDER_WAY})"}, reads=("period", UNDER_WAY))


class DeploymentScoped(models.QuerySet):
    """Rows of a deployment: visible to those who see it."""

    def visible_to(self, user) -> DeploymentScoped:
        return self if user.is_staff else self.filter(deployment__in=Deployment.objects.visible_to(user))


@tracked()
class Stay(models.Model):
    """Where a traveller sleeps, when they work in several cities. `period` ends on the day after the last night."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="stays")
    city = models.CharField(max_length=120)
    period = DateRangeField()
    lodging = models.CharField(max_length=200, blank=True)

    objects = DeploymentScoped.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="stay_of_at_least_one_night",
                condition=Q(period__isempty=False),
                violation_error_message="The last night is before the first.",
            ),
            ExclusionConstraint(
                name="one_bed_a_night",
                expressions=[("period", RangeOperators.OVERLAPS), ("deployment", RangeOperators.EQUAL)],
                violation_error_message="The traveller is already elsewhere on some of these nights.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city}, {self.when}"

    @property
    def first_night(self) -> date:
        return self.period.lower

    @property
    def last_night(self) -> date:
        return self.period.upper - timedelta(days=1)

    @property
    def when(self) -> str:
        return show_span(self.first_night, self.last_night)
