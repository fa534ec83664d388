"""Two people of INL/KM decide or plan the same thing at the same time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.services.readiness import list_requirements
from deployments.tests.factories import make_claim, make_deployment
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


def test_a_decision_is_not_written_over_without_being_seen(
    engagement, agency, coordinator, rates, officer, director, client_of
):
    claim = make_claim(engagement, agency, coordinator, lines=1, status="in_review", submitted_at=timezone.now())
    line = claim.lines.get()
    url, opened = reverse("desk:line-decide", args=[line.pk]), line.version
    denied = {"decision": "denied", "reason": "Not a cost of this journey.", "seen_version": opened}
    assert client_of(officer).post(url, denied).status_code == 302
    allowed = {"decision": "allowed", "reason": "Looks right to me.", "seen_version": opened}
    late = client_of(director).post(url, allowed)
    assert late.status_code == 409
    page = late.content.decode()
    assert f"{officer} saved a change" in page
    assert "Not a cost of this journey." in page
    assert "Looks right to me." in page
    line.refresh_from_db()
    assert line.decision == "denied"
    assert client_of(director).post(url, allowed | {"seen_version": line.version}).status_code == 302
    line.refresh_from_db()
    assert line.decision == "allowed"


def test_dates_that_a_colleague_moved_are_kept(engagement, expert, requirements, officer, director, client_of):
    start = today() + timedelta(days=20)
    end = start + timedelta(days=20)
    journey = make_deployment(engagement, expert, status="confirmed", starts_on=start, ends_on=end)
    url = reverse("desk:deployment-dates", args=[journey.reference])
    seen = {"starts_on": start, "ends_on": end, "seen_version": journey.version, "reason": "The flights changed."}
    longer = client_of(officer).post(url, seen | {"ends_on": end + timedelta(days=3)})
    late = client_of(director).post(url, seen | {"starts_on": start + timedelta(days=1)})
    assert (longer.status_code, late.status_code) == (302, 409)
    again = {name: late.context["form"].data[name] for name in seen}
    assert client_of(director).post(url, again).status_code == 302
    journey.refresh_from_db()
    assert (journey.starts_on, journey.ends_on) == (start + timedelta(days=1), end + timedelta(days=3))


def test_what_a_longer_stay_asks_again_is_due_now_and_not_before_the_departure(
    engagement, expert, requirements, officer, client_of
):
    start = today() - timedelta(days=30)
    journey = make_deployment(engagement, expert, status="in_country", starts_on=start, ends_on=today())
    list_requirements(deployment=journey)
    journey.clearances.update(status="cleared")
    url = reverse("desk:deployment-dates", args=[journey.reference])
    longer = {"starts_on": start, "ends_on": today() + timedelta(days=60), "reason": "A month more of mentoring."}
    assert client_of(officer).post(url, longer).status_code == 302
    again = journey.clearances.exclude(status="cleared")
    assert again.exists()
    assert {clearance.due_on for clearance in again} == {today()}
