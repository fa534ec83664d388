"""Narrowing the roster: each filter alone and together, in the address, at both doors, at a constant cost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deployments.models import Deployment
from deployments.tests.factories import make_deployment
from engagements.tests.factories import make_engagement
from partners.models import Expertise
from partners.services.experts import days
from partners.tests.factories import make_expert
from slp.lib.dates import today
from slp.places.models import Language

pytestmark = pytest.mark.django_db

MARCH = date(today().year + 1, 3, 1)


def day(number: int) -> date:
    return MARCH + timedelta(days=number - 1)


@pytest.fixture
def roster(agency, other_agency, community_policing, creole, haiti, georgia):
    """Four people, each different in every way that can be asked for."""
    french = Language.objects.get_or_create(code="fr", defaults={"name": "French"})[0]
    forensics = Expertise.objects.create(code="FOR-09", name="Ballistics", sector="POL")
    ada = make_expert(
        agency, "Ada", skills=[(community_policing, 1), (forensics, 3)], languages=[(creole, 2), (french, 5)]
    )
    ben = make_expert(agency, "Ben", skills=[(community_policing, 3)], languages=[(creole, 4)], service="retired")
    cyd = make_expert(agency, "Cyd", confirmed_on=today())
    dee = make_expert(other_agency, "Dee", confirmed_on=today() - timedelta(days=400))
    ben.languages.update(is_tested=True)
    valid, past = today() + timedelta(days=30), today() - timedelta(days=30)
    issued = date(2020, 1, 1)
    ada.certificates.create(programme="Corrections trainers", issued_on=issued, expires_on=valid)
    ben.certificates.create(programme="Corrections trainers", issued_on=issued, expires_on=past)
    ada.countries.create(country=haiti, relation="worked")
    ben.countries.create(country=haiti, relation="ties")
    cyd.countries.create(country=georgia, relation="worked")
    for first, last, kind, who in (
        (1, 10, "available", ada), (11, 20, "available", ada), (5, 6, "blackout", ben), (15, 20, "available", cyd),
    ):  # fmt: skip
        who.availability.create(period=days(day(first), day(last)), kind=kind)
    return {"Ada": ada, "Ben": ben, "Cyd": cyd, "Dee": dee}


def names(client, query: str, door: str = "desk") -> set[str]:
    page = client.get(reverse(f"{door}:expert-list") + query).content.decode()
    return {name for name in ("Ada", "Ben", "Cyd", "Dee") if f">{name}</a>" in page}


CASES = {
    "?expertise=POL-01": "Ada Ben",
    "?expertise=POL-01&depth=2": "Ben",  # Ada is certified, but in something else
    "?depth=3": "Ada Ben",
    "?language=ht": "Ada Ben",
    "?language=ht&level=3": "Ben",  # Ada's five is French
    "?level=5": "Ada",
    "?language=fr&tested=yes": "",
    "?tested=yes": "Ben",
    "?certified=valid": "Ada",
    "?certified=expired": "Ben",
    "?certificate=corrections": "Ada",
    "?certificate=nothing+such": "",
    "?country=HT": "Ada Ben",
    "?country=HT&relation=ties": "Ben",
    "?relation=worked": "Ada Cyd",
    "?service=retired": "Ben",
    "?confirmed=stale": "Ada Ben Dee",
    "?confirmed=fresh": "Cyd",
    "?us_state=CA": "Dee",
    "?expertise=POL-01&language=ht&service=serving": "Ada",
    "?q=lieutenant+ben": "Ben",
    "?language=xx": "",  # no such choice: said at the field, and all of them would be a wrong answer
}


@pytest.mark.parametrize("query", CASES)
def test_each_filter_narrows_to_whom_it_says(query, roster, other_agency, officer, client_of):
    type(other_agency).objects.filter(pk=other_agency.pk).update(us_state="CA")
    assert names(client_of(officer), query) == set(CASES[query].split())


FREE = {
    (5, 15): "Ada Dee",  # two windows that touch are one; Ben is barred; Cyd comes later
    (7, 9): "Ada Ben Dee",  # who gave no window is free but for what they barred
    (16, 18): "Ada Ben Cyd Dee",
    (20, 21): "Ben Dee",  # a day after the window is outside it
    (6, None): "Ada Dee",  # one day alone
}


@pytest.mark.parametrize("span", FREE)
def test_free_on_these_days(span, roster, officer, client_of):
    first, last = span
    query = f"?free_from={day(first)}" + (f"&free_until={day(last)}" if last else "")
    assert names(client_of(officer), query) == set(FREE[span].split())


def test_a_deployment_takes_the_days_unless_it_is_called_off(roster, haiti, officer, client_of):
    client, query = client_of(officer), f"?free_from={day(7)}&free_until={day(9)}"
    engagement = make_engagement(haiti, starts_on=day(9), ends_on=day(20))
    trip = make_deployment(engagement, roster["Dee"], status="confirmed")
    assert names(client, query) == {"Ada", "Ben"}
    Deployment.objects.filter(pk=trip.pk).update(status="cancelled")
    assert names(client, query) == {"Ada", "Ben", "Dee"}


def test_days_in_the_wrong_order_are_said_at_the_field(roster, officer, client_of):
    page = client_of(officer).get(reverse("desk:expert-list") + f"?free_from={day(9)}&free_until={day(7)}")
    assert "The last day is before the first one." in page.content.decode()


def test_the_portal_narrows_its_own_people_only(roster, coordinator, client_of):
    client = client_of(coordinator)
    assert names(client, "", "portal") == {"Ada", "Ben", "Cyd"}
    assert names(client, "?language=ht&level=3", "portal") == {"Ben"}
    assert names(client, "?agency=999999", "portal") == {"Ada", "Ben", "Cyd"}, "no such filter here"


def test_what_is_downloaded_is_what_is_shown(roster, officer, client_of):
    got = client_of(officer).get(reverse("desk:expert-list") + "?language=ht&level=3&export=csv")
    lines = b"".join(got.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "Ben" in lines[1]


def test_filters_stay_in_the_address_of_the_next_page(roster, agency, creole, officer, client_of):
    for number in range(60):
        make_expert(agency, f"Speaker {number:02d}", languages=[(creole, 4)])
    page = client_of(officer).get(reverse("desk:expert-list") + "?language=ht&level=3").content.decode()
    assert "language=ht&amp;level=3&amp;page=2" in page
    assert '<option value="ht" selected>' in page


def test_all_filters_together_cost_what_none_costs(roster, agency, officer, client_of):
    for number in range(120):
        make_expert(agency, f"Other {number:03d}")
    client, counts = client_of(officer), []
    everything = "&".join(
        ["expertise=POL-01", "depth=1", "language=ht", "level=1", "tested=yes", "certificate=c", "certified=valid",
         f"free_from={day(7)}", "country=HT", "relation=worked", "service=serving", "us_state=CT",
         f"agency={agency.pk}"]
    )  # fmt: skip
    client.get(reverse("desk:expert-list"))  # what is looked up once per process
    for query in ("", "?page=2", f"?{everything}"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("desk:expert-list") + query).status_code == 200
        counts.append(len(queries))
    assert max(counts) <= 6, counts
