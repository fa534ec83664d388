"""The ledger: each notice once, late rather than never."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from slp.reminders import rules, services
from slp.reminders.models import Notice, Preference, SweepRun
from slp.reminders.rules import Due, Rule

pytestmark = pytest.mark.django_db


def owe(user, key="thing:1", **fields):
    return services.tell(users=[user], rule="thing", key=key, subject="A thing", body="Do it.", **fields)


@pytest.fixture
def one_rule(monkeypatch):
    """Only this rule and no chores; it finds one thing due since yesterday."""

    def set_rule(user, *, can_be_off=True, key="due:1:2026-01-01:0"):
        def find(now):
            yield Due(key, user, user.email, "Due", "Do it.", "X-1", "/x/", "You own it.")

        monkeypatch.setattr(rules, "RULES", {})
        monkeypatch.setattr(services, "RULES", {"due": Rule("due", "A test.", find, can_be_off)})
        monkeypatch.setattr(services, "CHORES", {})

    return set_rule


def test_telling_twice_adds_one_row(officer):
    owe(officer)
    owe(officer)
    assert Notice.objects.count() == 1


def test_an_inactive_person_is_not_written_to(officer):
    officer.is_active = False
    owe(officer)
    assert not Notice.objects.exists()


def test_a_mail_says_why_and_where(officer):
    owe(officer, path="/admin/desk/x/", why="You are responsible.")
    services.deliver_due()
    (sent,) = mail.outbox
    assert sent.to == [officer.email]
    assert "http://localhost:8000/admin/desk/x/" in sent.body
    assert "Why you get this: You are responsible." in sent.body


def test_delivered_once(officer):
    owe(officer)
    assert services.deliver_due() == 1
    assert services.deliver_due() == 0
    assert len(mail.outbox) == 1


def test_a_worker_that_died_loses_its_claim_after_a_while(officer):
    owe(officer)
    now = timezone.now()
    assert len(services.claim(now)) == 1
    assert services.claim(now) == []
    assert len(services.claim(now + timedelta(seconds=901))) == 1


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=9)
def test_a_mail_server_that_is_down_loses_nothing(officer):
    owe(officer)
    assert services.sweep().error.startswith("deliver:")
    notice = Notice.objects.get()
    assert notice.sent_at is None
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        services.sweep(timezone.now() + timedelta(hours=2))
    assert len(mail.outbox) == 1


def test_two_sweeps_send_once_and_an_outage_is_caught_up(officer, one_rule):
    one_rule(officer)
    now = timezone.now()
    services.sweep(now)
    services.sweep(now + timedelta(days=2))
    assert len(mail.outbox) == 1
    assert SweepRun.objects.count() == 2


def test_a_moved_date_gets_a_fresh_reminder(officer, one_rule):
    one_rule(officer)
    services.sweep()
    one_rule(officer, key="due:1:2026-02-01:0")
    services.sweep()
    assert len(mail.outbox) == 2


def test_a_reminder_can_be_turned_off_but_not_a_duty(officer, one_rule):
    Preference.objects.create(user=officer, rule="due")
    one_rule(officer)
    services.sweep()
    assert not mail.outbox
    one_rule(officer, can_be_off=False)
    services.sweep()
    assert len(mail.outbox) == 1


def test_one_broken_rule_does_not_silence_the_run(officer, one_rule, monkeypatch):
    one_rule(officer)
    owe(officer)

    def broken(now):
        raise ValueError("no")

    monkeypatch.setattr(services, "RULES", {"broken": Rule("broken", "A test.", broken)})
    run = services.sweep()
    assert "no" in run.error
    assert len(mail.outbox) == 1
