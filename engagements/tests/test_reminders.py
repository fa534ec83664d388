"""What the sweep finds: due or overdue, once, and only what is true now."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from engagements.models import Engagement, FinalReport, Invitation
from engagements.services.addenda import sign_addendum
from engagements.services.reports import ask_extension, decide_extension, save_report
from engagements.tests.factories import make_addendum, make_engagement, make_invitation, make_report
from slp.lib.dates import today
from slp.reminders import services
from slp.reminders.models import Notice
from slp.reminders.rules import RULES
from slp.reminders.services import collect, sweep

pytestmark = pytest.mark.django_db
WASHINGTON = ZoneInfo("America/New_York")


def noon(day) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=WASHINGTON)


def sent(rule) -> list[str]:
    """The rungs that are in the ledger, in order."""
    return [key.split(":")[-2] for key in Notice.objects.filter(rule=rule).order_by("pk").values_list("key", flat=True)]


@pytest.fixture
def report(haiti, officer, agency, coordinator):
    """Owed since a month, due in 30 days."""
    engagement = make_engagement(haiti, officer, agency=agency, status="completed")
    report = make_report(engagement, agency, due_on=today() + timedelta(days=30))
    FinalReport.objects.filter(pk=report.pk).update(status_since=timezone.now() - timedelta(days=60))
    report.refresh_from_db()
    return report


@pytest.fixture
def only(monkeypatch):
    """`only("report-due")`: sweeps by the hour ask these rules alone: a sweep of all takes eighty statements more."""

    def ask(*codes: str) -> None:
        monkeypatch.setattr(services, "RULES", {code: RULES[code] for code in codes})

    return ask


# -- reports ---------------------------------------------------------------------------------------
def test_the_whole_ladder_a_sweep_a_day(report, director, only):
    only("report-due", "report-escalated")
    for offset in range(-10, 45):
        collect(noon(report.due_on + timedelta(days=offset)))
    assert sent("report-due") == ["-7", "-1", "+0", "+1", "+7", "+14", "+30"]
    assert sent("report-escalated") == ["+30"]
    assert Notice.objects.get(rule="report-escalated").user == director


@pytest.mark.parametrize("offset", [-7, -1, 0, 1, 7, 14, 30])
def test_running_twice_sends_once(report, offset):
    now = noon(report.due_on + timedelta(days=offset))
    assert collect(now) > 0
    assert collect(now + timedelta(minutes=1)) == 0


def test_after_two_days_down_the_true_one_comes_alone(report):
    """Down from the day before the date until the day after: not three mails, but "1 day ago"."""
    collect(noon(report.due_on - timedelta(days=7)))
    collect(noon(report.due_on + timedelta(days=1)))
    assert sent("report-due") == ["-7", "+1"]
    assert "1 day ago" in Notice.objects.filter(rule="report-due").first().subject


def test_down_for_a_month_no_flood(report, director):
    collect(noon(report.due_on + timedelta(days=33)))
    assert sent("report-due") == ["+30"]
    assert sent("report-escalated") == ["+30"]


def test_a_moved_date_gets_fresh_reminders(report, coordinator, officer):
    collect(noon(report.due_on - timedelta(days=1)))
    later = report.due_on + timedelta(days=20)
    extension = ask_extension(report=report, actor=coordinator, asked_for=later, reason="x")
    decide_extension(extension=extension, grant=True, actor=officer)
    Notice.objects.exclude(rule="report-due").delete()
    collect(noon(report.due_on))
    assert sent("report-due") == ["-1"]
    for days in (7, 1, 0):
        collect(noon(later - timedelta(days=days)))
    assert sent("report-due") == ["-1", "-7", "-1", "+0"]


def test_a_report_that_is_handed_in_or_waived_is_left_alone(report):
    for status in ("submitted", "accepted", "waived"):
        FinalReport.objects.filter(pk=report.pk).update(status=status)
        assert collect(noon(report.due_on)) == 0
    FinalReport.objects.filter(pk=report.pk).update(status="returned")
    assert collect(noon(report.due_on)) == 1


def test_rungs_from_before_it_was_returned_do_not_come_again(report):
    """Returned ten days after the date: the next mail is the fourteenth day's, not last week's."""
    since = noon(report.due_on + timedelta(days=10))
    FinalReport.objects.filter(pk=report.pk).update(status="returned", status_since=since)
    assert collect(since + timedelta(hours=1)) == 0
    assert collect(noon(report.due_on + timedelta(days=14))) == 1


def test_writing_goes_on_reminding(report, coordinator):
    save_report(report=report, actor=coordinator, fields={"delivered": "Half"})
    collect(noon(report.due_on))
    assert sent("report-due") == ["+0"]


def test_who_left_the_agency_gets_nothing(report, coordinator):
    coordinator.memberships.update(is_active=False)
    assert collect(noon(report.due_on)) == 0


# -- invitations -----------------------------------------------------------------------------------
@pytest.fixture
def invitation(need, six_seats, agency, agreement, officer, coordinator):
    """Sent on day 0, to be answered within 20 days."""
    sent_at = timezone.now()
    return make_invitation(need, agency, officer, sent_at=sent_at, reply_by=sent_at + timedelta(days=20))


def at(invitation, days):
    return invitation.sent_at + timedelta(days=days)


def test_half_way_and_two_days_before(invitation, only):
    only("invitation-reply")
    for hours in range(0, 20 * 24, 6):
        collect(invitation.sent_at + timedelta(hours=hours))
    assert sent("invitation-reply") == ["half", "2d"]
    assert "costs you nothing" in Notice.objects.filter(rule="invitation-reply").first().body


def test_after_an_outage_only_the_last_call(invitation):
    collect(at(invitation, 19))
    collect(at(invitation, 19))
    assert sent("invitation-reply") == ["2d"]


def test_a_short_deadline_has_one_call(need, six_seats, agency, agreement, officer, coordinator, only):
    only("invitation-reply")
    sent_at = timezone.now()
    invitation = make_invitation(need, agency, officer, sent_at=sent_at, reply_by=sent_at + timedelta(days=3))
    for hours in range(72):
        collect(invitation.sent_at + timedelta(hours=hours))
    assert sent("invitation-reply") == ["half"]


def test_more_time_begins_anew(invitation):
    collect(at(invitation, 19))
    Invitation.objects.filter(pk=invitation.pk).update(reply_by=at(invitation, 40))
    collect(at(invitation, 19.5))
    assert sent("invitation-reply") == ["2d"]
    collect(at(invitation, 20.5))
    assert sent("invitation-reply") == ["2d", "half"]


def test_an_answered_one_is_left_alone(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(status="declined")
    assert collect(at(invitation, 19)) == 0


def test_silence_lapses_and_is_no_decline(invitation, officer):
    Invitation.objects.filter(pk=invitation.pk).update(reply_by=timezone.now() - timedelta(minutes=1))
    run = sweep()
    assert not run.error
    invitation.refresh_from_db()
    assert invitation.status == "lapsed"
    assert officer.notices.filter(rule="invitation-answered").count() == 1
    sweep()
    assert officer.notices.filter(rule="invitation-answered").count() == 1


def test_an_engagement_never_starts_by_itself(engagement):
    Engagement.objects.filter(pk=engagement.pk).update(starts_on=today() - timedelta(days=1))
    sweep()
    engagement.refresh_from_db()
    assert engagement.status == "preparing"


# -- addenda ---------------------------------------------------------------------------------------
@pytest.fixture
def addendum(haiti, officer, agency, agreement, signatory):
    engagement = make_engagement(haiti, officer, agency=agency, agreement=agreement, status="addendum")
    return make_addendum(engagement, agency)


def test_both_sides_are_asked_after_three_days(addendum, officer, signatory):
    since = addendum.engagement.status_since
    assert collect(since + timedelta(days=2, hours=23)) == 0
    assert collect(since + timedelta(days=3)) == 2
    assert collect(since + timedelta(days=30)) == 0
    assert {n.user for n in Notice.objects.filter(rule="addendum-waits")} == {officer, signatory}


def test_who_has_signed_is_not_asked(addendum, officer, signatory):
    sign_addendum(addendum=addendum, typed_name=signatory.name, actor=signatory)
    collect(addendum.engagement.status_since + timedelta(days=3))
    assert [n.user for n in Notice.objects.filter(rule="addendum-waits")] == [officer]


# -- how much it costs -----------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_the_rules_of_this_app_ask_a_fixed_number_of_queries(
    rows, haiti, officer, director, agency, coordinator, signatory, agreement, need, six_seats,
    django_assert_num_queries,
):  # fmt: skip
    from engagements import reminders

    for _ in range(rows):
        engagement = make_engagement(haiti, officer, agency=agency, agreement=agreement, status="addendum")
        make_addendum(engagement, agency)
        report = make_report(engagement, agency, due_on=today() - timedelta(days=30))
        FinalReport.objects.filter(pk=report.pk).update(status_since=timezone.now() - timedelta(days=60))
    now = noon(today()) + timedelta(days=5)
    rules = (reminders.report_due, reminders.report_escalated, reminders.addendum_waits, reminders.invitation_reply)
    with django_assert_num_queries(9):
        found = [len(list(find(now))) for find in rules]
    assert found == [rows, rows, 2 * rows, 0]
