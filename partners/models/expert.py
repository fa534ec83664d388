"""The roster: a person whom an agency offers, what they know and speak, when they are free."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Lower

from partners.models.agency import Agency, AgencyRole, own_roster, roles_held
from partners.models.taxonomy import Expertise
from slp.documents.models import Document
from slp.history.models import PERSONAL_STAFF
from slp.lib.track import tracked
from slp.places.models import Country, Language


class Depth(models.IntegerChoices):
    """How deep somebody's expertise goes."""

    PRACTISES = 1, "Practises it"
    TEACHES = 2, "Teaches it"
    CERTIFIED = 3, "Certified instructor in it"


class ExpertQuerySet(models.QuerySet):
    def visible_to(self, user) -> ExpertQuerySet:
        """Staff see the roster; an agency its own people; a traveller without another role only themselves."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        agencies = {agency for agency, role in roles_held(user) if role != AgencyRole.TRAVELLER}
        if not agencies:
            return self.filter(user=user)
        if own_roster(user) in (None, *agencies):
            return self.filter(agency__in=agencies)
        # Two ways in, each by its own index: with OR between them every expert of the programme would be looked at.
        everybody = self.model._base_manager.order_by().values("pk")
        return self.filter(pk__in=everybody.filter(agency__in=agencies).union(everybody.filter(user=user)))

    def personal_to(self, user) -> ExpertQuerySet:
        """Those whose passport, papers and emergency contact `user` may read: their own, those they coordinate."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self if user.staff_role in PERSONAL_STAFF else self.none()
        return self.filter(self._personal_q(user))

    def with_personal(self, user) -> ExpertQuerySet:
        """Each with `personal`: may `user` read this person's personal data?"""
        if user.is_staff:
            return self.annotate(personal=Value(user.staff_role in PERSONAL_STAFF))
        return self.annotate(personal=Case(When(self._personal_q(user), then=True), default=False))

    @staticmethod
    def _personal_q(user) -> Q:
        coordinated = {agency for agency, role in roles_held(user) if role == AgencyRole.COORDINATOR}
        return Q(user=user) | Q(agency__in=coordinated)


@tracked(exclude=["search_text"], in_bulk=True)
class Expert(models.Model):
    """A person an agency offers; serving or retired."""

    class Service(models.TextChoices):
        SERVING = "serving", "Serving"
        RETIRED = "retired", "Retired"

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="experts", db_index=False)  # see below
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="expert"
    )
    name = models.CharField(max_length=120)
    rank = models.CharField("rank or title", max_length=80)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    service = models.CharField(max_length=10, choices=Service, default=Service.SERVING)
    years = models.PositiveSmallIntegerField(
        "years of service",
        default=0,
        validators=[MaxValueValidator(60, "More than 60 years of service can't be right.")],
    )
    gender = models.CharField(
        max_length=10,
        blank=True,
        choices=[("woman", "Woman"), ("man", "Man"), ("other", "Another or not said")],
        help_text="Own statement; used for programme figures only.",
    )
    passport_expires_on = models.DateField("official passport valid until", null=True, blank=True)
    emergency_name = models.CharField("emergency contact", max_length=120, blank=True)
    emergency_phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField("on the roster", default=True)
    confirmed_on = models.DateField("last confirmed", null=True, blank=True)
    is_fictional = models.BooleanField(default=False, editable=False)
    search_text = models.GeneratedField(
        expression=Lower(Concat(F("name"), Value(" "), F("rank"))),
        output_field=models.TextField(),
        db_persist=True,
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="expert_search"),
            models.Index(fields=["name", "id"], include=["search_text"], name="experts_by_name"),
            models.Index(
                fields=["agency", "name", "id"], include=["is_active", "search_text"], name="experts_of_agency_by_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.name}".strip()


class ExpertScoped(models.QuerySet):
    """Rows that belong to one expert: visible to those who see the expert."""

    def visible_to(self, user) -> ExpertScoped:
        return self if user.is_staff else self.filter(expert__in=Expert.objects.visible_to(user))


@tracked(in_bulk=True)
class ExpertSkill(models.Model):
    """One field that an expert knows."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="skills")
    expertise = models.ForeignKey(Expertise, on_delete=models.PROTECT, related_name="+")
    depth = models.PositiveSmallIntegerField(choices=Depth, default=Depth.PRACTISES)

    objects = ExpertScoped.as_manager()

    class Meta:
        indexes = [models.Index(fields=["expertise", "expert"], include=["depth"], name="skill_by_expertise")]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "expertise"],
                name="one_skill_per_expert_and_field",
                violation_error_message="This field is already listed for this person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expertise} ({self.get_depth_display().lower()})"


@tracked(in_bulk=True)
class ExpertLanguage(models.Model):
    """A language with its level on the Interagency Language Roundtable scale, 0 to 5."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="languages")
    language = models.ForeignKey(Language, on_delete=models.PROTECT, related_name="+")
    speaking = models.PositiveSmallIntegerField(
        "speaking level (ILR 0-5)",
        validators=[MinValueValidator(0), MaxValueValidator(5, "The ILR scale ends at 5.")],
    )
    is_tested = models.BooleanField("tested (not only own statement)", default=False)

    objects = ExpertScoped.as_manager()

    class Meta:
        indexes = [models.Index(fields=["language", "speaking", "expert"], name="speakers")]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "language"],
                name="one_level_per_expert_and_language",
                violation_error_message="This language is already listed for this person.",
            ),
            models.CheckConstraint(
                name="ilr_level_0_to_5",
                condition=Q(speaking__lte=5),
                violation_error_message="The ILR scale goes from 0 to 5.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.speaking}"


@tracked(in_bulk=True)
class Certificate(models.Model):
    """An instructor certificate, such as the corrections train-the-trainer programme's."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="certificates")
    programme = models.CharField(max_length=160)
    expertise = models.ForeignKey(Expertise, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ExpertScoped.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="certificate_expires_after_issue",
                condition=Q(expires_on=None) | Q(expires_on__gt=F("issued_on")),
                violation_error_message="The certificate would end before it was issued.",
            ),
        ]

    def __str__(self) -> str:
        return self.programme


@tracked(in_bulk=True)
class ExpertCountry(models.Model):
    """A country that an expert has worked in, or has ties to (own statement)."""

    class Relation(models.TextChoices):
        WORKED = "worked", "Has worked there"
        TIES = "ties", "Family or community ties"

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="countries")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+", db_index=False)
    relation = models.CharField(max_length=10, choices=Relation)
    note = models.CharField(max_length=200, blank=True)

    objects = ExpertScoped.as_manager()

    class Meta:
        verbose_name_plural = "expert countries"
        indexes = [models.Index(fields=["country", "expert"], include=["relation"], name="people_of_country")]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "country", "relation"],
                name="one_relation_per_expert_and_country",
                violation_error_message="This is already listed for this person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} ({self.get_relation_display().lower()})"


class PersonalPapers(models.QuerySet):
    """Rows of one expert that are personal data."""

    def visible_to(self, user) -> PersonalPapers:
        return self.filter(expert__in=Expert.objects.personal_to(user))


@tracked()
class TravelDocument(models.Model):
    """Another paper that a traveller holds, by its last day; the official passport stands with the expert itself.

    Numbers are never kept here: the Department's own systems hold them.
    """

    class Kind(models.TextChoices):
        PASSPORT = "passport", "Regular passport"
        VISA = "visa", "Visa"
        OTHER = "other", "Other travel paper"

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="travel_documents")
    kind = models.CharField(max_length=10, choices=Kind)
    country = models.ForeignKey(
        Country, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="For a visa."
    )
    expires_on = models.DateField("valid until")

    objects = PersonalPapers.as_manager()

    class Meta:
        ordering = ["kind", "expires_on"]
        constraints = [
            models.CheckConstraint(
                name="visa_names_its_country",
                condition=~Q(kind="visa") | Q(country__isnull=False),
                violation_error_message="Say for which country the visa is.",
            ),
            models.UniqueConstraint(
                fields=["expert", "kind", "country"],
                nulls_distinct=False,
                name="one_travel_document_per_kind_and_country",
                violation_error_message="This paper is already listed for this person; change its date instead.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{f' {self.country}' if self.country_id else ''}"


@tracked(in_bulk=True)
class Availability(models.Model):
    """A window in which an expert can travel, or a blackout in which not. The end date is included."""

    class Kind(models.TextChoices):
        AVAILABLE = "available", "Available"
        BLACKOUT = "blackout", "Not available"

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="availability")
    period = DateRangeField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.AVAILABLE)
    note = models.CharField(max_length=120, blank=True)

    objects = ExpertScoped.as_manager()

    class Meta:
        verbose_name_plural = "availability"
        indexes = [models.Index(fields=["expert"], include=["period", "kind"], name="availability_of")]
        constraints = [
            models.CheckConstraint(
                name="availability_not_empty",
                condition=Q(period__isempty=False),
                violation_error_message="The window ends before it starts.",
            ),
            ExclusionConstraint(
                name="availability_kinds_do_not_overlap",
                expressions=[
                    ("period", RangeOperators.OVERLAPS),
                    ("expert", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                ],
                violation_error_message="This window overlaps another one of the same person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period}"
