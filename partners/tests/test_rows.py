"""Rows of one record that two people change at the same time."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from partners.models import Agency, Contact
from partners.tests.factories import make_expert

pytestmark = pytest.mark.django_db


@pytest.fixture
def contacts(agency) -> list[Contact]:
    names = ("Ann Lee", "Bo Diaz")
    return [
        Contact.objects.create(agency=agency, name=name, email=f"{name[:2].lower()}@pd.example", is_primary=n == 0)
        for n, name in enumerate(names)
    ]


def seen(page) -> str:
    return re.search(r'name="seen_rows" value="(\w+)"', page.content.decode()).group(1)


def entries(rows: list[Contact], mark: str, **changes) -> dict:
    body = {"contacts-TOTAL_FORMS": len(rows), "contacts-INITIAL_FORMS": len(rows), "seen_rows": mark}
    for n, row in enumerate(rows):
        body |= {f"contacts-{n}-id": row.pk, f"contacts-{n}-name": row.name, f"contacts-{n}-email": row.email}
        body |= {f"contacts-{n}-is_primary": "on"} if row.is_primary else {}
    return body | changes


def test_the_second_one_is_shown_what_stands_now_and_what_they_had_typed(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    mark = seen(client.get(url))
    first = client.post(url, entries(contacts, mark, **{"contacts-0-name": "Ann Lee-Roy"}))
    late = client.post(url, entries(contacts, mark, **{"contacts-1-name": "Bo Diaz Jr"}))
    assert (first.status_code, late.status_code) == (302, 409)
    page = late.content.decode()
    assert "Ann Lee-Roy" in page
    assert "Name: Bo Diaz Jr" in page
    assert sorted(agency.contacts.values_list("name", flat=True)) == ["Ann Lee-Roy", "Bo Diaz"]
    again = client.post(
        url, entries(contacts, seen(late), **{"contacts-0-name": "Ann Lee-Roy", "contacts-1-name": "B"})
    )
    assert again.status_code == 302


def test_a_row_that_a_colleague_removed_is_no_dead_end(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    mark = seen(client.get(url))
    client.post(url, entries(contacts, mark, **{"contacts-1-DELETE": "on"}))
    late = client.post(url, entries(contacts, mark, **{"contacts-1-name": "Bo Diaz Jr"}))
    assert late.status_code == 409
    assert "Name: Bo Diaz Jr" in late.content.decode()
    assert client.post(url, entries(contacts[:1], seen(late))).status_code == 302


def test_what_was_wrong_can_be_corrected(agency, contacts, coordinator, client_of):
    client, url = client_of(coordinator), reverse("portal:agency-contacts")
    wrong = client.post(url, entries(contacts, seen(client.get(url)), **{"contacts-1-email": "nobody"}))
    assert wrong.status_code == 422
    assert client.post(url, entries(contacts, seen(wrong))).status_code == 302


@pytest.mark.parametrize("page", ["skills", "languages", "availability", "countries", "papers"])
def test_every_list_of_a_person_knows_what_was_looked_at(agency: Agency, coordinator, client_of, page):
    expert = make_expert(agency, "Maria Gonzalez")
    url = reverse(f"portal:expert-{page}", args=[expert.pk])
    assert seen(client_of(coordinator).get(url))
