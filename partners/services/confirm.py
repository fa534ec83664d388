"""Twice a year the coordinator looks over what the programme knows of the agency and says that it is still right."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q

from partners.models import Agency
from partners.models.agency import AgencyStatus
from partners.permissions import can_confirm_agency
from slp.lib.answers import require
from slp.lib.dates import today
from slp.lib.track import because

ASK_AFTER_DAYS = 182
STALE_AFTER_DAYS = 200


def is_stale(confirmed_on: date | None) -> bool:
    """Was it never confirmed, or too long ago?"""
    return confirmed_on is None or confirmed_on < today() - timedelta(days=STALE_AFTER_DAYS)


def stale(field: str = "confirmed_on") -> Q:
    """The same as a condition."""
    return Q(**{field: None}) | Q(**{f"{field}__lt": today() - timedelta(days=STALE_AFTER_DAYS)})


def to_confirm(day: date) -> Q:
    """Agencies whose coordinator is asked on this day whether all is still right."""
    before = day - timedelta(days=ASK_AFTER_DAYS)
    asked = Q(confirmed_on__lte=before) | Q(confirmed_on=None, partner_since__lte=before)
    return asked & Q(status=AgencyStatus.PARTNER) & ~Q(is_fictional=False, source__isnull=False)


@transaction.atomic
def confirm_agency(*, actor, agency: Agency) -> Agency:
    """Somebody who knows has looked at contacts, people, roster and offer: all is right as of today."""
    require(can_confirm_agency(actor, agency))
    Agency.objects.select_for_update().get(pk=agency.pk)
    now = {"confirmed_on": today(), "version": F("version") + 1}
    with because(actor, "Confirmed as still right"):
        Agency.objects.filter(pk=agency.pk).update(**now)
        agency.contacts.update(**now)
        agency.experts.filter(is_active=True).update(**now)
    agency.refresh_from_db()
    return agency
