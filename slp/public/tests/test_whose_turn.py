"""A start page says of a record what its own page says: whose turn it is there, has a card here, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.tests.factories import (
    make_claim,
    make_clearance,
    make_deployment,
    make_engagement,
    make_requirement,
    pdf,
)
from engagements.models import AddendumCost
from engagements.services.addenda import change_addendum, sign_addendum
from engagements.services.reports import ask_extension
from engagements.tests.factories import make_addendum, make_invitation, make_need, make_report
from partners.models import Agency, AgreementVersion, Enquiry, RosterImport, Signature
from partners.services.amendments import edit_amendment, write_amendment
from partners.services.signing import sign_amendment
from partners.tests.factories import make_agreement, make_expert
from slp.documents.services import keep
from slp.lib.dates import show, today
from slp.public import feeds, todo

pytestmark = pytest.mark.django_db


def cards(user, *roles: str) -> dict[str, list[todo.Todo]]:
    """What stands on the reader's start page, by its headings."""
    part = feeds.DESK if user.staff_role else feeds.POST if {"post_officer", "rso"} & set(roles) else feeds.PORTAL
    return {group.title: group.cards for group in todo.groups(part, user, roles or [user.staff_role])}


def texts(found: dict[str, list[todo.Todo]], heading: str) -> list[str]:
    return [card.text for card in found.get(heading, [])]


# -- papers that are signed --------------------------------------------------------------------------
READERS = {"officer", "coordinator", "post_officer"}
WITH_INL = "Agreements to write, to read or to sign"


@pytest.fixture
def signing(agency, officer):
    agreement = make_agreement(agency, status="signing")
    version = AgreementVersion.objects.create(
        agreement=agreement, number=1, text="Terms.", sha256="a" * 64, author=officer
    )
    return agreement, version


def sign(paper, user, side: str) -> None:
    Signature.objects.create(
        paper=paper, side=side, signer=user, typed_name=user.name, statement="I sign.", sha256=paper.sha256
    )


def test_an_agreement_waits_for_whoever_has_not_signed(signing, agency, director, officer, signatory, coordinator):
    _, version = signing
    assert texts(cards(director), WITH_INL) == [f"{agency}: sign it"]
    assert WITH_INL not in cards(officer)
    assert "Agreements to sign" in cards(signatory, "signatory")
    assert "Agreements to sign" not in cards(coordinator, "coordinator")
    sign(version, signatory, "agency")
    assert cards(signatory, "signatory") == {}
    assert WITH_INL in cards(director)
    sign(version, director, "inl")
    assert cards(director) == {}


def test_a_signature_under_an_older_text_does_not_count(signing, director, officer):
    agreement, version = signing
    sign(version, director, "inl")
    AgreementVersion.objects.create(agreement=agreement, number=2, text="Other.", sha256="b" * 64, author=officer)
    assert WITH_INL in cards(director)


def test_agreements_with_inl_and_with_the_agency(agency, officer, director, signatory):
    make_agreement(agency, status="inl_review", kind="mou")
    for reader in (officer, director):
        assert texts(cards(reader), WITH_INL) == [f"{agency}: read it"]
    assert cards(signatory, "signatory") == {}
    agency.agreements.update(status="partner_review")
    assert cards(officer) == {}
    assert texts(cards(signatory, "signatory"), "Agreements with you") == [
        "Read the terms, then accept or return them."
    ]


def test_an_amendment_waits_for_its_readers_and_its_signers(agency, officer, director, signatory, coordinator):
    amendment = write_amendment(
        actor=officer, agreement=make_agreement(agency), summary="More people", text="Ünder 9 “people”.",
        changes={"max_people": 9, "countries": ["HT"]}, effective_on=today(),
    )  # fmt: skip
    rows = type(amendment).objects.filter(pk=amendment.pk)
    assert "Amendments to write" in cards(officer)
    rows.update(status="partner_review")
    for reader, role in ((coordinator, "coordinator"), (signatory, "signatory")):
        assert "Amendments with you" in cards(reader, role)
    rows.update(status="signing")
    assert cards(coordinator, "coordinator") == cards(officer) == {}
    assert "Amendments to sign" in cards(director)
    sign_amendment(amendment=amendment, actor=signatory, typed_name=signatory.name, seen_sha256=amendment.sha256)
    assert cards(signatory, "signatory") == {}
    assert "Amendments to sign" in cards(director)
    rows.update(status="draft")
    amendment.refresh_from_db()
    edit_amendment(
        actor=officer, amendment=amendment, seen_version=amendment.version, summary="More people", text="Ten.",
        changes={"max_people": 10}, effective_on=today(),
    )  # fmt: skip
    rows.update(status="signing")
    assert "Amendments to sign" in cards(signatory, "signatory")


STEP = "Engagements to take a step further"


def test_an_addendum_waits_for_the_side_that_has_not_signed_its_terms(haiti, agency, officer, signatory, coordinator):
    engagement = make_engagement(haiti, agency, status="addendum")
    addendum = make_addendum(engagement, agency)
    AddendumCost.objects.create(addendum=addendum, category="travel", amount=Decimal("1200.50"))
    AddendumCost.objects.create(addendum=addendum, category="lodging", amount=Decimal(900))
    assert "Addenda to sign" in cards(signatory, "signatory")
    assert cards(coordinator, "coordinator") == {}
    assert STEP in cards(officer)
    sign_addendum(addendum=addendum, typed_name=officer.name, actor=officer)
    assert STEP not in cards(officer)
    sign_addendum(addendum=addendum, typed_name=signatory.name, actor=signatory)
    assert cards(signatory, "signatory") == {}
    assert STEP in cards(officer)  # to begin the preparations
    costs = [{"category": "travel", "amount": Decimal(900), "currency": "USD"}]
    change_addendum(addendum=addendum, actor=officer, fields={}, costs=costs)
    assert "Addenda to sign" in cards(signatory, "signatory")


def test_the_page_of_an_engagement_says_that_it_is_the_signatorys_turn(haiti, agency, signatory, client_of):
    engagement = make_engagement(haiti, agency, status="addendum")
    addendum = make_addendum(engagement, agency)
    url = f"/portal/engagements/{engagement.reference}/"
    assert "slp-turn--mine" in client_of(signatory).get(url).content.decode()
    sign_addendum(addendum=addendum, typed_name=signatory.name, actor=signatory)
    assert "slp-turn--mine" not in client_of(signatory).get(url).content.decode()


# -- the desk ----------------------------------------------------------------------------------------
def test_a_staffed_need_waits_until_its_engagement_is_open(haiti, post_officer, officer, client_of):
    need = make_need(haiti, post_officer, status="staffed")
    url = f"/admin/desk/needs/{need.reference}/"
    heading = "Needs to validate, to staff or to begin"
    [card] = cards(officer)[heading]
    assert card.text == "Haiti: open the engagement"
    assert card.due == f"starts {show(need.starts_on)}"
    assert "slp-turn--mine" in client_of(officer).get(url).content.decode()
    make_engagement(haiti, need=need)
    assert heading not in cards(officer)
    assert "slp-turn--mine" not in client_of(officer).get(url).content.decode()


def test_drafts_wait_for_whoever_began_them(haiti, officer, second_officer, agency, post_officer):
    make_need(haiti, officer, status="draft")
    make_invitation(make_need(haiti, post_officer), agency, officer, status="draft")
    assert "Needs of yours to submit" in cards(officer)
    assert "Needs of yours to submit" not in cards(second_officer)
    assert "Requests not sent yet" in cards(second_officer)


def test_more_time_that_was_asked_for_waits_for_an_officer(haiti, agency, coordinator, officer, client_of):
    report = make_report(make_engagement(haiti, agency, status="completed"), agency, due_on=today())
    heading = "More time asked for a final report"
    assert heading not in cards(officer)
    later = today() + timedelta(days=20)
    ask_extension(report=report, actor=coordinator, asked_for=later, reason="Fire season.")
    assert heading in cards(officer)
    page = client_of(officer).get(f"/admin/desk/reports/{report.reference}/").content.decode()
    assert f"Decide whether the agency has until {show(later)}" in page


def test_what_was_handed_in_waits_for_whoever_clears_it(haiti, agency, officer, coordinator, rso):
    journey = make_deployment(make_engagement(haiti, agency), make_expert(agency), status="preparing")
    heading = "Requirements handed in for you to clear"
    readers = {"officer": (officer,), "coordinator": (coordinator, "coordinator"), "rso": (rso, "rso")}
    for code in readers:
        make_clearance(journey, make_requirement(code, cleared_by=code), status="submitted")
    for code, reader in readers.items():
        assert [card.title for card in cards(*reader)[heading]] == [code.capitalize()]
    type(journey).objects.filter(pk=journey.pk).update(status="cancelled")
    for reader in readers.values():
        assert heading not in cards(*reader)


@pytest.mark.parametrize("step", ["approved", "certified"])
def test_a_payment_is_for_somebody_who_took_no_part(haiti, agency, coordinator, finance, finance2, director, step):
    status = {"approved": "approved", "certified": "certified"}[step]
    heading = {"approved": "Claims to certify", "certified": "Payments to record"}[step]
    make_claim(
        make_engagement(haiti, agency), agency, coordinator, status=status, **{f"{step}_by": finance},
        submitted_at=timezone.now(),
    )  # fmt: skip
    assert heading not in cards(finance)
    assert heading in cards(finance2)
    assert ("Payments to record" in cards(director)) is (step == "certified")


def test_an_enquiry_names_its_state(officer):
    Enquiry.objects.create(name="A", email="a@b.example", agency_name="Vermont SP", us_state="VT", message="Hello")
    assert texts(cards(officer), "Enquiries to answer") == ["Vermont: take it up"]


# -- the portal and the post -------------------------------------------------------------------------
def test_reports_are_written_by_coordinators(haiti, agency, coordinator, signatory):
    make_report(make_engagement(haiti, agency, status="completed"), agency)
    assert "Reports to write" in cards(coordinator, "coordinator")
    assert cards(signatory, "signatory") == {}


def test_ready_is_not_in_country(haiti, agency, coordinator):
    make_deployment(make_engagement(haiti, agency), make_expert(agency), status="ready")
    found = cards(coordinator, "coordinator")
    assert "In country" not in found
    assert found["Ready to travel"][0].due.startswith("leaves ")


def test_the_coordinator_is_asked_whether_all_is_still_right(agency, coordinator, signatory):
    heading = "Is everything still right?"
    assert heading not in cards(coordinator, "coordinator")
    Agency.objects.filter(pk=agency.pk).update(
        status="partner", is_fictional=True, confirmed_on=today() - timedelta(days=190)
    )
    [card] = cards(coordinator, "coordinator")[heading]
    assert card.url == f"/portal/agency/still-right/?agency={agency.pk}"
    assert heading not in cards(signatory, "signatory")


def test_a_checked_roster_file_waits_to_be_taken_over(agency, coordinator, signatory, officer):
    document = keep(upload=pdf("roster.pdf"), slot="receipt", actor=coordinator)
    RosterImport.objects.create(agency=agency, document=document, uploaded_by=coordinator, status="checked")
    heading = "Roster files to take over"
    assert heading in cards(coordinator, "coordinator")
    assert heading not in cards(signatory, "signatory") | cards(officer)
    RosterImport.objects.update(uploaded_by=officer)
    assert heading in cards(officer)


def test_needs_at_the_post_say_what_is_to_be_done(haiti, post_officer):
    make_need(haiti, post_officer, status="draft")
    [card] = cards(post_officer, "post_officer")["Needs to submit"]
    assert (card.text, card.due) == ("A draft: nobody has been told yet.", "")


def test_a_check_in_that_is_asked_for_is_the_travellers_turn(haiti, agency, coordinator, traveller, client_of):
    engagement = make_engagement(haiti, agency)
    journey = make_deployment(engagement, make_expert(agency, user=traveller))
    for days_ago, awaited in ((None, True), (2, False), (4, True)):
        arrived = timezone.now() - timedelta(days=days_ago) if days_ago else None
        type(journey).objects.filter(pk=journey.pk).update(arrived_at=arrived)
        assert ("Check in" in cards(traveller, "traveller")) is awaited
        assert ("In country" in cards(traveller, "traveller")) is not awaited
        page = client_of(traveller).get(f"/portal/deployments/{journey.reference}/").content.decode()
        assert ("slp-turn--mine" in page) is awaited, "the page says the same"
        assert "In country" in cards(coordinator, "coordinator")
    journey.check_ins.create(author=traveller)
    assert "Check in" not in cards(traveller, "traveller")


def test_a_request_that_can_not_be_answered_any_more_is_no_card(haiti, post_officer, agency, officer, coordinator):
    request = make_invitation(make_need(haiti, post_officer), agency, officer)
    assert "INL asks for your help" in cards(coordinator, "coordinator")
    type(request).objects.filter(pk=request.pk).update(reply_by=timezone.now() - timedelta(minutes=1))
    assert cards(coordinator, "coordinator") == {}


def test_the_lists_behind_the_feeds_know_what_they_are_asked_for(client_of, officer, coordinator, post_officer):
    for part, reader in (
        (feeds.DESK, officer),
        (feeds.PORTAL, coordinator),
        (feeds.POST, post_officer),
    ):
        for name, _, query in {feed.more.partition("?") for feed in part if feed.more and feed.roles & READERS}:
            page = client_of(reader).get(f"{reverse(name)}?{query}")
            assert page.status_code == 200, name
            assert "A filter can’t be used" not in page.content.decode(), query
