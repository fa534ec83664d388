"""Who travels: made from nominations, never twice at once, moved with everything that depends on the dates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, connections
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from deployments.lifecycles import DEPLOYMENT
from deployments.models import Deployment
from deployments.services import travel
from deployments.tests.factories import make_deployment, make_engagement, make_team
from engagements.lifecycles import ENGAGEMENT
from engagements.models import Engagement, Invitation, Need, Nomination, Seat
from partners.tests.factories import make_expert
from slp.lib.answers import Refused
from slp.lib.dates import today


@pytest.fixture
def staffed(haiti, agency, officer, coordinator, post_officer, community_policing):
    """A need with two confirmed nominations and one withdrawn, and its planned engagement."""
    start = today() + timedelta(days=60)
    need = Need.objects.create(
        country=haiti, title="Mentors", kind="mentoring", sector="POL", problem="x", starts_on=start,
        ends_on=start + timedelta(days=100), min_days=90, max_days=120, places="Port-au-Prince", author=post_officer,
        status="staffed",
    )  # fmt: skip
    invitation = Invitation.objects.create(
        need=need, agency=agency, reply_by=timezone.now(), sender=officer, status="accepted"
    )
    for number, status in enumerate(["confirmed", "confirmed", "withdrawn"], start=1):
        seat = Seat.objects.create(need=need, number=number, role=f"Mentor {number}", expertise=community_policing)
        Nomination.objects.create(
            invitation=invitation, seat=seat, expert=make_expert(agency, f"Person {number}"), by=coordinator,
            status=status,
        )  # fmt: skip
    return make_engagement(
        haiti, agency, need=need, status="planned", starts_on=start, ends_on=start + timedelta(days=95)
    )


def test_each_confirmed_nomination_becomes_a_confirmed_deployment(staffed, officer):
    made = travel.deployments_for(engagement=staffed, actor=officer)

    assert [(d.expert.name, d.role, d.status) for d in made] == [
        ("Person 1", "Mentor 1", "confirmed"),
        ("Person 2", "Mentor 2", "confirmed"),
    ]
    assert {(d.starts_on, d.ends_on, d.city) for d in made} == {(staffed.starts_on, staffed.ends_on, "Port-au-Prince")}


def test_asking_twice_makes_nobody_twice(staffed, officer):
    travel.deployments_for(engagement=staffed, actor=officer)

    assert travel.deployments_for(engagement=staffed, actor=officer) == []
    assert Deployment.objects.count() == 2


def test_a_person_who_already_travels_is_refused_by_name(staffed, officer, haiti, agency):
    busy = staffed.need.invitations.get().nominations.first().expert
    elsewhere = make_engagement(haiti, agency)
    make_deployment(elsewhere, busy, starts_on=staffed.ends_on, ends_on=staffed.ends_on + timedelta(days=9))

    with pytest.raises(Refused, match="Lieutenant Person 1 is already deployed from"):
        travel.deployments_for(engagement=staffed, actor=officer)
    assert staffed.deployments.count() == 0


def test_a_hosted_visit_sends_nobody_abroad(staffed, officer):
    staffed.kind = "study_visit"

    assert travel.deployments_for(engagement=staffed, actor=officer) == []


def test_the_day_after_a_return_is_free(engagement, expert, officer):
    make_deployment(engagement, expert, starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31))

    planned = travel.plan_deployment(
        engagement=engagement, expert=expert, role="Mentor", starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 9),
        actor=officer,
    )  # fmt: skip
    assert planned.status == "confirmed"


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "ends before it starts"),
        (date(2026, 1, 1), date(2027, 6, 1), "at most 365 days"),
    ],
)
def test_nonsense_dates_are_refused(engagement, expert, officer, start, end, sentence):
    with pytest.raises(Refused, match=sentence):
        travel.plan_deployment(
            engagement=engagement, expert=expert, role="Mentor", starts_on=start, ends_on=end, actor=officer
        )


def test_coordinator_cannot_plan_travel(engagement, expert, coordinator):
    with pytest.raises(Refused, match="Only an INL/KM officer plans"):
        travel.plan_deployment(
            engagement=engagement, expert=expert, role="Mentor", starts_on=today(), ends_on=today(), actor=coordinator
        )


def test_cutting_a_tour_short_frees_the_person_from_tomorrow(deployment, rso, engagement, officer):
    DEPLOYMENT.apply(deployment, "curtail", actor=rso, reason="Unrest in the city.")

    assert deployment.status == "curtailed"
    assert Deployment.objects.get(pk=deployment.pk).ends_on == today()
    again = travel.plan_deployment(
        engagement=engagement, expert=deployment.expert, role="Mentor", starts_on=today() + timedelta(days=1),
        ends_on=today() + timedelta(days=5), actor=officer,
    )  # fmt: skip
    assert again.status == "confirmed"


# -- the end ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", ["nominated", "confirmed", "preparing", "ready", "in_country"])
def test_completing_names_whoever_is_not_back_or_never_left(engagement, agency, officer, status):
    make_deployment(engagement, make_expert(agency, "Early Bird"), status="returned")
    make_deployment(engagement, make_expert(agency, "Late Comer"), status=status)
    word = status.replace("_", " ")

    with pytest.raises(Refused, match=f"Not everybody is back: Late Comer is {word}.*cancel the journeys"):
        ENGAGEMENT.apply(engagement, "complete", actor=officer)


def test_completing_names_five_and_says_that_there_are_more(engagement, agency, officer):
    make_team(engagement, agency, 6)
    reason = ENGAGEMENT.can(engagement, "complete", officer).reason
    assert "Number 5 is in country; and more." in reason
    assert "Number 6" not in reason


def test_once_the_late_comer_is_cancelled_the_days_are_free_and_everything_closes(
    engagement, agency, officer, director, expert
):
    home = make_deployment(engagement, make_expert(agency, "Early Bird"), status="returned")
    late = travel.plan_deployment(
        engagement=engagement, expert=expert, role="Mentor", starts_on=today(), ends_on=today(), actor=officer
    )
    DEPLOYMENT.apply(late, "cancel", actor=officer, reason="The team is back.")
    ENGAGEMENT.apply(engagement, "complete", actor=officer)
    engagement.reports.update(status="accepted")
    ENGAGEMENT.apply(engagement, "close", actor=officer)

    assert {d.status for d in engagement.deployments.all()} == {"closed", "cancelled"}
    assert home.engagement_id == late.engagement_id
    other = make_engagement(engagement.country, agency)
    again = travel.plan_deployment(
        engagement=other, expert=expert, role="Mentor", starts_on=today(), ends_on=today(), actor=officer
    )
    assert again.status == "confirmed"


def test_nobody_is_added_to_an_engagement_that_was_completed_meanwhile(engagement, expert, officer):
    seen = Engagement.objects.get(pk=engagement.pk)
    ENGAGEMENT.apply(engagement, "complete", actor=officer)

    with pytest.raises(Refused, match="The engagement is over"):
        travel.plan_deployment(
            engagement=seen, expert=expert, role="Mentor", starts_on=today(), ends_on=today(), actor=officer
        )


def test_only_one_team_lead(engagement, agency, officer):
    first = make_deployment(engagement, make_expert(agency, "A"), is_team_lead=True)
    second = make_deployment(engagement, make_expert(agency, "B"))

    travel.name_team_lead(deployment=second, actor=officer)

    first.refresh_from_db()
    assert (first.is_team_lead, second.is_team_lead) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_confirmations_at_once_one_succeeds(haiti, agency, officer):
    engagement = make_engagement(haiti, agency)
    expert = make_expert(agency)
    rows = [make_deployment(engagement, expert, status="nominated") for _ in range(50)]

    def confirm(deployment: Deployment) -> str:
        try:
            travel.confirm_deployment(deployment=deployment, actor=officer)
            return "confirmed"
        except Refused as refusal:
            return refusal.reason
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=10) as pool:
        answers = list(pool.map(confirm, rows))

    assert answers.count("confirmed") == 1
    assert all("is already deployed from" in a for a in answers if a != "confirmed")
    assert Deployment.objects.filter(status="confirmed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_two_overlapping_deployments(haiti, agency, officer, monkeypatch):
    """Without the service's own check the exclusion constraint stands, and says so readably."""
    engagement = make_engagement(haiti, agency)
    expert = make_expert(agency)
    make_deployment(engagement, expert)
    second = make_deployment(engagement, expert, status="nominated")
    monkeypatch.setattr(travel, "refuse_overlap", lambda *a: None)

    with pytest.raises(Refused, match="already deployed on some of these days"):
        travel.confirm_deployment(deployment=second, actor=officer)
    second.refresh_from_db()
    assert second.status == "nominated"
    assert connection.is_usable()


def test_period_includes_both_days_of_travel():
    assert travel.span(date(2026, 1, 1), date(2026, 1, 1)) == DateRange(date(2026, 1, 1), date(2026, 1, 2))
