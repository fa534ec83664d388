"""A roster file from the upload to the roster: reading it, who may, taking it over once, the files, the commands."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from partners.models import Agency, AgencyKind, Availability, Certificate, Expert, RosterImport, RosterImportRow
from partners.reminders import roster_files
from partners.services.experts import days
from partners.services.roster_import import imports
from partners.services.roster_import.columns import CORRECTION, FIELDS, HEADING
from partners.services.roster_import.imports import carry_out, check_upload, take_over, upload_roster
from partners.tasks import check_roster, take_over_roster
from partners.tests.factories import make_expert
from partners.tests.roster_files import GOOD, checked, csv_file, lines, table, xlsx_file
from slp.documents.tables import MAX_UNPACKED
from slp.history.models import PersonalDataRead
from slp.history.services import timeline
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today
from slp.lib.track import event_model

pytestmark = pytest.mark.django_db

FULL = GOOD | {
    "service": "retired", "years": "21", "email": "m.gonzalez@x.example", "phone": "555-0100",
    "expertise": "POL-01 teaches", "languages": "ht 4 tested", "worked_in": "Haiti", "ties": "GE",
    "certificates": "FTO | A-1 | 2024-05-02 | 2044-05-01",
    "available": "2036-01-01 to 2036-06-30", "unavailable": "2036-03-01 to 2036-03-14",
    "passport_expires_on": "2036-04-30",
}  # fmt: skip
BAD = {"name": "Nobody", "rank": ""}


@pytest.fixture(autouse=True)
def reference(community_policing, creole, haiti, georgia):
    """What the files refer to."""


def taken_over(actor, upload: RosterImport, *, only_good: bool = False) -> RosterImport:
    take_over(actor=actor, roster_import=upload, only_good=only_good)
    return carry_out(roster_import_id=upload.pk)


# -- reading ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_as_spreadsheets_save_it(agency, coordinator, delimiter, encoding):
    rows = [GOOD | {"name": "José Núñez", "languages": "ht 4; French 2" if delimiter == "," else "ht 4"}]
    upload = checked(coordinator, agency, csv_file(rows, encoding=encoding, delimiter=delimiter))
    row = upload.rows.get()
    assert (row.line, row.name, row.rank) == (2, "José Núñez", "Lieutenant")


def test_a_workbook_with_real_dates_and_numbers(agency, coordinator):
    cells = [
        ["Roster of the department"],
        ["Passport", "NAME", "Title", "Years served", "Shoe size"],
        [datetime(2036, 4, 30), "  Maria   Gonzalez ", "Lieutenant", 14.0, 41],  # noqa: DTZ001 -- as a workbook holds it
        [None, None, None, None, None],
        [date(2036, 5, 1), "Bo Lee", "Officer", "12", None],
    ]
    upload = checked(coordinator, agency, xlsx_file(cells))
    rows = list(upload.rows.values_list("line", "name", "years", "passport_expires_on"))
    assert rows == [(3, "Maria Gonzalez", "14", "2036-04-30"), (5, "Bo Lee", "12", "2036-05-01")]
    assert upload.message == "Left out, because the roster has no such column: “Shoe size”."
    assert upload.rows_bad == 0


def test_the_sheet_with_our_headings_is_read(agency, coordinator):
    upload = xlsx_file(lines([GOOD]), title="People")
    book = load_workbook(upload)
    book.create_sheet("Notes", 0).append(["Read me first"])
    out = io.BytesIO()
    book.save(out)
    assert checked(coordinator, agency, SimpleUploadedFile("r.xlsx", out.getvalue())).rows_new == 1


UNREADABLE = [
    (table(["Name", "Phone"], ["A", "1"]),
     "The column “Rank or title” is missing. The first row must hold the headings of the template: download it, copy "
     "your rows into it and send it again."),
    (table(["Who", "What"], ["A", "1"]),
     "The columns “Name” and “Rank or title” are missing. The first row must hold the headings of the template: "
     "download it, copy your rows into it and send it again."),
    (csv_file([]), "There is nobody in this file: below the headings every line is empty."),
    (table(["Name", "Rank"], ["", ""]), "There is nobody in this file: below the headings every line is empty."),
    (SimpleUploadedFile("r.csv", b'Name,Rank\n"' + b"x" * 200_000),
     "Line 2 can't be read: a quotation mark is probably open. Save the file again as XLSX or “CSV UTF-8” and send "
     "that."),
]  # fmt: skip


@pytest.mark.parametrize(("file", "sentence"), UNREADABLE)
def test_what_cannot_be_read_says_why(agency, coordinator, file, sentence):
    file.seek(0)
    upload = checked(coordinator, agency, file)
    assert (upload.status, upload.message) == ("failed", sentence)
    assert not upload.rows.exists()


def test_too_many_rows_are_not_half_read(agency, coordinator, monkeypatch):
    monkeypatch.setattr("partners.services.roster_import.staging.MAX_ROWS", 3)
    upload = checked(coordinator, agency, csv_file([GOOD | {"name": f"P{n}"} for n in range(4)]))
    assert (upload.status, upload.message) == ("failed", "This file has more than 3 rows. Send it in parts.")
    assert not upload.rows.exists()


def a_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"\0" * (MAX_UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 ...", "neither a CSV file nor an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither a CSV file nor an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b"PK\x03\x04 cut off", "damaged"),
        (a_bomb(), "far bigger inside"),
    ],
    ids=["pdf", "picture", "xls", "damaged", "bomb"],
)
def test_a_file_that_is_no_table_is_refused_at_the_field(agency, coordinator, client_of, content, words):
    sent = {"file": SimpleUploadedFile("roster.xlsx", content)}
    page = client_of(coordinator).post(reverse("portal:roster-import-add"), sent)
    assert page.status_code == 422
    assert words in str(page.context["form"].errors["file"])
    assert not RosterImport.objects.exists()


def test_a_damaged_workbook_says_so(agency, coordinator):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    upload = checked(coordinator, agency, SimpleUploadedFile("r.xlsx", out.getvalue()))
    assert upload.status == "failed"
    assert "damaged or protected" in upload.message


# -- taking it over --------------------------------------------------------------------------------
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


# -- the files -------------------------------------------------------------------------------------
def download(client, upload: RosterImport, query: str = "") -> bytes:
    response = client.get(reverse("portal:roster-import-file", args=[upload.reference]) + query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_the_returned_csv_has_the_sent_columns_and_what_to_correct(agency, coordinator, client_of):
    sent = table(
        ["Name", "Shoe size", "Rank", "Phone"], ["Ann", "41", "", "+1 860"], ["Bo", "40", "Chief", '=cmd|"/c calc"'],
        name="Unit 7.csv", encoding="cp1252",
    )  # fmt: skip
    upload = checked(coordinator, agency, sent)
    client = client_of(coordinator)
    rows = list(csv.reader(io.StringIO(download(client, upload).decode("utf-8-sig"))))
    sentence = "Rank or title: is empty. Write how the person is addressed, such as Sergeant."
    assert rows == [
        ["Name", "Shoe size", "Rank", "Phone", CORRECTION],
        ["Ann", "41", "", "'+1 860", sentence],
        ["Bo", "40", "Chief", '\'=cmd|"/c calc"', ""],
    ]
    bad = list(csv.reader(io.StringIO(download(client, upload, "?rows=bad").decode("utf-8-sig"))))
    assert bad == [rows[0], rows[1]]


def test_the_returned_workbook_marks_the_cell(agency, coordinator, client_of):
    upload = checked(coordinator, agency, xlsx_file(lines([FULL, FULL | {"name": "'=1+1", "email": "x", "years": 99}])))
    sheet = load_workbook(io.BytesIO(download(client_of(coordinator), upload))).active
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "00FFE0B2"}
    assert marked == {"D3", "E3", "O3"}
    assert sheet["O1"].value == CORRECTION
    assert sheet["O3"].value.startswith("Years of service: “99” is not")
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
    assert sheet["O2"].value is None


def test_the_rows_to_correct_can_be_sent_again(agency, coordinator, client_of):
    upload = checked(coordinator, agency, csv_file([FULL, BAD | {"phone": "+1 860"}]))
    taken_over(coordinator, upload, only_good=True)
    back = download(client_of(coordinator), upload, "?rows=bad").decode("utf-8-sig").replace("Nobody,", "Nobody,Chief")
    again = checked(coordinator, agency, SimpleUploadedFile("fixed.csv", back.encode()))
    assert (again.rows_new, again.rows_bad, again.message) == (1, 0, "")
    assert again.rows.get().phone == "+1 860"


def test_the_template_explains_itself_and_is_accepted(agency, coordinator, client_of):
    client = client_of(coordinator)
    url = reverse("portal:roster-import-template")
    book = load_workbook(io.BytesIO(client.get(url).content))
    assert book.sheetnames == ["Roster", "How to fill this in"]
    assert [cell.value for cell in book["Roster"][1]] == list(HEADING.values())
    words = [cell.value for row in book["How to fill this in"].iter_rows() for cell in row if cell.value]
    assert {"POL-01", "Community policing", "ht", "HT", *HEADING.values()} <= set(words)
    examples = dict(zip(FIELDS, [r[2].value for r in book["How to fill this in"].iter_rows(min_row=8)], strict=False))
    assert "POL-03" in examples["expertise"]
    book["Roster"].append(["Maria Gonzalez", "Lieutenant"])
    out = io.BytesIO()
    book.save(out)
    assert checked(coordinator, agency, SimpleUploadedFile("t.xlsx", out.getvalue())).rows_new == 1
    bare = client.get(url + "?as=csv").content
    assert next(csv.reader(io.StringIO(bare.decode("utf-8-sig")))) == list(HEADING.values())


# -- pages and people ------------------------------------------------------------------------------
def test_from_the_form_to_the_roster(agency, coordinator, client_of):
    client = client_of(coordinator)
    sent = client.post(reverse("portal:roster-import-add"), {"file": csv_file([FULL, BAD])})
    upload = RosterImport.objects.get()
    url = reverse("portal:roster-import-detail", args=[upload.reference])
    assert sent.url == url
    waiting = client.get(url)
    assert waiting.headers["Refresh"] == f"2; url={url}"
    assert "<progress" in waiting.content.decode()
    check_roster(upload.pk)
    page = client.get(url)
    assert "Refresh" not in page.headers
    text = page.content.decode()
    assert text.index("Nobody") < text.index("Maria Gonzalez"), "bad rows first"
    assert "1 row needs correction first" in text
    move = reverse("portal:roster-import-decide", args=[upload.reference])
    assert client.post(move, {"rows": "all"}).status_code == 403
    assert client.post(move, {"rows": "good"}).url == url
    assert client.get(url).headers["Refresh"] == f"2; url={url}"
    take_over_roster(upload.pk)
    text = client.get(url).content.decode()
    assert f"by {coordinator}" in text
    assert "1 row was handed back" in text
    assert "Take over" not in text
    assert client.post(move, {"rows": "good"}).status_code == 403


def test_the_page_shows_how_far_the_reading_is(agency, coordinator, client_of):
    upload = upload_roster(
        actor=coordinator, agency=agency, upload=csv_file([GOOD | {"name": f"P{n}"} for n in range(2500)])
    )
    seen = []
    url = reverse("portal:roster-import-detail", args=[upload.reference])
    check_upload(
        roster_import_id=upload.pk, progress=lambda *args: seen.append(client_of(coordinator).get(url).content.decode())
    )
    assert 'max="2500" value="1000"' in seen[0]
    assert "2000 of about 2500 rows read" in seen[1]


FILE_PAGES = ("roster-import-detail", "roster-import-file", "roster-import-decide")


@pytest.mark.parametrize("name", FILE_PAGES)
def test_another_agency_gets_404(agency, coordinator, outsider, client_of, name):
    upload = checked(coordinator, agency, csv_file([FULL, BAD]))
    client = client_of(outsider)
    url = reverse(f"portal:{name}", args=[upload.reference])
    answer = client.post(url, {"rows": "good"}) if name.endswith("decide") else client.get(url)
    assert answer.status_code == 404
    move = reverse("portal:roster-import-move", args=[upload.reference, "discard"])
    assert client.get(move).status_code == 404
    document = reverse("documents:document-download", args=[upload.document_id])
    assert client.get(document).status_code == 404
    upload.refresh_from_db()
    assert upload.status == "checked"


@pytest.mark.parametrize("who", ["agency_finance", "signatory", "traveller"])
def test_colleagues_do_not_read_the_file(agency, coordinator, who, client_of, request):
    upload = checked(coordinator, agency, csv_file([FULL]))
    client = client_of(request.getfixturevalue(who))
    assert client.get(reverse("portal:roster-import-add")).status_code == 403
    for name in FILE_PAGES[:2]:
        assert client.get(reverse(f"portal:{name}", args=[upload.reference])).status_code == 403
    assert client.get(reverse("documents:document-download", args=[upload.document_id])).status_code == 404


def test_an_officer_does_it_for_an_agency(agency, officer, director, auditor, client_of):
    client = client_of(officer)
    assert (
        client.post(reverse("desk:roster-import-add", args=[agency.pk]), {"file": csv_file([FULL])}).status_code == 302
    )
    upload = RosterImport.objects.get()
    check_roster(upload.pk)
    url = reverse("desk:roster-import-detail", args=[upload.reference])
    assert "Take over all 1" in client.get(url).content.decode()
    assert not PersonalDataRead.objects.exists(), "it is the officer's own file"
    assert "Take over all 1" not in client_of(director).get(url).content.decode()
    assert PersonalDataRead.objects.get().subject == f"roster file {upload.reference}"
    assert client_of(auditor).get(url).status_code == 403
    assert (
        client.post(reverse("desk:roster-import-decide", args=[upload.reference]), {"rows": "all"}).status_code == 302
    )
    take_over_roster(upload.pk)
    assert Expert.objects.get().agency == agency


def test_who_sends_nobody_has_no_roster_to_send(agency, officer, client_of):
    Agency.objects.filter(pk=agency.pk).update(kind=AgencyKind.ASSOCIATION)
    page = client_of(officer).get(reverse("desk:roster-import-add", args=[agency.pk]))
    assert page.status_code == 403
    assert "sends nobody" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("who", "door", "cost"), [("coordinator", "portal", 6), ("officer", "desk", 6)])
def test_the_result_costs_the_same_for_any_number_of_rows(agency, rows, who, door, cost, client_of, request):
    actor = request.getfixturevalue(who)
    upload = checked(actor, agency, csv_file([FULL, *(BAD | {"name": f"N{n}"} for n in range(rows))]))
    client = client_of(actor)
    url = reverse(f"{door}:roster-import-detail", args=[upload.reference])
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    assert len(queries) == cost, "\n".join(q["sql"][:160] for q in queries)


def test_rows_are_paged_and_filtered(agency, coordinator, client_of):
    rows = [GOOD | {"name": f"P{n}"} for n in range(60)] + [BAD]
    upload = checked(coordinator, agency, csv_file(rows))
    client = client_of(coordinator)
    url = reverse("portal:roster-import-detail", args=[upload.reference])
    assert len(client.get(url).context["rows"]) == 50
    assert len(client.get(url + "?page=2").context["rows"]) == 11
    assert len(client.get(url + "?outcome=bad").context["rows"]) == 1


# -- commands --------------------------------------------------------------------------------------
@pytest.fixture
def file_of(tmp_path):
    def write(upload: SimpleUploadedFile) -> str:
        path = tmp_path / upload.name
        path.write_bytes(upload.read())
        return str(path)

    return write


def test_the_command_takes_a_file_over(agency, administrator, file_of, capsys):
    call_command("import_experts", file_of(csv_file([FULL])), agency="port lincoln police department")
    said = capsys.readouterr()
    upload = RosterImport.objects.get()
    assert f"Taken over as {upload.reference}." in said.out
    assert "1 of 1 rows" in said.err
    assert timeline(Expert.objects.get())[0].who == "SLP"
    with pytest.raises(CommandError, match=r"by SLP .* nothing would change"):
        call_command("import_experts", file_of(csv_file([FULL])), agency=str(agency.pk))


def test_the_command_stops_at_problems_and_keeps_nothing(agency, administrator, file_of, tmp_path, capsys):
    path, out = file_of(csv_file([FULL, BAD])), tmp_path / "out.csv"
    for more in ({"dry_run": True}, {}):
        with pytest.raises(CommandError, match=r"1 of 2 rows need correction\. Nothing was taken over"):
            call_command("import_experts", path, agency=str(agency.pk), annotated=str(out), json=True, **more)
        report = json.loads(capsys.readouterr().out)
        assert (report["rows"], report["bad"], report["taken_over"], report["reference"]) == (2, 1, False, None)
        assert [row["line"] for row in report["problems"]] == [3]
    assert CORRECTION in out.read_text(encoding="utf-8-sig")
    assert not RosterImport.objects.exists()
    assert not RosterImportRow.objects.exists()
    call_command("import_experts", path, agency=str(agency.pk), only_good=True)
    assert Expert.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"agency": "Port Lincoln Police"}, "There is no agency .* Did you mean: Port Lincoln Police Department, NY"),
        ({"agency": "1", "by": "nobody@x.example"}, "There is no agency|Nobody here has"),
    ],
)
def test_the_command_says_what_it_does_not_find(agency, administrator, file_of, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("import_experts", file_of(csv_file([FULL])), **arguments)


AGENCIES = (
    ["Agency", "Kind", "Level", "State", "City", "Website", "Expertise"],
    ["Mill Town Police Department", "Police", "Municipal", "Ohio", "Mill Town", "mill.example", "POL-01"],
    ["Mill Town Police Dept", "police", "municipal", "OH", "Mill Town", "", ""],
    ["Lake County Sheriff", "sheriff", "county", "ZZ", "", "", "Juggling"],
    ["", "police", "municipal", "OH", "", "", ""],
)


def test_agencies_come_from_a_file(db, community_policing, file_of, capsys):
    path = file_of(table(*AGENCIES))
    with pytest.raises(CommandError, match="3 of 4 rows need correction"):
        call_command("import_agencies", path, json=True)
    found = {row["line"]: row["problems"] for row in json.loads(capsys.readouterr().out)["problems"]}
    assert found[3] == [
        "Name: This looks like: Mill Town Police Department, OH. If it is another agency, write yes in the column "
        "“Another agency”."
    ]
    assert found[4][0].startswith("State: “ZZ” is not known. Write one of: AL, AK")
    assert found[4][1] == "Expertise: we don't know the field “Juggling”."
    assert found[5] == ["Name: is empty. Fill it in."]
    assert not Agency.objects.exists()
    call_command("import_agencies", path, only_good=True)
    made = Agency.objects.get()
    assert (made.name, made.kind, made.us_state, made.status) == (
        "Mill Town Police Department",
        "police",
        "OH",
        "prospect",
    )
    assert [field.code for field in made.expertise.all()] == ["POL-01"]
    assert made.website == "https://mill.example"


def test_agencies_are_only_checked_when_asked(db, file_of):
    call_command("import_agencies", file_of(table(*AGENCIES[:1], AGENCIES[2])), dry_run=True)
    assert not Agency.objects.exists()
