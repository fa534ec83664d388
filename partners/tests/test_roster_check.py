"""What is found in a roster file: a table of bad rows with the sentence for each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from partners.models import Expertise
from partners.services.roster_import.imports import check_upload, upload_roster
from partners.tests.factories import make_expert
from partners.tests.roster_files import FULL, GOOD, checked, csv_file, problems_of, taken_over
from slp.lib.dates import today
from slp.places.models import Language

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reference(community_policing, creole, haiti, georgia):
    Expertise.objects.create(code="POL-02", name="Patrol operations", sector="POL")
    Expertise.objects.create(code="COR-06", name="Probation, parole and community supervision", sector="COR")
    Language.objects.create(code="fr", name="French")


YEAR = today().year
BAD = [
    ({"name": ""}, "Name: is empty. Write the first and the last name."),
    ({"name": "x" * 121}, "Name: is longer than 120 characters. Shorten it."),
    ({"rank": ""}, "Rank or title: is empty. Write how the person is addressed, such as Sergeant."),
    ({"rank": "x" * 81}, "Rank or title: is longer than 80 characters. Shorten it."),
    ({"service": "on leave"}, "Serving or retired: “on leave” is neither. Write serving or retired."),
    ({"years": "many"}, "Years of service: “many” is not a whole number from 0 to 60. Write it like 14."),
    ({"years": "61"}, "Years of service: “61” is not a whole number from 0 to 60. Write it like 14."),
    ({"years": "-3"}, "Years of service: “-3” is not a whole number from 0 to 60. Write it like 14."),
    ({"email": "maria(at)x.org"},
     "E-mail: “maria(at)x.org” is not an e-mail address. Write it like name@agency.example."),
    ({"email": "maria@localhost"},
     "E-mail: “maria@localhost” is not an e-mail address. Write it like name@agency.example."),
    ({"phone": "5" * 41}, "Phone: is longer than 40 characters. Write one number."),
    ({"expertise": "Comunity policing"},
     "Expertise: we don't know the field “Comunity policing”. "
     "Did you mean Community policing (POL-01)?"),
    ({"expertise": "Basket weaving"},
     "Expertise: we don't know the field “Basket weaving”. "
     "The second sheet of the template lists them all."),
    ({"expertise": "POL-01 masters"},
     "Expertise: “POL-01 masters” needs another word for how deep it goes: practises, teaches or certified."),
    ({"expertise": "POL-01; pol-01 teaches"}, "Expertise: “pol-01 teaches” is listed twice. Keep one."),
    ({"expertise": "POL-01;" * 150}, "Expertise: is longer than 1000 characters. List what matters most."),
    ({"languages": "Hatian Creole 4"},
     "Languages: we don't know the language “Hatian Creole”. Did you mean Haitian Creole (ht)?"),
    ({"languages": "ht"},
     "Languages: “ht” has no level. Add how well it is spoken, from 0 to 5, such as ht 3."),
    ({"languages": "ht 7"}, "Languages: “ht 7”: the level goes from 0 to 5."),
    ({"languages": "ht -1"}, "Languages: “ht -1”: the level goes from 0 to 5."),
    ({"languages": "ht 2+"}, "Languages: “ht 2+”: the level is a whole number from 0 to 5. For 2+ write 2."),
    ({"languages": "ht 4; Haitian Creole 5 tested"},
     "Languages: “Haitian Creole 5 tested” is listed twice. Keep one."),
    ({"certificates": "Field training"},
     "Certificates: “Field training” needs upright bars: programme | number | date of issue | last day it is valid."),
    ({"certificates": " | 12 | 2024-01-01"},
     "Certificates: “| 12 | 2024-01-01” does not say which programme it is of."),
    ({"certificates": "FTO | 12 | "},
     "Certificates: “FTO | 12 |” has no date of issue. Write it after the second bar."),
    ({"certificates": "FTO | 12 | soon"},
     "Certificates: “soon” is not a date. Write it like 2027-01-31."),
    ({"certificates": "FTO | 12 | 2024-02-30"},
     "Certificates: “2024-02-30” is not a date. Write it like 2027-01-31."),
    ({"certificates": f"FTO | 12 | {YEAR + 2}-01-01"},
     f"Certificates: “FTO | 12 | {YEAR + 2}-01-01” was issued on a day that is still to come."),
    ({"certificates": "FTO | 12 | 2024-01-01 | never"},
     "Certificates: “never” is not a date. Write it like 2027-01-31."),
    ({"certificates": "FTO | 12 | 2024-01-01 | 2023-01-01"},
     "Certificates: “FTO | 12 | 2024-01-01 | 2023-01-01” expires before it was issued. Exchange the two days."),
    ({"worked_in": "Hayti"},
     "Countries worked in: we don't know the country “Hayti”. Did you mean Haiti (HT)?"),
    ({"worked_in": "HT; Haiti"}, "Countries worked in: “Haiti” is listed twice. Keep one."),
    ({"ties": "Georgie"},
     "Family or community ties: we don't know the country “Georgie”. Did you mean Georgia (GE)?"),
    ({"available": "spring"},
     "Available: “spring” is not a period. Write the first and the last day, such as 2027-01-01 to 2027-06-30."),
    ({"available": "2036-01-01 to June"},
     "Available: “June” is not a date. Write it like 2027-01-31."),
    ({"available": "today to 2036-01-01"},
     "Available: “today” is not a date. Write it like 2027-01-31."),
    ({"available": "2036-06-30 to 2036-01-01"},
     "Available: “2036-06-30 to 2036-01-01” ends before it begins. Exchange the two days."),
    ({"available": "2036-01-01 to 2207-06-30"},
     "Available: “2036-01-01 to 2207-06-30” can't be right. Look at the years."),
    ({"available": "2036-01-01 to 2036-06-30; 2036-06-30 to 2036-07-15"},
     "Available: “2036-06-30 to 2036-07-15” overlaps another period in this cell. Join them, or correct a day."),
    ({"unavailable": "2036-03-20 to 2036-03-01"},
     "Not available: “2036-03-20 to 2036-03-01” ends before it begins. Exchange the two days."),
    ({"passport_expires_on": "in 5 years"},
     "Official passport valid until: “in 5 years” is not a date. Write it like 2027-01-31."),
    ({"passport_expires_on": "2099-01-01"},
     "Official passport valid until: “2099-01-01” can't be right: a passport is valid for ten years at most."),
]  # fmt: skip


def test_every_bad_row_says_what_would_be_right(agency, coordinator):
    rows = [{"name": f"Person {n}", "rank": "Officer"} | bad for n, (bad, _) in enumerate(BAD)]
    upload = checked(coordinator, agency, csv_file(rows))
    assert problems_of(upload) == {line: [sentence] for line, (_, sentence) in enumerate(BAD, start=2)}
    assert (upload.rows_total, upload.rows_bad) == (len(BAD), len(BAD))


GOOD_WAYS = [
    {"service": "Retired"}, {"service": "ACTIVE DUTY"}, {"years": "12 years"}, {"years": "0"},
    {"expertise": "POL-01"}, {"expertise": "pol-01 Teaches; Patrol operations (certified)"},
    {"expertise": "POL-01, POL-02"}, {"expertise": "Probation, parole and community supervision: practices"},
    {"languages": "Haitian Creole 4 tested, fr 2"}, {"languages": "French: 3 (not tested)"}, {"languages": "FR - 5"},
    {"worked_in": "ht, Georgia"}, {"ties": "HTI"},
    {"available": "1/1/2036 to 6/30/2036; 2036-09-01 until 2036-12-31"},
    {"available": "1 Jan 2036 - 30 Jun 2036"}, {"unavailable": "January 5, 2036 through Jan 9, 2036"},
    {"certificates": "FTO | | 5/2/2024; Instructor | A-1 | 2024-05-02 | 2044-05-01"},
    {"passport_expires_on": "4/30/2036"},
]  # fmt: skip


def test_people_write_the_same_thing_in_many_ways(agency, coordinator):
    rows = [{"name": f"Person {n}", "rank": "Officer"} | good for n, good in enumerate(GOOD_WAYS)]
    upload = checked(coordinator, agency, csv_file(rows))
    assert problems_of(upload) == {}
    assert upload.rows_new == len(GOOD_WAYS)


def test_what_has_passed_is_noted_and_stops_nobody(agency, coordinator):
    day = today() - timedelta(days=40)
    row = GOOD | {
        "certificates": f"FTO | 7 | 2020-01-01 | {day}",
        "available": f"{day - timedelta(days=9)} to {day}",
        "passport_expires_on": f"{day}",
    }
    upload = checked(coordinator, agency, csv_file([row]))
    assert problems_of(upload)[2] == [
        f"Note: Certificates: “FTO | 7 | 2020-01-01 | {day}” has expired.",
        f"Note: Available: “{day - timedelta(days=9)} to {day}” has passed.",
        f"Note: Official passport valid until: “{day}” has passed. The person needs a new passport to travel.",
    ]
    assert (upload.rows_bad, upload.rows_new) == (0, 1)


def test_twins_name_each_others_line(agency, coordinator):
    rows = [
        {"name": "Ann Lee", "rank": "Officer", "email": "lee@x.example"},
        {"name": "Bo Lee", "rank": "Officer", "email": "LEE@x.example"},
        {"name": "Cy Day", "rank": "Chief"},
        {"name": "CY  DAY", "rank": "chief", "email": "day@x.example"},
        {"name": "Di Fox", "rank": "Officer", "email": "di1@x.example"},
        {"name": "Di Fox", "rank": "Officer", "email": "di2@x.example"},
    ]
    found = problems_of(checked(coordinator, agency, csv_file(rows)))
    assert found == {
        2: ["E-mail: “lee@x.example” stands in line 3 as well. Each person needs an address of their own."],
        3: ["E-mail: “LEE@x.example” stands in line 2 as well. Each person needs an address of their own."],
        4: ["Name: “Cy Day” with this rank stands in line 5 as well. Remove one, or give each their own e-mail."],
        5: ["Name: “CY DAY” with this rank stands in line 4 as well. Remove one, or give each their own e-mail."],
    }


def test_who_is_on_the_roster_already_is_recognized(agency, other_agency, coordinator):
    by_email = make_expert(agency, "Ann Lee", email="ann@x.example", rank="Officer", years=3)
    by_name = make_expert(agency, "Bo  Cole", rank="Chief", years=20)
    make_expert(agency, "Cy Day")
    make_expert(agency, "Cy Day", rank="Chief")
    away = make_expert(agency, "Di Fox", rank="Officer", is_active=False)
    make_expert(other_agency, "Ed Gray", email="ed@y.example")
    moved = make_expert(agency, "Flo Hart", email="old@x.example", rank="Officer")
    rows = [
        {"name": "Ann Lee-Moore", "rank": "Officer", "email": "ANN@x.example"},
        {"name": "bo cole", "rank": "Chief", "years": "20"},
        {"name": "Cy Day", "rank": "Sergeant"},
        {"name": "Di Fox", "rank": "Officer"},
        {"name": "Ed Gray", "rank": "Officer", "email": "ed@y.example"},
        {"name": "Flo Hart", "rank": "Officer", "email": "new@x.example"},
        {"name": "Ann Lee", "rank": "Recruit"},
    ]
    upload = checked(coordinator, agency, csv_file(rows))
    assert [(row.outcome, row.expert_id) for row in upload.rows.all()] == [
        ("changed", by_email.pk), ("changed", by_name.pk), ("bad", None), ("changed", away.pk), ("bad", None),
        ("changed", moved.pk), ("new", None),
    ]  # fmt: skip
    assert problems_of(upload) == {
        4: ["Name: 2 people on your roster fit “Cy Day”. Add the e-mail address that only this person has."],
        5: ["Note: Name: “Di Fox” was taken off the roster. Taking over the file puts the person back on it."],
        6: ["E-mail: “ed@y.example” belongs to somebody on the roster of another agency. Use the person's own address, "
            "or ask INL to move them."],
        7: ["Note: E-mail: “new@x.example” takes the place of “old@x.example”. If this is somebody else with the same "
            "name, enter them by hand."],
    }  # fmt: skip


def test_the_address_of_ones_own_person_is_theirs_whoever_else_has_it(agency, other_agency, coordinator):
    make_expert(agency, "Ann Lee", email="ann@x.example", rank="Officer")
    make_expert(other_agency, "Somebody", email="ann@x.example")
    rows = [{"name": "Ann Lee", "rank": "Chief", "email": "ann@x.example"}]
    assert problems_of(checked(coordinator, agency, csv_file(rows))) == {}


def test_two_lines_for_one_person_on_the_roster(agency, coordinator):
    make_expert(agency, "Ann Lee", rank="Officer")
    rows = [{"name": "Ann Lee", "rank": "Officer"}, {"name": "Ann Lee", "rank": "Chief"}]
    found = problems_of(checked(coordinator, agency, csv_file(rows)))
    assert found == {
        2: ["Name: “Ann Lee” is the same person on your roster as line 3. Keep one line."],
        3: ["Name: “Ann Lee” is the same person on your roster as line 2. Keep one line."],
    }


def test_ten_thousand_rows_of_which_37_are_wrong(agency, coordinator):
    wrong = {n * 270 + 11: BAD[n] for n in range(37)}
    rows = (
        {"name": f"Person {n}", "rank": "Officer", "email": f"p{n}@x.example", "languages": "ht 3; fr 2"}
        | (wrong[n][0] if n in wrong else {})
        for n in range(10_000)
    )
    upload = checked(coordinator, agency, csv_file(rows))
    assert problems_of(upload) == {n + 2: [sentence] for n, (_, sentence) in wrong.items()}
    assert (upload.rows_total, upload.rows_bad, upload.rows_new) == (10_000, 37, 9_963)
    assert upload.rows_done == 10_000


def test_a_check_that_was_interrupted_begins_again(agency, coordinator):
    upload = upload_roster(actor=coordinator, agency=agency, upload=csv_file([GOOD, {"name": "B", "rank": ""}]))
    upload.rows.create(line=2, name="left behind by a worker that died")
    type(upload).objects.filter(pk=upload.pk).update(rows_done=1)
    done = check_upload(roster_import_id=upload.pk)
    assert [row.name for row in done.rows.all()] == ["Maria Gonzalez", "B"]
    assert check_upload(roster_import_id=upload.pk) is None, "a task that is delivered twice does nothing"


def test_what_a_row_would_change_is_said(agency, coordinator, roster_words, client_of):
    taken_over(coordinator, checked(coordinator, agency, csv_file([FULL])))
    nothing = checked(coordinator, agency, csv_file([FULL | {"rank": "lieutenant"}]))
    assert [row.changes for row in nothing.rows.all()] == [["Rank or title: Lieutenant → lieutenant"]]
    other = FULL | {
        "rank": "Captain", "service": "serving", "years": "22", "phone": "555-0199", "expertise": "POL-01 certified",
        "languages": "ht 5", "worked_in": "Haiti; Georgia", "available": "2036-06-01 to 2037-02-01",
        "certificates": "FTO | A-1 | 2024-05-02 | 2046-05-01", "passport_expires_on": "",
    }  # fmt: skip
    upload = checked(coordinator, agency, csv_file([other, GOOD | {"name": "Bo New"}, {"name": "Nobody"}]))
    said = {row.name: row.changes for row in upload.rows.all()}
    assert said == {
        "Maria Gonzalez": [
            "Rank or title: Lieutenant → Captain",
            "Service: retired → serving",
            "Years of service: 21 → 22",
            "Phone: 555-0100 → 555-0199",
            "Community policing: teaches it → certified instructor in it",
            "Haitian Creole: level 4, tested → level 5",
            "Georgia: has worked there",
            "Available: 1 Jan 2036 to 30 Jun 2036 → 1 Jun 2036 to 1 Feb 2037",
            "Certificate FTO: valid until 1 May 2044 → valid until 1 May 2046",
        ],
        "Bo New": [],
        "Nobody": [],
    }
    page = client_of(coordinator).get(reverse("portal:roster-import-detail", args=[upload.reference])).content.decode()
    assert "<li>Years of service: 21 → 22</li>" in page
