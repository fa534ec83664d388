"""Each door by its own people without a mouse, from the sign-in to something done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slp.demo.accounts import DESK, HOME_AGENCY, PORTAL, POST
from slp.tests.journeys.keyboard import KeyboardPerson, is_called
from slp.tests.journeys.people import DESKTOP

TITLE = "Mentors for a crime laboratory"


@pytest.fixture
def by_keyboard(browser, stack):
    """`by_keyboard("post")`: that person, signed in by keyboard."""
    here = []

    def come(account: str) -> KeyboardPerson:
        here.append(KeyboardPerson(browser, stack, account, DESKTOP))
        return here[-1]

    yield come
    for person in here:
        person.context.close()
    assert not [complaint for person in here for complaint in person.complaints]


def test_the_embassy_asks_and_inl_takes_it_on(by_keyboard, company):
    start = company.today() + timedelta(days=120)
    post = by_keyboard("post")
    assert POST in post.page.url
    post.skip()
    post.go("Register a need")
    lands_on_what_is_wrong(post, "Submit to INL/KM", "What is needed, in one line")
    post.page.keyboard.type(TITLE)
    post.choose("Form of assistance", "Mentoring")
    post.choose("Sector", "Police")
    post.fill("What must improve", "Samples wait for months before anybody looks at them.")
    post.fill("City or cities", "Port-au-Prince")
    post.fill("Earliest start", start.isoformat())
    post.fill("Latest end", (start + timedelta(days=60)).isoformat())
    post.fill("Shortest stay (days)", "30")
    post.fill("Longest stay (days)", "60")
    post.fill("Role", "Laboratory mentor")
    post.choose("Expertise", "Community policing")
    post.go("Submit to INL/KM")
    need = post.reference("NEED")
    post.sees("With INL/KM")

    officer = by_keyboard("officer")
    assert DESK in officer.page.url
    officer.skip()
    officer.go("Needs")
    officer.go(TITLE)
    assert need in officer.page.url
    officer.go("Validate")
    officer.go("Validate")
    officer.sees("Look at candidates")


def lands_on_what_is_wrong(person, button: str, first: str) -> None:
    """An empty form sent: the focus is on the summary, whose first link leads to the field."""
    person.go(button)
    assert person.page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    person.key("Tab")
    link = person.focus()
    assert link["kind"] == "a"
    person.key("Enter")
    field = person.focus()
    assert link["name"].startswith(f"{first}:"), link
    assert is_called(field["name"], first), field
    assert field["ring"]
    assert field["inView"]


def test_an_agency_accepts_part_of_what_is_asked(by_keyboard, company):
    reference, title = company.rows(
        "SELECT i.reference, n.title FROM engagements_invitation i JOIN engagements_need n ON n.id = i.need_id"
        " JOIN partners_agency a ON a.id = i.agency_id WHERE i.status = 'sent' AND a.name = %s ORDER BY i.id",
        HOME_AGENCY,
    )[0]
    coordinator = by_keyboard("coordinator")
    assert PORTAL in coordinator.page.url
    coordinator.go("Invitations")
    coordinator.skip()
    coordinator.go(title)
    assert reference in coordinator.page.url
    coordinator.go("Answer")
    coordinator.tick("Yes, to some of the seats")
    coordinator.tick("1. ")
    coordinator.go("Send answer")
    coordinator.sees("Choose from your roster")
    coordinator.go("Invitations")
    coordinator.skip()
    coordinator.go(title)
    coordinator.sees("Partly accepted")


def test_a_traveller_checks_in(by_keyboard):
    traveller = by_keyboard("traveller")
    traveller.go("My travel")
    traveller.skip()
    traveller.go("Marie-Ange Toussaint")
    traveller.go("Check in")
    traveller.tick("Yes, safe and well")
    traveller.fill("Place", "Delmas")
    traveller.go("Check in")
    traveller.sees("Checked in. Thank you.")


def test_an_agency_starts_a_claim(by_keyboard, company):
    clerk = by_keyboard("agency-finance")
    clerk.go("Claims")
    clerk.skip()
    clerk.go("Start a claim")
    clerk.tick("Community policing mentors, second team")
    clerk.go("Start")
    claim = clerk.reference("CLM")
    clerk.go("Add a cost")
    clerk.choose("What kind of cost", "Training materials")
    clerk.fill("Date of the expense", company.today().isoformat())
    clerk.fill("What was it for", "Printed handbooks")
    clerk.fill("Paid to", "A printer")
    clerk.fill("Amount paid", "180.50")
    clerk.go("Save the line")
    clerk.sees("Printed handbooks")
    assert claim in clerk.page.url
