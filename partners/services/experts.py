"""The roster: adding people with what they know and speak, and when they are free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from partners.models import (
    Agency,
    Availability,
    Certificate,
    Expert,
    ExpertCountry,
    ExpertLanguage,
    ExpertSkill,
)
from partners.permissions import can_edit_expert, can_edit_roster
from slp.lib.answers import Refused, require
from slp.lib.dates import today
from slp.lib.errors import readable_constraints
from slp.lib.track import because

Pair = tuple


def days(first: date, last: date) -> DateRange:
    """A range that includes both days, as the roster keeps them."""
    if last < first:
        raise Refused("The window ends before it starts.")
    return DateRange(first, last + timedelta(days=1))


@transaction.atomic
def add_expert(
    *,
    actor,
    agency: Agency,
    name: str,
    rank: str,
    skills: Iterable[Pair] = (),
    languages: Iterable[Pair] = (),
    availability: Iterable[Pair] = (),
    countries: Iterable[Pair] = (),
    **fields,
) -> Expert:
    """A person on an agency's roster.

    `skills`: (expertise, depth); `languages`: (language, level[, tested]); `availability`: (first day, last
    day, kind); `countries`: (country, relation).
    """
    require(can_edit_roster(actor, agency))
    if not agency.deploys:
        raise Refused(f"{agency} takes part in outreach and planning, but sends nobody: it has no roster.")
    with because(actor, "Added to the roster"), readable_constraints(Expert, ExpertSkill, ExpertLanguage, Availability):
        expert = Expert.objects.create(
            agency=agency, name=" ".join(name.split()), rank=rank, **({"confirmed_on": today()} | fields)
        )
        ExpertSkill.objects.bulk_create(ExpertSkill(expert=expert, expertise=e, depth=d) for e, d in skills)
        ExpertLanguage.objects.bulk_create(
            ExpertLanguage(expert=expert, language=lang, speaking=level, is_tested=bool(tested))
            for lang, level, *tested in languages
        )
        Availability.objects.bulk_create(
            Availability(expert=expert, period=days(first, last), kind=kind) for first, last, kind in availability
        )
        ExpertCountry.objects.bulk_create(
            ExpertCountry(expert=expert, country=country, relation=relation) for country, relation in countries
        )
    return expert


@transaction.atomic
def add_certificate(*, actor, expert: Expert, programme: str, issued_on: date, **fields) -> Certificate:
    """An instructor certificate of an expert."""
    require(can_edit_expert(actor, expert))
    Expert.objects.select_for_update().get(pk=expert.pk)
    if expert.certificates.filter(programme__iexact=programme, issued_on=issued_on).exists():
        raise Refused("This certificate is already listed for this person: change that one.")
    with because(actor, "Added a certificate"), readable_constraints(Certificate):
        return Certificate.objects.create(expert=expert, programme=programme, issued_on=issued_on, **fields)


@transaction.atomic
def confirm_expert(*, actor, expert: Expert) -> Expert:
    """Somebody who knows has looked: the entry is still right."""
    require(can_edit_expert(actor, expert))
    with because(actor, "Confirmed as still right"):
        Expert.objects.filter(pk=expert.pk).update(confirmed_on=today(), version=F("version") + 1)
    expert.refresh_from_db()
    return expert


@transaction.atomic
def set_on_roster(*, actor, expert: Expert, on: bool) -> Expert:
    """Take a person off the roster, or back on. Past engagements stay."""
    require(can_edit_roster(actor, expert.agency))
    with because(actor, "Back on the roster" if on else "Taken off the roster"):
        Expert.objects.filter(pk=expert.pk).update(is_active=on, version=F("version") + 1)
    expert.refresh_from_db()
    return expert
