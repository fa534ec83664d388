"""Where a traveller sleeps, when they work in several cities: inside the journey, one bed a night."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from deployments.models import Deployment, Stay
from deployments.permissions import can_plan_travel
from deployments.services.travel import span
from slp.lib.answers import Refused, require
from slp.lib.dates import show
from slp.lib.errors import readable_constraints
from slp.lib.track import because


def outside(deployment: Deployment, night: date) -> str:
    """Why a night can't be planned, as a sentence; empty if it lies within the journey."""
    if deployment.starts_on <= night <= deployment.ends_on:
        return ""
    return f"{show(night)} is not within the journey, {deployment.when}."


def add_stay(
    *, deployment: Deployment, city: str, first_night: date, last_night: date, actor, lodging: str = ""
) -> Stay:
    """Say in which city the traveller sleeps on these nights. Whoever organizes the journey; one bed a night."""
    with transaction.atomic():
        deployment = _held(deployment)
        require(can_plan_travel(actor, deployment))
        if sentence := outside(deployment, first_night) or outside(deployment, last_night):
            raise Refused(sentence)
        stay = Stay(
            deployment=deployment, city=city.strip(), lodging=lodging.strip(), period=span(first_night, last_night)
        )
        with because(actor, "Planned nights in a city"), readable_constraints(Stay):
            stay.save(force_insert=True)
    return stay


def remove_stay(*, stay: Stay, actor) -> None:
    """Take planned nights away. The history keeps them."""
    with transaction.atomic():
        require(can_plan_travel(actor, _held(stay.deployment)))
        with because(actor, "Removed nights in a city"):
            stay.delete()


def _held(deployment: Deployment) -> Deployment:
    """As it is now, and held: the dates of the journey don't change while nights are planned in it."""
    rows = Deployment.objects.select_for_update(of=("self",)).select_related("expert", "country", "engagement")
    return rows.get(pk=deployment.pk)


def fit_stays(*, deployment: Deployment, period: DateRange) -> None:
    """After a change of dates: nights outside the journey fall away, the others stay as they were planned."""
    for stay in deployment.stays.exclude(period__contained_by=period):
        first, after = max(stay.period.lower, period.lower), min(stay.period.upper, period.upper)
        if first < after:
            Stay.objects.filter(pk=stay.pk).update(period=DateRange(first, after))
        else:
            stay.delete()
