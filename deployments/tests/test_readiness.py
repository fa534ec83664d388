"""Nobody leaves unready: which rules apply, when each is due, what must hold until the last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from deployments.lifecycles import DEPLOYMENT
from deployments.models import Clearance, Deployment, Requirement
from deployments.services import readiness, travel
from deployments.services.readiness import most_days_in_a_year
from deployments.tests.factories import make_clearance, make_deployment, make_requirement, pdf
from slp.lib.answers import Refused
from slp.lib.dates import today
from slp.places.models import Closure


@pytest.fixture
def preparing(engagement, expert, requirements):
    """Alix Jean leaves in 60 days for 30; the list is made."""
    start = today() + timedelta(days=60)
    row = make_deployment(engagement, expert, status="confirmed", starts_on=start, ends_on=start + timedelta(days=29))
    return DEPLOYMENT.apply(row, "prepare", actor=None)


def codes(deployment: Deployment) -> set[str]:
    return set(deployment.clearances.values_list("requirement__code", flat=True))


def item(deployment: Deployment, code: str) -> Clearance:
    return deployment.clearances.select_related("requirement", "deployment__expert").get(requirement__code=code)


def hold_all(deployment: Deployment) -> None:
    far = deployment.ends_on + timedelta(days=400)
    deployment.clearances.update(status="cleared", valid_until=far)


# -- the catalogue ----------------------------------------------------------------------------------
def test_loading_the_catalogue_twice_adds_nothing_and_keeps_edits(requirements):
    Requirement.objects.filter(code="visa").update(lead_days=45)

    assert readiness.load_requirements() == 0
    assert Requirement.objects.get(code="visa").lead_days == 45
    assert Requirement.objects.count() == 13


def test_every_rule_of_the_catalogue_says_where_it_is_written(requirements):
    assert not Requirement.objects.filter(citation="")
    assert not Requirement.objects.filter(explanation="")


# -- 90 days in 12 months, 13 FAM 301.4-2 -----------------------------------------------------------
def days(first: date, count: int) -> tuple[date, date]:
    return first, first + timedelta(days=count - 1)


@pytest.mark.parametrize(
    ("trip", "others", "most"),
    [
        (days(date(2026, 1, 1), 89), [], 89),
        (days(date(2026, 1, 1), 90), [], 90),
        (days(date(2025, 12, 1), 91), [], 91),  # across the year's end
        (days(date(2026, 6, 1), 50), [days(date(2026, 1, 1), 40)], 90),
        (days(date(2026, 6, 1), 50), [days(date(2025, 6, 1), 40)], 50),  # no window holds both whole
        (days(date(2027, 6, 2), 50), [days(date(2026, 5, 1), 31)], 50),  # more than a year between
        (days(date(2026, 6, 1), 50), [days(date(2026, 9, 1), 45)], 95),  # a planned one counts as well
        (days(date(2028, 2, 29), 30), [days(date(2027, 3, 1), 60)], 61),  # a leap day: both ends
        (days(date(2026, 1, 1), 30), [days(date(2026, 3, 1), 30), days(date(2027, 2, 1), 300)], 60),
    ],
)
def test_days_abroad_in_the_fullest_twelve_months(trip, others, most):
    found = most_days_in_a_year(trip, others)

    assert found == most == brute_force(trip, others)


def brute_force(trip, others) -> int:
    """Try every window: slow, and plain to see that it is right."""
    best = 0
    day = readiness.year_earlier(trip[0])
    while day <= trip[1]:
        end = readiness.year_later(day) - timedelta(days=1)
        if end >= trip[0]:
            abroad = sum(max(0, (min(b, end) - max(a, day)).days + 1) for a, b in [trip, *others])
            best = max(best, abroad)
        day += timedelta(days=1)
    return best


@pytest.mark.parametrize(("length", "asked", "not_asked"), [(89, "ctat", "fact"), (90, "fact", "ctat")])
def test_fact_from_90_days_else_ctat(engagement, expert, requirements, length, asked, not_asked):
    start = today() + timedelta(days=100)
    row = make_deployment(
        engagement, expert, status="confirmed", starts_on=start, ends_on=start + timedelta(days=length - 1)
    )
    readiness.list_requirements(deployment=row)

    assert asked in codes(row)
    assert not_asked not in codes(row)


def test_past_tours_count_towards_90_days_but_not_withdrawn_ones(engagement, expert, requirements):
    start = today() + timedelta(days=100)
    row = make_deployment(engagement, expert, status="confirmed", starts_on=start, ends_on=start + timedelta(days=49))
    gone = {"starts_on": today() - timedelta(days=80), "ends_on": today() - timedelta(days=40)}
    past = make_deployment(engagement, expert, status="withdrawn", **gone)
    readiness.list_requirements(deployment=row)
    assert "ctat" in codes(row)

    Deployment.objects.filter(pk=past.pk).update(status="closed")
    readiness.list_requirements(deployment=row)
    assert "fact" in codes(row)
    assert "ctat" not in codes(row)


# -- which rules, due when --------------------------------------------------------------------------
def test_rules_of_other_countries_kinds_and_times_are_not_asked(engagement, expert, haiti, georgia):
    asked = make_requirement("asked")
    make_requirement("other-country").countries.add(georgia)
    make_requirement("other-kind", activity_kinds=["academy"])
    make_requirement("hosting-only", set="hosting")
    make_requirement("over", valid_until=date(2020, 1, 1))
    make_requirement("not-yet", valid_from=date(2090, 1, 1))
    here = make_requirement("this-country")
    here.countries.add(haiti)
    row = make_deployment(engagement, expert)

    assert {r.pk for r in readiness.applicable(row)} == {asked.pk, here.pk}


def test_the_newest_version_of_a_rule_is_asked(engagement, expert):
    make_requirement("visa", valid_from=date(2010, 1, 1))
    newer = make_requirement("visa", valid_from=date(2020, 1, 1))
    row = make_deployment(engagement, expert)

    assert readiness.applicable(row) == [newer]


def test_due_dates_count_the_posts_own_working_days(engagement, expert, haiti):
    haiti.post.working_week = [6, 0, 1, 2, 3]  # Sunday to Thursday
    haiti.post.save(update_fields=["working_week"])
    rule = make_requirement("visa", lead_days=3)
    start = date(2099, 5, 18)  # a Monday
    Closure.objects.create(post=haiti.post, on=date(2099, 5, 14), name="Local holiday")  # the Thursday before
    row = make_deployment(engagement, expert, status="confirmed", starts_on=start, ends_on=start + timedelta(days=10))

    # Sunday 17 May, then not Friday, Saturday and the closed Thursday: Wednesday 13 and Tuesday 12.
    assert readiness.due_dates(row, [rule]) == {rule.pk: date(2099, 5, 12)}


def test_country_clearance_takes_the_posts_own_lead_time(preparing, haiti):
    before = item(preparing, "country-clearance").due_on
    haiti.post.clearance_lead_days = 30
    haiti.post.save(update_fields=["clearance_lead_days"])
    preparing.refresh_from_db()
    readiness.list_requirements(deployment=Deployment.objects.get(pk=preparing.pk))

    assert item(preparing, "country-clearance").due_on < before


def test_what_was_late_stays_late_when_the_dates_move(preparing):
    clearance = item(preparing, "country-clearance")
    late = today() - timedelta(days=9)
    type(clearance).objects.filter(pk=clearance.pk).update(due_on=late)
    for leaves_in, due in [(2, late), (300, None)]:
        start = today() + timedelta(days=leaves_in)
        Deployment.objects.filter(pk=preparing.pk).update(period=(start, start + timedelta(days=30)))
        readiness.list_requirements(deployment=Deployment.objects.get(pk=preparing.pk))
        now = item(preparing, "country-clearance").due_on
        assert now == due if due else now > today()


def test_nothing_is_due_before_today(engagement, expert, requirements):
    soon = today() + timedelta(days=3)
    row = make_deployment(engagement, expert, status="confirmed", starts_on=soon, ends_on=soon + timedelta(days=5))
    DEPLOYMENT.apply(row, "prepare", actor=None)

    assert min(row.clearances.values_list("due_on", flat=True)) == today()


# -- one item ---------------------------------------------------------------------------------------
def test_traveller_hands_in_and_officer_clears(preparing, traveller, officer):
    visa = item(preparing, "visa")
    until = preparing.ends_on + timedelta(days=30)

    readiness.hand_in_clearance(clearance=visa, actor=traveller, upload=pdf("visa.pdf"), valid_until=until)
    assert (visa.status, visa.evidence.name) == ("submitted", "visa.pdf")

    readiness.clear_clearance(clearance=visa, actor=officer)
    visa.refresh_from_db()
    assert (visa.status, visa.valid_until, visa.decided_by) == ("cleared", until, officer)


def test_a_paper_is_asked_where_the_rule_needs_one(preparing, traveller):
    with pytest.raises(Refused, match="add a photo or a scan"):
        readiness.hand_in_clearance(clearance=item(preparing, "visa"), actor=traveller)


def test_a_passport_that_expires_mid_tour_is_refused_with_the_date(preparing, traveller, officer):
    passport = item(preparing, "official-passport")
    mid_tour = preparing.starts_on + timedelta(days=5)

    with pytest.raises(Refused, match=r"it must hold until .* 183 days after the return"):
        readiness.hand_in_clearance(clearance=passport, actor=traveller, upload=pdf(), valid_until=mid_tour)
    with pytest.raises(Refused, match="it must hold until"):
        readiness.clear_clearance(clearance=passport, actor=officer, valid_until=mid_tour)
    assert item(preparing, "official-passport").status == "not_started"


def test_one_day_short_of_the_last_day_is_short(preparing, officer):
    visa = item(preparing, "visa")

    with pytest.raises(Refused, match="the last day of travel"):
        readiness.clear_clearance(clearance=visa, actor=officer, valid_until=preparing.ends_on - timedelta(days=1))
    readiness.clear_clearance(clearance=visa, actor=officer, valid_until=preparing.ends_on)
    assert visa.status == "cleared"


@pytest.mark.parametrize(
    ("code", "who"),
    [("visa", "coordinator"), ("country-clearance", "officer"), ("rso-pre-brief", "officer"), ("visa", "rso")],
)
def test_each_requirement_is_cleared_by_its_own_role(preparing, code, who, request):
    with pytest.raises(Refused, match=r"This is cleared by the|is for"):
        readiness.clear_clearance(
            clearance=item(preparing, code),
            actor=request.getfixturevalue(who),
            valid_until=preparing.ends_on + timedelta(days=400),
        )


def test_clearing_without_a_needed_date_is_refused(preparing, officer):
    with pytest.raises(Refused, match="Say until when"):
        readiness.clear_clearance(clearance=item(preparing, "medical"), actor=officer)


def test_waivers_keep_name_and_reason(preparing, director, officer):
    visa = item(preparing, "visa")
    with pytest.raises(Refused, match="Say why"):
        readiness.waive_clearance(clearance=visa, actor=director, reason=" ")
    with pytest.raises(Refused):
        readiness.waive_clearance(clearance=visa, actor=officer, reason="I want it")

    readiness.waive_clearance(clearance=visa, actor=director, reason="Haiti asks no visa of U.S. citizens.")
    visa.refresh_from_db()
    assert (visa.status, visa.decided_by) == ("waived", director)
    assert visa.reason == "Haiti asks no visa of U.S. citizens."


def test_what_cannot_be_waived_is_not(preparing, director):
    with pytest.raises(Refused, match="can't be waived"):
        readiness.waive_clearance(clearance=item(preparing, "country-clearance"), actor=director, reason="Hurry")


def test_refused_can_be_handed_in_again(preparing, traveller, officer):
    visa = item(preparing, "visa")
    readiness.hand_in_clearance(clearance=visa, actor=traveller, upload=pdf())
    readiness.refuse_clearance(clearance=visa, actor=officer, reason="The page is not readable.")
    assert item(preparing, "visa").reason == "The page is not readable."

    readiness.hand_in_clearance(clearance=visa, actor=traveller, upload=pdf("again.pdf"))
    assert item(preparing, "visa").evidence.name == "again.pdf"


# -- the gate ---------------------------------------------------------------------------------------
def test_not_ready_while_something_is_open_and_it_says_what(preparing, officer):
    with pytest.raises(Refused, match="is not started"):
        readiness.mark_ready(deployment=preparing, actor=officer)


def test_ready_when_everything_holds(preparing, officer):
    hold_all(preparing)
    readiness.mark_ready(deployment=preparing, actor=officer)

    assert preparing.status == "ready"


def test_no_travel_before_ready(preparing, post_officer):
    with pytest.raises(Refused):
        DEPLOYMENT.apply(preparing, "arrive", actor=post_officer)


def test_opening_one_item_again_takes_ready_back(preparing, officer):
    hold_all(preparing)
    readiness.mark_ready(deployment=preparing, actor=officer)

    readiness.reopen_clearance(clearance=item(preparing, "visa"), actor=officer, reason="The visa was cancelled.")
    preparing.refresh_from_db()
    assert preparing.status == "preparing"


def test_an_extension_past_a_validity_closes_the_gate_again(preparing, officer):
    hold_all(preparing)
    preparing.clearances.filter(requirement__code="official-passport").update(
        valid_until=preparing.ends_on + timedelta(days=190)
    )
    readiness.mark_ready(deployment=preparing, actor=officer)

    travel.change_dates(
        deployment=preparing, starts_on=preparing.starts_on, ends_on=preparing.ends_on + timedelta(days=20),
        reason="The host asks for three more weeks.", actor=officer,
    )  # fmt: skip
    assert preparing.status == "preparing"
    assert item(preparing, "official-passport").status == "not_started"
    assert item(preparing, "country-clearance").status == "not_started"  # bound to the dates
    assert item(preparing, "code-of-conduct").status == "cleared"


def test_a_longer_tour_asks_fact_instead_of_ctat(preparing, officer):
    assert "ctat" in codes(preparing)
    travel.change_dates(
        deployment=preparing, starts_on=preparing.starts_on, ends_on=preparing.starts_on + timedelta(days=100),
        reason="Extended", actor=officer,
    )  # fmt: skip

    assert "fact" in codes(preparing)
    assert "ctat" not in codes(preparing)


def test_dates_change_only_with_a_reason_and_by_officers(preparing, officer, coordinator):
    new = {"starts_on": preparing.starts_on, "ends_on": preparing.ends_on}
    with pytest.raises(Refused, match="Say why"):
        travel.change_dates(deployment=preparing, **new, reason=" ", actor=officer)
    with pytest.raises(Refused, match="Only an INL/KM officer"):
        travel.change_dates(deployment=preparing, **new, reason="x", actor=coordinator)


def test_clearance_of_somebody_elses_deployment_cannot_be_handed_in(preparing, outsider):
    with pytest.raises(Refused, match="The traveller or the coordinator"):
        readiness.hand_in_clearance(clearance=item(preparing, "medical"), actor=outsider)


def test_missing_is_in_order_of_deadline(deployment):
    late = make_clearance(deployment, make_requirement("later"), due_on=today() + timedelta(days=9))
    soon = make_clearance(deployment, make_requirement("sooner"), due_on=today())
    make_clearance(deployment, make_requirement("done"), status="cleared")

    assert readiness.missing(deployment.clearances.select_related("requirement")) == [soon, late]
