"""What the tests of this app share beside the cast: an engagement in Haiti and one person who travels in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from deployments.services import claims, payments
from deployments.services.rates import load_rates
from deployments.services.readiness import list_requirements, load_requirements
from deployments.tests import factories
from partners.tests.factories import make_expert
from slp.lib.dates import today


@pytest.fixture
def engagement(haiti, agency):
    """Under way; the agency takes part."""
    return factories.make_engagement(haiti, agency)


@pytest.fixture
def expert(agency, traveller):
    """Lieutenant Alix Jean, whose account is `traveller`."""
    return make_expert(agency, user=traveller)


@pytest.fixture
def deployment(engagement, expert):
    """Alix Jean, in country."""
    return factories.make_deployment(engagement, expert)


@pytest.fixture
def requirements(db):
    load_requirements()


@pytest.fixture
def leaving(engagement, expert, requirements):
    """Alix Jean prepares to leave in ten days."""
    start = today() + timedelta(days=10)
    row = factories.make_deployment(
        engagement, expert, status="preparing", starts_on=start, ends_on=start + timedelta(days=20)
    )
    list_requirements(deployment=row)
    return row


@pytest.fixture
def rates(haiti):
    load_rates()


# -- a claim on its way: draft, submitted, approved, certified --------------------------------------
@pytest.fixture
def claim(engagement, agency, coordinator):
    return factories.make_claim(engagement, agency, coordinator, statement=True)


@pytest.fixture
def submitted(claim, coordinator):
    """Two lines of $100 with receipts, submitted by the coordinator."""
    for description in ("Books", "Manuals"):
        factories.make_line(
            claim, description=description, receipt=factories.make_receipt(coordinator), no_receipt_because=""
        )
    return claims.submit_claim(claim=claim, actor=coordinator)


@pytest.fixture
def approved(submitted, officer):
    claims.review_claim(claim=submitted, actor=officer)
    claims.allow_rest(claim=submitted, actor=officer)
    return claims.approve_claim(claim=submitted, actor=officer)


@pytest.fixture
def certified(approved, engagement, finance):
    obligation = factories.make_obligation(engagement, finance)
    return payments.certify_claim(claim=approved, obligation=obligation, actor=finance)


@pytest.fixture
def in_review(engagement, agency, coordinator, rates):
    """A claim of one line, as an officer decides it."""
    return factories.make_claim(
        engagement, agency, coordinator, lines=1, status="in_review", submitted_at=timezone.now()
    )
