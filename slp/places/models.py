"""Where the programme works: countries, the posts that serve them, the academies, the languages spoken."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from slp.lib.dates import add_working_days, is_working_day
from slp.lib.scopes import SignedIn
from slp.lib.track import tracked


def known_zone(name: str) -> None:
    """Validator: an IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as America/Port-au-Prince.")


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


class Language(models.Model):
    """A language of a country or an expert; `code` is BCP 47."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60, unique=True)

    objects = SignedIn.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PostQuerySet(models.QuerySet):
    def visible_to(self, user) -> PostQuerySet:
        """Staff see all posts, post people their own, agencies all of them (they travel there)."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff or user.memberships.filter(is_active=True).exists():
            return self
        return self.filter(assignments__in=PostAssignment.objects.filter(user=user, is_active=True))


@tracked()
class Post(models.Model):
    """A U.S. mission that serves one or more countries."""

    name = models.CharField(max_length=100, unique=True)
    city = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=64, validators=[known_zone])
    working_week = ArrayField(
        models.PositiveSmallIntegerField(),
        default=monday_to_friday,
        help_text="Days the post works, Monday = 0. Some posts work Sunday to Thursday: 6,0,1,2,3.",
    )
    duty_phone = models.CharField("duty officer's phone", max_length=40, blank=True)
    vetting_lead_days = models.PositiveSmallIntegerField(
        "vetting lead time (working days)",
        null=True,
        blank=True,
        help_text="How long before the start the post must have the names. Each post sets its own.",
    )
    clearance_lead_days = models.PositiveSmallIntegerField(
        "country clearance lead time (working days)", null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def works_on(self, day: date) -> bool:
        """Does the post work that day, by its own week and closures?"""
        closed = set(self.closures.filter(on=day).values_list("on", flat=True))
        return is_working_day(day, week=self.working_week, closures=closed)

    def working_days_before(self, day: date, count: int) -> date:
        """The date `count` of the post's working days before `day`."""
        closures = set(self.closures.filter(on__lt=day).values_list("on", flat=True))
        return add_working_days(day, -count, week=self.working_week, closures=closures)


@tracked()
class Closure(models.Model):
    """A day on which a post is closed, such as a local holiday."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="closures")
    on = models.DateField()
    name = models.CharField(max_length=100)

    objects = SignedIn.as_manager()

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "on"],
                name="one_closure_per_post_and_day",
                violation_error_message="This post already has a closure on that day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post}: {self.on} {self.name}"


class Region(models.TextChoices):
    """The Department's regional bureaus."""

    AF = "AF", "Africa"
    EAP = "EAP", "East Asia and the Pacific"
    EUR = "EUR", "Europe and Eurasia"
    NEA = "NEA", "Near East"
    SCA = "SCA", "South and Central Asia"
    WHA = "WHA", "Western Hemisphere"


class CountryQuerySet(models.QuerySet):
    def visible_to(self, user) -> CountryQuerySet:
        """A post sees the countries it serves; staff and agencies see all."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff or user.memberships.filter(is_active=True).exists():
            return self
        return self.filter(post__in=Post.objects.visible_to(user))

    def served_by(self, user, *roles: str) -> CountryQuerySet:
        """The countries of the posts that `user` is assigned to, in one of `roles` if any are named."""
        held = PostAssignment.objects.filter(user=user, is_active=True)
        return self.filter(post__in=(held.filter(role__in=roles) if roles else held).values("post"))


@tracked()
class Country(models.Model):
    """A country by the State Department's name, with the names the sources use as aliases."""

    iso2 = models.CharField("ISO code", max_length=2, primary_key=True)
    iso3 = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=80, unique=True)
    aliases = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    region = models.CharField(max_length=4, choices=Region)
    capital = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    languages = models.ManyToManyField(Language, related_name="countries", blank=True)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="countries")
    sources = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="Which publications list it."
    )
    travel_advisory = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        choices=[
            (1, "1 - Exercise normal precautions"),
            (2, "2 - Exercise increased caution"),
            (3, "3 - Reconsider travel"),
            (4, "4 - Do not travel"),
        ],
    )
    restriction = models.TextField(
        blank=True, help_text="A legal limit on assistance, with its dates. Checked before funding."
    )
    notes = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CountryQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "countries"
        constraints = [
            models.CheckConstraint(
                name="country_code_two_letters",
                condition=Q(iso2__regex=r"^[A-Z]{2}$"),
                violation_error_message="A country code is two capital letters.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AcademyKind(models.TextChoices):
    REGIONAL = "regional academy", "Regional academy"
    EXECUTIVE = "executive/academic", "Executive and academic"
    CENTER = "regional training center", "Regional training center"


@tracked()
class Academy(models.Model):
    """An International Law Enforcement Academy (ILEA) or regional training center."""

    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=100)
    city = models.CharField(max_length=100)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, blank=True)
    opened = models.PositiveSmallIntegerField()
    region_served = models.CharField(max_length=160)
    kind = models.CharField(max_length=40, choices=AcademyKind)
    time_zone = models.CharField(max_length=64, validators=[known_zone])
    source = models.CharField(max_length=200)
    certainty = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SignedIn.as_manager()

    class Meta:
        ordering = ["opened"]
        verbose_name_plural = "academies"

    def __str__(self) -> str:
        return self.name


class PostRole(models.TextChoices):
    POST_OFFICER = "post_officer", "INL officer at post"
    RSO = "rso", "Regional Security Officer"


class PostAssignmentQuerySet(models.QuerySet):
    def visible_to(self, user) -> PostAssignmentQuerySet:
        """Who works at the posts that the user sees: whom a traveller calls."""
        return self.filter(post__in=Post.objects.visible_to(user).values("pk"))


@tracked()
class PostAssignment(models.Model):
    """A person who works at a post, in one role."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=20, choices=PostRole)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PostAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "post", "role"],
                name="one_assignment_per_person_post_role",
                violation_error_message="This person already has that role at this post.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} - {self.get_role_display()}, {self.post}"
