"""The pages of a roster file and the files that they give back; who may."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from partners.models import Agency, AgencyKind, Expert, RosterImport
from partners.services.roster_import.columns import CORRECTION, FIELDS, HEADING
from partners.services.roster_import.imports import check_upload, upload_roster
from partners.tasks import check_roster, take_over_roster
from partners.tests.roster_files import BAD, FULL, GOOD, checked, csv_file, lines, table, taken_over, xlsx_file
from slp.history.models import PersonalDataRead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roster_words")]


# -- the files -------------------------------------------------------------------------------------
def download(client, upload: RosterImport, query: str = "") -> bytes:
    response = client.get(reverse("portal:roster-import-file", args=[upload.reference]) + query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_the_returned_csv_has_the_sent_columns_and_what_to_correct(agency, coordinator, client_of):
    sent = table(
        ["Name", "Shoe size", "Rank", "Phone"], ["Ann", "41", "", "+1 860"], ["Bo", "40", "Chief", '+1|"=calc"'],
        name="Unit 7.csv", encoding="cp1252",
    )  # fmt: skip
    upload = checked(coordinator, agency, sent)
    client = client_of(coordinator)
    rows = list(csv.reader(io.StringIO(download(client, upload).decode("utf-8-sig"))))
    sentence = "Rank or title: is empty. Write how the person is addressed, such as Sergeant."
    assert rows == [
        ["Name", "Shoe size", "Rank", "Phone", CORRECTION],
        ["Ann", "41", "", "'+1 860", sentence],
        ["Bo", "40", "Chief", '\'+1|"=calc"', ""],
    ]
    bad = list(csv.reader(io.StringIO(download(client, upload, "?rows=bad").decode("utf-8-sig"))))
    assert bad == [rows[0], rows[1]]


def test_the_returned_workbook_marks_the_cell(agency, coordinator, client_of):
    upload = checked(coordinator, agency, xlsx_file(lines([FULL, FULL | {"name": "'=1+1", "email": "x", "years": 99}])))
    sheet = load_workbook(io.BytesIO(download(client_of(coordinator), upload))).active
    marked = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "00FFE0B2"}
    assert marked == {"A3", "D3", "E3", "O3"}
    assert sheet["O1"].value == CORRECTION
    assert sheet["O3"].value.startswith("Name: “=1+1” is a formula")
    assert "Years of service: “99” is not" in sheet["O3"].value
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
    assert "Take over all 1" not in client_of(auditor).get(url).content.decode()
    assert (
        client.post(reverse("desk:roster-import-decide", args=[upload.reference]), {"rows": "all"}).status_code == 302
    )
    take_over_roster(upload.pk)
    assert Expert.objects.get().agency == agency


@pytest.mark.parametrize(
    ("who", "reads"),
    [("officer", True), ("director", True), ("auditor", True), ("finance", False), ("administrator", False)],
)
def test_the_desk_leads_to_roster_files_only_who_may_open_them(agency, coordinator, who, reads, client_of, request):
    upload = checked(coordinator, agency, csv_file([FULL]))
    client = client_of(request.getfixturevalue(who))
    url = reverse("desk:roster-import-list")
    assert (f'href="{url}"' in client.get(reverse("desk:expert-list")).content.decode()) is reads
    addresses = [url, *(reverse(f"desk:{name}", args=[upload.reference]) for name in FILE_PAGES[:2])]
    addresses.append(reverse("documents:document-download", args=[upload.document_id]))
    answers = [client.get(address) for address in addresses]
    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == ([200] * 4 if reads else [403] * 3 + [404])


def test_who_sends_nobody_has_no_roster_to_send(agency, officer, client_of):
    Agency.objects.filter(pk=agency.pk).update(kind=AgencyKind.ASSOCIATION)
    page = client_of(officer).get(reverse("desk:roster-import-add", args=[agency.pk]))
    assert page.status_code == 403
    assert "sends nobody" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("who", "door", "cost"), [("coordinator", "portal", 6), ("officer", "desk", 5)])
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
