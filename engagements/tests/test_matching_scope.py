"""Matching asks the database what `may_do` asks in Python: they never differ."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from engagements import matching
from engagements.tests.factories import make_need, make_seats
from partners.models import Agency, Expertise
from partners.services.scope import may_do
from partners.tests.factories import make_agreement, make_expert
from slp.lib.dates import today

KINDS = ["training", "mentoring", "assessment"]
FIELDS = ["POL-01", "POL-03", "COR-01"]


def terms(rng: random.Random) -> list[tuple[int, int | None]]:
    """Up to three terms one after the other, as days from today, touching or with a gap, the last perhaps open."""
    found, first = [], rng.randint(-60, 40)
    for _ in range(rng.randint(0, 3)):
        last = first + rng.randint(0, 120)
        found.append((first, last))
        first = last + rng.choice([1, 1, 1, 2, 9])
    if found and rng.random() < 0.2:
        found[-1] = (found[-1][0], None)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_the_database_and_the_service_agree(seed, haiti, georgia, post_officer, creole):
    rng = random.Random(seed)  # noqa: S311 -- cases, not secrets
    for code in FIELDS:
        Expertise.objects.get_or_create(code=code, defaults={"name": code, "sector": code[:3]})
    for number in range(12):
        agency = Agency.objects.create(name=f"Agency {number}", kind="police", level="municipal", us_state="NY",
                                       status="partner")  # fmt: skip
        make_expert(agency, f"Person {number}", skills=[(Expertise.objects.get(pk=c), 2) for c in FIELDS])
        before = None
        for first, last in terms(rng):
            agreement = make_agreement(
                agency,
                status=rng.choice(["active", "active", "active", "expired", "superseded"]),
                supersedes=before if rng.random() < 0.7 else None,
                starts_on=today() + timedelta(days=first),
                ends_on=None if last is None else today() + timedelta(days=last),
                activity_kinds=rng.sample(KINDS, rng.randint(0, 2)),
            )
            before = agreement
            agreement.countries.set(rng.sample([haiti, georgia], rng.randint(0, 2)))
            agreement.expertise.set(rng.sample(FIELDS, rng.randint(0, 2)))
    for kind in KINDS:
        need = make_need(
            haiti, post_officer, kind=kind, status="validated",
            starts_on=today() + timedelta(days=rng.randint(10, 90)), ends_on=today() + timedelta(days=400),
            min_days=rng.randint(1, 60), max_days=90,
        )  # fmt: skip
        seat = make_seats(need, Expertise.objects.get(pk=rng.choice(FIELDS)))[0]
        checked = matching.check(seat, [e.pk for a in Agency.objects.all() for e in a.experts.all()])
        for candidate in checked.values():
            end = need.starts_on + timedelta(days=need.min_days - 1)
            says = may_do(
                agency=candidate.expert.agency, kind=kind, country=haiti, start=need.starts_on, end=end,
                expertise={seat.expertise_id}, people=1,
            )  # fmt: skip
            by_sql = next(c.ok for c in candidate.conditions if c.name == "agreement")
            assert by_sql is bool(says), (candidate.expert.agency, says)
