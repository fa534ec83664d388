"""How an agency becomes a partner and stays one, by keyboard alone."""

from __future__ import annotations

import re

import pytest

from slp.tests.journeys.keyboard import KeyboardPerson
from slp.tests.journeys.partnership import Partnership
from slp.tests.journeys.people import Company

ROSTER = """Name,Rank or title,E-mail,Expertise,Languages
Maria Quist,Sergeant,maria.quist@else.example,Community policing teaches,es 4
Paul Nilsen,Captain,paul.nilsen@else.example,comunity policing,es 9
"""


@pytest.fixture
def by_keyboard(browser, stack, mailbox):
    people = Company(browser, stack, mailbox, KeyboardPerson)
    yield people
    people.go_home()


def test_an_agency_joins_amends_renews_and_leaves(by_keyboard: Company):
    Partnership(by_keyboard).go()


def test_a_roster_comes_with_errors_and_is_corrected(by_keyboard: Company):
    coordinator = by_keyboard.coordinator
    coordinator.open("/portal/experts/")
    coordinator.press("Send the roster as a file")
    coordinator.upload("File", "roster.csv", ROSTER.encode(), kind="text/csv")
    coordinator.press("Send and check")
    coordinator.sees("1 row needs correction")
    coordinator.sees("Nothing is on the roster yet")
    coordinator.open("/portal/experts/import/")
    right = ROSTER.replace("comunity policing", "POL-01").replace("es 9", "es 3")
    coordinator.upload("File", "roster.csv", right.encode(), kind="text/csv")
    coordinator.press("Send and check")
    coordinator.sees("Every row is good")
    coordinator.press("Take over", exact=False)
    coordinator.sees("Taken over")
    coordinator.open("/portal/experts/?q=Nilsen")
    coordinator.sees("Paul Nilsen")
    coordinator.open("/portal/agency/still-right/")
    coordinator.press_last()
    coordinator.sees("Everything is confirmed")
    assert re.search(r"Confirmed as still right on", coordinator.text())
