"""Whoever leaves loses everything at once; whoever accepts an invitation finds their own entry."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from deployments.tests.factories import make_receipt
from partners.models import Expert
from partners.services.people import add_membership, end_membership
from slp.accounts.services import close_account, open_account, password_link, reopen_account
from slp.documents.services import may_read
from slp.history.models import PersonalDataRead
from slp.history.services import note_read
from slp.lib.answers import Refused
from slp.places.models import PostAssignment
from slp.places.services import assign_to_post, end_assignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return Client()


def test_the_end_of_the_last_role_ends_the_sessions(signatory, coordinator, browser):
    browser.force_login(signatory)
    other = Client()
    other.force_login(coordinator)
    end_membership(actor=coordinator, membership=signatory.memberships.get())
    assert browser.get(reverse("portal:home")).status_code == 302
    assert other.get(reverse("portal:home")).status_code == 200


def test_one_of_two_roles_leaves_the_session_alone(signatory, agency, coordinator, browser):
    add_membership(actor=coordinator, agency=agency, email=signatory.email, name="x", role="agency_finance")
    browser.force_login(signatory)
    end_membership(actor=coordinator, membership=signatory.memberships.get(role="signatory"))
    assert browser.get(reverse("portal:home")).status_code == 200


def test_so_does_the_end_of_the_last_post(rso, administrator, browser):
    browser.force_login(rso)
    end_assignment(actor=administrator, assignment=PostAssignment.objects.get(user=rso), reason="Moved on.")
    assert browser.get(reverse("post:home")).status_code == 302


def test_what_a_leaver_has_uploaded_is_not_theirs_any_more(signatory, coordinator):
    paper = make_receipt(signatory)
    assert may_read(paper, signatory)
    end_membership(actor=coordinator, membership=signatory.memberships.get())
    assert not may_read(paper, signatory)


def test_an_invitation_that_was_not_accepted_leads_nowhere(agency, coordinator, browser):
    invited = add_membership(actor=coordinator, agency=agency, email="n@a.example", name="Nia", role="signatory")
    address = password_link(invited.user)
    end_membership(actor=coordinator, membership=invited)
    assert "This link no longer works" in browser.get(address, follow=True).content.decode()


def test_a_closed_account_is_opened_by_an_administrator_only(agency, coordinator, officer, administrator):
    made = add_membership(actor=coordinator, agency=agency, email="n@a.example", name="Nia", role="signatory")
    close_account(actor=administrator, user=made.user, reason="Left.")
    for actor in (coordinator, officer):
        with pytest.raises(Refused, match="Only an administrator"):
            add_membership(actor=actor, agency=agency, email="n@a.example", name="Nia", role="agency_finance")
        with pytest.raises(Refused, match="Only an administrator"):
            open_account(actor=actor, email="n@a.example", name="Nia")
    assert reopen_account(actor=administrator, user=made.user).is_active


def test_nobody_sits_at_a_post_and_in_an_agency(haiti, agency, rso, coordinator, administrator):
    with pytest.raises(Refused, match="works at a post"):
        add_membership(actor=coordinator, agency=agency, email=rso.email, name="x", role="signatory")
    with pytest.raises(Refused, match="speaks for an agency"):
        assign_to_post(actor=administrator, post=haiti.post, email=coordinator.email, name="x", role="rso")


def entry(agency, **fields) -> Expert:
    return Expert.objects.create(agency=agency, name="Nia New", rank="Officer", email="N@A.example", **fields)


def invite(agency, coordinator):
    return add_membership(actor=coordinator, agency=agency, email="n@a.example", name="Nia", role="traveller").user


def test_an_invited_traveller_keeps_their_own_entry_once_they_sign_in(agency, coordinator, browser):
    own = entry(agency)
    note_read(reader=coordinator, subject=f"expert {own.pk}", what="personal data of the roster")
    person = invite(agency, coordinator)
    own.refresh_from_db()
    assert own.user is None, "not accepted yet"
    browser.force_login(person)
    own.refresh_from_db()
    assert own.user == person
    assert PersonalDataRead.objects.visible_to(person).count() == 1


def test_not_somebody_elses_entry(agency, other_agency, coordinator, browser):
    foreign = entry(other_agency)
    browser.force_login(invite(agency, coordinator))
    foreign.refresh_from_db()
    assert foreign.user is None


def test_not_one_of_two(agency, coordinator, browser):
    entry(agency), entry(agency)
    browser.force_login(invite(agency, coordinator))
    assert not Expert.objects.exclude(user=None).exists()
