"""What matching reads of each expert is what the tables say, whatever is done to them and however."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import StringIO
from threading import Barrier, Event

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Q
from psycopg.types.multirange import Multirange
from psycopg.types.range import DateRange

from deployments.models import Deployment
from deployments.models.deployment import ACTIVE, DeploymentStatus
from engagements.tests.factories import make_engagement
from partners.models import (
    Availability,
    Certificate,
    Expert,
    ExpertCountry,
    ExpertFacts,
    Expertise,
    ExpertLanguage,
    ExpertSkill,
    ExpertStrength,
)
from partners.services.facts import after_migrate, put_facts_right, untrue_facts
from partners.services.merge import merge_agencies
from partners.tests.factories import make_expert
from slp.lib.track import because
from slp.places.models import Language

DAY = date(2030, 1, 1)


# -- what must be there ----------------------------------------------------------------------------
def spans(periods) -> Multirange | None:
    """Days one after the other put together, by a way of its own."""
    days = {p.lower + timedelta(n) for p in periods for n in range((p.upper - p.lower).days)}
    if not days:
        return None
    starts = sorted(d for d in days if d - timedelta(1) not in days)
    ends = sorted(d + timedelta(1) for d in days if d + timedelta(1) not in days)
    return Multirange([DateRange(a, b) for a, b in zip(starts, ends, strict=True)])


def lasting(expert: Expert) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for row in expert.certificates.all():
        last = row.expires_on.isoformat() if row.expires_on else "infinity"
        found[row.expertise_id or ""] = max(found.get(row.expertise_id or "", ""), last)
    return found or None


def expected(expert: Expert) -> dict:
    languages = list(expert.languages.all())
    calendar = {
        kind: spans(a.period for a in expert.availability.filter(kind=kind)) for kind in ("available", "blackout")
    }
    countries = {
        relation: sorted(expert.countries.filter(relation=relation).values_list("country", flat=True)) or None
        for relation in ("worked", "ties")
    }
    return countries | {
        "expert_id": expert.pk,
        "agency_id": expert.agency_id,
        "name": expert.name,
        "years": expert.years,
        "is_active": expert.is_active,
        "skills": {s.expertise_id: s.depth for s in expert.skills.all()} or None,
        "languages": {row.language_id: row.speaking for row in languages} or None,
        "tested": sorted(row.language_id for row in languages if row.is_tested) or None,
        "certificates": lasting(expert),
        "offered": calendar["available"],
        "barred": calendar["blackout"],
        "tours": spans(d.period for d in expert.deployments.filter(status__in=ACTIVE)),
    }


def points(skill: ExpertSkill) -> int:
    return 8 * skill.depth + min(skill.expert.years // 2, 10)


def check_all() -> None:
    found = {row["expert_id"]: row for row in ExpertFacts.objects.values()}
    assert found == {expert.pk: expected(expert) for expert in Expert.objects.all()}
    strengths = ExpertStrength.objects.order_by("expert_id", "expertise_id").values()
    assert [list(row.values()) for row in strengths] == [
        [skill.expert_id, skill.expertise_id, skill.expert.agency_id, skill.depth, points(skill)]
        + [found[skill.expert_id][name] for name in ("languages", "tested")]
        for skill in ExpertSkill.objects.filter(expert__is_active=True)
        .order_by("expert_id", "expertise_id")
        .select_related("expert")
    ]
    assert untrue_facts() == []


# -- what is done ----------------------------------------------------------------------------------
class Roster:
    """Does one thing at random. What the constraints refuse is as good as not done."""

    def __init__(self, rng: random.Random, agencies, countries, fields, languages, engagement) -> None:
        self.rng, self.agencies, self.countries = rng, agencies, countries
        self.fields, self.languages, self.engagement = fields, languages, engagement

    def do(self) -> None:
        act = self.rng.choice([getattr(self, name) for name in dir(self) if name.startswith("act_")])
        try:
            with transaction.atomic():
                act()
        except (IntegrityError, psycopg.IntegrityError):  # the latter from COPY
            pass

    def pick(self, model):
        return self.rng.choice(list(model.objects.order_by("pk")) or [None])

    def some(self, model):
        ids = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return model.objects.filter(pk__in=self.rng.sample(ids, self.rng.randint(0, len(ids))))

    def period(self) -> DateRange:
        first = DAY + timedelta(self.rng.randint(0, 60))
        return DateRange(first, first + timedelta(self.rng.randint(1, 20)))

    def act_new_person(self):
        make_expert(
            self.rng.choice(self.agencies), f"P{self.rng.random()}", years=self.rng.randint(0, 40),
            skills=[(f, self.rng.randint(1, 3)) for f in self.fields if self.rng.random() < 0.6],
            languages=[(lang, self.rng.randint(0, 5)) for lang in self.languages if self.rng.random() < 0.6],
        )  # fmt: skip

    def act_people_change(self):
        self.some(Expert).update(years=self.rng.randint(0, 40), name=f"N{self.rng.random()}", is_active=Q(years__gt=5))

    def act_person_moves(self):
        self.some(Expert).update(agency=self.rng.choice(self.agencies))

    def act_nothing_changes(self):
        for model in (Expert, ExpertSkill, Availability, Deployment):
            model.objects.update(version=F("version")) if model is Deployment else model.objects.update(id=F("id"))

    def act_person_goes(self):
        person = self.pick(Expert)
        person.deployments.all().delete()
        person.delete()

    def act_skills_by_upsert(self):
        rows = [
            ExpertSkill(expert=e, expertise=self.rng.choice(self.fields), depth=self.rng.randint(1, 3))
            for e in self.some(Expert)
        ]
        ExpertSkill.objects.bulk_create(
            rows, update_conflicts=True, update_fields=["depth"], unique_fields=["expert", "expertise"]
        )

    def act_skills_by_copy(self):
        rows = [(e.pk, self.rng.choice(self.fields).pk, self.rng.randint(1, 3)) for e in self.some(Expert)]
        copy_in = "COPY partners_expertskill (expert_id, expertise_id, depth) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
            for row in rows:
                copy.write_row(row)

    def act_languages_tested(self):
        self.some(ExpertLanguage).update(is_tested=self.rng.random() < 0.5, speaking=self.rng.randint(0, 5))

    def act_certificates(self):
        for expert in self.some(Expert):
            Certificate.objects.create(
                expert=expert, programme="T", issued_on=DAY, expertise=self.rng.choice([None, *self.fields]),
                expires_on=self.rng.choice([None, DAY + timedelta(self.rng.randint(1, 999))]),
            )  # fmt: skip

    def act_certificates_prolonged(self):
        self.some(Certificate).update(expires_on=DAY + timedelta(self.rng.randint(1, 999)))

    def act_countries(self):
        rows = [
            ExpertCountry(
                expert=e, country=self.rng.choice(self.countries), relation=self.rng.choice(["worked", "ties"])
            )
            for e in self.some(Expert)
        ]
        ExpertCountry.objects.bulk_create(rows, ignore_conflicts=True)

    def act_countries_change(self):
        self.some(ExpertCountry).update(relation=self.rng.choice(["worked", "ties"]))

    def act_calendar(self):
        kind = self.rng.choice(["available", "blackout"])
        Availability.objects.bulk_create(
            Availability(expert=e, kind=kind, period=self.period()) for e in self.some(Expert)
        )

    def act_calendar_moves(self):
        if row := self.pick(Availability):
            Availability.objects.filter(pk=row.pk).update(
                period=self.period(), kind=self.rng.choice(["available", "blackout"])
            )

    def act_rows_of_somebody_else(self):
        model = self.rng.choice([ExpertSkill, ExpertLanguage, Certificate, ExpertCountry, Availability, Deployment])
        if row := self.pick(model):
            model.objects.filter(pk=row.pk).update(expert=self.pick(Expert))

    def act_rows_go(self):
        self.some(
            self.rng.choice([ExpertSkill, ExpertLanguage, Certificate, ExpertCountry, Availability, Deployment])
        ).delete()

    def act_journeys(self):
        for expert in self.some(Expert):
            Deployment.objects.create(
                engagement=self.engagement, expert=expert, agency=expert.agency, country=self.countries[0], role="M",
                status=self.rng.choice(DeploymentStatus.values), period=self.period(),
            )  # fmt: skip

    def act_journeys_change(self):
        if row := self.pick(Deployment):
            Deployment.objects.filter(pk=row.pk).update(
                status=self.rng.choice(DeploymentStatus.values), period=self.period()
            )


@pytest.fixture
def words(haiti, georgia, creole):
    fields = [
        Expertise.objects.get_or_create(code=c, defaults={"name": c, "sector": c[:3]})[0] for c in ("POL-01", "COR-01")
    ]
    french = Language.objects.get_or_create(code="fr", defaults={"name": "French"})[0]
    return {"countries": [haiti, georgia], "fields": fields, "languages": [creole, french]}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_a_row_says_what_the_tables_say(seed, words, agency, other_agency, haiti, officer):
    rng = random.Random(seed)  # noqa: S311 -- cases, not secrets
    roster = Roster(rng, agencies=[agency, other_agency], engagement=make_engagement(haiti, officer), **words)
    for _ in range(4):
        roster.act_new_person()
    for step in range(60):
        roster.do()
        if step % 6 == 0:
            check_all()
    check_all()


@pytest.mark.django_db
def test_a_merge_takes_its_people_along(agency, other_agency, director, community_policing):
    person = make_expert(other_agency, skills=[(community_policing, 2)])
    merge_agencies(actor=director, stays=agency, goes=other_agency, reason="They are one.")
    assert person.facts.agency_id == agency.pk
    check_all()


@pytest.mark.django_db
def test_a_write_that_changes_no_fact_writes_no_facts(agency, community_policing):
    person = make_expert(agency, skills=[(community_policing, 2)])

    def written() -> tuple:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ctid::text FROM partners_expertfacts WHERE expert_id = %s", [person.pk])
            return cursor.fetchone()

    before = written()
    Expert.objects.update(phone="555-0100")
    ExpertSkill.objects.update(depth=2)
    assert written() == before
    ExpertSkill.objects.update(depth=3)
    assert written() != before


@pytest.mark.django_db
def test_what_would_not_be_followed_is_refused(agency, community_policing):
    """Rows are checked against their expert at the end only; facts of somebody who is not there yet can't be kept."""
    with pytest.raises(DatabaseError, match="was it written before the expert"), transaction.atomic():
        ExpertSkill.objects.create(expert_id=987_654, expertise=community_policing, depth=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["skill", "years"])
@pytest.mark.parametrize("second", ["skill", "years"])
def test_two_who_change_one_person_at_the_same_moment(first, second, agency, words):
    """The second waits for the first, and then sees what the first has written."""
    person = make_expert(agency, skills=[(words["fields"][0], 1)])
    wrote, line = Event(), Barrier(2)

    def change(what: str, years: int) -> None:
        if what == "years":
            Expert.objects.filter(pk=person.pk).update(years=years)
        else:
            ExpertSkill.objects.update_or_create(
                expert=person, expertise=words["fields"][years > 20], defaults={"depth": 2}
            )

    def write(what: str, years: int, *, waits: bool) -> None:
        try:
            line.wait(timeout=30)
            with transaction.atomic():
                if waits:
                    wrote.wait(timeout=30)
                change(what, years)
                if not waits:
                    wrote.set()
                    _until_somebody_waits()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(write, first, 20, waits=False), pool.submit(write, second, 30, waits=True)]
        for job in jobs:
            job.result()
    check_all()


def _until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(*), pg_sleep(0.02) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("The second did not wait for the first.")


# -- put right -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_command_names_what_is_untrue_and_puts_it_right(agency, community_policing):
    wrong, missing = (make_expert(agency, name, skills=[(community_policing, 2)]) for name in ("A", "B"))
    true = ExpertFacts.objects.filter(pk=make_expert(agency, "C").pk)
    ExpertFacts.objects.filter(pk=wrong.pk).update(skills={"POL-01": 3})
    ExpertFacts.objects.filter(pk=missing.pk).delete()
    weak = make_expert(agency, "D", skills=[(community_policing, 2)])
    ExpertStrength.objects.filter(expert_id=weak.pk).update(strength=1)
    with pytest.raises(CommandError, match=f"Not true, of experts {wrong.pk}, {missing.pk}, {weak.pk}"):
        call_command("facts")
    said = StringIO()
    call_command("facts", "--renew", stdout=said)
    call_command("facts", stdout=said)
    assert said.getvalue().splitlines() == ["Facts of 3 experts renewed.", "The facts of every expert are true."]
    assert true.exists()
    check_all()


@pytest.mark.django_db
def test_migrate_fills_the_table_when_the_triggers_are_in_force(agency, community_policing):
    make_expert(agency, skills=[(community_policing, 2)])
    ExpertFacts.objects.all().delete()
    ExpertStrength.objects.all().delete()
    for app in apps.get_app_configs():
        if app.name in ("pgtrigger", "pghistory"):
            from django.db.models.signals import post_migrate

            post_migrate.send(sender=app, app_config=app, using="default", verbosity=0, interactive=False, plan=[])
    check_all()


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["partners_expertfacts", "partners_expertstrength"])
def test_without_the_table_the_roster_goes_on(table, agency, community_policing):
    """After a migration back the triggers are there until the earlier version has taken them off."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO gone")
        person = make_expert(agency, skills=[(community_policing, 2)])
        person.skills.update(depth=3)
        Expert.objects.update(years=30)
        after_migrate(using="default")
        cursor.execute(f"ALTER TABLE gone RENAME TO {table}")
    assert put_facts_right() == 1
    with because(None, "Leaves"):
        person.skills.all().delete()
    check_all()
