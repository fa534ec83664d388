"""Final reports: writing, returning, accepting, waiving, more time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engagements.lifecycles import ENGAGEMENT, REPORT
from engagements.models import Engagement, FinalReport, ReportExtension
from engagements.services.reports import (
    accept_report,
    ask_extension,
    decide_extension,
    return_report,
    save_report,
    submit_report,
)
from engagements.tests.factories import make_addendum, make_report
from engagements.tests.test_walk import page, post
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today

pytestmark = pytest.mark.django_db

FULL = {"delivered": "Patrols", "results": "Trust", "women_trained": 0}


@pytest.fixture
def report(engagement, agency):
    Engagement.objects.filter(pk=engagement.pk).update(status="completed")
    engagement.refresh_from_db()
    return make_report(engagement, agency)


@pytest.fixture
def submitted(report, coordinator):
    save_report(report=report, actor=coordinator, fields=FULL)
    return submit_report(report=report, actor=coordinator)


def test_completing_asks_every_agency_for_a_report(engagement, agency, officer, coordinator):
    make_addendum(engagement, agency, report_due_days=45)
    Engagement.objects.filter(pk=engagement.pk).update(status="under_way")
    engagement.refresh_from_db()
    ENGAGEMENT.apply(engagement, "complete", actor=officer)
    report = FinalReport.objects.get()
    assert report.due_on == engagement.ends_on + timedelta(days=45)
    assert coordinator.notices.filter(rule="report-owed").exists()


@pytest.mark.parametrize("has_addendum", [True, False])
def test_where_the_addendum_says_nothing_the_setting_does(engagement, agency, officer, settings, has_addendum):
    settings.REPORT_DUE_DAYS = 60
    if has_addendum:
        make_addendum(engagement, agency)
    Engagement.objects.filter(pk=engagement.pk).update(status="under_way")
    engagement.refresh_from_db()
    ENGAGEMENT.apply(engagement, "complete", actor=officer)
    assert FinalReport.objects.get().due_on == engagement.ends_on + timedelta(days=60)


def test_nothing_closes_before_the_report_is_accepted(report, engagement, officer, coordinator):
    with pytest.raises(Refused, match="is due, not accepted"):
        ENGAGEMENT.apply(engagement, "close", actor=officer)
    save_report(report=report, actor=coordinator, fields=FULL)
    submit_report(report=report, actor=coordinator)
    with pytest.raises(Refused, match="is submitted, not accepted"):
        ENGAGEMENT.apply(engagement, "close", actor=officer)
    accept_report(report=report, actor=officer)
    ENGAGEMENT.apply(engagement, "close", actor=officer)
    assert engagement.status == "closed"


def test_saving_begins_and_keeps(report, coordinator):
    save_report(report=report, actor=coordinator, fields={"delivered": "Half"})
    assert (report.status, report.delivered) == ("drafting", "Half")
    with pytest.raises(Stale):
        save_report(report=report, actor=coordinator, fields={"delivered": "x"}, seen_version=1)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"results": "x", "women_trained": 1}, "what was delivered"),
        ({"delivered": "x", "men_trained": 1}, "what came of it"),
        ({"delivered": "x", "results": "y"}, "zero is an answer"),
    ],
)
def test_an_incomplete_report_is_not_submitted(report, coordinator, fields, reason):
    save_report(report=report, actor=coordinator, fields=fields)
    with pytest.raises(Refused, match=reason):
        submit_report(report=report, actor=coordinator)


def test_forbidden_ways(report, submitted, officer, coordinator, finance, director, outsider):
    with pytest.raises(Refused, match="it can't be changed"):
        save_report(report=submitted, actor=coordinator, fields={"delivered": "x"})
    for person in (coordinator, finance):
        with pytest.raises(Refused, match="Accept is for"):
            accept_report(report=submitted, actor=person)
    with pytest.raises(Refused, match="needs a reason"):
        return_report(report=submitted, actor=officer, reason="")
    with pytest.raises(Refused, match="can't be done now"):
        REPORT.apply(submitted, "waive", actor=director, reason="x")
    return_report(report=submitted, actor=officer, reason="How many women?")
    with pytest.raises(Refused, match="Only the agency's coordinator"):
        save_report(report=submitted, actor=outsider, fields={"delivered": "x"})
    with pytest.raises(Refused, match="Waive is for the INL/KM director"):
        REPORT.apply(submitted, "waive", actor=officer, reason="x")
    assert submitted.returned_because == "How many women?"
    REPORT.apply(submitted, "waive", actor=director, reason="The agency was dissolved.")


# -- more time -------------------------------------------------------------------------------------
def test_only_a_granted_request_moves_the_date(report, coordinator, officer):
    later = report.due_on + timedelta(days=20)
    first = ask_extension(report=report, actor=coordinator, asked_for=later, reason="Fire season.")
    assert officer.notices.filter(rule="extension-asked").exists()
    with pytest.raises(Refused, match="already waiting"):
        ask_extension(report=report, actor=coordinator, asked_for=later, reason="Again.")
    with pytest.raises(Refused, match="Say why"):
        decide_extension(extension=first, grant=False, actor=officer)
    with pytest.raises(Refused, match="Only an INL/KM officer"):
        decide_extension(extension=first, grant=True, actor=coordinator)
    decide_extension(extension=first, grant=False, note="We need it for the budget.", actor=officer)
    report.refresh_from_db()
    assert report.due_on == report.first_due_on
    second = ask_extension(report=report, actor=coordinator, asked_for=later, reason="Please.")
    decide_extension(extension=second, grant=True, actor=officer)
    report.refresh_from_db()
    assert report.due_on == later
    assert coordinator.notices.filter(rule="extension-decided").count() == 2
    with pytest.raises(Stale, match="decided a moment ago"):
        decide_extension(extension=second, grant=True, actor=officer)


def test_time_can_only_be_asked_forward(report, coordinator):
    for day in (report.due_on, today()):
        with pytest.raises(Refused, match="Choose a date after"):
            ask_extension(report=report, actor=coordinator, asked_for=day, reason="x")


def test_handing_in_settles_an_open_request(report, coordinator):
    later = report.due_on + timedelta(days=20)
    asked = ask_extension(report=report, actor=coordinator, asked_for=later, reason="x")
    save_report(report=report, actor=coordinator, fields=FULL)
    submit_report(report=report, actor=coordinator)
    asked.refresh_from_db()
    assert asked.status == ReportExtension.Status.REFUSED


# -- pages -----------------------------------------------------------------------------------------
def test_two_coordinators_write_the_second_loses_nothing(client_of, coordinator, report):
    url = f"/portal/reports/{report.reference}/write/"
    post(client_of(coordinator), url, {"delivered": "First", "seen_version": 1, "action": "save"})
    response = client_of(coordinator).post(url, {"delivered": "Second", "seen_version": 1, "action": "save"})
    html = response.content.decode()
    assert response.status_code == 409
    assert "First" in html
    assert "Second</textarea>" in html


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"action": "submit"}, "Say what was delivered"),
        ({"action": "submit", "delivered": "x"}, "Say what came of it"),
        ({"action": "submit", "delivered": "x", "results": "y"}, "zero is an answer"),
        ({"action": "save", "women_trained": "-3"}, "greater than or equal to 0"),
        ({"action": "save", "women_trained": "few"}, "whole number"),
    ],
)
def test_wrong_entries_get_sentences(client_of, coordinator, report, data, sentence):
    response = client_of(coordinator).post(f"/portal/reports/{report.reference}/write/", data | {"seen_version": 1})
    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors)
    report.refresh_from_db()
    assert report.status == "due"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"asked_for": "2020-01-01", "reason": "x"}, "Choose a date after"),
        ({"asked_for": today() + timedelta(days=800), "reason": "x"}, "within a year"),
        ({"asked_for": "2099-01-01", "reason": "x"}, "more than 10 years from now"),
        ({"asked_for": "", "reason": ""}, "Say why you need more time"),
    ],
)
def test_asking_for_time_on_its_page(client_of, coordinator, officer, report, data, sentence):
    url = f"/portal/reports/{report.reference}/more-time/"
    response = client_of(coordinator).post(url, data)
    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors)
    later = report.due_on + timedelta(days=9)
    post(client_of(coordinator), url, {"asked_for": later, "reason": "Fire season."})
    assert "Fire season." in page(client_of(officer), f"/admin/desk/reports/{report.reference}/")
    decide = f"/admin/desk/reports/{report.reference}/extension/"
    page(client_of(officer), decide)
    assert client_of(officer).post(decide, {"grant": "no"}).status_code == 422
    post(client_of(officer), decide, {"grant": "yes"})
    report.refresh_from_db()
    assert report.due_on == later
    page(client_of(officer), decide, 403)
