"""Whom to call about an agreement changes while it lives, with its history and without a new signature."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partners.models import Contact
from partners.tests.factories import make_agreement

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement(agency, officer):
    made = make_agreement(agency, owner=officer)
    made.versions.create(number=1, text=made.text, sha256="a" * 64, author=officer)
    return made


@pytest.fixture
def contact(agency) -> Contact:
    return agency.contacts.create(name="Lt. Kim Park", email="kim@agency.example")


@pytest.mark.parametrize("door", ["desk", "portal"])
def test_both_sides_name_the_agencys_contact(door, agreement, contact, officer, coordinator, client_of):
    client = client_of(officer if door == "desk" else coordinator)
    sent = {"agency_contact": contact.pk, "seen_version": agreement.version, "owner": officer.pk}
    assert client.post(reverse(f"{door}:agreement-contacts", args=[agreement.reference]), sent).status_code == 302
    page = client.get(reverse(f"{door}:agreement-detail", args=[agreement.reference]) + "?history=1").content.decode()
    assert "Lt. Kim Park" in page
    assert "Changed the points of contact" in page
    agreement.refresh_from_db()
    assert (agreement.status, agreement.versions.count()) == ("active", 1), "nobody signs again"


def test_the_agency_does_not_choose_inls_contact(agreement, contact, coordinator, director, officer, client_of):
    sent = {"agency_contact": contact.pk, "seen_version": agreement.version, "owner": director.pk}
    client_of(coordinator).post(reverse("portal:agreement-contacts", args=[agreement.reference]), sent)
    agreement.refresh_from_db()
    assert (agreement.owner, agreement.agency_contact) == (officer, contact)


def test_another_agencys_person_is_no_choice(agreement, other_agency, coordinator, client_of):
    stranger = other_agency.contacts.create(name="Stranger")
    sent = {"agency_contact": stranger.pk, "seen_version": agreement.version}
    answer = client_of(coordinator).post(reverse("portal:agreement-contacts", args=[agreement.reference]), sent)
    assert answer.status_code == 422


@pytest.mark.parametrize("who", ["finance", "auditor"])
def test_others_of_the_desk_change_nothing(who, agreement, request, client_of):
    url = reverse("desk:agreement-contacts", args=[agreement.reference])
    assert client_of(request.getfixturevalue(who)).get(url).status_code == 403


def test_what_has_ended_stays_as_it_was(agency, officer, client_of):
    ended = make_agreement(agency, status="terminated")
    answer = client_of(officer).get(reverse("desk:agreement-contacts", args=[ended.reference]))
    assert answer.status_code == 403
    assert "has ended" in answer.content.decode()
