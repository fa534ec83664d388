"""Figures of what goes on in SLP itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from engagements.models import FinalReport
from engagements.tests.factories import make_engagement
from partners.tests.factories import make_agreement
from slp.lib.dates import today
from slp.public.factsheet import FactSheet

pytestmark = pytest.mark.django_db


def figures(as_of=None) -> dict:
    return {f.measure: f for f in FactSheet(as_of).figures()}


def test_a_live_engagement_counts_when_it_begins(agency, haiti, officer):
    make_engagement(
        haiti, officer, agency=agency, agreement=make_agreement(agency), status="under_way",
        starts_on=today() - timedelta(days=5), ends_on=today() + timedelta(days=50),
    )  # fmt: skip
    assert figures()["engagements"].computed == 1
    assert figures(today() - timedelta(days=6))["engagements"].computed == 0


def test_what_goes_on_today_is_shown_without_names(agency, haiti, officer, client):
    make_engagement(
        haiti, officer, agency=agency, agreement=make_agreement(agency), status="under_way", title="Secret title",
        starts_on=today() - timedelta(days=5), ends_on=today() + timedelta(days=50),
    )  # fmt: skip
    page = client.get(reverse("public:fact-sheet-rows"), {"measure": "engagements"}).content.decode()
    assert "Secret title" not in page
    assert agency.name not in page
    assert "under way" in page


def test_accepted_reports_are_counted_by_sex(agency, haiti, officer):
    over = make_engagement(
        haiti, officer, agency=agency, agreement=make_agreement(agency), status="closed",
        starts_on=today() - timedelta(days=40), ends_on=today() - timedelta(days=20),
    )  # fmt: skip
    due = today()
    numbers = {"women_trained": 5, "men_trained": 9, "unknown_trained": 0}
    report = FinalReport.objects.create(engagement=over, agency=agency, first_due_on=due, due_on=due, **numbers)
    assert figures()["people_trained"].computed == 0, "not accepted yet"
    FinalReport.objects.filter(pk=report.pk).update(status="accepted")
    assert figures()["people_trained"].parts == {"men": 9, "women": 5}
