"""Reminders of agreements, signatures, registrations, enquiries and next steps; agreements that run out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from partners import reminders
from partners.lifecycles import AGREEMENT
from partners.models import Agency, Agreement, Enquiry, Membership, Outreach
from partners.services.agreements import draft_agreement
from partners.services.signing import sign_agreement
from partners.tests.factories import make_agreement
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days_left", "rung"), [(200, None), (180, 180), (91, 180), (90, 90), (31, 60), (30, 30), (0, 30), (-1, None)]
)
def test_one_rung_at_a_time(days_left, rung):
    assert reminders.latest_rung(reminders.ENDS_RUNGS, days_left) == rung


def test_an_ending_agreement_is_told_to_both_sides(agency, officer, coordinator, outsider):
    make_agreement(agency, ends_on=today() + timedelta(days=80))
    found = list(reminders.agreement_ends(timezone.now()))
    assert {due.user for due in found} == {officer, coordinator}
    assert all(":90:" in due.key for due in found)


def test_not_once_its_renewal_is_being_signed(agency, officer):
    old = make_agreement(agency, ends_on=today() + timedelta(days=80))
    make_agreement(agency, status="signing", supersedes=old)
    assert not list(reminders.agreement_ends(timezone.now()))


def test_a_signature_that_waits(agency, officer, coordinator, signatory, director):
    agreement = draft_agreement(actor=officer, agency=agency, title="M", kind="mou", text="x", starts_on=today())
    for verb, actor in (("review", officer), ("send_partner", officer), ("accept_terms", coordinator)):
        AGREEMENT.apply(agreement, verb, actor=actor)
    later = timezone.now() + timedelta(days=4)
    assert not list(reminders.agreement_to_sign(timezone.now()))
    assert {due.user for due in reminders.agreement_to_sign(later)} == {director, signatory}
    sign_agreement(
        agreement=agreement, actor=signatory, typed_name=signatory.name, seen_sha256=agreement.versions.get().sha256
    )
    assert [due.user for due in reminders.agreement_to_sign(later)] == [director]


def test_what_is_over_expires_once(agency, other_agency):
    over = make_agreement(agency, ends_on=today() - timedelta(days=1))
    last_day = make_agreement(other_agency, ends_on=today())
    assert reminders.agreement_over(timezone.now()) == 1
    assert reminders.agreement_over(timezone.now()) == 0
    assert Agreement.objects.get(pk=over.pk).status == "expired"
    assert Agreement.objects.get(pk=last_day.pk).status == "active"


def test_a_registration_that_ends(agency, coordinator, agency_finance, signatory):
    Agency.objects.filter(pk=agency.pk).update(sam_expires_on=today() + timedelta(days=29))
    found = list(reminders.sam_ends(timezone.now()))
    assert {due.user for due in found} == {coordinator, agency_finance}
    assert all(":30:" in due.key for due in found)


def test_each_mail_of_an_agency_leads_its_reader_to_a_page_of_that_agency(
    agency, other_agency, coordinator, agency_finance, client_of
):
    for user in (coordinator, agency_finance):
        Membership.objects.create(user=user, agency=other_agency, role="agency_finance")
    Membership.objects.create(user=coordinator, agency=other_agency, role="coordinator")
    year_ago = today() - timedelta(days=365)
    Agency.objects.update(
        sam_expires_on=today() + timedelta(days=29), status="partner", partner_since=year_ago, confirmed_on=year_ago
    )
    now, found = timezone.now(), []
    for due in [*reminders.sam_ends(now), *reminders.agency_confirm(now)]:
        answer = client_of(due.user).get(due.path)
        assert answer.status_code == 200, due.path
        assert str(answer.context["agency"] if "agency" in answer.context else answer.context["eyebrow"]) in due.body
        found.append((due.path.partition("?")[0], due.user, "your coordinator then enters" in due.body))
    assert sorted(found, key=str) == sorted(
        2 * [
            ("/portal/agency/edit/", coordinator, False),
            ("/portal/agency/", agency_finance, True),
            ("/portal/agency/still-right/", coordinator, False),
        ],
        key=str,
    )  # fmt: skip


def test_an_enquiry_that_nobody_took_up(officer):
    enquiry = Enquiry.objects.create(name="A", email="a@b.example", agency_name="B", us_state="NY", message="m")
    assert not list(reminders.enquiry_waits(timezone.now()))
    later = timezone.now() + timedelta(days=8)
    assert [due.about for due in reminders.enquiry_waits(later)] == [enquiry.reference]
    Enquiry.objects.update(status="triaged")
    assert not list(reminders.enquiry_waits(later))


def test_a_next_step_is_asked_for_until_something_happens(agency, officer):
    step = {"kind": "call", "summary": "s", "author": officer}
    Outreach.objects.create(
        agency=agency, on=today() - timedelta(days=9), next_step="Call again", next_step_on=today(), **step
    )
    assert [due.user for due in reminders.outreach_step(timezone.now())] == [officer]
    Outreach.objects.create(agency=agency, on=today(), **step)
    assert not list(reminders.outreach_step(timezone.now()))
