"""The sweep: each notice once, the true one after an outage, none when the reason has gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from deployments.models import Claim, Deployment
from deployments.services import support
from deployments.tests.factories import make_claim, make_clearance, make_deployment, make_requirement
from slp.lib.dates import add_working_days, today
from slp.reminders.models import Notice
from slp.reminders.rules import RULES
from slp.reminders.services import collect

NOON = datetime.combine(today(), datetime.min.time(), UTC) + timedelta(hours=17)


@pytest.fixture(autouse=True)
def only_ours(monkeypatch):
    """Rules of the other apps are tested there."""
    ours = ("clearance-due", "not-briefed", "no-check-in", "claim-waiting", "claim-unpaid")
    monkeypatch.setattr("slp.reminders.services.RULES", {code: RULES[code] for code in ours})


def subjects(rule: str) -> list[str]:
    return list(Notice.objects.filter(rule=rule).order_by("pk").values_list("subject", flat=True))


# -- before travel ----------------------------------------------------------------------------------
@pytest.fixture
def preparing(engagement, expert):
    start = today() + timedelta(days=20)
    return make_deployment(engagement, expert, status="preparing", starts_on=start, ends_on=start + timedelta(days=10))


def test_a_week_before_on_the_day_and_after(preparing, coordinator, traveller):
    make_clearance(preparing, due_on=today() + timedelta(days=7))

    for days, count in [(-1, 0), (0, 2), (1, 2), (7, 4), (8, 6), (30, 6)]:
        collect(NOON + timedelta(days=days))
        assert Notice.objects.filter(rule="clearance-due").count() == count
    assert {n.user for n in Notice.objects.all()} == {coordinator, traveller}


def test_running_twice_tells_once(preparing, coordinator):
    make_clearance(preparing)
    collect(NOON)

    assert collect(NOON) == 0
    assert collect(NOON + timedelta(minutes=5)) == 0


def test_after_an_outage_only_the_latest_rung(preparing, coordinator, traveller):
    """The sweep was down from before the first rung until after the last one."""
    make_clearance(preparing, due_on=today() + timedelta(days=7))
    collect(NOON - timedelta(days=1))
    collect(NOON + timedelta(days=9))

    assert subjects("clearance-due") == [f"Before Haiti: Visa overdue since {_day(7)}"] * 2


def _day(days: int) -> str:
    day = today() + timedelta(days=days)
    return f"{day.day} {day:%b %Y}"


def test_many_things_due_on_a_day_are_one_mail(preparing, coordinator, traveller):
    for code in ("visa", "medical", "insurance"):
        make_clearance(preparing, make_requirement(code))
    collect(NOON)

    assert subjects("clearance-due") == ["Before Haiti: 3 things due today"] * 2
    assert "- Insurance" in Notice.objects.first().body


def test_a_moved_due_date_begins_anew(preparing, coordinator):
    clearance = make_clearance(preparing)
    collect(NOON)
    before = Notice.objects.count()
    clearance.due_on = today() + timedelta(days=3)
    clearance.save(update_fields=["due_on"])
    collect(NOON)

    assert Notice.objects.count() == 2 * before


def test_what_is_handed_in_is_not_asked_for(preparing, coordinator):
    make_clearance(preparing, status="submitted")
    collect(NOON)

    assert not subjects("clearance-due")


# -- in country -------------------------------------------------------------------------------------
@pytest.fixture
def arrived(deployment):
    deployment.arrived_at = NOON
    deployment.save(update_fields=["arrived_at"])
    return deployment


def test_the_rso_hears_of_whoever_is_not_briefed_after_two_days(arrived, rso, post_officer):
    collect(NOON + timedelta(hours=47))
    assert not subjects("not-briefed")

    collect(NOON + timedelta(hours=49))
    collect(NOON + timedelta(hours=50))
    assert subjects("not-briefed") == ["Not briefed yet: Lieutenant Alix Jean"]
    assert Notice.objects.get(rule="not-briefed").user == rso


def test_once_briefed_nobody_is_told(arrived, rso, engagement):
    support.log_support(engagement=engagement, kind="arrival_briefing", actor=rso, deployments=[arrived])
    collect(NOON + timedelta(days=6))

    assert not subjects("not-briefed")


def test_first_the_traveller_then_the_rso(arrived, traveller, rso):
    collect(NOON + timedelta(days=2))
    assert not subjects("no-check-in")
    collect(NOON + timedelta(days=3, hours=1))
    collect(NOON + timedelta(days=4))
    collect(NOON + timedelta(days=5))
    collect(NOON + timedelta(days=9))

    told = list(Notice.objects.filter(rule="no-check-in").order_by("pk").values_list("user__email", flat=True))
    assert told == [traveller.email, rso.email]


def test_after_an_outage_of_a_week_only_the_rso_is_told(arrived, traveller, rso):
    collect(NOON + timedelta(days=7))

    assert [n.user for n in Notice.objects.filter(rule="no-check-in")] == [rso]


def test_a_check_in_begins_anew(arrived, traveller, rso):
    collect(NOON + timedelta(days=6))
    arrived.check_ins.create(at=NOON + timedelta(days=6), author=traveller)
    collect(NOON + timedelta(days=7))
    assert len(subjects("no-check-in")) == 1
    collect(NOON + timedelta(days=9, hours=1))

    assert len(subjects("no-check-in")) == 2


# -- claims -----------------------------------------------------------------------------------------
@pytest.fixture
def waiting(engagement, agency, coordinator):
    return make_claim(engagement, agency, coordinator, lines=1, status="submitted", submitted_at=NOON)


def after(working_days: int) -> datetime:
    return datetime.combine(add_working_days(today(), working_days), datetime.min.time(), UTC) + timedelta(hours=18)


def test_a_claim_that_waits_more_than_five_working_days(waiting, officer):
    collect(after(5))
    assert not subjects("claim-waiting")
    collect(after(6))
    collect(after(7))

    assert subjects("claim-waiting") == [f"Claim {waiting.reference} has waited more than 5 working days"]


def test_after_an_outage_the_claim_is_mentioned_once(waiting, officer):
    collect(after(30))

    assert subjects("claim-waiting") == [f"Claim {waiting.reference} has waited more than 20 working days"]


def test_finance_is_told_near_the_thirty_days(waiting, finance, officer):
    Claim.objects.filter(pk=waiting.pk).update(status="certified")
    counts = []
    for days in (22, 23, 24, 30, 31, 45):
        collect(NOON + timedelta(days=days))
        counts.append(len(subjects("claim-unpaid")))

    assert counts == [0, 1, 1, 2, 3, 3]
    assert {n.user for n in Notice.objects.filter(rule="claim-unpaid")} == {finance}


def test_a_paid_claim_is_not_mentioned(waiting, finance):
    Claim.objects.filter(pk=waiting.pk).update(status="paid")
    collect(NOON + timedelta(days=60))

    assert not subjects("claim-unpaid")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_sweep_asks_as_often_for_many_as_for_one(
    engagement, agency, coordinator, officer, finance, rso, rows, django_assert_num_queries
):
    from partners.tests.factories import make_expert

    for n in range(rows):
        expert = make_expert(agency, f"Person {n}")
        late = make_deployment(engagement, expert, arrived_at=timezone.now() - timedelta(days=9))
        soon = make_deployment(
            engagement, make_expert(agency, f"Other {n}"), status="preparing",
            starts_on=today() + timedelta(days=5), ends_on=today() + timedelta(days=9),
        )  # fmt: skip
        make_clearance(soon)
        make_claim(engagement, agency, coordinator, status="submitted", submitted_at=NOON - timedelta(days=40))
        make_claim(engagement, agency, coordinator, status="certified", submitted_at=NOON - timedelta(days=40))
        assert Deployment.objects.filter(pk=late.pk).exists()
    with django_assert_num_queries(10):
        for code in ("clearance-due", "not-briefed", "no-check-in", "claim-waiting", "claim-unpaid"):
            assert list(RULES[code].find(NOON))
