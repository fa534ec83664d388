"""What every chapter of the season uses: the clock, who is who, and a few short hands for services."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

from partners.models import Agency, Expert, Expertise
from slp.accounts.models import User
from slp.demo.accounts import DOMAIN
from slp.demo.clock import Clock
from slp.lib.dates import today
from slp.places.models import Country, Language


class Story:
    """The season around one date. People are looked up by the part of their address before the @."""

    def __init__(self) -> None:
        self.today = today()
        self.clock = Clock()
        self.agencies: dict[str, Agency] = {}
        self.experts: dict[str, Expert] = {}
        self._people: dict[str, User] = {}

    def day(self, offset: int) -> date:
        """So many days from today; negative is the past."""
        return self.today + timedelta(days=offset)

    def person(self, key: str) -> User:
        if key not in self._people:
            self._people[key] = User.objects.get(email=f"{key}@{DOMAIN}")
        return self._people[key]

    def coordinator(self, agency: str) -> User:
        return self.person(COORDINATORS.get(agency, f"coordinator.{agency}"))

    def signatory(self, agency: str) -> User:
        return self.person(SIGNATORIES.get(agency, f"signatory.{agency}"))

    def at_post(self, country: str) -> User | None:
        """The INL officer of the post in that country, where the season has one."""
        return self.person(POSTS[country]) if country in POSTS else None

    def rso(self, country: str) -> User | None:
        return self.person(RSOS[country]) if country in RSOS else None

    @property
    def officer(self) -> User:
        return self.person("officer")

    @property
    def director(self) -> User:
        return self.person("director")

    @property
    def finance(self) -> User:
        return self.person("finance")

    @cached_property
    def countries(self) -> dict[str, Country]:
        return Country.objects.select_related("post").in_bulk()

    @cached_property
    def languages(self) -> dict[str, Language]:
        return Language.objects.in_bulk()

    @cached_property
    def expertise(self) -> dict[str, Expertise]:
        return Expertise.objects.in_bulk()


COORDINATORS = {"lincoln": "coordinator", "cypress": "coordinator2"}
SIGNATORIES = {"lincoln": "signatory"}
POSTS = {"HT": "post", "GE": "post2", "SV": "post.san-salvador", "PH": "post.manila", "HU": "post.budapest"}
PASSPORT_DAYS = 1100  # everybody's passport holds so long, from the day on which the season is told
RSOS = {"HT": "rso", "SV": "rso.san-salvador", "PH": "rso.manila"}
