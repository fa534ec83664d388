"""The public enquiry: kept once, answered by a receipt, free of robots; and its way to a prospect agency."""

from __future__ import annotations

import time

import pytest
from django.core import signing
from django.core.cache import cache
from django.urls import reverse

from partners.forms.enquiries import STAMP_SALT
from partners.lifecycles import ENQUIRY
from partners.models import Agency, Enquiry
from partners.services.outreach import receive_enquiry
from slp.lib.answers import Refused
from slp.reminders.models import Notice

pytestmark = pytest.mark.django_db
URL = "/enquiry/"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def stamp(seconds_ago: int) -> str:
    return signing.TimestampSigner(salt=STAMP_SALT).sign(str(int(time.time()) - seconds_ago))


@pytest.fixture
def answers() -> dict:
    return {
        "name": "Pat Doe",
        "title": "Chief",
        "email": "pat@agency.example",
        "agency_name": "Copper Ridge Police Department",
        "agency_kind": "police",
        "us_state": "WY",
        "message": "We have two officers who speak Portuguese.",
        "opened": stamp(60),
    }


def test_it_is_kept_and_answered_by_mail(client, answers, officer):
    assert client.get(URL).status_code == 200
    answer = client.post(URL, answers)
    assert answer.status_code == 302
    assert answer.url == reverse("public:enquiry-received")
    enquiry = Enquiry.objects.get()
    assert (enquiry.status, enquiry.agency_name) == ("new", "Copper Ridge Police Department")
    receipt = Notice.objects.get(email="pat@agency.example")
    assert receipt.user is None
    assert enquiry.reference in receipt.body
    assert "Portuguese" not in receipt.body, "nothing that a stranger typed is mailed to an unproved address"
    assert Notice.objects.filter(user=officer, about=enquiry.reference).exists()


def test_the_trap_field_catches_robots(client, answers):
    answer = client.post(URL, answers | {"homepage": "http://spam.example"})
    assert answer.status_code == 422
    assert not Enquiry.objects.exists()


def test_nobody_is_faster_than_three_seconds(client, answers):
    answer = client.post(URL, answers | {"opened": stamp(1)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "very quick" in page
    assert "Copper Ridge" in page, "what was typed is kept"
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("opened", ["", "nonsense", "1700000000:forged"])
def test_a_missing_or_forged_stamp_is_refused_without_losing_the_text(client, answers, opened):
    answer = client.post(URL, answers | {"opened": opened})
    assert answer.status_code == 422
    assert "Portuguese" in answer.content.decode()


def test_the_refused_form_can_be_sent_again(client, answers):
    page = client.post(URL, answers | {"opened": ""}).context["form"]
    fresh = page["opened"].value()
    assert fresh, "a new stamp is in the form"
    assert client.post(URL, answers).status_code == 302


def test_five_in_an_hour_are_enough(client, answers):
    codes = [client.post(URL, answers | {"email": f"a{n}@x.example"}).status_code for n in range(7)]
    assert codes == [302] * 5 + [429] * 2
    assert Enquiry.objects.count() == 5


def test_errors_stand_at_their_fields(client, answers):
    page = client.post(URL, answers | {"email": "nonsense", "us_state": "", "message": "Hi"}).context["form"]
    assert set(page.errors) == {"email", "us_state", "message"}


def test_it_becomes_a_prospect_without_retyping(answers, officer):
    answers.pop("opened")
    enquiry = receive_enquiry(**answers)
    ENQUIRY.apply(enquiry, "triage", actor=officer)
    ENQUIRY.apply(enquiry, "convert", actor=officer)
    agency = Agency.objects.get(name="Copper Ridge Police Department")
    assert (agency.status, agency.us_state, agency.level) == ("prospect", "WY", "municipal")
    assert agency.contacts.get().email == "pat@agency.example"
    assert Enquiry.objects.get().agency == agency


def test_an_agency_that_is_known_is_not_entered_twice(answers, officer, agency):
    answers.pop("opened")
    enquiry = receive_enquiry(**(answers | {"agency_name": agency.name.upper(), "us_state": "NY"}))
    ENQUIRY.apply(enquiry, "triage", actor=officer)
    ENQUIRY.apply(enquiry, "convert", actor=officer)
    enquiry.refresh_from_db()
    assert enquiry.agency == agency
    assert Agency.objects.count() == 1


def test_finance_does_not_triage(answers, finance):
    answers.pop("opened")
    with pytest.raises(Refused, match="officer"):
        ENQUIRY.apply(receive_enquiry(**answers), "triage", actor=finance)
