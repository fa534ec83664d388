"""Whoever reads a fact about a partner comes from its page to the publication that says it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from conftest import make_user
from engagements.models import PublishedFigure
from partners.models import Agency, Agreement, Outreach
from slp.demo.record.accounting import published_facts, records_by_fact

pytestmark = pytest.mark.django_db

PAGES = {
    Agency: lambda row: reverse("desk:agency-detail", args=[row.pk]),
    Agreement: lambda row: reverse("desk:agreement-detail", args=[row.reference]),
    Outreach: lambda row: reverse("desk:outreach-detail", args=[row.pk]),
}


@pytest.fixture
def reader(record) -> Client:
    client = Client()
    client.force_login(make_user("reader", staff_role="officer"))
    return client


def test_every_agency_agreement_and_outreach_of_a_fact_leads_to_its_source(reader):
    sheet, seen, dead = reverse("public:fact-sheet"), set(), []
    for fact, rows in records_by_fact().items():
        for row in rows:
            if type(row) not in PAGES:
                continue
            seen.add(type(row))
            page = reader.get(PAGES[type(row)](row)).content.decode()
            if f'href="{sheet}#source-{row.source_id}"' not in page:
                dead.append((fact, str(row)))
    assert dead == []
    assert seen == set(PAGES)


def test_every_agency_that_a_fact_names_is_on_record(record):
    """Rows that name an agency of one state; INL's own engagements name none."""
    rows = [row for row in published_facts().values() if len(row["us_state"]) == 2]
    named = {row["agency"] for row in rows if not row["agency"].startswith("INL")}
    known = set(Agency.objects.filter(is_fictional=False).values_list("name", flat=True))
    assert len(named) == 18
    assert named - known == set()


def test_the_certified_instructors_lead_to_their_source(record, client):
    page = client.get(reverse("public:fact-sheet")).content.decode()
    certified = PublishedFigure.objects.filter(measure="instructors_certified")
    assert [figure.code for figure in certified] == ["SF10"]
    for figure in certified:
        assert f'href="#source-{figure.source_id}"' in page
        assert f'id="source-{figure.source_id}"' in page


def test_every_source_of_the_record_stands_among_the_sources(record, client):
    page = client.get(reverse("public:fact-sheet")).content.decode()
    sources = {row.source_id for rows in records_by_fact().values() for row in rows}
    assert [code for code in sources if f'id="source-{code}"' not in page] == []
