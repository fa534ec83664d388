"""Agreements: the terms between INL and an agency, in versions, signed by both sides."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, Deferrable, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Concat, Least, TruncDate
from django.utils import timezone

from partners.models.agency import Agency, Contact, OfficeScoped
from partners.models.taxonomy import ActivityKind, Expertise
from slp.documents.models import Source
from slp.lib.answers import YES, Answer, no
from slp.lib.dates import WASHINGTON, Precision, day_of, show, today
from slp.lib.lifecycle import LifecycleModel
from slp.lib.refs import ReferenceField
from slp.lib.track import tracked
from slp.places.models import Country


class AgreementKind(models.TextChoices):
    MOU = "mou", "Memorandum of understanding"
    LETTER = "letter", "Letter of intent"
    INTERAGENCY = "interagency", "Interagency agreement"
    INFORMAL = "informal", "Informal understanding"


FORMAL = (AgreementKind.MOU, AgreementKind.INTERAGENCY)


class AgreementStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    INL_REVIEW = "inl_review", "INL review"
    PARTNER_REVIEW = "partner_review", "Partner review"
    BOARD_APPROVAL = "board_approval", "Board approval"
    SIGNING = "signing", "Signing"
    ACTIVE = "active", "In force"
    EXPIRED = "expired", "Expired"
    TERMINATED = "terminated", "Terminated"
    SUPERSEDED = "superseded", "Superseded"


# What a renewal must be, for the days before it to count.
HELD_BY = (AgreementStatus.ACTIVE, AgreementStatus.SUPERSEDED)


class SignatureSide(models.TextChoices):
    INL = "inl", "INL"
    AGENCY = "agency", "Agency"

    @property
    def in_words(self) -> str:
        """Inside a sentence: somebody signs for "the agency"."""
        return "the agency" if self is SignatureSide.AGENCY else self.label


class Days(Func):
    """Two dates as the span of days with both of them; no last day means no end."""

    function = "daterange"
    output_field = DateRangeField()


def last_days() -> Case:
    """The last day of each agreement: who terminates one at once does not wait for the end that was agreed."""
    ended = Least("ends_on", TruncDate("status_since", tzinfo=WASHINGTON))  # PostgreSQL passes over what is NULL
    return Case(When(status=AgreementStatus.TERMINATED, then=ended), default=F("ends_on"))


BEGINS = {True: "Signed; in force from ", False: "In force from "}  # formal or not -> the words before the day


def words_of_later() -> Case:
    """As `Agreement.status_label`, of those that are agreed and begin later; nothing for the others."""
    day = Func(F("starts_on"), Value("FMDD Mon YYYY"), function="to_char", output_field=models.TextField())
    later = {"status": AgreementStatus.ACTIVE, "starts_on__gt": today()}
    return Case(
        When(kind__in=FORMAL, **later, then=Concat(Value(BEGINS[True]), day)),
        When(**later, then=Concat(Value(BEGINS[False]), day)),
        default=Value(""),
        output_field=models.TextField(),
    )


class AgreementQuerySet(OfficeScoped):
    """A traveller has no part in the terms: they see what concerns their journeys and themselves."""

    def in_force(self, start: date, end: date | None = None) -> AgreementQuerySet:
        """Active over the whole span. An agreement without an end date goes on until it is ended."""
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=end or start),
            status=AgreementStatus.ACTIVE,
            starts_on__lte=start,
        )

    def holding(self) -> AgreementQuerySet:
        """In force, or superseded by its renewal: until the day before that one it still covers what it covered."""
        renewal = Agreement.objects.filter(supersedes=OuterRef("pk"), status__in=HELD_BY)
        return self.filter(Q(status=AgreementStatus.ACTIVE) | Q(status=AgreementStatus.SUPERSEDED) & Q(Exists(renewal)))

    def with_scope(self) -> AgreementQuerySet:
        """With the codes of the countries and fields that each names, in the same query."""
        countries = self.model.countries.through.objects.filter(agreement=OuterRef("pk"))
        fields = self.model.expertise.through.objects.filter(agreement=OuterRef("pk"))
        return self.annotate(
            named_countries=ArraySubquery(countries.values("country")),
            named_expertise=ArraySubquery(fields.values("expertise")),
        )


@tracked()
class Agreement(LifecycleModel):
    """The standing terms between INL and one agency. An MOU obligates no money by itself."""

    reference = ReferenceField("AGR")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="agreements")
    kind = models.CharField(max_length=20, choices=AgreementKind, default=AgreementKind.MOU)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=AgreementStatus, default=AgreementStatus.DRAFT, editable=False)
    starts_on = models.DateField("in force from", null=True, blank=True)
    ends_on = models.DateField("in force until", null=True, blank=True)
    date_precision = models.CharField(max_length=10, choices=Precision, default=Precision.DAY)
    notice_days = models.PositiveSmallIntegerField("notice to end it (days)", null=True, blank=True)
    activity_kinds = ArrayField(
        models.CharField(max_length=20, choices=ActivityKind),
        default=list,
        blank=True,
        help_text="Which kinds of activity it covers. Empty: all.",
    )
    countries = models.ManyToManyField(
        Country, blank=True, related_name="+", help_text="Which countries it covers. Empty: all."
    )
    expertise = models.ManyToManyField(
        Expertise, blank=True, related_name="+", help_text="Which fields it covers. Empty: all."
    )
    max_people = models.PositiveSmallIntegerField(
        "people in one activity, at most", null=True, blank=True, help_text="Empty: no limit."
    )
    renewal_terms = models.CharField(
        "how it is renewed", max_length=200, blank=True, help_text="For example: by a new agreement of both sides."
    )
    agency_contact = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="the agency's point of contact",
    )
    notice_side = models.CharField("who gave notice", max_length=10, choices=SignatureSide, blank=True, editable=False)
    notice_on = models.DateField("notice given on", null=True, blank=True, editable=False)
    ended_without_notice_on = models.DateField(
        "in force until, before the notice", null=True, blank=True, editable=False
    )
    text = models.TextField("terms", blank=True)
    needs_board_approval = models.BooleanField("the agency's governing board must approve", default=False)
    board_body = models.CharField(max_length=120, blank=True)
    board_on = models.DateField("board's meeting date", null=True, blank=True)
    board_resolution = models.CharField("resolution or ordinance number", max_length=60, blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="INL's point of contact",
    )
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "ends_on"], include=["id"], name="agreement_by_status"),
            models.Index(fields=["-status_since", "-id"], name="agreements_by_since"),
        ]
        constraints = [
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="The agreement would end before it starts.",
            ),
            models.CheckConstraint(
                name="active_agreement_has_a_start",
                condition=~Q(status="active") | Q(starts_on__isnull=False),
                violation_error_message="Say from when the agreement is in force.",
            ),
            models.CheckConstraint(
                name="agreement_covers_somebody",
                condition=Q(max_people=None) | Q(max_people__gte=1),
                violation_error_message="An agreement covers at least one person; leave it empty for no limit.",
            ),
            models.CheckConstraint(
                name="notice_says_who_and_when",
                condition=Q(notice_side="", notice_on=None) | (~Q(notice_side="") & Q(notice_on__isnull=False)),
                violation_error_message="A notice says which side gave it, and on which day.",
            ),
            # Deferred: a renewal comes into force and ends the agreement that it renews in one transaction.
            ExclusionConstraint(
                name="one_agreement_of_a_kind_at_a_time",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (Days("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="active"),
                deferrable=Deferrable.DEFERRED,
                violation_error_message="Another agreement of this kind is in force with the agency on these days.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_formal(self) -> bool:
        return self.kind in FORMAL

    @property
    def begins_later(self) -> bool:
        """Agreed by both, but its first day is still to come: a renewal, mostly."""
        return self.status == AgreementStatus.ACTIVE and self.starts_on > today()

    def status_label(self, *, plain: bool = False) -> str:
        if self.begins_later:
            return f"{BEGINS[self.is_formal]}{show(self.starts_on)}"
        return super().status_label(plain=plain)

    @property
    def last_day(self) -> date | None:
        """The last day on which it is or was in force, if there is one. See `last_days`."""
        ended = [day_of(self.status_since)] if self.status == AgreementStatus.TERMINATED else []
        return min([*ended, *([self.ends_on] if self.ends_on else [])], default=None)

    def covers(
        self,
        *,
        kind: str,
        country: Country | None,
        start: date,
        end: date,
        expertise: Collection[str] = (),
        people: int | None = None,
    ) -> Answer:
        """May the agency do this, there, on these dates, under this agreement? See `services.scope.may_do`.

        `expertise`: codes, each of which must be covered; `people`: how many take part at once.
        """
        if self.status != AgreementStatus.ACTIVE:
            return no(f"{self.reference} is {self.get_status_display().lower()}, not in force.")
        return self.covers_days(start, end) & self.covers_what(
            kind=kind, country=country, expertise=expertise, people=people
        )

    def covers_days(self, start: date, end: date) -> Answer:
        """Are all these days within its term? Both days count, as both days of the term do."""
        if start < self.starts_on:
            return no(f"{self.reference} is in force only from {show(self.starts_on)}.")
        if self.ends_on and end > self.ends_on:
            given = " (notice was given)" if self.notice_on else ""
            return no(f"{self.reference} ends on {show(self.ends_on)}{given}, before the activity does.")
        return YES

    def covers_what(
        self, *, kind: str, country: Country | None, expertise: Collection[str] = (), people: int | None = None
    ) -> Answer:
        """Is the activity within its scope, whatever the dates? What the agreement does not limit, it covers."""
        if self.activity_kinds and kind not in self.activity_kinds:
            return no(f"{self.reference} does not cover {ActivityKind(kind).label.lower()}.")
        countries = self._named("countries")
        if country is not None and countries and country.pk not in countries:
            return no(f"{self.reference} does not cover {country}.")
        fields = self._named("expertise")
        beyond = sorted(set(expertise) - fields) if fields else []
        if beyond:
            names = Expertise.objects.in_bulk(beyond)
            return no(f"{self.reference} does not cover {', '.join(str(names.get(c, c)).lower() for c in beyond)}.")
        if people is not None and self.max_people is not None and people > self.max_people:
            return no(f"{self.reference} covers at most {self.max_people} people in one activity; here are {people}.")
        return YES

    def _named(self, what: str) -> set[str]:
        """The codes of the countries or fields that it is limited to; read with the row, or else from the relation."""
        known = getattr(self, f"named_{what}", None)
        return set(known) if known is not None else {row.pk for row in getattr(self, what).all()}
