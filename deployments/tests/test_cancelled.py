"""INL/KM cancels: everybody concerned is told, and an agency claims what it had spent until then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.lifecycles import DEPLOYMENT
from deployments.models import Deployment, TrainingEnrolment, TrainingSession
from deployments.permissions import can_claim
from deployments.services import claims
from deployments.services.problems import line_problems
from deployments.tests.factories import make_claim, make_deployment, make_line
from engagements.lifecycles import ENGAGEMENT
from engagements.models import Engagement
from partners.tests.factories import make_expert
from slp.lib.dates import today

pytestmark = pytest.mark.django_db
REASON = "The ministry has put it off."


@pytest.fixture
def leaving(engagement, expert) -> Deployment:
    """Alix Jean would leave in ten days."""
    start = today() + timedelta(days=10)
    return make_deployment(engagement, expert, status="preparing", starts_on=start, ends_on=start + timedelta(days=9))


@pytest.fixture
def cancelled(engagement, leaving, officer) -> Engagement:
    """Cancelled today, before Alix Jean has left."""
    ENGAGEMENT.apply(engagement, "cancel", actor=officer, reason=REASON)
    leaving.refresh_from_db()
    return engagement


def cancel_long_ago(engagement: Engagement, days: int) -> None:
    moment = timezone.now() - timedelta(days=days)
    Engagement.objects.filter(pk=engagement.pk).update(status="cancelled", status_since=moment)
    Deployment.objects.filter(engagement=engagement).update(status="cancelled", status_since=moment)


def problem(line) -> str:
    fresh = type(line).objects.select_related("claim__engagement", "deployment__expert", "deployment__engagement")
    return " ".join(line_problems(fresh.get(pk=line.pk)))


# -- who is told ------------------------------------------------------------------------------------
def heard(user) -> list[str]:
    return list(user.notices.filter(rule__endswith="-cancelled").values_list("subject", flat=True))


def test_everybody_hears_once_that_an_engagement_is_cancelled(
    coordinator, agency_finance, traveller, post_officer, rso, outsider, engagement, leaving, officer
):
    ENGAGEMENT.apply(engagement, "cancel", actor=officer, reason=REASON)
    for user in (coordinator, agency_finance, post_officer, rso):
        assert heard(user) == [f"Cancelled: {engagement.title}"]
    assert heard(traveller) == ["Cancelled: Lieutenant Alix Jean to Haiti"]
    assert heard(outsider) == []
    note = coordinator.notices.get(rule="engagement-cancelled")
    assert REASON in note.body
    assert "can still be claimed" in note.body
    assert "claimed" not in rso.notices.get(rule="engagement-cancelled").body


def test_everybody_hears_that_one_journey_is_cancelled(leaving, coordinator, traveller, post_officer, officer):
    DEPLOYMENT.apply(leaving, "cancel", actor=officer, reason=REASON)
    for user in (coordinator, traveller, post_officer):
        assert heard(user) == ["Cancelled: Lieutenant Alix Jean to Haiti"]
    assert post_officer.notices.get(rule="journey-cancelled").path == f"/post/deployments/{leaving.reference}/"


# -- who may claim ----------------------------------------------------------------------------------
def test_an_agency_claims_after_a_cancellation(cancelled, agency, coordinator, client_of):
    assert can_claim(coordinator, cancelled, agency.pk)
    page = client_of(coordinator).get("/portal/claims/add/").content.decode()
    assert "cancelled: what was spent until then" in page
    answer = client_of(coordinator).post("/portal/claims/add/", {"part": cancelled.participations.get().pk})
    assert answer.status_code == 302
    assert cancelled.claims.get().agency == agency


def test_others_and_hosted_kinds_still_do_not(cancelled, agency, outsider, traveller, coordinator):
    for user in (outsider, traveller):
        assert not can_claim(user, cancelled, agency.pk)
    cancelled.kind = "study_visit"
    assert "not reimbursable" in can_claim(coordinator, cancelled, agency.pk).reason


def test_a_claim_of_a_cancelled_engagement_is_submitted(cancelled, leaving, agency, coordinator):
    claim = make_claim(cancelled, agency, coordinator, statement=True)
    make_line(claim, category="travel", deployment=leaving, spent_on=today(), description="Ticket")
    assert claims.submit_claim(claim=claim, actor=coordinator).status == "submitted"


# -- what counts ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("category", "spent", "wrong"),
    [
        ("travel", -20, ""),  # a ticket that can't be given back
        ("lodging", -20, ""),  # a room that was paid ahead
        ("other", -20, ""),  # the visa
        ("materials", -20, ""),
        ("travel", -5, ""),  # on the day of the cancellation
        ("travel", -4, "after the cancellation on"),
        ("materials", -4, "after the cancellation on"),
        ("travel", -400, "before the journey"),
        ("meals", -20, "did not travel"),
        ("salary", -20, "did not travel"),
    ],
)
def test_what_was_spent_until_the_cancellation_counts(engagement, leaving, agency, coordinator, category, spent, wrong):
    cancel_long_ago(engagement, 5)
    who = None if category == "materials" else leaving
    line = make_line(
        make_claim(engagement, agency, coordinator), category=category, deployment=who,
        spent_on=today() + timedelta(days=spent),
    )  # fmt: skip
    found = problem(line)
    assert wrong in found if wrong else not found


def test_the_days_of_those_who_were_there_before_count(engagement, agency, coordinator):
    """Somebody had come home before the rest was cancelled."""
    first, last = today() - timedelta(days=30), today() - timedelta(days=20)
    home = make_deployment(
        engagement, make_expert(agency, "Early Bird"), status="closed", starts_on=first, ends_on=last
    )
    Engagement.objects.filter(pk=engagement.pk).update(status="cancelled")
    line = make_line(
        make_claim(engagement, agency, coordinator), category="salary", deployment=home, spent_on=first, until=last
    )
    assert not problem(line)


def test_days_of_training_count_for_somebody_whose_journey_was_cancelled(leaving, agency, coordinator, officer):
    start = timezone.now() - timedelta(days=8)
    session = TrainingSession.objects.create(title="INL", starts_at=start, ends_at=start + timedelta(hours=6))
    TrainingEnrolment.objects.create(session=session, deployment=leaving)
    DEPLOYMENT.apply(leaving, "cancel", actor=officer, reason=REASON)
    claim = make_claim(leaving.engagement, agency, coordinator)
    day = timezone.localdate(start)
    assert not problem(make_line(claim, category="meals", deployment=leaving, spent_on=day))
    other_day = make_line(claim, category="meals", deployment=leaving, spent_on=day - timedelta(days=1))
    assert "did not travel" in problem(other_day)


def test_one_cancelled_journey_is_no_cost_to_the_agency_either(leaving, agency, coordinator, officer):
    DEPLOYMENT.apply(leaving, "cancel", actor=officer, reason="Somebody else goes.")
    claim = make_claim(leaving.engagement, agency, coordinator)
    assert not problem(make_line(claim, category="travel", deployment=leaving, spent_on=today()))


def test_whoever_the_agency_withdrew_did_not_travel(leaving, agency, coordinator):
    DEPLOYMENT.apply(leaving, "withdraw", actor=coordinator, reason="Needed at home.")
    line = make_line(
        make_claim(leaving.engagement, agency, coordinator), category="travel", deployment=leaving, spent_on=today()
    )
    assert "did not travel" in problem(line)


def test_the_page_of_the_verb_says_what_happens(engagement, officer, client_of):
    page = client_of(officer).get(f"/admin/desk/engagements/{engagement.reference}/do/cancel/").content.decode()
    assert "what was spent until today can still be claimed" in page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("planned", "Writing the addendum makes a journey"),
        ("preparing", "Nobody was confirmed for a seat"),
        ("closed", "Nobody travelled"),
        ("cancelled", "The engagement was cancelled."),
    ],
)
def test_an_engagement_without_a_journey_says_why(status, words, engagement, officer, client_of):
    Engagement.objects.filter(pk=engagement.pk).update(status=status)
    page = client_of(officer).get(reverse("desk:engagement-detail", args=[engagement.reference])).content.decode()
    assert words in page
    assert ("Nobody travels yet" in page) is (status in ("planned", "preparing"))
