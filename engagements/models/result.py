"""What came of it: people trained, results, accomplishments, guides, and the figures others published."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from engagements.models.engagement import Engagement
from partners.models import Agency, Expertise, Sector
from slp.documents.models import Document, Source
from slp.lib.dates import Precision
from slp.lib.track import tracked
from slp.places.models import Country


class Certainty(models.TextChoices):
    """How a number is meant by whoever gave it."""

    EXACT = "exact", "exactly"
    AT_LEAST = "at_least", "at least"
    ABOUT = "about", "about"
    COUNTED = "counted", "counted from the list"


class Measure(models.TextChoices):
    PEOPLE_TRAINED = "people_trained", "People trained"
    INSTRUCTORS_CERTIFIED = "instructors_certified", "Instructors certified"
    OFFICERS_DEPLOYED = "officers_deployed", "Officers deployed"
    DEPLOYMENTS = "deployments", "Deployments"
    GUESTS_HOSTED = "guests_hosted", "Guests hosted"
    COURSES = "courses", "Courses given"
    POLICE_UNITS = "police_units", "Peacekeeping police units prepared"


class EngagementScoped(models.QuerySet):
    """Rows of an engagement: visible to those who see it."""

    def visible_to(self, user) -> EngagementScoped:
        return self if user.is_staff else self.filter(engagement__in=Engagement.objects.visible_to(user))


@tracked()
class Participants(models.Model):
    """A group that took part, counted by sex (person-level indicators are disaggregated)."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="participants")
    group = models.CharField(max_length=160)
    women = models.PositiveIntegerField(default=0)
    men = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField("sex not recorded", default=0)
    hours = models.DecimalField("hours of instruction", max_digits=6, decimal_places=1, null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = EngagementScoped.as_manager()

    class Meta:
        verbose_name_plural = "participants"
        constraints = [
            models.CheckConstraint(
                name="participants_are_somebody",
                condition=Q(women__gt=0) | Q(men__gt=0) | Q(unknown__gt=0),
                violation_error_message="Count at least one person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.total}"

    @property
    def total(self) -> int:
        return self.women + self.men + self.unknown


@tracked()
class Result(models.Model):
    """One measured result of an engagement, with where the number comes from."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="results")
    measure = models.CharField(max_length=30, choices=Measure)
    value = models.PositiveIntegerField()
    certainty = models.CharField(max_length=10, choices=Certainty, default=Certainty.EXACT)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    objects = EngagementScoped.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "measure", "source"],
                nulls_distinct=False,
                name="one_result_per_measure_and_source",
                violation_error_message="This measure is already recorded from this source.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()}: {self.value}"


class PublicQuerySet(models.QuerySet):
    def visible_to(self, user) -> PublicQuerySet:
        """Published rows are for everybody; staff also see what is not published yet."""
        return self if user.is_authenticated and user.is_staff else self.exclude(published_on=None)


@tracked()
class Accomplishment(models.Model):
    """A published accomplishment of a partner."""

    headline = models.CharField(max_length=200)
    body = models.TextField()
    sector = models.CharField(max_length=3, choices=Sector)
    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="accomplishments")
    country = models.ForeignKey(Country, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    engagements = models.ManyToManyField(Engagement, blank=True, related_name="accomplishments")
    published_on = models.DateField(null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["sector", "headline"]

    def __str__(self) -> str:
        return self.headline


@tracked()
class Guide(models.Model):
    """A best-practice guide or lessons learned, findable when a similar need comes."""

    title = models.CharField(max_length=200)
    authors = models.CharField(max_length=200, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    precision = models.CharField(max_length=10, choices=Precision, default=Precision.YEAR)
    summary = models.TextField()
    expertise = models.ManyToManyField(Expertise, blank=True, related_name="guides")
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class FigureQuerySet(models.QuerySet):
    def visible_to(self, user) -> FigureQuerySet:
        """What was published is for everybody."""
        return self


@tracked()
class PublishedFigure(models.Model):
    """A programme number as a source gave it. Conflicting figures stand side by side and are never merged."""

    code = models.CharField(max_length=20, unique=True, help_text="The fact it was taken from.")
    measure = models.CharField(max_length=60, db_index=True)
    label = models.CharField(max_length=200)
    value = models.PositiveIntegerField(null=True, blank=True, help_text="Empty where the source gives no number.")
    certainty = models.CharField(max_length=10, choices=Certainty)
    wording = models.CharField("as published", max_length=300)
    as_of = models.DateField(null=True, blank=True)
    precision = models.CharField(max_length=10, choices=Precision, default=Precision.NONE)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="figures")
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FigureQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "as_of"]

    def __str__(self) -> str:
        return self.wording
