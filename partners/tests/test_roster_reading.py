"""A roster file is read: as spreadsheets save it, or with a sentence that says why not."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from partners.models import RosterImport
from partners.tests.roster_files import GOOD, checked, csv_file, lines, table, xlsx_file
from slp.documents.tables import MAX_UNPACKED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roster_words")]


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


def problems(upload) -> dict[int, str]:
    return {row.line: " ".join(row.problems) for row in upload.rows.exclude(problems=[]).order_by("line")}


def test_a_formula_whose_result_is_not_in_the_file_is_no_empty_cell(agency, coordinator):
    """Programs other than spreadsheets write such files."""
    cells = lines([GOOD, GOOD | {"name": "Ann Lee", "email": "a@pd.example"}, GOOD | {"name": "Bo"}],
                  ("name", "rank", "email"))  # fmt: skip
    cells[2][2] = '=CONCATENATE("ann", "@pd.example")'
    cells[3][1] = "=B2"
    cells[0].append("Our notes")
    cells[1].append("=A2")  # a column that is left out
    found = problems(checked(coordinator, agency, xlsx_file(cells)))
    assert list(found) == [3, 4]
    assert "is not an e-mail address" in found[3]
    assert "Rank or title: “=B2” is a formula or an error of the spreadsheet. Write the text itself." in found[4]


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(agency, coordinator):
    cells = lines([GOOD | {"email": "="}], ("name", "rank", "email"))
    file = xlsx_file(cells)
    written = io.BytesIO()
    with zipfile.ZipFile(file) as book, zipfile.ZipFile(written, "w") as as_saved:
        for name in book.namelist():
            content = book.read(name)
            if name.startswith("xl/worksheets/"):
                as_a_spreadsheet_does = b'<c r="C2" t="str"><f>IF(A2="","",A9)</f><v></v></c>'
                content, count = re.subn(rb'<c r="C2".*?</c>', as_a_spreadsheet_does, content)
                assert count == 1
            as_saved.writestr(name, content)
    upload = checked(coordinator, agency, SimpleUploadedFile("r.xlsx", written.getvalue()))
    assert problems(upload) == {}
    assert upload.rows.get().email == ""


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#NAME?", "=HYPERLINK(A1)"])
def test_what_a_spreadsheet_writes_when_a_formula_fails_is_nobodys_name(agency, coordinator, error):
    found = problems(checked(coordinator, agency, csv_file([GOOD, GOOD | {"name": error}])))
    assert list(found) == [3]
    assert f"Name: “{error}” is a formula or an error of the spreadsheet." in found[3]


def test_a_name_that_nobody_can_see_is_empty(agency, coordinator):
    found = problems(checked(coordinator, agency, csv_file([GOOD | {"name": "\u200b\ufeff"}])))
    assert "Name: is empty." in found[2]


def test_a_damaged_workbook_says_so(agency, coordinator):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    upload = checked(coordinator, agency, SimpleUploadedFile("r.xlsx", out.getvalue()))
    assert upload.status == "failed"
    assert "damaged or protected" in upload.message
