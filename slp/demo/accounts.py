"""The people of the demonstration: one account per role, so that every door and every rule can be tried."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "slp-demo-2026"  # noqa: S105 -- printed by script/demo; these accounts exist in demonstrations only
DOMAIN = "demo.example"

DESK, PORTAL, POST = "/admin/", "/portal/", "/post/"
HOME_AGENCY = "Port Lincoln Police Department (fictional)"
OTHER_AGENCY = "Cypress Bay County Sheriff's Office (fictional)"


@dataclass(frozen=True)
class Account:
    """One person of the demonstration. `key` is the part of the address before the @."""

    key: str
    name: str
    role: str  # what the person is, in words
    door: str
    does: str  # what a good day looks like
    staff_role: str = ""
    agency: str = ""
    agency_role: str = ""
    country: str = ""  # whose post: ISO code
    post_role: str = ""
    title: str = ""
    time_zone: str = "America/New_York"

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


ACCOUNTS: tuple[Account, ...] = (
    Account(
        "officer", "Olivia Park", "INL/KM programme officer", DESK,
        "sees what is stuck, finds the right people, decides claims line by line", staff_role="officer",
    ),
    Account(
        "finance", "Frank Adeyemi", "INL/KM finance officer", DESK,
        "sets money aside and certifies claims", staff_role="finance",
    ),
    Account(
        "finance2", "Rosa Lindqvist", "INL/KM finance officer (payments)", DESK,
        "records payments of what a colleague has certified", staff_role="finance",
    ),
    Account(
        "director", "Diana Whitfield", "INL/KM director", DESK,
        "approves, waives with a reason, reads the programme's numbers", staff_role="director",
    ),
    Account(
        "administrator", "Adam Kowalski", "Administrator", DESK,
        "keeps users, taxonomy and rates; takes no business decisions", staff_role="administrator",
    ),
    Account(
        "auditor", "Aisha Rahman", "Auditor", DESK, "reads everything, changes nothing", staff_role="auditor",
    ),
    Account(
        "coordinator", "Carla Mendes", "Agency coordinator", PORTAL,
        "answers requests, keeps the roster true, writes reports and claims",
        agency=HOME_AGENCY, agency_role="coordinator", title="Lieutenant",
    ),
    Account(
        "agency-finance", "Gail Foster", "Agency finance contact", PORTAL,
        "prepares claims and follows their payment",
        agency=HOME_AGENCY, agency_role="agency_finance", title="Budget analyst",
    ),
    Account(
        "signatory", "Samuel Ortiz", "Agency signatory", PORTAL,
        "signs agreements and addenda for the agency",
        agency=HOME_AGENCY, agency_role="signatory", title="Chief of Police",
    ),
    Account(
        "traveller", "Marie-Ange Toussaint", "Officer who travels", PORTAL,
        "sees what is missing before departure, checks in, keeps receipts",
        agency=HOME_AGENCY, agency_role="traveller", title="Sergeant",
    ),
    Account(
        "coordinator2", "Cole Barrett", "Coordinator of another agency", PORTAL,
        "never sees the first agency's records",
        agency=OTHER_AGENCY, agency_role="coordinator", title="Captain",
    ),
    Account(
        "post", "Paul Verret", "Embassy INL officer, Haiti", POST,
        "registers needs, sees who lands when, logs support",
        country="HT", post_role="post_officer", time_zone="America/Port-au-Prince",
    ),
    Account(
        "rso", "Renee Caldwell", "Regional Security Officer, Haiti", POST,
        "knows who is in country and who has not been briefed",
        country="HT", post_role="rso", time_zone="America/Port-au-Prince",
    ),
    Account(
        "post2", "Tamar Hughes", "Embassy INL officer, Georgia", POST,
        "never sees Haiti's records",
        country="GE", post_role="post_officer", time_zone="Asia/Tbilisi",
    ),
)  # fmt: skip
