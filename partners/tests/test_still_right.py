"""Twice a year the coordinator confirms the agency's record; what was not confirmed for long shows as stale."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners import reminders
from partners.models import Agency, Membership
from partners.services.confirm import confirm_agency, is_stale
from partners.tests.factories import make_expert
from slp.lib.answers import Refused
from slp.lib.dates import today


@pytest.fixture
def old(agency) -> Agency:
    """A partner that has confirmed a year ago, with a contact, somebody on the roster and somebody who left it."""
    year_ago = today() - timedelta(days=365)
    Agency.objects.filter(pk=agency.pk).update(confirmed_on=year_ago, partner_since=year_ago)
    agency.contacts.create(name="Ann Contact", confirmed_on=year_ago)
    make_expert(agency, "Still There", confirmed_on=year_ago)
    make_expert(agency, "Gone", confirmed_on=year_ago, is_active=False)
    agency.refresh_from_db()
    return agency


def test_one_button_confirms_everything_that_is_current(old, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-confirm")
    page = client.get(url).content.decode()
    assert "Ann Contact" in page
    assert "Still There" in page
    assert "Gone" not in page
    assert client.post(url).status_code == 302
    old.refresh_from_db()
    assert old.confirmed_on == today()
    assert old.contacts.get().confirmed_on == today()
    assert {e.name: e.confirmed_on == today() for e in old.experts.all()} == {"Still There": True, "Gone": False}


def test_who_coordinates_two_agencies_confirms_each(old, other_agency, coordinator, client_of):
    Membership.objects.create(agency=other_agency, user=coordinator, role="coordinator")
    Agency.objects.filter(pk=other_agency.pk).update(confirmed_on=old.confirmed_on, partner_since=old.confirmed_on)
    client, url, found = client_of(coordinator), reverse("portal:agency-confirm"), []
    for _ in range(2):
        shown = re.search(r'name="agency" value="(\d+)"', client.get(url).content.decode()).group(1)
        assert client.post(url, {"agency": shown}).status_code == 302
        found.append(int(shown))
    assert sorted(found) == sorted([old.pk, other_agency.pk])
    assert set(Agency.objects.values_list("confirmed_on", flat=True)) == {today()}


@pytest.mark.parametrize("who", ["signatory", "traveller", "agency_finance", "outsider", "officer"])
def test_only_the_coordinator_knows(old, who, request):
    with pytest.raises(Refused, match="Only the agency's coordinator"):
        confirm_agency(actor=request.getfixturevalue(who), agency=old)


@pytest.mark.parametrize(("days", "stale"), [(0, False), (199, False), (200, False), (201, True), (None, True)])
def test_stale(days, stale):
    assert is_stale(None if days is None else today() - timedelta(days=days)) is stale


def test_the_desk_sees_what_is_stale_and_filters_it(old, other_agency, officer, client_of):
    Agency.objects.filter(pk=other_agency.pk).update(confirmed_on=today())
    client, url = client_of(officer), reverse("desk:agency-list")
    assert "(stale)" in client.get(url).content.decode()
    stale = client.get(url + "?confirmed=stale").content.decode()
    assert old.name in stale
    assert other_agency.name.split("'")[0] not in stale
    fresh = client.get(url + "?confirmed=fresh").content.decode()
    assert old.name not in fresh


@pytest.mark.parametrize(("since", "rung"), [(181, None), (182, 0), (195, 0), (196, 14), (212, 30), (400, 30)])
def test_asked_after_half_a_year_and_twice_again(old, coordinator, signatory, since, rung):
    Agency.objects.filter(pk=old.pk).update(confirmed_on=today() - timedelta(days=since))
    found = list(reminders.agency_confirm(timezone.now()))
    assert [due.user for due in found] == ([] if rung is None else [coordinator])
    assert all(f":{rung}:" in due.key for due in found)


def test_a_partner_that_never_confirmed_is_asked_half_a_year_after_it_became_one(old, coordinator):
    Agency.objects.filter(pk=old.pk).update(confirmed_on=None, partner_since=today() - timedelta(days=100))
    assert not list(reminders.agency_confirm(timezone.now()))
    Agency.objects.filter(pk=old.pk).update(partner_since=today() - timedelta(days=182))
    assert [due.user for due in reminders.agency_confirm(timezone.now())] == [coordinator]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_however_long(old, coordinator, client_of, rows, django_assert_num_queries):
    for number in range(rows):
        make_expert(old, f"Person {number}")
        old.contacts.create(name=f"Contact {number}")
    client = client_of(coordinator)
    with django_assert_num_queries(9):
        assert client.get(reverse("portal:agency-confirm")).status_code == 200
