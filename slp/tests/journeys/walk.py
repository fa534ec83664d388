"""One need, from the embassy to the paid claim, the accepted report and the fact sheet: see docs/journeys.md.

Each step is done by its own person at their own door. `between` is called after every step; the test that kills
processes uses it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

from slp.demo.accounts import ACCOUNTS, HOME_AGENCY, OTHER_AGENCY
from slp.tests.journeys.ledger import Ledger
from slp.tests.journeys.people import PHONE, Company, link_in

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
NAMES = {account.key: account.name for account in ACCOUNTS}
TEAM = 4  # of the six seats; the other agency declines


class Walk:
    """The state of one walk: the references as they come up."""

    def __init__(self, company: Company, title: str, between: Callable[[str], None] = lambda step: None) -> None:
        self.company, self.title, self._between = company, title, between
        self.need = self.invitation = self.engagement = self.claim = self.report = ""
        self.before = self.fact_sheet()
        self.ledger = Ledger(company)

    def go(self) -> None:
        """The whole way, in order."""
        for step in (
            self.post_registers_the_need,
            self.officer_validates_and_invites_two_agencies,
            self.coordinator_accepts_part_and_offers_people,
            self.other_coordinator_declines_from_the_mail,
            self.officer_confirms_and_opens_the_engagement,
            self.both_sides_sign_the_addendum,
            self.finance_sets_money_aside,
            self.everything_required_is_cleared,
            self.the_team_arrives,
            self.the_post_looks_after_them,
            self.the_team_comes_home,
            self.the_agency_claims,
            self.the_claim_is_decided_certified_and_paid,
            self.reminders_before_and_after_the_due_date,
            self.the_report_is_corrected_once_and_accepted,
            self.the_engagement_closes_and_counts,
        ):
            try:
                step()
                self._between(step.__name__)
            except Exception as error:
                raise AssertionError(f"{step.__name__}: {error}\n{self.company.what_they_see()}") from error

    def leaves_one_of_each(self) -> None:
        """Whatever happened on the way: every effect is there, and there once."""
        rows = self.company.rows
        of = " FROM engagements_engagement e JOIN {} x ON x.engagement_id = e.id WHERE e.reference = %s"
        counts = {
            table: rows("SELECT count(*)" + of.format(table), self.engagement)[0][0]
            for table in (
                "deployments_deployment",
                "deployments_obligation",
                "deployments_supportentry",
                "deployments_claim",
                "engagements_finalreport",
                "engagements_addendum",
            )
        }
        assert list(counts.values()) == [TEAM, 1, 2, 1, 1, 1], counts
        paid = rows(
            "SELECT count(*), sum(p.amount) FROM deployments_payment p JOIN deployments_claim c ON c.id = p.claim_id"
            " WHERE c.reference = %s",
            self.claim,
        )
        assert [(n, float(amount)) for n, amount in paid] == [(1, 520.0)]
        self.ledger.settle(self.mails())
        assert not self.company.mailbox.doubled()

    def mails(self) -> dict[tuple[str, str], int]:
        """Who has been told what: each once, whatever was killed meanwhile."""
        told = [
            ("officer", f"Haiti needs: {self.title}"),
            ("post", f"{self.title}: INL/KM looks for people"),
            ("coordinator", f"Haiti asks for your help: {self.title}"),
            ("coordinator2", f"Haiti asks for your help: {self.title}"),
            ("signatory", f"Please sign: {self.title}"),
            ("officer", f"Both sides have signed: {self.title}"),
            ("finance", f"Claim to certify: {self.claim}"),
            ("finance2", f"Claim to certify: {self.claim}"),
            ("coordinator", f"Claim {self.claim}: paid"),
            ("agency-finance", f"Claim {self.claim}: paid"),
            ("coordinator", f"Final report back with you: {self.title}"),
            ("coordinator", f"Final report accepted: {self.title}"),
        ]
        return dict.fromkeys(told, 1)

    # -- the need
    def post_registers_the_need(self) -> None:
        post = self.company.post
        start = self.today() + timedelta(days=90)
        post.open("/post/")
        post.press("Register a need")
        post.fill("What is needed, in one line", self.title)
        post.choose("Form of assistance", "Mentoring and advising")
        post.choose("Sector", "Police")
        post.fill("What must improve", "Patrols in the quarters of Port-au-Prince are not trusted by residents.")
        post.fill("Earliest start", start.isoformat())
        post.fill("Latest end", (start + timedelta(days=119)).isoformat())
        post.fill("Shortest stay (days)", "90")
        post.fill("Longest stay (days)", "120")
        post.fill("City or cities", "Port-au-Prince, Cap-Haïtien")
        post.fill("Role", "Community policing mentor")
        post.fill("How many like this", "6")
        post.choose("Expertise", "Community policing")
        post.choose("Language", "Haitian Creole")
        post.choose("Speaking level", "3")
        post.press("Submit to INL/KM")
        self.need = post.reference("NEED")
        post.sees("With INL/KM")

    def officer_validates_and_invites_two_agencies(self) -> None:
        officer = self.company.officer
        self.company.mailbox.wait_for("officer", self.title)
        officer.open(f"/admin/desk/needs/{self.need}/")
        officer.move("Validate")
        officer.press("Look at candidates")
        officer.sees("Why")
        officer.tick(HOME_AGENCY)
        officer.tick(OTHER_AGENCY)
        officer.press("Ask the ticked agencies")
        officer.fill("Message to the agencies", "Six mentors would walk the beat with their Haitian colleagues.")
        officer.press("Send to 2 agencies")
        officer.open(f"/admin/desk/needs/{self.need}/")
        officer.sees("Waiting for an answer")

    # -- the answers
    def coordinator_accepts_part_and_offers_people(self) -> None:
        coordinator = self.company.coordinator
        self.company.mailbox.wait_for("coordinator", self.title)
        coordinator.open("/portal/")
        coordinator.press(self.title)
        self.invitation = coordinator.reference("INV")
        coordinator.press("Answer")
        coordinator.tick("Yes, to some of the seats")
        for number in range(1, TEAM + 1):
            coordinator.tick(f"{number}. Community policing mentor")
        coordinator.press("Send answer")
        coordinator.open(f"/portal/invitations/{self.invitation}/")
        coordinator.press("Name people")
        for number in range(1, TEAM + 1):
            coordinator.pick(f"Seat {number}: Community policing mentor", number)
        coordinator.press("Offer these people")
        coordinator.open(f"/portal/invitations/{self.invitation}/")
        coordinator.sees("Partly accepted")

    def other_coordinator_declines_from_the_mail(self) -> None:
        """On a phone, without signing in, without a reason."""
        other = self.company.guest("chief", PHONE)
        other.open(link_in(self.company.mailbox.wait_for("coordinator2", self.title)))
        other.sees(self.title)
        other.press("Not this time")
        other.sees("Thank you for telling us")

    def officer_confirms_and_opens_the_engagement(self) -> None:
        officer = self.company.officer
        self.company.mailbox.wait_for("officer", "partly accepted")
        officer.open(f"/admin/desk/needs/{self.need}/")
        officer.press(f"Confirm {TEAM} people")
        officer.press("Confirm")
        officer.open(f"/admin/desk/needs/{self.need}/")
        officer.sees(f"{TEAM} of 6 seats are filled")  # the reason why it is not simply staffed
        officer.move("Go with the seats that are filled", "Four mentors can begin; two follow later.")
        officer.press("Open the engagement")
        officer.press("Open it and write the addenda")
        self.engagement = officer.reference("ENG")
        officer.sees("is not signed yet by")  # no preparing before the signatures

    # -- the paperwork
    def both_sides_sign_the_addendum(self) -> None:
        for account, door in (("officer", "admin/desk"), ("signatory", "portal")):
            person = self.company[account]
            person.open(f"/{door}/engagements/{self.engagement}/")
            person.press(HOME_AGENCY)
            person.press("Sign")
            person.tick("I have read these terms")
            person.fill("Type your name to sign", NAMES[account])
            person.press("Sign")
        officer = self.company.officer
        officer.open(f"/admin/desk/engagements/{self.engagement}/")
        officer.move("Start preparing")

    def finance_sets_money_aside(self) -> None:
        finance = self.company.finance
        finance.open(f"/admin/desk/engagements/{self.engagement}/")
        finance.press("Set money aside")
        finance.fill("Obligation number", f"OBL-{self.engagement}")
        finance.fill("Amount", "250000.00")
        finance.press_last()
        finance.open(f"/admin/desk/engagements/{self.engagement}/")
        finance.sees(f"OBL-{self.engagement}")

    # -- readiness
    def everything_required_is_cleared(self) -> None:
        officer, first = self.company.officer, self.deployments()[0]
        officer.open(f"/admin/desk/deployments/{first}/")
        officer.sees("is not started.")  # no travel before ready, with the first reason
        traveller = self.company.traveller
        if mine := self.deployment_of("traveller"):
            traveller.open(f"/portal/deployments/{mine}/")
            traveller.press("Official passport", exact=False)
            traveller.upload("Photo or scan", "passport.pdf", PDF)
            traveller.fill("Valid until", (self.today() + timedelta(days=1500)).isoformat())
            traveller.press_last()
            traveller.sees("Handed in")
        self.director_waives_one(first)
        for account, door in (("coordinator", "portal"), ("officer", "admin/desk"), ("post", "post"), ("rso", "post")):
            self.clears_for_the_team(account, door)
        officer.open(f"/admin/desk/engagements/{self.engagement}/")
        officer.press("Mark the team as ready")
        officer.tick_all()
        officer.press_last()
        assert self.statuses() == ["ready"] * TEAM

    def director_waives_one(self, deployment: str) -> None:
        director = self.company.director
        director.open(f"/admin/desk/deployments/{deployment}/")
        director.press("Waive", exact=False)
        director.fill("Why it is waived", "The host country asks for none.")
        director.press_last()
        director.sees("Waived")

    def clears_for_the_team(self, account: str, door: str) -> None:
        """Everything that this person may clear, one requirement after the other, for everybody."""
        person = self.company[account]
        for number in self.requirements_cleared_by(account):
            person.open(f"/{door}/teams/{self.engagement}/clear/{number}/")
            person.tick_all()
            if person.has_field("Valid until"):
                person.fill("Valid until", (self.today() + timedelta(days=1500)).isoformat())
            person.press_last()

    # -- in country
    def the_team_arrives(self) -> None:
        officer, post = self.company.officer, self.company.post
        officer.open(f"/admin/desk/engagements/{self.engagement}/")
        officer.sees("It starts on")  # not before its day
        self.company.days_pass(90)
        officer, post = self.company.officer, self.company.post
        officer.open(f"/admin/desk/engagements/{self.engagement}/")
        officer.move("Start")
        post.open("/post/deployments/")
        post.press("Record arrival", exact=False)
        post.tick_all()
        post.press_last()
        assert self.statuses() == ["in_country"] * TEAM

    def the_post_looks_after_them(self) -> None:
        for account, kind in (("post", "Airport pick-up"), ("rso", "RSO arrival briefing")):
            person = self.company[account]
            person.open("/post/support/add/")
            person.choose_team(self.engagement, self.title)
            person.tick(kind)
            person.press("Log it")
            person.open("/post/support/")
            person.sees(kind)

    def the_team_comes_home(self) -> None:
        officer = self.company.officer
        officer.open(f"/admin/desk/deployments/{self.deployments()[0]}/")
        officer.sees("The tour is planned until")  # not home before its end without a reason
        self.company.days_pass(120)
        post, officer = self.company.post, self.company.officer
        post.open(f"/post/teams/{self.engagement}/do/return/")
        post.tick_all()
        post.press_last()
        officer.open(f"/admin/desk/engagements/{self.engagement}/")
        officer.move("Complete")
        officer.sees("is due, not accepted")  # no closing before the report

    # -- money
    def the_agency_claims(self) -> None:
        clerk = self.company["agency-finance"]
        clerk.open(f"/portal/engagements/{self.engagement}/")
        clerk.press("Start a claim")
        clerk.press_last()
        self.claim = clerk.reference("CLM")
        first, _ = self.days()
        self.adds_a_cost(clerk, "Lodging", "Hotel, three nights", "420.00", first, first + timedelta(days=3))
        self.adds_a_cost(clerk, "Training materials", "Printed handbooks", "180.50", first + timedelta(days=5), None)
        clerk.open(f"/portal/claims/{self.claim}/")
        clerk.press("the statement", exact=False)
        clerk.tick("I certify that this claim is true")
        clerk.press_last()
        clerk.open(f"/portal/claims/{self.claim}/")
        clerk.move("Submit")
        clerk.sees("INL has received it")

    def adds_a_cost(self, clerk, kind: str, what: str, amount: str, first: date, last: date | None) -> None:
        clerk.open(f"/portal/claims/{self.claim}/")
        clerk.press("Add a cost")
        clerk.choose("What kind of cost", kind)
        clerk.pick("Whose cost", 1)
        clerk.fill("Date of the expense", first.isoformat())
        if last:
            clerk.fill("Last day (nights, salary)", last.isoformat())
        clerk.fill("What was it for", what)
        clerk.fill("Paid to", "A vendor")
        clerk.fill("Amount paid", amount)
        clerk.upload("Receipt", f"{kind}.pdf", PDF + what.encode() + self.claim.encode())
        clerk.press_last()
        clerk.sees(what)

    def the_claim_is_decided_certified_and_paid(self) -> None:
        officer = self.company.officer
        officer.open(f"/admin/desk/claims/{self.claim}/")
        officer.move("Start the review")
        officer.sees("not decided yet")  # approving waits for every line
        self.officer_reduces_the_second_line(officer)
        officer.press("Allow all the rest that nothing speaks against")
        officer.move("Approve")
        officer.does_not_see("Certify for payment")
        finance = self.company.finance
        self.company.mailbox.wait_for("finance", self.claim)
        finance.open(f"/admin/desk/claims/{self.claim}/")
        finance.press("Certify for payment")
        finance.tick_all()
        finance.press_last()
        finance.open(f"/admin/desk/claims/{self.claim}/")
        finance.sees("can't record its payment")  # who certified does not pay
        self.agency_renews_its_registration()
        payer = self.company["finance2"]
        payer.open(f"/admin/desk/claims/{self.claim}/")
        payer.press("Record a payment")
        payer.fill("Voucher number", f"V-{self.claim}")
        payer.press_last()
        payer.sees("Recorded. The claim is paid.")
        self.company["agency-finance"].open(f"/portal/claims/{self.claim}/")
        self.company["agency-finance"].sees("$520.00")

    def agency_renews_its_registration(self) -> None:
        """SAM.gov registrations end every year, and an agency without one can't be paid."""
        ends = self.company.rows("SELECT sam_expires_on FROM partners_agency WHERE name = %s", HOME_AGENCY)[0][0]
        if ends >= self.today():
            return
        payer, coordinator = self.company["finance2"], self.company.coordinator
        payer.open(f"/admin/desk/claims/{self.claim}/")
        payer.press("Record a payment")
        payer.fill("Voucher number", f"V-{self.claim}")
        payer.press_last()
        payer.sees("must be renewed first")
        coordinator.open("/portal/agency/")
        coordinator.press("Change the profile")
        coordinator.fill("SAM registration ends", (self.today() + timedelta(days=365)).isoformat())
        coordinator.press("Save")

    def officer_reduces_the_second_line(self, officer) -> None:
        form = officer.page.locator("form[aria-label='Decide line 2']")
        form.get_by_label("Allowed in part").focus()
        officer.page.keyboard.press("Space")
        form.get_by_label("Amount allowed (USD)").fill("100.00")
        form.get_by_label("Reason, for the agency").fill("Half of the handbooks were for another activity.")
        form.get_by_role("button", name="Decide").click()
        officer.page.wait_for_load_state("load")

    # -- the report
    def reminders_before_and_after_the_due_date(self) -> None:
        self.report, due = self.company.rows(
            "SELECT r.reference, r.due_on FROM engagements_finalreport r"
            " JOIN engagements_engagement e ON e.id = r.engagement_id WHERE e.reference = %s",
            self.engagement,
        )[0]
        self.company.days_pass((due - self.today()).days - 7)
        self.company.mailbox.wait_for("coordinator", f"{self.title} is due in 7 days")
        self.company.days_pass(8)
        self.company.mailbox.wait_for("coordinator", f"{self.title} was due on")

    def the_report_is_corrected_once_and_accepted(self) -> None:
        coordinator, officer = self.company.coordinator, self.company.officer
        coordinator.open(f"/portal/reports/{self.report}/")
        coordinator.press("Write")
        coordinator.fill("What was delivered", "Four mentors worked 120 days with six commissariats.")
        coordinator.fill("Women", "31")
        coordinator.fill("Men", "64", exact=True)
        coordinator.fill("What came of it", "Foot patrols doubled.")
        coordinator.press("Hand in")
        officer.open(f"/admin/desk/reports/{self.report}/")
        officer.move("Return for correction", "Say which commissariats.")
        self.company.mailbox.wait_for("coordinator", "Say which commissariats.")
        coordinator.open(f"/portal/reports/{self.report}/")
        coordinator.press("Write")
        coordinator.sees("Say which commissariats.")
        coordinator.fill("What was delivered", "Four mentors worked 120 days with Delmas, Pétion-Ville and four more.")
        coordinator.press("Hand in")
        officer.open(f"/admin/desk/reports/{self.report}/")
        officer.move("Accept")
        self.company.mailbox.wait_for("coordinator", "Final report accepted")

    def the_engagement_closes_and_counts(self) -> None:
        officer = self.company.officer
        officer.open(f"/admin/desk/engagements/{self.engagement}/")
        officer.move("Close")
        officer.open(f"/admin/desk/needs/{self.need}/")
        officer.sees("Fulfilled")
        after = self.fact_sheet()
        assert after != self.before
        assert after["deployments"] == self.before["deployments"] + TEAM
        assert after["people_trained"] == self.before["people_trained"] + 95

    # -- what the system knows
    def deployments(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT d.reference FROM {deployment} ORDER BY d.id")]

    def statuses(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT d.status FROM {deployment} ORDER BY d.id")]

    def deployment_of(self, account: str) -> str:
        found = self.rows(
            "SELECT d.reference FROM {deployment} JOIN partners_expert x ON x.id = d.expert_id"
            " JOIN accounts_user u ON u.id = x.user_id WHERE u.email = %s",
            f"{account}@demo.example",
        )
        return found[0][0] if found else ""

    def requirements_cleared_by(self, account: str) -> list[int]:
        found = self.rows(
            "SELECT DISTINCT q.id FROM {deployment} JOIN deployments_clearance c ON c.deployment_id = d.id"
            " JOIN deployments_requirement q ON q.id = c.requirement_id"
            " WHERE q.cleared_by = %s AND c.status NOT IN ('cleared', 'waived') ORDER BY q.id",
            {"post": "post_officer"}.get(account, account),
        )
        return [row[0] for row in found]

    def days(self) -> tuple[date, date]:
        return self.rows("SELECT d.starts_on, d.ends_on FROM {deployment}")[0]

    def rows(self, sql: str, *params: str) -> list[tuple]:
        """`{deployment}` stands for this walk's deployments, as `d`."""
        mine = (
            "(SELECT d.* FROM deployments_deployment d JOIN engagements_engagement e ON e.id = d.engagement_id"
            " WHERE e.reference = %s) d"
        )
        return self.company.rows(sql.replace("{deployment}", mine), self.engagement, *params)

    def today(self) -> date:
        return self.company.today()

    def fact_sheet(self) -> dict[str, int]:
        """The computed figures of today, by measure."""
        out = self.company.manage("factsheet", "--json")
        rows = json.loads(out[out.index("{") :] if out.lstrip().startswith("{") else out)
        figures = rows["figures"] if isinstance(rows, dict) else rows
        return {row["measure"]: row["computed"] for row in figures}
