"""Who speaks for several agencies: each page says of which it is, and what is sent goes to that one or to none."""

from __future__ import annotations

import pytest
from django.urls import reverse

from conftest import make_member
from partners.models import Agency, Expert, Membership, RosterImport
from partners.services.merge import merge_agencies
from partners.tests.roster_files import FULL, csv_file

PERSON = {"name": "Bo Lund", "service": "serving", "rank_band": "", "rank": "Sergeant", "years": 3}
WRITES = (
    ("agency-edit", {}),
    ("agency-contacts", {"contacts-TOTAL_FORMS": 1, "contacts-INITIAL_FORMS": 0, "contacts-0-name": "Al Oz"}),
    ("membership-add", {"name": "Ann Lee", "email": "ann@lee.example", "role": "signatory"}),
    ("expert-add", PERSON),
    ("roster-import-add", {"file": None}),
    ("agency-confirm", {}),
    ("agency-resume", {}),
)


@pytest.fixture
def both(agency, other_agency):
    """The coordinator of two agencies."""
    user = make_member("both", other_agency, "coordinator")
    Membership.objects.create(user=user, agency=agency, role="coordinator")
    return user


def leave(agency, officer) -> None:
    """An officer ends the role, while the page is open."""
    agency.memberships.update(is_active=False)


def merge(agency, officer) -> None:
    """An officer finds that the agency stands here twice."""
    stays = Agency.objects.exclude(pk=agency.pk).get()
    merge_agencies(actor=officer, stays=stays, goes=agency, reason="Same chief, same address.")


@pytest.mark.parametrize(("page", "typed"), WRITES)
@pytest.mark.parametrize("happens", [leave, merge])
def test_what_was_typed_for_an_agency_that_is_theirs_no_more_goes_nowhere(
    agency, other_agency, both, officer, client_of, page, typed, happens
):
    client, url = client_of(both), f"{reverse(f'portal:{page}')}?agency={agency.pk}"
    happens(agency, officer)
    before = Agency.objects.filter(pk=other_agency.pk).values().get()
    sent = {"file": csv_file([FULL])} if "file" in typed else typed
    assert client.post(url, sent).status_code == (404 if happens is leave else 409)
    assert Agency.objects.filter(pk=other_agency.pk).values().get() == before
    assert not other_agency.contacts.exists()
    assert not Expert.objects.exists()
    assert not RosterImport.objects.exists()
    assert not Membership.objects.filter(user__email="ann@lee.example").exists()


def test_the_form_of_still_right_names_its_agency_too(agency, other_agency, both, officer, client_of):
    leave(agency, officer)
    assert client_of(both).post(reverse("portal:agency-confirm"), {"agency": agency.pk}).status_code == 404
    assert not Agency.objects.exclude(confirmed_on=None).exists()


@pytest.mark.parametrize("named", ["foreign", "99999999", "9" * 30, "one", "²", "-1"])
def test_an_agency_that_is_not_theirs_is_not_found(agency, other_agency, coordinator, client_of, named):
    named = other_agency.pk if named == "foreign" else named
    client = client_of(coordinator)
    for page in ("agency-detail", *(name for name, _ in WRITES if name != "agency-resume")):
        assert client.get(f"{reverse(f'portal:{page}')}?agency={named}").status_code == 404, page


def test_a_page_that_writes_is_opened_at_the_address_that_names_its_agency(agency, other_agency, both, client_of):
    client = client_of(both)
    for page in ("agency-edit", "agency-contacts", "membership-add", "expert-add", "roster-import-add"):
        url = reverse(f"portal:{page}")
        for asked in (url, f"{url}?agency="):
            assert client.get(asked).url == f"{url}?agency={other_agency.pk}"
        for one in (agency, other_agency):
            answer = client.get(f"{url}?agency={one.pk}")
            assert answer.status_code == 200
            assert one.name.split("'")[0] in answer.content.decode(), page


def test_who_speaks_for_one_needs_no_name(coordinator, client_of):
    assert client_of(coordinator).get(reverse("portal:agency-edit")).status_code == 200
