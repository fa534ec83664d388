"""Narrowing the roster: what somebody knows and speaks, where they have been, when they are free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from operator import itemgetter

import django_filters
from django import forms
from django.contrib.postgres.fields import DateRangeField
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast

from partners.models import (
    Agency,
    Availability,
    Certificate,
    Depth,
    Expert,
    ExpertCountry,
    Expertise,
    ExpertLanguage,
    ExpertSkill,
)
from partners.services.confirm import stale
from slp.lib.dates import today
from slp.lib.filters import FilterSet, PairsFilter
from slp.lib.forms import DateInput, PlausibleDates
from slp.lib.spans import HoldsDays, RangeAgg
from slp.lib.statements import Among, Key, Statement, kept
from slp.lib.us_states import UsState
from slp.places.models import Country, Language

NOT_TRAVELLING = ("nominated", "withdrawn", "cancelled")  # deployments that keep nobody from another one
LEVELS = [(level, f"{level} or better") for level in range(1, 6)]
DEPTHS = [
    (Depth.PRACTISES, "Practises it"),
    (Depth.TEACHES, "Teaches it, or certified"),
    (Depth.CERTIFIED, "Certified in it"),
]


def _named(rows: QuerySet, of: str) -> QuerySet:
    return rows.order_by().values_list(Value(of), Cast("pk", TextField()), F("name"))


def _known() -> list[QuerySet]:
    """What people know, speak and have ties to."""
    kinds = {"expertise": Expertise.objects.filter(is_active=True), "language": Language.objects.all()}
    return [_named(rows, of) for of, rows in (kinds | {"country": Country.objects.all()}).items()]


@kept
def _all_known(reader):
    first, *rest = _known()
    return first.union(*rest, all=True)


@kept
def _known_and_agencies(reader):
    first, *rest = _known()
    return first.union(*rest, _named(Agency.objects.visible_to(reader), "agency"), all=True)


def _by_filter(rows: Iterable[tuple[str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Rows of (filter, key, name) as choices by name."""
    found: dict[str, list[tuple[str, str]]] = {"expertise": [], "language": [], "country": [], "agency": []}
    for of, key, name in sorted(rows, key=itemgetter(2)):
        found[of].append((key, name))
    return found


class FreeDaysForm(PlausibleDates, forms.Form):
    """Two days in the right order; one day alone means that day."""

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("free_from"), cleaned.get("free_until")
        if first and last and last < first:
            self.add_error("free_until", "The last day is before the first one.")
        return cleaned


def _day(label: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(label=label, method="only", widget=DateInput())


class ExpertFilter(FilterSet):
    expertise = PairsFilter(label="Knows", method="only")
    depth = django_filters.ChoiceFilter(label="How deep, at least", choices=DEPTHS, method="only")
    language = PairsFilter(label="Speaks", method="only")
    level = django_filters.ChoiceFilter(label="Level (ILR), at least", choices=LEVELS, method="only")
    tested = django_filters.ChoiceFilter(label="Level tested", choices=[("yes", "Tested only")], method="only")
    certificate = django_filters.CharFilter(
        label="Valid certificate of",
        method="only",
        max_length=100,
        widget=forms.TextInput({"placeholder": "programme"}),
    )
    certified = django_filters.ChoiceFilter(
        label="Instructor certificate",
        choices=[("valid", "Holds a valid one"), ("expired", "Only expired ones")],
        method="by_certified",
    )
    free_from, free_until = _day("Free from"), _day("Free until, included")
    country = PairsFilter(label="Country", method="only")
    relation = django_filters.ChoiceFilter(
        label="Tie to the country", choices=ExpertCountry.Relation.choices, method="only"
    )
    service = django_filters.ChoiceFilter(label="Serving or retired", choices=Expert.Service.choices)
    confirmed = django_filters.ChoiceFilter(
        label="Record", choices=[("stale", "Not confirmed for long"), ("fresh", "Confirmed")], method="by_confirmed"
    )
    is_active = django_filters.ChoiceFilter(
        label="On the roster", choices=[("yes", "Yes"), ("no", "No longer")], method="by_active"
    )

    class Meta:
        model = Expert
        form = FreeDaysForm
        fields: tuple[str, ...] = ()

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        found = _by_filter(_all_known(self.request.user))
        found.pop("agency")
        return found

    def only(self, rows, name, value):
        """For a filter that says more about another one: `filter_queryset` takes both together."""
        return rows

    def by_active(self, rows, name, value):
        return rows.filter(is_active=value == "yes")

    def by_confirmed(self, rows, name, value):
        return rows.filter(stale()) if value == "stale" else rows.exclude(stale())

    def by_certified(self, rows, name, value):
        if value == "valid":
            return rows.filter(_of(_valid()))
        return rows.filter(_of(Certificate.objects.all()), ~_of(_valid()))

    def filter_queryset(self, queryset):
        """Filters that belong together are one condition: the level is that of the language that was asked for."""
        rows, asked = super().filter_queryset(queryset), self.form.cleaned_data
        if asked["expertise"] or asked["depth"]:
            rows = rows.filter(_of(_asked(ExpertSkill, expertise=asked["expertise"], depth__gte=asked["depth"])))
        if asked["language"] or asked["level"] or asked["tested"]:
            tested = True if asked["tested"] else None
            level = asked["level"] or 1
            spoken = _asked(ExpertLanguage, language=asked["language"], speaking__gte=level, is_tested=tested)
            rows = rows.filter(_of(spoken))
        if asked["certificate"]:
            rows = rows.filter(_of(_valid().filter(programme__icontains=asked["certificate"])))
        if asked["country"] or asked["relation"]:
            rows = rows.filter(_of(_asked(ExpertCountry, country=asked["country"], relation=asked["relation"])))
        first = asked["free_from"] or asked["free_until"]
        return free_between(rows, first, asked["free_until"] or first) if first else rows


class DeskExpertFilter(ExpertFilter):
    """The desk also narrows by agency and by its state."""

    agency = PairsFilter(label="Agency", field_name="agency_id")
    us_state = django_filters.ChoiceFilter(label="State", choices=UsState.choices, field_name="agency__us_state")

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        return _by_filter(_known_and_agencies(self.request.user))


def _of(rows) -> Exists:
    """Such a row of the expert exists."""
    return Exists(rows.filter(expert=OuterRef("pk")))


def _asked(model, **conditions):
    return model.objects.filter(**{key: value for key, value in conditions.items() if value})


def _valid():
    return Certificate.objects.filter(Q(expires_on=None) | Q(expires_on__gte=today()))


def _free() -> QuerySet:
    """Whose every day of `days` lies in a window of theirs, if they gave any; none is barred or taken."""
    days = Cast(Key("days"), DateRangeField())
    offered = Availability.objects.filter(kind=Availability.Kind.AVAILABLE).order_by()
    windows = offered.filter(expert=OuterRef("pk")).values("expert").annotate(spans=RangeAgg("period")).values("spans")
    # Most have named no window: they are told apart before anybody's windows are put together.
    named_none = ~Q(pk__in=offered.values("expert"))
    barred = Availability.objects.filter(kind=Availability.Kind.BLACKOUT, period__overlap=days)
    # Found by the name of the relation: that app stands above this one.
    tours = Expert._meta.get_field("deployments").related_model._base_manager.filter(period__overlap=days)
    free = Expert.objects.filter(named_none | Q(HoldsDays(Subquery(windows), days)), ~_of(barred))
    return free.filter(~_of(tours.exclude(status__in=NOT_TRAVELLING))).order_by().values("pk")


FREE = Statement(_free)


def free_between(rows: QuerySet, first: date, last: date) -> QuerySet:
    """Those of the rows who are free on every day from `first` to `last`."""
    return rows.filter(Among("pk", FREE, days=DateRange(first, last + timedelta(days=1))))
