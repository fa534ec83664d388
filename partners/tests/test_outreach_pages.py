"""One meeting on its page, corrected with its history; an enquiry that belongs to an agency that is here already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from conftest import make_agency
from partners.lifecycles import ENQUIRY
from partners.models import Agency, Enquiry
from partners.services.outreach import link_enquiry
from slp.lib.answers import Refused
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(agency):
    return agency.outreach.create(
        kind="meeting", on=today() - timedelta(days=9), attended="Chief Ann Oak", summary="A first talk.",
        next_step="Send the draft", next_step_on=today() - timedelta(days=1),
    )  # fmt: skip


@pytest.fixture
def enquiry(db):
    return Enquiry.objects.create(
        name="Pat Roe", email="pat@agency.example", agency_name="Newtown Police Dept", us_state="CT", message="Hello"
    )


def test_the_page_says_who_what_and_what_is_late(meeting, officer, auditor, client_of):
    url = reverse("desk:outreach-detail", args=[meeting.pk])
    page = client_of(officer).get(url).content.decode()
    for words in ("Chief Ann Oak", "A first talk.", "Send the draft", "The date of the next step has passed"):
        assert words in page
    assert (
        reverse("desk:outreach-edit", args=[meeting.pk])
        not in client_of(auditor).get(url + "?history=1").content.decode()
    )


def test_an_enquiry_and_its_history_are_in_the_readers_zone(enquiry, officer, client_of):
    Enquiry.objects.update(created_at=datetime(2026, 11, 28, 18, 56, tzinfo=UTC))
    url = reverse("desk:enquiry-detail", args=[enquiry.reference])
    assert "28 Nov 2026, 13:56 EST" in client_of(officer).get(url).content.decode()
    type(officer).objects.filter(pk=officer.pk).update(time_zone="America/Los_Angeles")
    assert "28 Nov 2026, 10:56 PST" in client_of(officer).get(url).content.decode()


def test_it_is_corrected_with_its_history(meeting, officer, client_of):
    association = make_agency("Association of Chiefs", kind="association", level="association", us_state="")
    client, url = client_of(officer), reverse("desk:outreach-edit", args=[meeting.pk])
    sent = {"kind": "conference", "on": meeting.on, "summary": "Agreed on a draft.", "through": association.pk,
            "event": "Winter conference", "seen_version": meeting.version}  # fmt: skip
    assert client.post(url, sent | {"next_step_on": today()}).status_code == 422, "a date without a step"
    assert client.post(url, sent).status_code == 302
    assert client.post(url, sent | {"event": "Another"}).status_code == 409, "somebody was faster"
    meeting.refresh_from_db()
    assert (meeting.kind, meeting.through, meeting.event) == ("conference", association, "Winter conference")
    page = client.get(reverse("desk:outreach-detail", args=[meeting.pk]) + "?history=1").content.decode()
    assert "Agreed on a draft." in page
    assert "Edited" in page


@pytest.mark.parametrize("who", ["finance", "auditor"])
def test_others_of_the_desk_do_not_correct_it(who, meeting, request, client_of):
    client = client_of(request.getfixturevalue(who))
    assert client.get(reverse("desk:outreach-edit", args=[meeting.pk])).status_code == 403


def test_a_prospect_says_that_it_came_by_an_enquiry(enquiry, officer):
    ENQUIRY.apply(enquiry, "triage", actor=officer)
    ENQUIRY.apply(enquiry, "convert", actor=officer)
    assert Agency.objects.get(name="Newtown Police Dept").origin == "enquiry"


def test_look_alikes_are_offered_instead_of_a_second_record(enquiry, officer, client_of):
    known = make_agency("Newtown Police Department", us_state="CT")
    client = client_of(officer)
    page = client.get(reverse("desk:enquiry-detail", args=[enquiry.reference])).content.decode()
    assert "This is it: link the enquiry" in page
    answer = client.post(reverse("desk:enquiry-link", args=[enquiry.reference]), {"agency": known.pk})
    assert answer.url == reverse("desk:agency-detail", args=[known.pk])
    enquiry.refresh_from_db()
    assert (enquiry.agency, enquiry.status) == (known, "converted")
    assert known.contacts.get().email == "pat@agency.example"
    known.refresh_from_db()
    assert known.origin == "", "it was here before"
    assert Agency.objects.count() == 1


def test_what_is_dealt_with_is_not_linked_again(enquiry, agency, officer):
    link_enquiry(actor=officer, enquiry=enquiry, agency=agency)
    with pytest.raises(Refused, match="dealt with"):
        link_enquiry(actor=officer, enquiry=enquiry, agency=agency)


def test_only_officers_link(enquiry, agency, finance, client_of):
    answer = client_of(finance).post(reverse("desk:enquiry-link", args=[enquiry.reference]), {"agency": agency.pk})
    assert answer.status_code == 403
    enquiry.refresh_from_db()
    assert enquiry.status == "new"


def test_an_address_that_names_no_agency_is_not_found(enquiry, officer, client_of):
    for agency in ("", "x", "999999999"):
        url = reverse("desk:enquiry-link", args=[enquiry.reference])
        assert client_of(officer).post(url, {"agency": agency}).status_code == 404
