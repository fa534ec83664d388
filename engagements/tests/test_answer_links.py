"""The link in the mail of a request: one person, one answer, no signing in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conftest import make_member
from engagements.lifecycles import INVITATION
from engagements.models import Invitation, InvitationStatus
from engagements.services.answer_links import answer_path
from engagements.services.invitations import answer_invitation, change_invitation, invite_agency
from engagements.tests.factories import make_need, make_seats
from partners.tests.factories import make_agreement
from slp.history.services import timeline
from slp.reminders.services import deliver_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(agency, haiti, post_officer, officer, coordinator, community_policing) -> Invitation:
    """A request for two seats that waits for the agency's answer."""
    make_agreement(agency)
    need = make_need(haiti, post_officer, status="validated", security_conditions="Travel in pairs.")
    seats = make_seats(need, community_policing, 2)
    return invite_agency(
        need=need, agency=agency, seats=seats, actor=officer, reply_by=timezone.now() + timedelta(days=9),
        message="We would be glad.",
    )  # fmt: skip


def mailed() -> str:
    """The address in the newest mail."""
    deliver_due()
    return (
        next(word for word in mail.outbox[-1].body.split() if "/answer/" in word).partition("://")[2].partition("/")[2]
    )


def test_the_mail_leads_to_the_request_and_one_tap_declines(asked, coordinator, officer):
    url = "/" + mailed()
    chief = Client()
    page = chief.get(url)
    text = page.content.decode()
    assert page.status_code == 200
    for shown in ("We would be glad.", "Travel in pairs.", "INL reimburses", "2 × ", f"sent to {coordinator}"):
        assert shown in text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert asked.status == "sent", "looking at it is no answer: mail scanners open links"
    after = chief.post(url, follow=True).content.decode()
    asked.refresh_from_db()
    assert asked.status == InvitationStatus.DECLINED
    assert "Thank you for telling us" in after
    assert "We would be glad." not in after, "what was asked is shown to nobody any more"
    (answer,) = asked.answers.all()
    assert (answer.verb, answer.note, answer.by) == ("decline", "", coordinator)
    assert timeline(asked)[0].reason == "By the link in the mail"
    assert coordinator.notices.filter(rule="invitation-declined-by-link").count() == 1
    assert officer.notices.filter(rule="invitation-answered").count() == 1


def test_a_replayed_link_shows_how_it_stands(asked, coordinator):
    url = answer_path(asked, coordinator)
    answer_invitation(invitation=asked, verb="accept", actor=coordinator)
    for answer in (Client().get(url), Client().post(url)):
        assert "Your agency has said yes." in answer.content.decode()
    asked.refresh_from_db()
    assert (asked.status, asked.answers.count()) == ("accepted", 1)


def test_accepting_asks_to_sign_in(asked, coordinator):
    page = Client().get(answer_path(asked, coordinator)).content.decode()
    url = reverse("portal:invitation-answer", args=[asked.reference])
    assert f'href="{url}"' in page
    assert Client().get(url).headers["Location"].startswith("/accounts/login/")


def test_a_link_ends_with_the_time_to_answer(asked, coordinator):
    url = answer_path(asked, coordinator)
    Invitation.objects.filter(pk=asked.pk).update(reply_by=timezone.now() - timedelta(minutes=1))
    answer = Client().post(url)
    assert "The time to answer is over." in answer.content.decode()
    asked.refresh_from_db()
    assert asked.status == "sent"


def test_a_link_ends_with_the_role(asked, coordinator, agency):
    url = answer_path(asked, coordinator)
    make_member("successor", agency, "coordinator")
    coordinator.memberships.update(is_active=False)
    answer = Client().post(url)
    assert "no longer speaks for" in answer.content.decode()
    assert "We would be glad." not in answer.content.decode()
    asked.refresh_from_db()
    assert asked.status == "sent"


def test_a_newer_request_ends_the_older_link(asked, coordinator, officer):
    url = answer_path(asked, coordinator)
    answer_invitation(invitation=asked, verb="counter", actor=coordinator, note="Later?")
    INVITATION.apply(asked, "send_again", actor=officer)
    Invitation.objects.filter(pk=asked.pk).update(sent_at=asked.sent_at + timedelta(minutes=5))
    assert "the link in the newer mail" in Client().post(url).content.decode()
    asked.refresh_from_db()
    assert asked.status == "sent"
    assert "Not this time" in Client().get(answer_path(asked, coordinator)).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_signed_in_as_somebody_else_cannot_use_it(asked, coordinator, outsider, client_of, method):
    answer = getattr(client_of(outsider), method)(answer_path(asked, coordinator))
    assert "This link was sent to somebody else" in answer.content.decode()
    assert "<button" not in answer.content.decode().partition("<main")[2]
    asked.refresh_from_db()
    assert asked.status == "sent"


def test_the_person_may_be_signed_in(asked, coordinator, client_of):
    assert client_of(coordinator).post(answer_path(asked, coordinator)).status_code == 302
    asked.refresh_from_db()
    assert asked.status == "declined"


@pytest.mark.parametrize("token", ["x", "W10:1abc:def", "%00", "²"])
def test_a_link_that_we_have_not_made_is_not_found(asked, coordinator, token):
    whole = answer_path(asked, coordinator)
    for url in (f"/answer/{token}/", f"{whole[:-4]}/", whole.replace("/answer/", "/answer/W")):
        assert Client().get(url).status_code == 404
        assert Client().post(url).status_code == 404
    asked.refresh_from_db()
    assert asked.status == "sent"


def test_a_changed_request_is_mailed_with_a_link_that_works(asked, officer):
    deliver_due()
    change_invitation(
        invitation=asked, actor=officer, fields={"message": "Sooner."}, seats=None, seen_version=asked.version
    )
    url = "/" + mailed()
    assert "Sooner." in Client().get(url).content.decode()


def test_mail_about_a_request_that_is_gone_still_goes_out(asked, coordinator):
    """One notice that can't make its link would hold up all mail behind it."""
    Invitation.objects.filter(pk=asked.pk).update(reference="INV-00-0000")
    deliver_due()
    assert coordinator.notices.get(rule="invitation-sent").sent_at
    assert f"/portal/invitations/{asked.reference}/" in mail.outbox[-1].body


def test_no_record_holds_a_link(asked, coordinator):
    """Whoever reads the ledger or a backup of it must not be able to answer for the agency."""
    deliver_due()
    notice = coordinator.notices.get(rule="invitation-sent")
    assert "/answer/" not in notice.path + notice.body
