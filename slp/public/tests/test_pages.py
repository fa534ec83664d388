"""The public pages: open to everybody, cheap, true to the record."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Accomplishment, Engagement, PublishedFigure
from slp.places.models import Country
from slp.public import remember

pytestmark = pytest.mark.django_db

PAGES = (
    "home", "accomplishments", "fact-sheet", "enquiry", "enquiry-received", "accessibility", "privacy",
)  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_everybody_may_read_them(name, client, record):
    assert client.get(reverse(f"public:{name}")).status_code == 200


@pytest.mark.parametrize(("name", "first", "later"), [("home", 4, 1), ("accomplishments", 2, 2), ("fact-sheet", 5, 1)])
def test_what_they_cost(name, first, later, client, record):
    cache.clear()
    for cost in (first, later):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"public:{name}"))
        assert len(queries) == cost, "\n".join(q["sql"][:120] for q in queries)


def test_a_remembered_page_is_never_old(client, record):
    url = reverse("public:fact-sheet")
    assert "Sixty-eight" in client.get(url).content.decode()
    PublishedFigure.objects.filter(code="SF01-OFFICERS").update(wording="Corrected wording")
    assert "Corrected wording" in client.get(url).content.decode()
    Engagement.objects.filter(fact_ids="SF13").update(title="Changed title", status="cancelled")
    assert client.get("/").status_code == 200
    Country.objects.filter(pk="HT").update(name="Haiti again")
    assert "Haiti again" in client.get("/").content.decode()


def test_without_a_cache_the_pages_still_open(client, record, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(remember.cache, "get", refuse)
    assert client.get("/").status_code == 200
    assert client.get(reverse("public:fact-sheet")).status_code == 200


def test_the_map_and_its_table_say_the_same(client, record):
    page = client.get("/").content.decode()
    assert page.count('data-label="Country"') == 94
    for country in ("Haiti", "Kosovo", "Saint Lucia"):
        assert f"<title>{country}</title>" in page
        assert f'<td data-label="Country">{country}</td>' in page
    assert "imply no position of the U.S. Government" in page
    assert " style=" not in page


def test_the_six_steps_stand_in_their_order(client):
    page = client.get("/").content.decode()
    steps = ("Identify needs", "Partner selection", "Formal mechanism", "Training before", "Deployment", "Afterwards")
    places = [page.index(f"<h3>{step}") for step in steps]
    assert places == sorted(places)


def test_unpublished_accomplishments_stay_in_house(client, record):
    Accomplishment.objects.filter(country="CR").update(published_on=None)
    assert "DNA evidence in Costa Rica" not in client.get(reverse("public:accomplishments")).content.decode()
