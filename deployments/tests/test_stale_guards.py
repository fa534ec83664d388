"""A guard sees the record as it is under the lock, not as a page has read it before."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import close_old_connections, connection, transaction

from deployments.lifecycles import CLAIM, CLEARANCE, DEPLOYMENT
from deployments.models import Clearance, Deployment
from deployments.pages.claims import load_claim, sheet
from deployments.pages.common import load_deployment
from deployments.services.readiness import reopen_clearance
from deployments.tests.factories import make_clearance, make_deployment, make_line, make_requirement
from engagements.models import Engagement
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaving(engagement, expert) -> Deployment:
    """Prepares to leave in ten days; the only requirement is cleared."""
    start = today() + timedelta(days=10)
    row = make_deployment(engagement, expert, status="preparing", starts_on=start, ends_on=start + timedelta(days=5))
    make_clearance(row, make_requirement(), status="cleared")
    return row


def as_page_reads(user, deployment: Deployment) -> Deployment:
    """With its clearances, as every page of a journey loads it."""
    return load_deployment(SimpleNamespace(user=user), deployment.reference)


def test_a_clearance_reopened_between_loading_and_ready_is_seen(leaving, officer):
    seen = as_page_reads(officer, leaving)
    assert DEPLOYMENT.can(seen, "ready", officer)

    reopen_clearance(clearance=leaving.clearances.get(), actor=officer, reason="The visa was revoked.")

    with pytest.raises(Refused, match="Visa is not started"):
        DEPLOYMENT.apply(seen, "ready", actor=officer)
    assert Deployment.objects.get(pk=leaving.pk).status == "preparing"


def test_an_engagement_that_moved_on_is_seen_through_the_journey(engagement, expert, officer):
    ready = make_deployment(engagement, expert, status="ready")
    make_clearance(ready, make_requirement(), status="cleared")
    seen = as_page_reads(officer, ready)
    assert DEPLOYMENT.can(seen, "arrive", officer)

    Engagement.objects.filter(pk=engagement.pk).update(status="preparing")

    with pytest.raises(Refused, match="The engagement has not started yet"):
        DEPLOYMENT.apply(seen, "arrive", actor=officer)


def test_a_line_added_after_the_page_checked_the_claim_is_seen(claim, coordinator):
    make_line(claim)
    seen = load_claim(SimpleNamespace(user=coordinator), claim.reference)
    sheet(seen)
    make_line(claim, description="Hotel", category="lodging", no_receipt_because="")

    with pytest.raises(Refused, match="Line 2, Hotel"):
        CLAIM.apply(seen, "submit", actor=coordinator)


def test_who_was_seen_in_another_state_is_still_told_so(leaving, officer):
    seen = as_page_reads(officer, leaving)
    DEPLOYMENT.apply(leaving, "cancel", actor=officer, reason="Not needed.")

    with pytest.raises(Stale, match="it is now cancelled"):
        DEPLOYMENT.apply(seen, "ready", actor=officer)
    with pytest.raises(Stale):  # and again: the object was not brought up to date behind the person's back
        DEPLOYMENT.apply(seen, "ready", actor=officer)


def test_a_record_that_is_gone_is_said_to_be_gone(leaving, officer):
    clearance = leaving.clearances.get()
    Clearance.objects.filter(pk=clearance.pk).delete()

    with pytest.raises(Stale, match="it is now gone"):
        CLEARANCE.apply(clearance, "reopen", actor=officer, reason="Again.")


def test_a_refused_constraint_of_a_move_is_said_in_its_words(leaving, officer, expert, engagement):
    """The database's own refusal, reached without the service that looks first."""
    late = make_deployment(engagement, expert, status="nominated", starts_on=leaving.starts_on, ends_on=leaving.ends_on)
    with pytest.raises(Refused, match="already deployed on some of these days"):
        DEPLOYMENT.apply(late, "confirm", actor=officer)


@pytest.mark.django_db(transaction=True)
def test_ready_and_reopened_in_the_same_moment_is_not_ready(leaving, officer):
    """One transaction marks the person as ready, another opens the clearance before the first has committed."""

    def reopen():
        close_old_connections()
        try:
            reopen_clearance(clearance=Clearance.objects.get(), actor=officer, reason="The visa was revoked.")
        finally:
            connection.close()

    other = threading.Thread(target=reopen)
    with transaction.atomic():
        DEPLOYMENT.apply(leaving, "ready", actor=officer)
        other.start()
        other.join(timeout=1.5)
    other.join(timeout=30)
    assert not other.is_alive()
    assert Clearance.objects.get().status == "not_started"
    assert Deployment.objects.get().status == "preparing"
