"""Figures of what goes on in SLP itself."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conftest import make_agency
from deployments.models import Deployment
from deployments.tests.factories import make_deployment
from engagements.models import Engagement, FinalReport, Participation
from engagements.tests.factories import make_engagement
from partners.models import Expert
from partners.tests.factories import make_agreement, make_expert
from slp.lib.dates import today
from slp.lib.lists import PAGE_SIZE
from slp.public.factsheet import MEASURES, FactSheet

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


# -- many records -----------------------------------------------------------------------------------
@pytest.fixture
def years_of_work(agency, haiti, officer):
    """`years_of_work(n)`: n more engagements that were over long ago, each with a journey and a report."""
    agreement = make_agreement(agency)
    day = today() - timedelta(days=400)
    last = day + timedelta(days=9)

    def make(count: int) -> None:
        made = Engagement.objects.bulk_create(
            Engagement(
                kind="training", title=f"Course {n}", status="closed", country=haiti, starts_on=day, ends_on=last
            )
            for n in range(count)
        )
        Participation.objects.bulk_create(Participation(engagement=e, agency=agency, agreement=agreement) for e in made)
        people = Expert.objects.bulk_create(Expert(agency=agency, name=f"Expert of {e.pk}") for e in made)
        Deployment.objects.bulk_create(
            Deployment(
                engagement=e, expert=person, agency=agency, country=haiti, role="Mentor", status="closed",
                period=DateRange(day, last + timedelta(days=1)),
            )
            for e, person in zip(made, people, strict=True)
        )  # fmt: skip
        FinalReport.objects.bulk_create(
            FinalReport(
                engagement=e, agency=agency, first_due_on=day, due_on=day, women_trained=2, men_trained=3,
                status="accepted",
            )
            for e in made
        )  # fmt: skip

    return make


YESTERDAY = today() - timedelta(days=1)
MANY = {"engagements": 1, "deployments": 1, "people_deployed": 1, "people_trained": 5}
MANY_LINES = {"engagements": 1, "deployments": 1, "people_deployed": 1, "people_trained": 2}


@pytest.mark.parametrize("as_of", ["", YESTERDAY.isoformat()])
def test_a_page_reads_only_the_lines_that_it_shows(as_of, years_of_work, client):
    years_of_work(PAGE_SIZE + 2)
    for measure in MANY:
        all_lines_of(measure, {"measure": measure, "as_of": as_of}, client)


def all_lines_of(measure: str, address: dict, client) -> None:
    """Page by page, and as a file."""
    url, total = reverse("public:fact-sheet-rows"), (PAGE_SIZE + 2) * MANY[measure]
    seen, number = [], 1
    while True:
        page = client.get(url, address | {"page": number})
        assert page.context["figure"].computed == total, measure
        assert len(page.context["lines"]) <= PAGE_SIZE, measure
        seen += page.context["lines"]
        if not page.context["pages"].next_url:
            break
        number += 1
    assert number == -(-(PAGE_SIZE + 2) * MANY_LINES[measure] // PAGE_SIZE), measure
    assert sum(line.count for line in seen) == total, measure
    assert len({(line.text, line.part) for line in seen}) == len(seen), f"{measure}: no line stands on two pages"
    rows = b"".join(client.get(url, address | {"export": "csv"}).streaming_content).decode().splitlines()
    assert len(rows) == 1 + len(seen), measure


@pytest.mark.parametrize("rows", [1, 60])
def test_lines_cost_the_same_however_many_there_are(rows, years_of_work, client):
    years_of_work(rows)
    url, as_of = reverse("public:fact-sheet-rows"), YESTERDAY.isoformat()
    for measure in [m for m, (_, _, kinds) in MEASURES.items() if kinds is not None]:
        cache.clear()
        for most in (8, 7):  # the second time the numbers are remembered
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url, {"measure": measure, "as_of": as_of}).status_code == 200
            assert len(queries) <= most, "\n".join([measure, *(q["sql"][:160] for q in queries)])


def test_a_past_sheet_is_counted_by_one_statement_and_once(years_of_work, client):
    years_of_work(3)
    cache.clear()
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("public:fact-sheet"), {"as_of": YESTERDAY.isoformat()})
        costs.append(len(queries))
    assert costs == [4, 3]  # state of the record, numbers, published figures, sources


def test_remembered_numbers_of_the_past_are_never_old(years_of_work, client):
    address = {"as_of": YESTERDAY.isoformat()}
    url = reverse("public:fact-sheet")
    years_of_work(1)
    assert figure_on(client.get(url, address), "Engagements") == "1"
    years_of_work(1)
    assert figure_on(client.get(url, address), "Engagements") == "2"


def figure_on(page, label: str) -> str:
    text = page.content.decode()
    return re.search(rf'>{label}</h2>\s*<p class="slp-number-card__value">(\d+)', text.replace("\n", " "))[1]


def test_a_page_after_the_last_says_so(years_of_work, client):
    years_of_work(1)
    page = client.get(reverse("public:fact-sheet-rows"), {"measure": "engagements", "page": "7"})
    assert page.status_code == 200
    assert "No such page" in page.content.decode()


def test_a_person_counts_once_at_their_first_journey(agency, haiti, officer, client):
    agreement, expert = make_agreement(agency), make_expert(agency, "Twice abroad")
    for number, days in enumerate((400, 300)):
        start, end = today() - timedelta(days=days), today() - timedelta(days=days - 9)
        engagement = make_engagement(
            haiti, officer, agency=agency, agreement=agreement, status="closed", title=f"Journey {number}",
            starts_on=start, ends_on=end,
        )  # fmt: skip
        make_deployment(engagement, expert, status="closed", starts_on=start, ends_on=end)
    found = figures()
    assert (found["deployments"].computed, found["people_deployed"].computed) == (2, 1)
    page = client.get(reverse("public:fact-sheet-rows"), {"measure": "people_deployed"})
    assert [line.text.what for line in page.context["lines"]] == ["Journey 0"]


def test_a_state_names_its_agencies_and_says_how_many_more(client, db):
    for number in range(15):
        make_agency(f"Agency {number:02}", us_state="OH", partner_since=date(2012, 1, 1))
    page = client.get(reverse("public:fact-sheet-rows"), {"measure": "states"})
    (line,) = page.context["lines"]
    assert line.text.what == "Ohio"
    assert line.text.detail.endswith("Agency 11 and 3 more")
