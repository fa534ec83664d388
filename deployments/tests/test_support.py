"""The post looks after the team: the log that works offline, check-ins, incidents, training."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from deployments.lifecycles import DEPLOYMENT, INCIDENT
from deployments.models import SupportEntry
from deployments.services import support, training
from deployments.services.readiness import list_requirements
from deployments.tests.factories import make_deployment, make_engagement
from slp.accounts.models import User
from slp.lib.answers import Refused
from slp.lib.dates import today
from slp.places.models import Post
from slp.reminders.models import Notice


# -- the log ----------------------------------------------------------------------------------------
def test_the_same_entry_sent_again_is_logged_once(engagement, deployment, post_officer):
    entry = {
        "engagement": engagement, "kind": "transport", "actor": post_officer, "deployments": [deployment],
        "client_id": uuid.uuid4(),
    }  # fmt: skip
    first, made = support.log_support(**entry)
    again, made_again = support.log_support(**entry)

    assert (made, made_again, again) == (True, False, first)
    assert SupportEntry.objects.count() == 1


def test_somebody_elses_entry_number_is_refused(engagement, post_officer, rso):
    number = uuid.uuid4()
    support.log_support(engagement=engagement, kind="transport", actor=post_officer, client_id=number)

    with pytest.raises(Refused, match="Somebody else has logged"):
        support.log_support(engagement=engagement, kind="transport", actor=rso, client_id=number)


def test_the_arrival_briefing_is_the_rsos(engagement, deployment, post_officer, rso):
    with pytest.raises(Refused, match="Only the Regional Security Officer"):
        support.log_support(engagement=engagement, kind="arrival_briefing", actor=post_officer)
    support.log_support(engagement=engagement, kind="arrival_briefing", actor=rso, deployments=[deployment])

    assert deployment.support_entries.count() == 1


@pytest.mark.parametrize("who", ["other_post_officer", "officer", "coordinator"])
def test_only_the_posts_people_log(engagement, who, request):
    with pytest.raises(Refused, match="logged by the post's INL officer or the RSO"):
        support.log_support(engagement=engagement, kind="transport", actor=request.getfixturevalue(who))


def test_nothing_is_logged_for_tomorrow_or_for_strangers(engagement, haiti, agency, expert, post_officer):
    log = {"engagement": engagement, "kind": "transport", "actor": post_officer}
    with pytest.raises(Refused, match="lies in the future"):
        support.log_support(happened_at=timezone.now() + timedelta(days=1), **log)
    stranger = make_deployment(make_engagement(haiti, agency), expert)
    with pytest.raises(Refused, match="another engagement"):
        support.log_support(deployments=[stranger], **log)


def test_only_the_author_corrects_an_entry(engagement, post_officer, rso):
    entry, _ = support.log_support(engagement=engagement, kind="transport", actor=post_officer)
    with pytest.raises(Refused, match="Only whoever logged"):
        support.edit_support(entry=entry, actor=rso, note="x", happened_at=entry.happened_at)

    support.edit_support(entry=entry, actor=post_officer, note="Two cars", happened_at=entry.happened_at)
    assert entry.note == "Two cars"


# -- check-ins --------------------------------------------------------------------------------------
def test_a_traveller_checks_in(deployment, traveller):
    row = support.check_in(deployment=deployment, actor=traveller, place="Hotel")

    assert (row.is_safe, row.method, row.author) == (True, "self", traveller)


def test_the_rso_checks_in_for_somebody_by_phone(deployment, rso):
    assert support.check_in(deployment=deployment, actor=rso).method == "phone"


def test_not_safe_tells_the_rso_the_post_and_the_desk_at_once(deployment, traveller, rso, post_officer, officer):
    support.check_in(deployment=deployment, actor=traveller, is_safe=False, place="Delmas")

    told = set(Notice.objects.filter(rule="not-safe").values_list("user__email", flat=True))
    assert told == {rso.email, post_officer.email, officer.email}
    for reader, door in ((rso, "/post"), (officer, "/admin/desk")):
        assert reader.notices.get(rule="not-safe").path == f"{door}/deployments/{deployment.reference}/"


@pytest.mark.parametrize("who", ["coordinator", "officer", "outsider"])
def test_nobody_else_checks_in(deployment, who, request):
    with pytest.raises(Refused):
        support.check_in(deployment=deployment, actor=request.getfixturevalue(who))


def test_check_in_only_in_country(engagement, expert, traveller):
    row = make_deployment(engagement, expert, status="ready")

    with pytest.raises(Refused, match="in country"):
        support.check_in(deployment=row, actor=traveller)


# -- incidents --------------------------------------------------------------------------------------
def test_a_serious_incident_tells_everybody_concerned_without_its_text(
    deployment, haiti, rso, post_officer, officer, director, coordinator
):
    incident = support.report_incident(
        country=haiti, severity=2, summary="Robbed at gunpoint.", actor=rso, deployment=deployment
    )

    notices = Notice.objects.filter(rule="incident")
    assert set(notices.values_list("user__email", flat=True)) == {
        u.email for u in (rso, post_officer, officer, director, coordinator)
    }
    assert not notices.filter(body__contains="gunpoint").exists()
    assert incident.reference.startswith("INC-")


def test_an_agency_that_shall_call_reads_whom(deployment, engagement, haiti, rso, officer, coordinator):
    support.report_incident(country=haiti, severity=2, summary="Robbed.", actor=rso, deployment=deployment)
    assert "Ask whoever at INL you work with" in coordinator.notices.get(rule="incident").body

    User.objects.filter(pk=officer.pk).update(phone="+1 202 555 0100")
    type(engagement).objects.filter(pk=engagement.pk).update(owner=officer)
    Post.objects.filter(pk=haiti.post_id).update(duty_phone="+509 555 0199")
    journey = type(deployment).objects.get(pk=deployment.pk)
    support.report_incident(country=haiti, severity=3, summary="Again.", actor=rso, deployment=journey)
    notice = coordinator.notices.filter(rule="incident").order_by("-pk")[0]
    assert f"{officer.name}, INL: +1 202 555 0100\nDuty officer, {haiti.post}: +509 555 0199" in notice.body
    assert notice.path == f"/portal/deployments/{deployment.reference}/"
    assert "INL/KM" not in notice.subject + notice.body


def test_an_incident_is_taken_and_resolved_with_what_was_done(haiti, rso):
    incident = support.report_incident(country=haiti, severity=1, summary="Lost phone.", actor=rso)
    with pytest.raises(Refused):
        INCIDENT.apply(incident, "resolve", actor=rso, reason="Replaced.")
    INCIDENT.apply(incident, "take", actor=rso)
    INCIDENT.apply(incident, "resolve", actor=rso, reason="Replaced.")

    assert incident.status == "resolved"


@pytest.mark.parametrize("who", ["other_post_officer", "coordinator", "finance"])
def test_who_does_not_record_incidents(haiti, who, request):
    with pytest.raises(Refused):
        support.report_incident(country=haiti, severity=1, summary="x", actor=request.getfixturevalue(who))


# -- training ---------------------------------------------------------------------------------------
@pytest.fixture
def session(officer, requirements):
    start = timezone.now() - timedelta(hours=8)
    return training.schedule_training(
        actor=officer, title="Working abroad", starts_at=start, ends_at=start + timedelta(hours=6), capacity=1
    )


def test_completing_the_session_clears_the_requirement(session, engagement, expert, officer):
    row = make_deployment(engagement, expert, status="confirmed", starts_on=today() + timedelta(days=30),
                          ends_on=today() + timedelta(days=60))  # fmt: skip
    DEPLOYMENT.apply(row, "prepare", actor=None)
    training.enrol(session=session, deployments=[row], actor=officer)
    training.record_attendance(enrolment=session.enrolments.get(), attended=True, actor=officer)

    cleared = row.clearances.get(requirement__code="inl-training")
    assert (cleared.status, cleared.decided_by) == ("cleared", officer)
    assert cleared.evidence_note == "Completed: Working abroad"


def test_missing_it_clears_nothing(session, deployment, officer):
    list_requirements(deployment=deployment)
    training.enrol(session=session, deployments=[deployment], actor=officer)
    training.record_attendance(enrolment=session.enrolments.get(), attended=False, actor=officer)

    assert deployment.clearances.get(requirement__code="inl-training").status == "not_started"


def test_a_session_over_capacity_is_refused(session, engagement, agency, deployment, officer):
    from partners.tests.factories import make_expert

    second = make_deployment(engagement, make_expert(agency, "B"))
    with pytest.raises(Refused, match="1 free places; you chose 2"):
        training.enrol(session=session, deployments=[deployment, second], actor=officer)


def test_a_place_is_given_once(session, deployment, officer):
    assert training.enrol(session=session, deployments=[deployment], actor=officer) == 1
    assert training.enrol(session=session, deployments=[deployment], actor=officer) == 0


def test_attendance_is_not_recorded_before_it_begins(officer, deployment, requirements):
    start = timezone.now() + timedelta(days=3)
    later = training.schedule_training(
        actor=officer, title="Later", starts_at=start, ends_at=start + timedelta(hours=1)
    )
    training.enrol(session=later, deployments=[deployment], actor=officer)

    with pytest.raises(Refused, match="has not taken place"):
        training.record_attendance(enrolment=later.enrolments.get(), attended=True, actor=officer)


def test_only_officers_schedule(coordinator):
    with pytest.raises(Refused):
        training.schedule_training(actor=coordinator, title="x", starts_at=timezone.now(), ends_at=timezone.now())
