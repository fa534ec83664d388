"""A history is read by people: no value stands there as the program writes it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from partners.tests.factories import make_agreement
from slp.history.services import _text, _what_differs
from slp.lib.dates import show

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ({}, ""),
        ([], ""),
        (True, "Yes"),
        (False, "No"),
        (0, "0"),
        ({"max_people": None, "ends_on": "2027-01-31"}, "max people: (empty); ends on: 2027-01-31"),
        (date(2026, 11, 3), "3 Nov 2026"),
        (DateRange(date(2026, 11, 3), date(2026, 11, 6)), "3 Nov 2026 to 5 Nov 2026"),
        (["training", "mentoring"], "training, mentoring"),
    ],
)
def test_values_are_words(value, words):
    assert _text(None, value) == words


def test_of_long_texts_stands_what_differs():
    begin = "The police of three cities patrol on foot. " * 20
    was, now = _what_differs(f"{begin}Every day.", f"{begin}Every night, and more. {'x' * 300}")
    assert was.startswith("…")
    assert was.endswith("Every day.")
    assert "Every night, and more." in now
    assert now.endswith("…")
    assert max(len(was), len(now)) <= 202
    assert _what_differs("", "x" * 300) == ("", f"{'x' * 200}…")
    assert _what_differs("short", "other") == ("short", "other")


def test_the_history_of_a_record_says_yes_and_no(agency, officer, client_of):
    agreement = make_agreement(agency)
    agreement.needs_board_approval, agreement.activity_kinds = True, ["training", "mentoring"]
    agreement.ends_on += timedelta(days=1)
    agreement.save()
    url = reverse("desk:agreement-detail", args=[agreement.reference])
    page = client_of(officer).get(f"{url}?history=1").content.decode()
    assert "<del>No</del> <ins>Yes</ins>" in page
    assert "<ins>Training course, Mentoring and advising</ins>" in page
    assert f"<ins>{show(agreement.ends_on)}</ins>" in page
