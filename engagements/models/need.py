"""What a post asks for: a need and its seats."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from partners.models import ActivityKind, Depth, Expertise, Sector
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked
from slp.places.models import Academy, Country, Language


class HostInstitutionQuerySet(models.QuerySet):
    def visible_to(self, user) -> HostInstitutionQuerySet:
        """Staff all; a post those of its countries."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(country__in=Country.objects.served_by(user))


@tracked()
class HostInstitution(models.Model):
    """A counterpart agency in a host country."""

    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="institutions")
    name = models.CharField(max_length=160)
    is_security_force = models.BooleanField(
        default=True, help_text="Its people need human-rights vetting before assistance (22 USC 2378d)."
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = HostInstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "name"],
                name="one_institution_per_country_and_name",
                violation_error_message="This institution is already registered.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NeedStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned to post"
    VALIDATED = "validated", "Validated"
    STAFFED = "staffed", "Staffed"
    FULFILLED = "fulfilled", "Fulfilled"
    WITHDRAWN = "withdrawn", "Withdrawn"
    UNMET = "unmet", "Unmet"


class Priority(models.IntegerChoices):
    ROUTINE = 3, "Routine"
    HIGH = 2, "High"
    URGENT = 1, "Urgent"


class NeedQuerySet(models.QuerySet):
    def visible_to(self, user, *, door: str = "") -> NeedQuerySet:
        """Staff see all needs; a post its countries'; an agency those it was asked to meet.

        `door`: "post" for only what the person sees as somebody of a post, which is asked faster.
        """
        if not user.is_authenticated:
            return self.none()
        countries = Country.objects.served_by(user)
        rows = self.exclude(status=NeedStatus.DRAFT, author__staff_role="") if user.is_staff else self
        if user.is_staff or door == "post":
            return rows.filter(country__in=countries) if door == "post" else rows
        from engagements.models.invitation import Invitation

        invited = Invitation.objects.visible_to(user)
        mine = Q(country__in=countries) | Q(pk__in=invited.values("need"))
        return self.filter(mine)


@tracked(exclude=["search_text"])
class Need(LifecycleModel):
    """Something a post wants improved, with the people it would take."""

    reference = ReferenceField("NEED")
    status = models.CharField(max_length=20, choices=NeedStatus, default=NeedStatus.DRAFT, editable=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="needs")
    institution = models.ForeignKey(
        HostInstitution, null=True, blank=True, on_delete=models.PROTECT, related_name="needs"
    )
    title = models.CharField("what is needed, in one line", max_length=160)
    kind = models.CharField("form of assistance", max_length=20, choices=ActivityKind)
    academy = models.ForeignKey(Academy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sector = models.CharField(max_length=3, choices=Sector)
    problem = models.TextField("what must improve", max_length=4000)
    success = models.TextField("how will you recognize success", max_length=2000, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.ROUTINE)
    starts_on = models.DateField("earliest start")
    ends_on = models.DateField("latest end")
    min_days = models.PositiveSmallIntegerField(
        "shortest stay (days)",
        validators=[MinValueValidator(1), MaxValueValidator(365, "A stay is at most 365 days.")],
    )
    max_days = models.PositiveSmallIntegerField(
        "longest stay (days)",
        validators=[MinValueValidator(1), MaxValueValidator(365, "A stay is at most 365 days.")],
    )
    places = models.CharField("city or cities", max_length=200)
    security_conditions = models.TextField("safety conditions", max_length=2000, blank=True)
    inclusion = models.TextField(
        "women, access to justice and inclusion",
        max_length=2000,
        blank=True,
        help_text="How women and under-served groups take part and benefit.",
    )
    other_implementers = models.CharField(
        max_length=300, blank=True, help_text="Other agencies, contractors or organizations in the same work."
    )
    is_funded = models.BooleanField("funding is known", default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_text = models.GeneratedField(
        expression=Lower(Concat(F("reference"), Value(" "), F("title"), Value(" "), F("places"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="need_search"),
            models.Index(fields=["country", "status"], name="need_by_country"),
            models.Index(
                fields=["priority", "id"],
                name="need_open",
                condition=Q(status__in=["draft", "submitted", "returned", "validated", "staffed"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="need_window_in_order",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="The latest end is before the earliest start.",
            ),
            models.CheckConstraint(
                name="need_days_in_order",
                condition=Q(min_days__gte=1, max_days__lte=365, max_days__gte=F("min_days")),
                violation_error_message="The longest stay is shorter than the shortest one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class SeatQuerySet(models.QuerySet):
    def visible_to(self, user) -> SeatQuerySet:
        return self.filter(need__in=Need.objects.visible_to(user))

    def with_filled(self) -> SeatQuerySet:
        """Annotates `is_filled`: somebody is nominated and not withdrawn."""
        from engagements.models.invitation import Nomination

        return self.annotate(is_filled=models.Exists(Nomination.objects.live().filter(seat=models.OuterRef("pk"))))


@tracked()
class Seat(models.Model):
    """One place to fill in a need."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=80)
    expertise = models.ForeignKey(Expertise, on_delete=models.PROTECT, related_name="+")
    min_depth = models.PositiveSmallIntegerField("how deep", choices=Depth, default=Depth.PRACTISES)
    language = models.ForeignKey(Language, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    min_speaking = models.PositiveSmallIntegerField(
        "speaking level (ILR 0-5)",
        default=0,
        validators=[MaxValueValidator(5, "The ILR scale ends at 5.")],
    )
    rank = models.CharField("rank or rank band", max_length=80, blank=True)
    needs_certificate = models.BooleanField("instructor certificate required", default=False)
    # One column, one agency: however many accept in the same moment, a seat is promised to one of them.
    held_by = models.ForeignKey(
        "engagements.Invitation",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="held_seats",
        verbose_name="promised in answer to",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "number"],
                name="seats_numbered_once",
                violation_error_message="This seat number is taken.",
            ),
            models.CheckConstraint(
                name="seat_level_0_to_5",
                condition=Q(min_speaking__lte=5),
                violation_error_message="The ILR scale goes from 0 to 5.",
            ),
        ]

    def __str__(self) -> str:
        return f"Seat {self.number}: {self.role}"
