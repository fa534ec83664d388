"""Agencies: entering them, what they offer, when they want to be left alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from django.contrib.postgres.search import TrigramSimilarity
from django.db import transaction
from django.db.models import F

from partners.models import Agency, Capacity, CommunityTie, Contact, Expertise
from partners.permissions import can_edit_agency, can_register_agency
from slp.documents.models import Source
from slp.lib.answers import Refused, require
from slp.lib.dates import today
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.places.models import Country


@transaction.atomic
def register_agency(
    *, actor, name: str, kind: str, level: str, us_state: str = "", expertise: Iterable[Expertise] = (), **fields
) -> Agency:
    """A new agency, as a prospect. `Refused` if the same name is registered in that state already."""
    require(can_register_agency(actor))
    with because(actor, "Registered"), readable_constraints(Agency):
        agency = Agency.objects.create(name=" ".join(name.split()), kind=kind, level=level, us_state=us_state, **fields)
    agency.expertise.set(expertise)
    return agency


@transaction.atomic
def record_published_agency(*, name: str, kind: str, level: str, source: Source, status: str, reason: str, **fields):
    """An agency as a publication names it, in the state that the publication implies. Made once.

    The system records it; no person decides anything, and nobody is told.
    """
    known = Agency.objects.filter(name__iexact=name, us_state=fields.get("us_state", "")).first()
    if known:
        return known
    known_since = fields.get("partner_since") or source.issued_on
    if known_since:
        fields["status_since"] = datetime.combine(known_since, time(12), UTC)
    with because(None, "Recorded from a publication", reason), readable_constraints(Agency):
        return Agency.objects.create(name=name, kind=kind, level=level, source=source, status=status, **fields)


def similar_agencies(*, name: str, us_state: str = "", without: int | None = None) -> list[Agency]:
    """Agencies whose names look the same, so that none is entered twice. Up to five, best first."""
    rows = Agency.objects.annotate(alike=TrigramSimilarity("name", name)).filter(alike__gte=0.45)
    if us_state:
        rows = rows.filter(us_state__in=[us_state, ""])
    if without:
        rows = rows.exclude(pk=without)
    return list(rows.order_by("-alike")[:5])


@transaction.atomic
def add_contact(*, actor, agency: Agency, name: str, is_primary: bool = False, **fields) -> Contact:
    """A point of contact. A new first contact takes the place of the old one."""
    require(can_edit_agency(actor, agency))
    with because(actor, "Added a contact"), readable_constraints(Contact):
        if is_primary:
            agency.contacts.filter(is_primary=True).update(is_primary=False, version=F("version") + 1)
        return Contact.objects.create(
            agency=agency, name=name, is_primary=is_primary, **({"confirmed_on": today()} | fields)
        )


@transaction.atomic
def offer_capacity(*, actor, agency: Agency, fiscal_year: int, engagements: int, kind: str = "") -> Capacity:
    """How many engagements the agency offers in a fiscal year: between one and thirty."""
    require(can_edit_agency(actor, agency))
    if not 1 <= engagements <= 30:
        raise Refused("Offer between 1 and 30 engagements a year, or pause requests instead.")
    with because(actor, "Offered capacity"), readable_constraints(Capacity):
        offer, made = Capacity.objects.get_or_create(
            agency=agency, fiscal_year=fiscal_year, kind=kind, defaults={"engagements": engagements}
        )
        if not made and offer.engagements != engagements:
            Capacity.objects.filter(pk=offer.pk).update(engagements=engagements, version=F("version") + 1)
            offer.refresh_from_db()
    return offer


@transaction.atomic
def add_tie(*, actor, agency: Agency, country: Country, note: str = "") -> CommunityTie:
    """A country that the agency's community comes from."""
    require(can_edit_agency(actor, agency))
    with because(actor, "Added a community tie"), readable_constraints(CommunityTie):
        return CommunityTie.objects.create(agency=agency, country=country, note=note)


@transaction.atomic
def pause_requests(*, actor, agency: Agency, until: date | None) -> Agency:
    """No requests until a date, or again at once with `None`. No reason is asked; it costs the agency nothing.

    `None` ends both ways of saying so: "paused until" and a "not before" that lies ahead.
    """
    require(can_edit_agency(actor, agency))
    if until is not None and until < today():
        raise Refused("That date has passed. Choose a later one, or leave it empty to take requests again.")
    with because(actor, "Paused requests" if until else "Takes requests again"):
        dates: dict[str, date | None] = {"paused_until": until}
        if until is None and agency.not_before and agency.not_before > today():
            dates["not_before"] = None
        Agency.objects.filter(pk=agency.pk).update(**dates, version=F("version") + 1)
    agency.refresh_from_db()
    return agency
