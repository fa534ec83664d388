"""The cast of every test: one person per role, named by the role. `outsider` coordinates another agency."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as examples

from partners.models import Agency, AgencyKind, AgencyLevel, Expertise, Membership, Sector
from slp.accounts.models import StaffRole, User
from slp.places.models import Country, Language, Post, PostAssignment, PostRole, Region

PASSWORD = "a-long-test-passphrase"

# A busy machine is no finding: how long an example takes is measured nowhere here.
examples.register_profile("slp", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("slp")


def make_user(email: str, **fields) -> User:
    fields.setdefault("name", email.split("@")[0].replace("-", " ").replace("_", " ").title())
    return User.objects.create_user(f"{email}@test.example", PASSWORD, **fields)


# -- places ----------------------------------------------------------------------------------------
@pytest.fixture
def creole(db) -> Language:
    return Language.objects.get_or_create(code="ht", defaults={"name": "Haitian Creole"})[0]


@pytest.fixture
def haiti(creole) -> Country:
    post = Post.objects.create(name="Embassy Port-au-Prince", city="Port-au-Prince", time_zone="America/Port-au-Prince")
    country = Country.objects.create(
        iso2="HT",
        iso3="HTI",
        name="Haiti",
        region=Region.WHA,
        capital="Port-au-Prince",
        currency="HTG",
        post=post,
    )
    country.languages.add(creole)
    return country


@pytest.fixture
def georgia(db) -> Country:
    post = Post.objects.create(name="Embassy Tbilisi", city="Tbilisi", time_zone="Asia/Tbilisi")
    return Country.objects.create(
        iso2="GE", iso3="GEO", name="Georgia", region=Region.EUR, capital="Tbilisi", currency="GEL", post=post
    )


@pytest.fixture
def community_policing(db) -> Expertise:
    return Expertise.objects.get_or_create(
        code="POL-01", defaults={"name": "Community policing", "sector": Sector.POLICE}
    )[0]


# -- agencies --------------------------------------------------------------------------------------
def make_agency(name: str, **fields) -> Agency:
    defaults = {"kind": AgencyKind.POLICE, "level": AgencyLevel.MUNICIPAL, "us_state": "NY", "status": "partner"}
    return Agency.objects.create(name=name, **(defaults | fields))


@pytest.fixture
def agency(db) -> Agency:
    return make_agency("Port Lincoln Police Department")


@pytest.fixture
def other_agency(db) -> Agency:
    return make_agency("Cedar Falls Sheriff's Office", us_state="FL", kind=AgencyKind.SHERIFF)


def make_member(email: str, agency: Agency, role: str) -> User:
    user = make_user(email)
    Membership.objects.create(user=user, agency=agency, role=role)
    return user


# -- INL/KM ----------------------------------------------------------------------------------------
@pytest.fixture
def officer(db) -> User:
    """INL/KM programme officer."""
    return make_user("officer", staff_role=StaffRole.OFFICER)


@pytest.fixture
def second_officer(db) -> User:
    """A colleague who edits the same records."""
    return make_user("second-officer", staff_role=StaffRole.OFFICER)


@pytest.fixture
def finance(db) -> User:
    """Certifies claims."""
    return make_user("finance", staff_role=StaffRole.FINANCE)


@pytest.fixture
def finance2(db) -> User:
    """Records payments of claims that `finance` certified."""
    return make_user("finance2", staff_role=StaffRole.FINANCE)


@pytest.fixture
def director(db) -> User:
    return make_user("director", staff_role=StaffRole.DIRECTOR)


@pytest.fixture
def administrator(db) -> User:
    """Users, taxonomy and rates; no business decisions."""
    return make_user("administrator", staff_role=StaffRole.ADMINISTRATOR)


@pytest.fixture
def auditor(db) -> User:
    """Reads all, changes nothing."""
    return make_user("auditor", staff_role=StaffRole.AUDITOR)


# -- the agency's people ---------------------------------------------------------------------------
@pytest.fixture
def coordinator(agency) -> User:
    return make_member("coordinator", agency, "coordinator")


@pytest.fixture
def agency_finance(agency) -> User:
    return make_member("agency-finance", agency, "agency_finance")


@pytest.fixture
def signatory(agency) -> User:
    return make_member("signatory", agency, "signatory")


@pytest.fixture
def traveller(agency) -> User:
    return make_member("traveller", agency, "traveller")


@pytest.fixture
def outsider(other_agency) -> User:
    """Coordinator of another agency: must never see the first agency's records."""
    return make_member("coordinator2", other_agency, "coordinator")


# -- the post's people -----------------------------------------------------------------------------
def make_post_person(email: str, country: Country, role: str) -> User:
    user = make_user(email)
    PostAssignment.objects.create(user=user, post=country.post, role=role)
    return user


@pytest.fixture
def post_officer(haiti) -> User:
    """INL officer at Embassy Port-au-Prince."""
    return make_post_person("post", haiti, PostRole.POST_OFFICER)


@pytest.fixture
def rso(haiti) -> User:
    """Regional Security Officer at Embassy Port-au-Prince."""
    return make_post_person("rso", haiti, PostRole.RSO)


@pytest.fixture
def other_post_officer(georgia) -> User:
    """INL officer at another post: must never see Haiti's records."""
    return make_post_person("post2", georgia, PostRole.POST_OFFICER)


def session_of(user: User) -> str:
    """The key of a session in which that person is signed in.

    Past what signing in does beside, which has its own tests and takes longer than most pages.
    """
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


@pytest.fixture
def client_of():
    """`client_of(user)`: a test client in which that person is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
        return client

    return signed_in


@pytest.fixture
def roster_words(community_policing, creole, haiti, georgia):
    """The field, the language and the countries that roster files in tests refer to."""
