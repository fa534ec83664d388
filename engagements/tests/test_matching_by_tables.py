"""Matching from the rows of facts finds what joining every table found: order, conditions, points, words."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db.models import Exists, OuterRef

from conftest import make_agency
from deployments.models import Deployment
from deployments.models.deployment import DeploymentStatus
from engagements import known, matching, ranking
from engagements.models import Engagement, Seat
from engagements.tests import ranking_by_tables as tables
from engagements.tests.factories import make_engagement, make_need, make_seats
from partners.models import (
    Agency,
    Agreement,
    Availability,
    Capacity,
    Certificate,
    CommunityTie,
    Expert,
    ExpertCountry,
    Expertise,
    ExpertLanguage,
    ExpertSkill,
)
from partners.models.agency import NOT_DEPLOYING
from slp.lib.dates import fiscal_year, today
from slp.places.models import Language

pytestmark = pytest.mark.django_db
KINDS = ["training", "mentoring", "assessment"]


class World:
    """A programme at random around the days of a need."""

    def __init__(self, seed: int, countries, fields, languages, author) -> None:
        self.rng = random.Random(seed)  # noqa: S311 -- cases, not secrets
        self.countries, self.fields, self.languages, self.author = countries, fields, languages, author
        self.agencies = [self.agency(n) for n in range(8)]
        for agency in self.agencies:
            self.terms(agency)
            self.offers(agency)
        self.people = [self.person(n) for n in range(60)]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def day(self, low: int, high: int):
        return today() + timedelta(days=self.rng.randint(low, high))

    def period(self) -> tuple:
        first = self.day(0, 260)
        return first, first + timedelta(days=self.rng.randint(1, 120))

    def agency(self, number: int) -> Agency:
        kind = "association" if number == 7 else "police"
        paused, later = (self.day(-2, 2) if self.chance(0.3) else None for _ in range(2))
        return make_agency(f"Agency {number}", kind=kind, paused_until=paused, not_before=later)

    def terms(self, agency: Agency) -> None:
        first, before = self.rng.randint(-60, 40), None
        for _ in range(self.rng.randint(0, 3)):
            last = first + self.rng.randint(20, 200)
            before = Agreement.objects.create(
                agency=agency, title="T", text="T", status=self.rng.choice(["active"] * 4 + ["expired", "superseded"]),
                starts_on=today() + timedelta(first), ends_on=today() + timedelta(last),
                supersedes=before if self.chance(0.7) else None,
                activity_kinds=self.rng.sample(KINDS, 2) if self.chance(0.3) else [],
            )  # fmt: skip
            before.countries.set(self.rng.sample(self.countries, 1) if self.chance(0.3) else [])
            before.expertise.set(self.rng.sample(self.fields, 1) if self.chance(0.3) else [])
            first = last + self.rng.choice([1, 1, 1, 4])

    def offers(self, agency: Agency) -> None:
        for year in {fiscal_year(self.day(0, 365)) for _ in range(2)}:
            for kind in self.rng.sample(["", "training", "mentoring"], self.rng.randint(0, 2)):
                Capacity.objects.create(agency=agency, fiscal_year=year, kind=kind, engagements=self.rng.randint(1, 9))
        for _ in range(self.rng.randint(0, 5)):
            start, end = self.period()
            made = make_engagement(self.countries[0], agency=agency, starts_on=start, ends_on=end)
            if self.chance(0.2):
                Engagement.objects.filter(pk=made.pk).update(status="cancelled")
        if self.chance(0.4):
            CommunityTie.objects.create(agency=agency, country=self.rng.choice(self.countries))

    def person(self, number: int) -> Expert:
        person = Expert.objects.create(
            agency=self.rng.choice(self.agencies), name=f"P{self.rng.randint(0, 20)}", rank="R",
            years=self.rng.randint(0, 40), is_active=not self.chance(0.1),
        )  # fmt: skip
        for field in self.fields:
            if self.chance(0.7):
                ExpertSkill.objects.create(expert=person, expertise=field, depth=self.rng.randint(1, 3))
        for language in self.languages:
            if self.chance(0.6):
                ExpertLanguage.objects.create(
                    expert=person, language=language, speaking=self.rng.randint(0, 5), is_tested=self.chance(0.4)
                )
        for country in self.countries:
            for relation in ("worked", "ties"):
                if self.chance(0.3):
                    ExpertCountry.objects.create(expert=person, country=country, relation=relation)
        for _ in range(self.rng.randint(0, 2)):
            Certificate.objects.create(
                expert=person, programme="T", issued_on=today() - timedelta(400),
                expertise=self.rng.choice([None, *self.fields]), expires_on=self.rng.choice([None, self.day(0, 300)]),
            )  # fmt: skip
        self.calendar(person)
        return person

    def calendar(self, person: Expert) -> None:
        taken: dict[str, list] = {}

        def free(kind: str) -> tuple | None:
            first, last = self.period()
            if any(first < b and a < last for a, b in taken.setdefault(kind, [])):
                return None
            taken[kind].append((first, last))
            return first, last

        for _ in range(self.rng.choice([0, 0, 1, 2])):
            kind = self.rng.choice(["available", "blackout"])
            if period := free(kind):
                Availability.objects.create(expert=person, kind=kind, period=period)
        for _ in range(self.rng.choice([0, 1, 2])):
            if period := free("tour"):
                Deployment.objects.create(
                    engagement=Engagement.objects.first() or make_engagement(self.countries[0]), expert=person,
                    agency=person.agency, country=self.countries[0], role="M", period=period,
                    status=self.rng.choice(DeploymentStatus.values),
                )  # fmt: skip

    def seat(self) -> Seat:
        start, length = self.day(10, 90), self.rng.choice([20, 60, 120, 300])
        stay = self.rng.choice([1, 15, 30, 55, 90])
        need = make_need(
            self.rng.choice(self.countries), self.author, kind=self.rng.choice(KINDS), starts_on=start,
            ends_on=start + timedelta(length - 1), min_days=stay, max_days=90,
        )  # fmt: skip
        language = self.rng.choice([None, *self.languages])
        return make_seats(
            need, self.rng.choice(self.fields), min_depth=self.rng.randint(1, 3), language=language,
            min_speaking=self.rng.randint(0, 4) if language else 0, needs_certificate=self.chance(0.3),
        )[0]  # fmt: skip


def by_tables(seat: Seat, people=None, **chosen) -> list[matching.Candidate]:
    rank = tables.Ranking(seat.need, seat, tables.of_the_field(seat) if people is None else people)
    rows = rank.experts(*(rank.best(limit, **which) for limit, which in chosen.values()))
    return [matching._candidate(row, seat.need, seat) for row in rows]


def told(candidates) -> list:
    """All that is shown of them, in order."""
    return [
        (c.as_json(), c.conditions, c.points, c.total, c.free_spans, str(c.expert), c.expert.rank) for c in candidates
    ]


@pytest.fixture
def world(request, haiti, georgia, creole, post_officer) -> World:
    fields = [
        Expertise.objects.get_or_create(code=c, defaults={"name": c, "sector": "POL"})[0] for c in ("POL-01", "POL-02")
    ]
    french = Language.objects.get_or_create(code="fr", defaults={"name": "French"})[0]
    return World(request.param, [haiti, georgia], fields, [creole, french], post_officer)


@pytest.mark.parametrize("world", range(5), indirect=True)
def test_the_facts_rank_as_the_tables_do(world):
    for _ in range(12):
        seat = world.seat()
        best, near = (12, {"failed": 0}), (9, {"failed__range": (1, 2)})
        [group] = matching.match_need(seat.need, limit=12, near=9)
        assert told(group.candidates + group.near) == told(by_tables(seat, best=best, near=near))
        assert told(matching.candidates(seat, limit=12)) == told(by_tables(seat, best=best))
        first, next_to = (2, best[1]), (1, near[1])  # so few that most of the field is left unread
        [group] = matching.match_need(seat.need, limit=2, near=1)
        assert told(group.candidates + group.near) == told(by_tables(seat, best=first, near=next_to))
        assert told(matching.candidates(seat, limit=2)) == told(by_tables(seat, best=first))
        assert told(matching.near_misses(seat, limit=9)) == told(by_tables(seat, near=near))
        some = [p.pk for p in world.rng.sample(world.people, 25)]
        everybody = by_tables(seat, Expert.objects.filter(pk__in=some))
        assert told(matching.check(seat, some).values()) == told(everybody)


@pytest.mark.parametrize("world", range(100, 103), indirect=True)
def test_free_days_and_covered_agencies_are_the_same(world):
    for _ in range(6):
        need = world.seat().need
        for person in world.people[:15]:
            for only_tours in (False, True):
                facts, joined = (m.free_days(expert=person, need=need, only_tours=only_tours) for m in (known, tables))
                assert facts == joined
        tie = CommunityTie.objects.filter(agency=OuterRef("pk"), country=need.country_id)
        joined = (
            Agency.objects.exclude(kind__in=NOT_DEPLOYING)
            .filter(tables.open_to_requests())
            .filter(pk__in=tables.agencies_covered(need, None))
            .order_by(Exists(tie).desc(), "name")
        )
        assert matching.covered_agencies(need) == [(agency.pk, agency.name) for agency in joined]


@pytest.mark.parametrize("world", [7], indirect=True)
def test_the_populations_hold_every_case(world):
    """Or else nothing was compared."""
    found = [c for _ in range(12) for c in by_tables(world.seat(), Expert.objects.all())]
    failing = {name for c in found for name in (k.name for k in c.missing)}
    assert failing == {"expertise", "language", "certificate", "available", "agreement", "open_to_requests"}
    assert {len(c.missing) for c in found} >= {0, 1, 2, 3}
    assert {p.name for c in found for p in c.points if p.points} == set(ranking.WEIGHTS)
