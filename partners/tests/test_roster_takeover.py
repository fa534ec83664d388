"""What was read is taken over: whole, once, and with its history; what is left behind is carried on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import Availability, Certificate, Expert, RosterImport
from partners.reminders import roster_files
from partners.services.experts import days
from partners.services.facts import untrue_facts
from partners.services.roster_import import imports
from partners.services.roster_import.imports import check_upload, take_over, upload_roster
from partners.tasks import check_roster, take_over_roster
from partners.tests.factories import make_expert
from partners.tests.roster_files import BAD, FULL, GOOD, checked, csv_file, taken_over
from slp.history.services import timeline
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today
from slp.lib.track import event_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roster_words")]


def test_taken_over_whole(agency, coordinator):
    upload = taken_over(coordinator, checked(coordinator, agency, csv_file([FULL])))
    assert upload.status == "applied"
    expert = Expert.objects.get()
    assert (expert.name, expert.rank, expert.service, expert.years) == ("Maria Gonzalez", "Lieutenant", "retired", 21)
    assert (expert.email, expert.phone, expert.passport_expires_on) == (
        "m.gonzalez@x.example", "555-0100", date(2036, 4, 30),
    )  # fmt: skip
    assert (expert.agency, expert.confirmed_on, expert.is_active) == (agency, today(), True)
    assert list(expert.skills.values_list("expertise", "depth")) == [("POL-01", 2)]
    assert list(expert.languages.values_list("language", "speaking", "is_tested")) == [("ht", 4, True)]
    assert set(expert.countries.values_list("country", "relation")) == {("HT", "worked"), ("GE", "ties")}
    windows = {(a.kind, a.period.lower, a.period.upper) for a in expert.availability.all()}
    assert windows == {
        ("available", date(2036, 1, 1), date(2036, 7, 1)), ("blackout", date(2036, 3, 1), date(2036, 3, 15)),
    }  # fmt: skip
    certificate = expert.certificates.get()
    assert (certificate.programme, certificate.number) == ("FTO", "A-1")
    assert (certificate.issued_on, certificate.expires_on) == (date(2024, 5, 2), date(2044, 5, 1))
    assert upload.rows.get().expert == expert
    assert (expert.facts.skills, expert.facts.languages, expert.facts.tested) == ({"POL-01": 2}, {"ht": 4}, ["ht"])
    assert untrue_facts() == []


def test_the_history_says_who_and_from_which_file(agency, coordinator):
    upload = taken_over(coordinator, checked(coordinator, agency, csv_file([FULL])))
    entry = timeline(Expert.objects.get())[0]
    assert (entry.who, entry.what) == (str(coordinator), f"Taken over from {upload.reference}")
    skill = event_model(Expert.objects.get().skills.model).objects.select_related("pgh_context").get()
    assert skill.pgh_context.metadata["user"] == coordinator.pk
    assert [e.what for e in timeline(upload)] == [
        "Finish taking it over", "Take over all", "Finish the check", "Began the check", "Sent a roster file",
    ]  # fmt: skip


def test_what_the_file_leaves_empty_stays(agency, coordinator, creole, community_policing, haiti):
    expert = make_expert(
        agency, "Maria Gonzalez", rank="Sergeant", phone="555-0111", years=9, service="retired",
        skills=[(community_policing, 3)], languages=[(creole, 2)], gender="woman",
    )  # fmt: skip
    expert.countries.create(country=haiti, relation="worked", note="two years")
    upload = taken_over(coordinator, checked(coordinator, agency, csv_file([GOOD])))
    assert (upload.rows_new, upload.rows_changed) == (0, 1)
    expert.refresh_from_db()
    assert (expert.rank, expert.phone, expert.years, expert.service, expert.gender, expert.version) == (
        "Lieutenant", "555-0111", 9, "retired", "woman", 2,
    )  # fmt: skip
    assert expert.skills.get().depth == 3
    assert expert.languages.get().speaking == 2
    assert expert.countries.get().note == "two years"


def test_what_the_file_says_is_brought_up_to_date(agency, coordinator, creole, community_policing):
    expert = make_expert(agency, "Maria Gonzalez", skills=[(community_policing, 3)], languages=[(creole, 4)])
    expert.languages.update(is_tested=True)
    for kind, first, last in (("available", 1, 3), ("available", 8, 9), ("blackout", 3, 4)):
        period = days(date(2036, first, 1), date(2036, last, 1))
        Availability.objects.create(expert=expert, kind=kind, period=period)
    Certificate.objects.create(expert=expert, programme="fto", number="A-1", issued_on=date(2020, 1, 1))
    row = FULL | {"expertise": "POL-01", "languages": "ht 4", "available": "2036-02-01 to 2036-06-30"}
    taken_over(coordinator, checked(coordinator, agency, csv_file([row])))
    assert expert.skills.get().depth == 3, "no word for how deep changes nothing"
    assert expert.languages.get().is_tested, "a level that was tested stays tested while it stays the same"
    windows = sorted((a.kind, str(a.period.lower)) for a in expert.availability.all())
    assert windows == [("available", "2036-02-01"), ("available", "2036-08-01"), ("blackout", "2036-03-01")]
    assert expert.certificates.get().issued_on == date(2024, 5, 2)


def test_the_same_people_again_change_nothing(agency, coordinator):
    taken_over(coordinator, checked(coordinator, agency, csv_file([FULL])))
    before = Expert.objects.get()
    again = checked(coordinator, agency, csv_file([FULL], delimiter=";"))
    assert (again.rows_same, again.rows_new, again.rows_changed, again.rows_bad) == (1, 0, 0, 0)
    taken_over(coordinator, again)
    after = Expert.objects.get()
    assert (after.pk, after.version) == (before.pk, before.version)
    assert event_model(Availability).objects.count() == 2


def test_all_or_if_asked_the_good_rows(agency, coordinator):
    upload = checked(coordinator, agency, csv_file([FULL, BAD]))
    with pytest.raises(Refused, match="1 row needs correction first"):
        take_over(actor=coordinator, roster_import=upload)
    assert not Expert.objects.exists()
    done = taken_over(coordinator, upload, only_good=True)
    assert (done.status, done.only_good) == ("applied", True)
    assert [e.name for e in Expert.objects.all()] == ["Maria Gonzalez"]


def test_no_good_row_is_nothing_to_take_over(agency, coordinator):
    upload = checked(coordinator, agency, csv_file([BAD]))
    with pytest.raises(Refused, match="No row is good yet"):
        take_over(actor=coordinator, roster_import=upload, only_good=True)


def test_decided_twice_is_carried_out_once(agency, coordinator, officer):
    upload = checked(coordinator, agency, csv_file([FULL]))
    same = RosterImport.objects.get(pk=upload.pk)
    take_over(actor=coordinator, roster_import=upload)
    with pytest.raises(Stale):
        take_over(actor=officer, roster_import=same)
    take_over_roster(upload.pk)
    take_over_roster(upload.pk)
    assert Expert.objects.count() == 1
    assert event_model(Expert).objects.count() == 1


def test_two_files_with_the_same_people_make_them_once(agency, coordinator):
    first = checked(coordinator, agency, csv_file([FULL]))
    second = checked(coordinator, agency, csv_file([FULL], delimiter=";"))
    assert (first.rows_new, second.rows_new) == (1, 1)
    taken_over(coordinator, first)
    assert taken_over(coordinator, second).rows_same == 1
    assert Expert.objects.count() == 1


def test_a_roster_that_changed_meanwhile_is_shown_again(agency, coordinator):
    upload = checked(coordinator, agency, csv_file([GOOD]))
    make_expert(agency, "Maria Gonzalez")
    make_expert(agency, "Maria Gonzalez", rank="Chief")
    shown = taken_over(coordinator, upload)
    assert (shown.status, shown.rows_bad) == ("checked", 1)
    assert "The roster has changed since the check" in shown.message
    assert Expert.objects.count() == 2


def test_what_had_changed_since_the_check_is_told(agency, coordinator):
    upload = checked(coordinator, agency, csv_file([FULL, GOOD | {"name": "Bo Lund"}]))
    assert (upload.rows_new, upload.rows_changed) == (2, 0)
    make_expert(agency, "Maria Gonzalez", rank="Lieutenant", email="m.gonzalez@x.example")
    upload = taken_over(coordinator, upload)
    assert (upload.status, upload.rows_new, upload.rows_changed) == ("applied", 1, 1)
    assert "changed since the check: 2 new and 0 changes were seen" in upload.message
    assert taken_over(coordinator, checked(coordinator, agency, csv_file([GOOD | {"name": "Al"}]))).message == ""


def test_the_very_same_file_is_not_taken_twice(agency, other_agency, coordinator, outsider, client_of):
    upload = taken_over(coordinator, checked(coordinator, agency, csv_file([FULL])))
    client = client_of(coordinator)
    page = client.post(reverse("portal:roster-import-add"), {"file": csv_file([FULL], name="again.csv")})
    assert page.status_code == 422
    said = page.context["form"].errors["file"][0]
    assert said.startswith(f"This file was taken over on {today().day} ")
    assert f"by {coordinator} ({upload.reference}); nothing would change." in said
    with pytest.raises(Refused, match="nothing would change"):
        upload_roster(actor=coordinator, agency=agency, upload=csv_file([FULL]))
    row = FULL | {"email": "other@y.example"}
    assert upload_roster(actor=outsider, agency=other_agency, upload=csv_file([row]))


def test_a_discarded_file_may_be_sent_again(agency, coordinator, client_of):
    upload = checked(coordinator, agency, csv_file([FULL]))
    with pytest.raises(Refused, match="sent already and waits for you"):
        upload_roster(actor=coordinator, agency=agency, upload=csv_file([FULL]))
    url = reverse("portal:roster-import-move", args=[upload.reference, "discard"])
    assert client_of(coordinator).post(url, {"seen_status": "checked"}).status_code == 302
    upload.refresh_from_db()
    assert upload.status == "discarded"
    assert upload_roster(actor=coordinator, agency=agency, upload=csv_file([FULL]))


def test_a_file_discarded_while_it_is_read_stays_discarded(agency, coordinator):
    upload = upload_roster(actor=coordinator, agency=agency, upload=csv_file([GOOD, GOOD | {"name": "B"}]))

    def discard(done, total):
        imports.ROSTER_IMPORT.apply(RosterImport.objects.get(pk=upload.pk), "discard", actor=coordinator)

    assert check_upload(roster_import_id=upload.pk, progress=discard) is None
    upload.refresh_from_db()
    assert upload.status == "discarded"


def test_of_two_workers_on_one_file_the_slower_one_stops(agency, coordinator):
    rows = [GOOD | {"name": f"P{n}"} for n in range(2200)]
    upload = upload_roster(actor=coordinator, agency=agency, upload=csv_file(rows))
    faster = []

    def overtaken(done, total):
        if not faster:
            faster.append(check_upload(roster_import_id=upload.pk))

    assert check_upload(roster_import_id=upload.pk, progress=overtaken) is None
    assert (faster[0].status, faster[0].rows_new) == ("checked", 2200)
    assert upload.rows.count() == 2200


# -- time ------------------------------------------------------------------------------------------
def test_the_sweep_goes_on_with_what_was_left_behind(
    agency, coordinator, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr("slp.lib.queue._send", lambda task, args: sent.append((task, args)))
    with django_capture_on_commit_callbacks(execute=True):
        upload = upload_roster(actor=coordinator, agency=agency, upload=csv_file([GOOD]))
    assert sent == [("partners.tasks.check_roster", (upload.pk,))]
    with django_capture_on_commit_callbacks(execute=True):
        roster_files(timezone.now())
    assert len(sent) == 1, "a check that has just begun is left alone"
    with django_capture_on_commit_callbacks(execute=True):
        roster_files(timezone.now() + timedelta(minutes=3))
    assert sent[1:] == [("partners.tasks.check_roster", (upload.pk,))]
    check_roster(upload.pk)
    with django_capture_on_commit_callbacks(execute=True):
        take_over(actor=coordinator, roster_import=RosterImport.objects.get(pk=upload.pk))
    assert sent[2:] == [("partners.tasks.take_over_roster", (upload.pk,))]


def test_staged_rows_go_after_thirty_days_and_the_record_stays(agency, coordinator, client_of):
    upload = taken_over(coordinator, checked(coordinator, agency, csv_file([FULL])))
    waiting = checked(coordinator, agency, csv_file([GOOD | {"name": "Bo Lee"}]))
    roster_files(timezone.now() + timedelta(days=29))
    assert upload.rows.exists()
    roster_files(timezone.now() + timedelta(days=31))
    assert not upload.rows.exists()
    assert waiting.rows.exists(), "nobody has decided about it yet"
    page = client_of(coordinator).get(reverse("portal:roster-import-detail", args=[upload.reference]))
    assert "no longer kept" in page.content.decode()
    file = client_of(coordinator).get(reverse("portal:roster-import-file", args=[upload.reference]))
    assert file.status_code == 404


def test_a_checked_file_that_nobody_takes_over_is_set_aside(agency, coordinator, client_of):
    upload = checked(coordinator, agency, csv_file([FULL]))
    roster_files(timezone.now() + timedelta(days=59))
    upload.refresh_from_db()
    assert upload.status == "checked"
    roster_files(timezone.now() + timedelta(days=61))
    upload.refresh_from_db()
    assert (upload.status, Expert.objects.count()) == ("discarded", 0)
    assert upload.rows.exists(), "its rows stay for another 30 days"
    page = client_of(coordinator).get(reverse("portal:roster-import-detail", args=[upload.reference]))
    assert "by SLP. Nobody took it over for 60 days. The roster stayed as it was." in page.content.decode()
