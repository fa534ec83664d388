"""`import_experts` and `import_agencies`: a file from the command line."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from partners.models import Agency, Expert, RosterImport, RosterImportRow
from partners.services.roster_import.columns import CORRECTION
from partners.tests.roster_files import BAD, FULL, csv_file, table
from slp.history.services import timeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roster_words")]


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
