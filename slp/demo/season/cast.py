"""The fictional agencies, the accounts, the roster. Nobody here exists."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from partners.services.agencies import add_contact, add_tie, offer_capacity, register_agency
from partners.services.experts import add_certificate, add_expert
from partners.services.people import add_membership
from slp.accounts.models import User
from slp.accounts.services import add_staff
from slp.demo.accounts import ACCOUNTS, DOMAIN, HOME_AGENCY, OTHER_AGENCY, PASSWORD
from slp.demo.season.story import PASSPORT_DAYS, Story
from slp.lib.dates import fiscal_year
from slp.places.services import assign_to_post


@dataclass(frozen=True)
class Body:
    """One fictional agency."""

    key: str
    name: str
    kind: str
    level: str
    us_state: str
    city: str
    sector: str
    expertise: tuple[str, ...]
    population: int = 0
    sworn: int = 0
    ties: tuple[str, ...] = ()
    capacity: int = 0
    time_zone: str = "America/New_York"


AGENCIES = (
    Body("lincoln", HOME_AGENCY, "police", "municipal", "CT", "Port Lincoln", "POL",
         ("POL-01", "POL-02", "POL-03", "POL-14"), 184_000, 412, ("HT", "DO"), 12),
    Body("cypress", OTHER_AGENCY, "sheriff", "county", "FL", "Cypress Bay", "POL",
         ("POL-01", "POL-09", "POL-15"), 268_000, 655, ("HT", "JM"), 6),
    Body("prairie", "Prairie Ridge State Police (fictional)", "state_police", "state", "NE", "Prairie Ridge", "STD",
         ("STD-02", "STD-03", "POL-05"), 1_900_000, 780, ("UA",), 8, "America/Chicago"),
    Body("mesa", "Red Mesa Department of Corrections (fictional)", "corrections", "state", "UT", "Red Mesa", "COR",
         ("COR-01", "COR-02", "COR-08"), 3_200_000, 1_240, ("SV", "MX"), 10, "America/Denver"),
    Body("harbor", "Harbor Point Port Police (fictional)", "port", "special district", "WA", "Harbor Point", "MAR",
         ("MAR-01", "MAR-02", "MAR-05"), 0, 96, ("PH", "VN"), 4, "America/Los_Angeles"),
    Body("lake", "Lakeshore County District Attorney's Office (fictional)", "prosecutor", "county", "WI", "Lakeshore",
         "JUS", ("JUS-01", "JUS-02", "JUS-04"), 312_000, 48, ("GE",), 3, "America/Chicago"),
    Body("juniper", "Juniper County Public Defender (fictional)", "defender", "county", "OR", "Juniper", "JUS",
         ("JUS-07", "JUS-10"), 144_000, 31, (), 2, "America/Los_Angeles"),
    Body("millbrook", "Millbrook Forensic Laboratory (fictional)", "laboratory", "state", "OH", "Millbrook", "FOR",
         ("FOR-01", "FOR-02", "FOR-05")),
    Body("granite", "Granite Falls Police Department (fictional)", "police", "municipal", "NH", "Granite Falls", "POL",
         ("POL-08", "POL-18"), 61_000, 118),
    Body("summit", "Summit City Municipal Court (fictional)", "court", "municipal", "ID", "Summit City", "JUS",
         ("JUS-05", "JUS-06"), 97_000, time_zone="America/Boise"),
    Body("valley", "Blue Valley Sheriff's Office (fictional)", "sheriff", "county", "MT", "Blue Valley", "POL",
         ("POL-17",), 44_000, 73, time_zone="America/Denver"),
    Body("pine", "Pine Hollow Standards and Training Board (fictional)", "standards", "state", "GA", "Pine Hollow",
         "STD", ("STD-01", "STD-04", "STD-09"), 0, 22, (), 5),
    Body("aurora", "Aurora Borough Department of Law (fictional)", "attorney_general", "state", "AK", "Aurora",
         "JUS", ("JUS-08", "JUS-12"), 0, 40, (), 0, "America/Anchorage"),
)  # fmt: skip

# agency, coordinator, signatory
OFFICES = (
    ("cypress", "", "Sheriff Wade Hollister"),
    ("prairie", "Nora Lindgren", "Colonel Ray Stoddard"),
    ("mesa", "Elena Quiroga", "Director Miles Farrow"),
    ("harbor", "Tess Nakamura", "Chief Owen Prescott"),
    ("lake", "Hannah Voss", "District Attorney Claire Denning"),
    ("juniper", "Ian Calder", "Public Defender Ruth Abrams"),
    ("millbrook", "Priya Raman", "Director Leon Castile"),
    ("summit", "Gwen Talley", "Judge Arthur Penrose"),
    ("valley", "Doris Kemp", "Sheriff Hank Dillard"),
    ("pine", "Marcus Bell", "Chair Lorraine Tate"),
    ("aurora", "Kaya Olson", "Deputy Attorney General Finn Berg"),
)
POST_PEOPLE = (
    ("post.san-salvador", "Silvia Crane", "SV", "post_officer", "America/El_Salvador"),
    ("rso.san-salvador", "Victor Hale", "SV", "rso", "America/El_Salvador"),
    ("post.manila", "Peter Okafor", "PH", "post_officer", "Asia/Manila"),
    ("post.budapest", "Anna Sheridan", "HU", "post_officer", "Europe/Budapest"),
    ("rso.manila", "Joan Mercer", "PH", "rso", "Asia/Manila"),
)

WOMAN, MAN = "woman", "man"
# key, agency, name, rank, years, gender, {expertise: depth}, {language: level}, countries worked in
EXPERTS = (
    ("toussaint", "lincoln", "Marie-Ange Toussaint", "Sergeant", 14, WOMAN,
     {"POL-01": 3, "POL-02": 2, "STD-06": 2}, {"ht": 5, "fr": 3}, ("HT",)),
    ("baptiste", "lincoln", "Jean-Robert Baptiste", "Lieutenant", 19, MAN,
     {"POL-01": 2, "POL-03": 2, "STD-06": 2}, {"ht": 5, "fr": 4}, ("HT",)),
    ("desir", "lincoln", "Nadege Desir", "Officer", 8, WOMAN, {"POL-01": 2, "POL-04": 2}, {"ht": 4}, ()),
    ("laurent", "lincoln", "Wilner Laurent", "Detective", 11, MAN, {"POL-03": 2, "POL-01": 1}, {"ht": 4, "fr": 2}, ()),
    ("pierre", "lincoln", "Fabiola Pierre", "Officer", 6, WOMAN, {"POL-01": 1, "POL-02": 2}, {"ht": 4}, ()),
    ("joseph", "lincoln", "Emmanuel Joseph", "Sergeant", 16, MAN, {"POL-02": 2, "POL-01": 2}, {"ht": 5, "fr": 3}, ()),
    ("charles", "lincoln", "Rose-Laure Charles", "Officer", 7, WOMAN, {"POL-01": 2, "POL-14": 2}, {"ht": 4}, ()),
    ("whitaker", "lincoln", "Dana Whitaker", "Captain", 22, WOMAN, {"STD-09": 3, "POL-07": 2}, {"es": 2}, ("GE",)),
    ("okeefe", "lincoln", "Brendan O'Keefe", "Detective", 13, MAN, {"POL-03": 3, "POL-18": 2}, {}, ()),
    ("augustin", "cypress", "Guerda Augustin", "Deputy", 9, WOMAN, {"POL-01": 2, "POL-15": 2}, {"ht": 5}, ("HT",)),
    ("michel", "cypress", "Ricardo Michel", "Sergeant", 15, MAN, {"POL-01": 2, "POL-02": 2}, {"ht": 4, "fr": 2}, ()),
    ("saintil", "cypress", "Yolette Saintil", "Deputy", 5, WOMAN, {"POL-01": 1}, {"ht": 3}, ()),
    ("reyes", "cypress", "Tomas Reyes", "Lieutenant", 18, MAN, {"POL-09": 3, "POL-11": 2}, {"es": 5}, ("CO",)),
    ("lindqvist", "prairie", "Karin Lindholm", "Captain", 21, WOMAN, {"STD-02": 3, "STD-03": 2}, {"ka": 1}, ("GE",)),
    ("hartwell", "prairie", "George Hartwell", "Lieutenant", 17, MAN, {"STD-02": 2, "STD-04": 3}, {"ru": 3}, ()),
    ("novak", "prairie", "Petra Novak", "Sergeant", 12, WOMAN, {"POL-05": 2, "STD-03": 2}, {"uk": 4, "ru": 4}, ()),
    ("ibarra", "mesa", "Lucia Ibarra", "Warden", 20, WOMAN, {"COR-01": 3, "COR-04": 2}, {"es": 5}, ("SV", "CO")),
    ("delgado", "mesa", "Hector Delgado", "Captain", 16, MAN, {"COR-01": 2, "COR-02": 3}, {"es": 4}, ("SV",)),
    ("foster", "mesa", "Alan Foster", "Training officer", 24, MAN, {"COR-02": 3, "COR-08": 3}, {"es": 2}, ("MX",)),
    ("santos", "harbor", "Maribel Santos", "Sergeant", 13, WOMAN, {"MAR-01": 2, "MAR-05": 2}, {"fil": 5}, ("PH",)),
    ("kealoha", "harbor", "Noah Kealoha", "Dive team leader", 15, MAN, {"MAR-02": 3, "MAR-03": 3}, {}, ()),
    ("brandt", "lake", "Julia Brandt", "Assistant District Attorney", 11, WOMAN,
     {"JUS-01": 2, "JUS-02": 2}, {"ka": 2}, ()),
    ("moody", "lake", "Terrence Moody", "Deputy District Attorney", 17, MAN, {"JUS-04": 2, "JUS-11": 2}, {}, ("MD",)),
    ("abrego", "juniper", "Carmen Abrego", "Senior defender", 14, WOMAN, {"JUS-07": 2, "JUS-10": 2}, {"es": 5}, ()),
    ("tate", "pine", "Walter Greer", "Curriculum director", 28, MAN, {"STD-01": 3, "STD-04": 3}, {}, ("HU",)),
    ("penrose", "summit", "Judith Marlow", "Judge", 30, WOMAN, {"JUS-06": 2, "JUS-05": 2}, {"fr": 2}, ()),
)  # fmt: skip
RETIRED = {"penrose", "foster"}


def open_accounts(story: Story) -> None:
    """INL/KM's and the posts' people."""
    for account in ACCOUNTS:
        common = {"actor": None, "email": account.email, "name": account.name}
        common |= {"title": account.title, "time_zone": account.time_zone}
        if account.staff_role:
            add_staff(staff_role=account.staff_role, **common)
        elif account.post_role:
            assign_to_post(post=story.countries[account.country].post, role=account.post_role, **common)
    for key, name, country, role, zone in POST_PEOPLE:
        assign_to_post(
            actor=None,
            post=story.countries[country].post,
            role=role,
            email=f"{key}@{DOMAIN}",
            name=name,
            time_zone=zone,
        )


def register_agencies(story: Story) -> None:
    for body in AGENCIES:
        agency = register_agency(
            actor=story.officer,
            name=body.name,
            kind=body.kind,
            level=body.level,
            us_state=body.us_state,
            city=body.city,
            sectors=body.sector,
            population_served=body.population or None,
            sworn_count=body.sworn or None,
            time_zone=body.time_zone,
            expertise=[story.expertise[code] for code in body.expertise],
            is_fictional=True,
            **_payment_data(story, body),
        )
        story.agencies[body.key] = agency
        for country in body.ties:
            add_tie(actor=story.officer, agency=agency, country=story.countries[country])


def _payment_data(story: Story, body: Body) -> dict:
    """Registered for payments, with an identifier that no real agency can have."""
    if not body.capacity:
        return {}
    return {
        "uei": f"DEMZ{body.key.upper():Z<8}"[:12].replace("I", "X").replace("O", "Q"),
        "sam_expires_on": story.day(200),
        "eft_on_file_on": story.day(-380),
    }


def name_people(story: Story) -> None:
    """Who speaks for each agency; the demonstration's own accounts first."""
    by_name = {agency.name: agency for agency in story.agencies.values()}
    for account in ACCOUNTS:
        if account.agency:
            add_membership(
                actor=story.officer,
                agency=by_name[account.agency],
                email=account.email,
                name=account.name,
                role=account.agency_role,
                title=account.title,
            )
    for key, coordinator, signatory in OFFICES:
        agency = story.agencies[key]
        for role, name in (("coordinator", coordinator), ("signatory", signatory)):
            if name:
                title, person = _split_title(name)
                email = f"{role}.{key}@{DOMAIN}"
                add_membership(actor=story.officer, agency=agency, email=email, name=person, role=role, title=title)
    for key, agency in story.agencies.items():
        body = next(b for b in AGENCIES if b.key == key)
        first = agency.memberships.filter(role="coordinator").select_related("user").first()
        if first:
            add_contact(
                actor=story.officer,
                agency=agency,
                name=first.user.name,
                title=first.user.title or "Coordinator",
                email=first.user.email,
                phone="555-0100",
                is_primary=True,
            )
        if body.capacity:
            year = fiscal_year(story.today)
            offer_capacity(actor=story.officer, agency=agency, fiscal_year=year, engagements=body.capacity)


def give_password() -> None:
    """The demonstration's accounts share their password, so it is hashed once. Nobody else of the story signs in."""
    emails = [account.email for account in ACCOUNTS]
    User.objects.filter(email__in=emails).update(password=make_password(PASSWORD))


def _split_title(name: str) -> tuple[str, str]:
    words = name.split()
    return (" ".join(words[:-2]), " ".join(words[-2:])) if len(words) > 2 else ("", name)


def fill_rosters(story: Story) -> None:
    """The experts, entered by INL/KM when the season begins; the traveller of the demonstration is one of them."""
    for key, agency, name, rank, years, gender, skills, languages, countries in EXPERTS:
        expert = add_expert(
            actor=story.officer,
            agency=story.agencies[agency],
            name=name,
            rank=rank,
            years=years,
            gender=gender,
            service="retired" if key in RETIRED else "serving",
            email=f"{key}@{DOMAIN}",
            phone="555-0101",
            passport_expires_on=story.day(PASSPORT_DAYS),
            emergency_name=f"Family of {name.split()[-1]}",
            emergency_phone="555-0199",
            is_fictional=True,
            user=story.person("traveller") if key == "toussaint" else None,
            skills=[(story.expertise[code], depth) for code, depth in skills.items()],
            languages=[(story.languages[code], level, level >= 3) for code, level in languages.items()],
            availability=_windows(story, key),
            countries=[(story.countries[iso2], "worked") for iso2 in countries if iso2 in story.countries],
        )
        story.experts[key] = expert
        for code, depth in skills.items():
            if depth == 3:
                _certify(story, expert, code)


def _windows(story: Story, key: str) -> list[tuple]:
    """Most are free for a year; some have said when not."""
    found = [(story.day(-420), story.day(400), "available")]
    if key in ("laurent", "saintil"):
        found.append((story.day(60), story.day(110), "blackout"))
    return found


def _certify(story: Story, expert, code: str) -> None:
    field = story.expertise[code]
    add_certificate(
        actor=story.officer,
        expert=expert,
        programme=f"Certified instructor: {field.name.lower()}",
        expertise=field,
        number=f"DEMO-{expert.pk:04d}",
        issued_on=story.day(-700),
        expires_on=story.day(395),
    )
