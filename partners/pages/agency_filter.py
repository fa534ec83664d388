"""Narrowing the register of agencies: what kind they are, what they still offer, whether we may ask them."""

from __future__ import annotations

from datetime import timedelta

import django_filters
from django.db.models import Exists, F, OuterRef, Q

from partners.models import Agency, AgencyKind, Agreement, CommunityTie, Sector
from partners.models.agency import NOT_DEPLOYING, AgencyStatus, Origin
from partners.models.agreement import AgreementStatus
from partners.pages.common import EXPIRING_DAYS
from partners.permissions import NEGOTIATED
from partners.services.capacity import with_load
from partners.services.confirm import stale
from slp.lib.dates import fiscal_year, today
from slp.lib.filters import ListFilter, RowFilter
from slp.lib.us_states import UsState
from slp.places.models import Country


def all_countries(request):
    return Country.objects.all()


def paused() -> Q:
    """Agencies that have asked for no requests just now."""
    return Q(paused_until__gte=today()) | Q(not_before__gt=today())


class AgencyFilter(ListFilter):
    status = django_filters.ChoiceFilter(label="Partnership", choices=AgencyStatus.choices)
    kind = django_filters.ChoiceFilter(label="Kind", choices=AgencyKind.choices)
    sends = django_filters.ChoiceFilter(
        label="Sends people", choices=[("yes", "Yes"), ("no", "Federal bodies and associations")], method="by_sends"
    )
    us_state = django_filters.ChoiceFilter(label="State or territory", choices=UsState.choices)
    sectors = django_filters.ChoiceFilter(label="Sector", choices=Sector.choices)
    agreement = django_filters.ChoiceFilter(
        label="Agreement",
        choices=[
            ("force", "In force"),
            ("ending", f"Ending within {EXPIRING_DAYS} days"),
            ("negotiation", "In negotiation"),
            ("none", "None in force"),
        ],
        method="by_agreement",
    )
    capacity = django_filters.ChoiceFilter(
        label="Offer of this fiscal year",
        choices=[("left", "Something left"), ("used", "Used up"), ("unsaid", "No number offered")],
        method="by_capacity",
    )
    paused = django_filters.ChoiceFilter(
        label="Requests", choices=[("no", "Welcome now"), ("yes", "Paused")], method="by_paused"
    )
    tie = RowFilter(label="Community from", named=all_countries, method="by_tie")
    origin = django_filters.ChoiceFilter(label="How we met", choices=Origin.choices)
    confirmed = django_filters.ChoiceFilter(
        label="Record", choices=[("stale", "Not confirmed for long"), ("fresh", "Confirmed")], method="by_confirmed"
    )

    class Meta:
        model = Agency
        fields: tuple[str, ...] = ()

    def by_sends(self, rows, name, value):
        return rows.exclude(kind__in=NOT_DEPLOYING) if value == "yes" else rows.filter(kind__in=NOT_DEPLOYING)

    def by_agreement(self, rows, name, value):
        mine = Agreement.objects.filter(agency=OuterRef("pk"))
        force = mine.filter(status=AgreementStatus.ACTIVE)
        soon = today() + timedelta(days=EXPIRING_DAYS)
        condition = {
            "force": Exists(force),
            "ending": Exists(force.filter(ends_on__lte=soon)),
            "negotiation": Exists(mine.filter(status__in=NEGOTIATED)),
            "none": ~Exists(force),
        }[value]
        return rows.filter(condition)

    def by_capacity(self, rows, name, value):
        rows = with_load(rows, fiscal_year(today()))
        if value == "unsaid":
            return rows.filter(offered=0)
        rows = rows.filter(offered__gt=0)
        return rows.filter(taken__lt=F("offered")) if value == "left" else rows.filter(taken__gte=F("offered"))

    def by_paused(self, rows, name, value):
        return rows.filter(paused()) if value == "yes" else rows.filter(~paused())

    def by_tie(self, rows, name, value):
        return rows.filter(Exists(CommunityTie.objects.filter(agency=OuterRef("pk"), country=value)))

    def by_confirmed(self, rows, name, value):
        return rows.filter(stale()) if value == "stale" else rows.exclude(stale())
