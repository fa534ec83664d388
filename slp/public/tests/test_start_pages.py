"""The start page of each door: what stands first, and how long it has been waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deployments.models import Claim, Incident
from deployments.tests.factories import make_claim, make_deployment, make_engagement
from partners.tests.factories import make_expert
from slp.lib.dates import start_of, today
from slp.public import todo

pytestmark = pytest.mark.django_db


def noon(days: int):
    """Washington's noon so many days ago: no clock change makes another day of it."""
    return start_of(today() - timedelta(days=days)) + timedelta(hours=12)


def incident(country, author, severity, *, days: int) -> Incident:
    return Incident.objects.create(
        country=country, severity=severity, happened_at=noon(days), author=author,
        summary="Stones were thrown at the car", place="Port-au-Prince",
    )  # fmt: skip


def test_incidents_stand_first_of_what_is_stuck_with_how_bad_and_how_old(client_of, officer, haiti, rso):
    incident(haiti, rso, Incident.Severity.LOW, days=9)
    incident(haiti, rso, Incident.Severity.CRITICAL, days=2)
    page = client_of(officer).get("/admin/").content.decode()
    stuck = page[page.index(">Stuck<") : page.index(">Coming up<")]
    assert stuck.index("Incidents not resolved") == stuck.index("<h3>") + len("<h3>")
    assert stuck.index("Critical: Stones were thrown") < stuck.index("Low: Stones were thrown")
    assert "for 2 days" in stuck
    assert "for 9 days" in stuck
    at_post = client_of(rso).get("/post/").content.decode()
    assert "Critical: Stones were thrown" in at_post


def test_a_claim_that_waits_says_for_how_long(client_of, officer, haiti, agency, coordinator):
    claim = make_claim(make_engagement(haiti, agency), agency, coordinator, status="submitted")
    Claim.objects.filter(pk=claim.pk).update(status_since=noon(12))
    page = client_of(officer).get("/admin/").content.decode()
    waiting = page[page.index("Claims waiting more than five working days") :]
    assert "for 12 days" in waiting


def test_days_are_the_same_whoever_asked_first(client_of, officer, haiti, rso, post_officer):
    """Somebody far away may be the first of the day: their zone is nobody else's."""
    todo._text.cache_clear()
    evening = start_of(today()) - timedelta(hours=30)  # a Washington evening, the next day in Tbilisi
    Incident.objects.create(
        country=haiti, severity=1, happened_at=evening, author=rso, summary="Late", place="Port-au-Prince"
    )
    rso.time_zone = "Asia/Tbilisi"
    rso.save()
    for reader in (rso, post_officer):
        assert "for 2 days" in client_of(reader).get("/post/").content.decode()


def test_what_is_only_under_way_is_not_the_readers_turn(client_of, agency, haiti, coordinator):
    make_deployment(make_engagement(haiti, agency), make_expert(agency))
    page = client_of(coordinator).get("/portal/").content.decode()
    assert page.index("Nothing waits for you") < page.index(">Under way<") < page.index("<h3>In country</h3>")
