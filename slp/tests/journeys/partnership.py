"""One agency, from its enquiry to the end of its memorandum: see docs/journeys.md. Each step by its own person."""

from __future__ import annotations

from datetime import timedelta

from slp.demo.accounts import ACCOUNTS
from slp.tests.journeys.people import Company, Person, link_in

DIRECTOR = next(account.name for account in ACCOUNTS if account.key == "director")
AGENCY = "Harbor Point Police Department"
COORDINATOR, SIGNATORY, COLLEAGUE = "dana.ruiz@else.example", "lee.barros@else.example", "ines.pina@else.example"
CHIEF = "Lee Barros"
NEW_PASSWORD = "harbor lights at nine"


class Partnership:
    """The state of one partnership: the references as they come up."""

    def __init__(self, company: Company) -> None:
        self.company, self.today = company, company.today()
        self.agreement = self.renewal = ""

    def go(self) -> None:
        """The whole way, in order."""
        for step in (
            self.somebody_asks,
            self.officer_makes_a_prospect_of_it,
            self.officer_names_who_speaks_for_it,
            self.officer_drafts_the_memorandum,
            self.both_sides_sign,
            self.the_agency_is_a_partner,
            self.coordinator_invites_a_colleague,
            self.both_sides_amend_it,
            self.it_is_renewed_before_it_ends,
            self.the_agency_gives_notice,
        ):
            try:
                step()
            except Exception as error:
                raise AssertionError(f"{step.__name__}: {error}\n{self.company.what_they_see()}") from error

    # -- joining
    def somebody_asks(self) -> None:
        chief = self.company.guest("somebody")
        chief.open("/enquiry/")
        chief.press_last()  # handed in empty: what is wrong stands at the top
        chief.sees("There is a problem")
        chief.fill("Your name", "Dana Ruiz")
        chief.fill("E-mail", COORDINATOR)
        chief.fill("Your agency", AGENCY)
        chief.choose("Kind", "Municipal police department")
        chief.choose("State", "Rhode Island")
        chief.fill("What would you like to know", "Our officers speak Portuguese. How do we take part?")
        chief.page.wait_for_timeout(3000)  # nobody fills the form faster; robots do
        chief.press_last()
        chief.sees("We have your enquiry")
        self.company.mailbox.wait_for(COORDINATOR, "We have your enquiry")

    def officer_makes_a_prospect_of_it(self) -> None:
        officer = self.company.officer
        self.company.mailbox.wait_for("officer", f"Enquiry from {AGENCY}")
        officer.open("/admin/desk/enquiries/")
        officer.press(AGENCY, exact=False)
        officer.move("Take up")
        officer.move("Make a prospect agency")
        officer.press(AGENCY, exact=False)
        officer.sees("Prospect")
        officer.sees(COORDINATOR)  # nothing is typed again
        officer.move("Open talks")

    def officer_names_who_speaks_for_it(self) -> None:
        officer = self.company.officer
        for name, address, role in (("Dana Ruiz", COORDINATOR, "Coordinator"), (CHIEF, SIGNATORY, "Signatory")):
            officer.press("Name somebody")
            officer.fill("Name", name)
            officer.fill("E-mail", address)
            officer.choose("Role", role)
            officer.press("Add")
            officer.sees(name)

    def officer_drafts_the_memorandum(self) -> None:
        officer = self.company.officer
        officer.press("Draft an agreement")
        officer.choose("Kind", "Memorandum of understanding")
        officer.fill("Title", f"Memorandum with {AGENCY}")
        officer.fill("In force from", self.today.isoformat())
        officer.fill("In force until", (self.today + timedelta(days=150)).isoformat())
        officer.fill("Notice to end it", "30")
        officer.press_last()
        self.agreement = officer.reference("AGR")

    def both_sides_sign(self) -> None:
        self.negotiate(self.agreement, self.enters(SIGNATORY))

    def the_agency_is_a_partner(self) -> None:
        officer = self.company.officer
        officer.open("/admin/desk/agencies/?q=Harbor+Point")
        officer.press(AGENCY)
        officer.move("Make partner")
        officer.sees("Partner since today")

    def coordinator_invites_a_colleague(self) -> None:
        coordinator = self.enters(COORDINATOR)
        coordinator.open("/portal/agency/")
        coordinator.press("Add a colleague")
        coordinator.fill("Name", "Ines Pina")
        coordinator.fill("E-mail", COLLEAGUE)
        coordinator.choose("Role", "Agency finance")
        coordinator.press("Add")
        coordinator.sees("Ines Pina")
        self.enters(COLLEAGUE).open("/portal/agency/")
        self.company[COLLEAGUE].sees(AGENCY)

    # -- changing and ending
    def both_sides_amend_it(self) -> None:
        officer, signatory = self.company.officer, self.company[SIGNATORY]
        officer.open(f"/admin/desk/agreements/{self.agreement}/")
        officer.press("Write an amendment")
        officer.fill("What changes, in a line", "At most eight people in one activity")
        officer.fill("Terms of the amendment", "No more than eight of the Agency's people take part in one activity.")
        officer.fill("People in one activity, at most", "8")
        officer.press_last()
        amendment = officer.reference("AMD")
        officer.move("Send to the agency")
        portal = f"/portal/amendments/{amendment}/"
        signatory.open(portal)
        signatory.move("Accept the change")
        self.sign(signatory, portal, CHIEF)
        self.sign(self.company.director, f"/admin/desk/amendments/{amendment}/", DIRECTOR)
        signatory.open(f"/portal/agreements/{self.agreement}/")
        signatory.sees("at most 8")

    def it_is_renewed_before_it_ends(self) -> None:
        officer, signatory = self.company.officer, self.company[SIGNATORY]
        officer.open("/admin/desk/agreements/?q=Harbor+Point")
        officer.sees("in 150 days")
        officer.open(f"/admin/desk/agreements/{self.agreement}/")
        officer.press("Draft the renewal")
        officer.fill("In force from", (self.today + timedelta(days=151)).isoformat())
        officer.fill("In force until", (self.today + timedelta(days=900)).isoformat())
        officer.press_last()
        self.renewal = officer.reference("AGR")
        assert self.renewal != self.agreement
        self.negotiate(self.renewal, signatory)
        officer.open(f"/admin/desk/agreements/{self.agreement}/")
        officer.sees("Renewed by")
        officer.sees("In force")  # until the day before the renewal begins

    def the_agency_gives_notice(self) -> None:
        signatory = self.company[SIGNATORY]
        signatory.open(f"/portal/agreements/{self.renewal}/")
        signatory.press("Give notice")
        signatory.fill("Last day in force", (self.today + timedelta(days=5)).isoformat())
        signatory.fill("Why", "The city closes its training division.")
        signatory.press_last()
        signatory.sees("or a later day: so long is the notice")  # refused at its field; what was typed is kept
        signatory.fill("Last day in force", (self.today + timedelta(days=400)).isoformat())
        signatory.press_last()
        signatory.sees("Notice was given on")
        self.company.mailbox.wait_for("officer", f"Memorandum with {AGENCY}")

    # -- what comes up more than once
    def negotiate(self, agreement: str, signatory: Person) -> None:
        """From the draft to both signatures."""
        desk, portal = f"/admin/desk/agreements/{agreement}/", f"/portal/agreements/{agreement}/"
        officer = self.company.officer
        officer.open(desk)
        officer.move("Send to INL review")
        officer.move("Send to the agency")
        signatory.open(portal)
        signatory.sees("Your turn to read it")
        signatory.move("Accept the terms")
        self.sign(signatory, portal, CHIEF)
        self.sign(self.company.director, desk, DIRECTOR)
        officer.open(desk)
        officer.sees("In force")

    def sign(self, person: Person, path: str, name: str) -> None:
        person.open(path)
        person.press("Sign")
        person.tick_all()
        person.fill("Type your full name", name)
        person.press("Sign")

    def enters(self, address: str) -> Person:
        """Somebody who was invited follows the link of the mail, chooses a password and signs in with it."""
        mail = self.company.mailbox.wait_for(address, "You speak for")
        person = self.company.guest(address)
        person.open(link_in(mail))
        person.fill("New Password", NEW_PASSWORD, exact=True)
        person.fill("again", NEW_PASSWORD)
        person.press_last()
        person.account, person.password = address, NEW_PASSWORD
        person.sign_in()
        return person
