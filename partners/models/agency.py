"""Partner agencies, the people who speak for them, what they offer."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower, Upper

from partners.models.taxonomy import ActivityKind, Expertise, Sector
from slp.documents.models import Source
from slp.lib.dates import today
from slp.lib.fields import HttpsURLField
from slp.lib.lifecycle import LifecycleModel
from slp.lib.statements import kept
from slp.lib.track import tracked
from slp.lib.us_states import UsState
from slp.places.models import Country


class AgencyKind(models.TextChoices):
    """Every kind of body that the programme works with."""

    POLICE = "police", "Municipal police department"
    SHERIFF = "sheriff", "Sheriff's office or county police"
    STATE_POLICE = "state_police", "State police or department of public safety"
    CORRECTIONS = "corrections", "Department of corrections"
    PROSECUTOR = "prosecutor", "Prosecutor's office"
    DEFENDER = "defender", "Public defender's office"
    COURT = "court", "Court or court administration"
    ATTORNEY_GENERAL = "attorney_general", "Attorney general's office"
    MUNICIPALITY = "municipality", "Municipal government"
    PORT = "port", "Port agency or harbor police"
    LABORATORY = "laboratory", "Forensic laboratory"
    STANDARDS = "standards", "Standards and training body"
    FEDERAL = "federal", "Federal agency"
    ASSOCIATION = "association", "Professional association"


# Partners in outreach and in planning, but they send nobody under a state and local agreement.
NOT_DEPLOYING = (AgencyKind.ASSOCIATION, AgencyKind.FEDERAL)


class Origin(models.TextChoices):
    """How INL/KM and the agency found each other."""

    ENQUIRY = "enquiry", "Enquiry on the public page"
    ASSOCIATION = "association", "Professional association"
    CONFERENCE = "conference", "Conference or event"
    REFERRAL = "referral", "Named by another agency or a post"
    OUTREACH = "outreach", "INL/KM's own outreach"


class AgencyLevel(models.TextChoices):
    FEDERAL = "federal", "Federal"
    STATE = "state", "State or territory"
    COUNTY = "county", "County"
    MUNICIPAL = "municipal", "Municipal"
    DISTRICT = "special district", "Special district"
    NATIONAL = "association", "National association"


class AgencyStatus(models.TextChoices):
    PROSPECT = "prospect", "Prospect"
    IN_TALKS = "in_talks", "In talks"
    PARTNER = "partner", "Partner"
    DORMANT = "dormant", "Dormant"
    FORMER = "former", "Former partner"


class AgencyRole(models.TextChoices):
    COORDINATOR = "coordinator", "Coordinator"
    FINANCE = "agency_finance", "Agency finance"
    SIGNATORY = "signatory", "Signatory"
    TRAVELLER = "traveller", "Traveller"


class AgencyQuerySet(models.QuerySet):
    def visible_to(self, user) -> AgencyQuerySet:
        """Staff see all agencies; agency people see their own; posts see those working in their countries."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        return self.filter(pk__in=agencies_of(user))


def agencies_of(user) -> models.QuerySet:
    """The ids of the agencies to which the user belongs, a traveller too. For `agency__in`."""
    return Membership.objects.filter(user=user, is_active=True).values("agency")


def agencies_spoken_for(user) -> models.QuerySet:
    """The ids of the agencies for whose office the user works: coordinator, finance contact or signatory."""
    return agencies_of(user).exclude(role=AgencyRole.TRAVELLER)


@tracked(exclude=["search_text"])
class Agency(LifecycleModel):
    """A U.S. criminal-justice agency or related body (never called an organization here)."""

    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=20, choices=AgencyKind)
    level = models.CharField(max_length=20, choices=AgencyLevel)
    us_state = models.CharField("state or territory", max_length=2, choices=UsState, blank=True)
    city = models.CharField(max_length=80, blank=True)
    website = HttpsURLField(blank=True)
    time_zone = models.CharField(max_length=64, default="America/New_York")
    status = models.CharField(max_length=20, choices=AgencyStatus, default=AgencyStatus.PROSPECT, editable=False)
    sectors = models.CharField(max_length=3, choices=Sector, blank=True, verbose_name="main sector")
    expertise = models.ManyToManyField(Expertise, blank=True, related_name="agencies")
    population_served = models.PositiveIntegerField(null=True, blank=True)
    sworn_count = models.PositiveIntegerField("sworn staff", null=True, blank=True)
    civilian_count = models.PositiveIntegerField("civilian staff", null=True, blank=True)
    uei = models.CharField(
        "SAM.gov entity id (UEI)",
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^[A-HJ-NP-Z0-9]{12}$", "A UEI has 12 characters and no letters O or I.")],
    )
    sam_expires_on = models.DateField("SAM registration ends", null=True, blank=True)
    eft_on_file_on = models.DateField("bank enrolment on file since", null=True, blank=True)
    not_before = models.DateField("no requests before", null=True, blank=True)
    paused_until = models.DateField(
        "pause requests until", null=True, blank=True, help_text="No reason needed; it costs nothing."
    )
    partner_since = models.DateField(null=True, blank=True)
    confirmed_on = models.DateField(
        "contacts and roster confirmed", null=True, blank=True, help_text="By the agency's coordinator."
    )
    origin = models.CharField("how we met", max_length=20, choices=Origin, blank=True)
    found_through = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": AgencyKind.ASSOCIATION},
        help_text="The association that brought us together.",
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged"
    )
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_fictional = models.BooleanField(default=False, help_text="A demonstration record.")
    search_text = models.GeneratedField(
        expression=Lower(Concat(F("name"), Value(" "), F("city"), Value(" "), F("us_state"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"
        indexes = [GinIndex(OpClass("search_text", "gin_trgm_ops"), name="agency_search")]
        constraints = [
            models.UniqueConstraint(
                Upper("name"),
                "us_state",
                name="one_agency_per_name_and_state",
                violation_error_message="There is already an agency with this name in this state.",
            ),
            models.CheckConstraint(
                name="agency_has_state_unless_national",
                condition=~Q(us_state="") | Q(level__in=["federal", "association"]),
                violation_error_message="Choose the state or territory; only federal and national bodies have none.",
            ),
            models.CheckConstraint(
                name="agency_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                violation_error_message="An agency can't be merged with itself.",
            ),
            models.CheckConstraint(
                name="merged_agency_is_former",
                condition=Q(merged_into=None) | Q(status="former"),
                violation_error_message="An agency that was merged into another one is no partner any more.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def deploys(self) -> bool:
        """Federal bodies and associations are partners too, but they send nobody."""
        return self.kind not in NOT_DEPLOYING

    @property
    def pause(self) -> date | None:
        """The last day on which the agency wants no requests, while that lasts."""
        until = [self.paused_until] if self.paused_until else []
        if self.not_before:
            until.append(self.not_before - timedelta(days=1))
        last = max(until, default=None)
        return last if last and last >= today() else None


class AgencyScoped(models.QuerySet):
    """Rows that belong to one agency: visible to those who see the agency."""

    def visible_to(self, user) -> AgencyScoped:
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        return self.filter(agency__in=agencies_of(user))


class OfficeScoped(models.QuerySet):
    """Rows of one agency's office: for its coordinator, finance contact and signatory, not for its travellers."""

    def visible_to(self, user) -> OfficeScoped:
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        return self.filter(agency__in=agencies_spoken_for(user))


@tracked()
class Membership(models.Model):
    """A person who speaks for an agency, in one role."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=AgencyRole)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AgencyScoped.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                name="one_membership_per_person_agency_role",
                violation_error_message="This person already has that role at this agency.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} - {self.get_role_display()}, {self.agency}"


@kept
def _roles(reader):
    rows = Membership.objects.filter(user=reader, is_active=True)
    return rows.values_list("agency_id", "role", "user__expert__agency_id")


def roles_held(user) -> list[tuple[int, str]]:
    """(agency, role) of everything the user is at agencies. Looked up once per request and kept on the user object.

    Nobody sits on both sides, so INL/KM's own people are not asked about.
    """
    if not hasattr(user, "_agency_roles"):
        user._agency_roles, user._own_roster = [], None
        if user.is_staff:
            return user._agency_roles
        for agency, role, own in _roles(user):
            user._agency_roles.append((agency, role))
            user._own_roster = own
    return user._agency_roles


def belongs_to(user, agency_id: int) -> bool:
    """Is the user somebody of this agency? Asked of INL/KM's people too: who judges a payment must not be its payee."""
    known = user.__dict__.setdefault("_belongs_to", {})
    if agency_id not in known:
        known[agency_id] = user.memberships.filter(is_active=True, agency=agency_id).exists()
    return known[agency_id]


def found_belonging(user, agency_id: int, belongs: bool) -> None:
    """The answer to `belongs_to` where a page has read it with its record."""
    user.__dict__.setdefault("_belongs_to", {})[agency_id] = belongs


def own_roster(user) -> int | None:
    """The agency on whose roster somebody who speaks for an agency is themselves, if on any."""
    roles_held(user)
    return user._own_roster


@tracked()
class Contact(models.Model):
    """A point of contact, with or without an account."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_primary = models.BooleanField("first contact", default=False)
    confirmed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AgencyScoped.as_manager()

    class Meta:
        ordering = ["-is_primary", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency"],
                condition=Q(is_primary=True),
                name="one_primary_contact_per_agency",
                violation_error_message="This agency already has a first contact.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.agency}"


@tracked()
class CommunityTie(models.Model):
    """A country that an agency's community comes from: why a department has speakers of its language."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="ties")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AgencyScoped.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "country"],
                name="one_tie_per_agency_and_country",
                violation_error_message="This tie is already recorded.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} - {self.country}"


@tracked()
class Capacity(models.Model):
    """How many engagements of a kind an agency offers in a fiscal year: from one to thirty (seed FAQ)."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="capacities")
    fiscal_year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=ActivityKind, blank=True, help_text="Empty: any kind.")
    engagements = models.PositiveSmallIntegerField(
        validators=[
            MinValueValidator(1, "Offer at least one engagement, or pause requests instead."),
            MaxValueValidator(30, "Thirty a year is the most that the programme plans for."),
        ]
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AgencyScoped.as_manager()

    class Meta:
        verbose_name_plural = "capacities"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "fiscal_year", "kind"],
                name="one_capacity_per_agency_year_kind",
                violation_error_message="This offer is already recorded; change it instead.",
            ),
            models.CheckConstraint(
                name="capacity_between_1_and_30",
                condition=Q(engagements__gte=1, engagements__lte=30),
                violation_error_message="Offer between 1 and 30 engagements a year.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} FY{self.fiscal_year}: {self.engagements}"
