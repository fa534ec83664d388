"""A colleague is invited by mail, sets a password once, and loses access with the next click when the role ends."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from partners.models import Membership
from partners.services.people import add_membership, end_membership, invite_again
from slp.accounts.models import User
from slp.lib.answers import Refused
from slp.reminders.models import Notice
from slp.reminders.services import deliver_due


@pytest.fixture
def invited(agency, coordinator) -> Membership:
    return add_membership(
        actor=coordinator, agency=agency, email="New@Agency.example", name="Nia New", role="coordinator"
    )


def letter() -> str:
    deliver_due()
    return next(m.body for m in mail.outbox if m.to == ["new@agency.example"])


def link() -> str:
    return re.search(r"https?://[^/]+(/accounts/\S+)", letter())[1]


def test_the_mail_carries_a_link_that_sets_a_password(invited, client):
    page = client.get(link(), follow=True)
    chosen = {"password1": "four unrelated plain words", "password2": "four unrelated plain words"}
    assert client.post(page.request["PATH_INFO"], chosen).status_code == 302
    assert User.objects.get(email="new@agency.example").check_password("four unrelated plain words")


def test_the_link_works_once(invited, client):
    address = link()
    page = client.get(address, follow=True)
    chosen = {"password1": "four unrelated plain words", "password2": "four unrelated plain words"}
    client.post(page.request["PATH_INFO"], chosen)
    again = Client().get(address, follow=True).content.decode()
    assert "This link no longer works" in again


def test_the_ledger_never_holds_the_link(invited):
    letter()
    notice = Notice.objects.get(rule="account-invitation")
    for text in (notice.body, notice.path, notice.subject, notice.why, notice.key):
        assert "/accounts/password" not in text


def test_who_has_signed_in_before_gets_no_link(agency, coordinator, traveller):
    Client().force_login(traveller)
    traveller.refresh_from_db()
    assert traveller.last_login
    add_membership(actor=coordinator, agency=agency, email=traveller.email, name=traveller.name, role="signatory")
    deliver_due()
    body = next(m.body for m in mail.outbox if m.to == [traveller.email])
    assert "/accounts/" not in body


def test_again_once_a_day_and_not_after_the_first_sign_in(invited, coordinator):
    with pytest.raises(Refused, match="went out today"):
        invite_again(actor=coordinator, membership=invited)
    Notice.objects.all().delete()
    invite_again(actor=coordinator, membership=invited)
    Client().force_login(invited.user)
    invited.user.refresh_from_db()
    with pytest.raises(Refused, match="has signed in already"):
        invite_again(actor=coordinator, membership=invited)


def test_on_the_page(invited, coordinator, outsider, client_of):
    page = client_of(coordinator).get(reverse("portal:agency-detail")).content.decode()
    assert "invited, has not signed in yet" in page
    url = reverse("portal:membership-invite", args=[invited.pk])
    assert client_of(outsider).post(url).status_code == 404
    Notice.objects.all().delete()
    assert client_of(coordinator).post(url).status_code == 302


def test_a_leavers_open_session_sees_nothing_more(invited, coordinator):
    browser = Client()
    browser.force_login(invited.user)
    address = reverse("portal:agency-detail")
    assert browser.get(address).status_code == 200
    end_membership(actor=coordinator, membership=invited)
    for name in ("portal:agency-detail", "portal:expert-list", "portal:agreement-list", "portal:claim-list"):
        assert browser.get(reverse(name)).status_code == 302, name
