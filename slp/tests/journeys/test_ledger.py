"""The check at the end of a walk can fail: what is lost or comes twice is seen."""

from __future__ import annotations

import pytest

from slp.tests.journeys.ledger import Ledger

OWE = """
    INSERT INTO reminders_notice (
        key, rule, email, subject, body, about, path, why, due_at, created_at, claimed_at, sent_at, attempts, last_error
    ) VALUES (
        %s, 'need-moved', 'post@demo.example', 'A notice', '', '', '', '', now(), now(), {claimed}, {sent}, 0, ''
    ) RETURNING id
"""


@pytest.fixture
def owed(company):
    """`owed(claimed=..., sent=...)`: a notice in the ledger, written past the services."""
    made = []

    def owe(*, claimed: str = "NULL", sent: str = "NULL") -> int:
        sql = OWE.format(claimed=claimed, sent=sent)
        made.append(company.rows(sql, f"test-ledger:{len(made)}")[0][0])
        return made[-1]

    yield owe
    company.rows("DELETE FROM reminders_notice WHERE id = ANY(%s) RETURNING id", made)


def test_what_was_sent_once_is_settled(company, owed):
    ledger = Ledger(company)
    owed()
    ledger.settle({("post", "A notice"): 1})


def test_a_notice_that_nobody_sends_is_seen(company, owed):
    ledger = Ledger(company, patience=8)
    owed(claimed="now() + interval '1 day'")  # as if its worker held it for ever
    with pytest.raises(AssertionError, match="have not been sent"):
        ledger.settle({})


def test_a_notice_marked_as_sent_without_a_mail_is_seen(company, owed):
    ledger = Ledger(company, patience=8)
    owed(sent="now()")
    with pytest.raises(AssertionError, match="0 times: post"):
        ledger.settle({})


def test_a_mail_that_comes_twice_is_seen(company, owed):
    ledger = Ledger(company, patience=8)
    number = owed()
    ledger.settle({("post", "A notice"): 1})
    mail = next(m for m in company.mailbox.mails if str(m["Message-ID"]) == f"<notice-{number}@slp>")
    company.mailbox.mails.append(mail)
    try:
        with pytest.raises(AssertionError, match="2 times: post"):
            ledger.settle({})
    finally:
        company.mailbox.mails.remove(mail)


def test_an_expected_mail_that_never_came_is_seen(company):
    ledger = Ledger(company, patience=8)
    with pytest.raises(AssertionError):
        ledger.settle({("officer", "Never written"): 1})
