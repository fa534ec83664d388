"""The programme's numbers: computed from rows that can be seen, beside what was published, never mixed."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from engagements.models import Engagement, Participation, Result
from slp.places.models import Country
from slp.public.factsheet import MEASURES, FactSheet

pytestmark = pytest.mark.django_db
MAY_2013 = date(2013, 5, 31)


def figures(as_of=None) -> dict:
    return {f.measure: f for f in FactSheet(as_of).figures()}


def as_json(*args) -> dict:
    out = io.StringIO()
    call_command("factsheet", "--json", *args, stdout=out)
    return json.loads(out.getvalue())


def spreadsheet(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_as_of_the_end_of_may_2013(record):
    sheet = {f["measure"]: f for f in as_json("--as-of", "2013-05-31")["figures"]}
    computed = {measure: f["computed"] for measure, f in sheet.items()}
    assert computed == {
        "agencies": 9, "states": 6, "agreements": 3, "countries": 11, "engagements": 14, "deployments": 12,
        "people_deployed": 69, "people_trained": 0, "guests_hosted": 0, "instructors_certified": 0,
        "police_units": 6, "ileas": 5, "capacity": None, "parts": None, "context": None,
    }  # fmt: skip
    assert sheet["people_trained"]["undated_not_counted"] == 22
    published = {p["code"]: p for p in sheet["agencies"]["published"]}
    first = published["SF03-AGENCIES"]
    assert (first["value"], first["certainty"], first["as_of"]) == (50, "at least", "2013-05-09")
    assert first["source"]["identifier"] == "PRN 2013/542"
    assert first["published_later"] is False
    assert published["PF07"]["published_later"] is True


def test_twelve_and_sixty_eight_are_both_as_published(record):
    """12 deployments of six would be 72: neither number may follow from the other."""
    haiti = Engagement.objects.get(fact_ids="SF01,SF02,SF24")
    assert {r.measure: r.value for r in haiti.results.all()} == {"deployments": 12, "officers_deployed": 68}
    assert haiti.participations.get().people_as_published == 68
    Result.objects.filter(engagement=haiti, measure="deployments").update(value=13)
    found = figures(MAY_2013)
    assert found["deployments"].computed == 13
    assert found["people_deployed"].computed == 69, "people do not follow from deployments"
    Participation.objects.filter(engagement=haiti).update(people_as_published=70)
    found = figures(MAY_2013)
    assert found["people_deployed"].computed == 71
    assert found["deployments"].computed == 13, "deployments do not follow from people"


def test_nothing_published_is_counted(record):
    """The published 50 agencies, 70 agreements and 2,800 peacekeepers stay beside the computed figures."""
    found = figures()
    assert found["agencies"].computed == 19
    assert found["agreements"].computed == 4
    assert found["people_trained"].computed == 591
    assert found["people_trained"].parts == {"men": 434, "women": 135, "sex not recorded": 22}


def test_conflicting_figures_stand_side_by_side(record):
    published = figures()["states"].published
    assert [(p.value, p.source_id) for p in published] == [
        (25, "inl-fact-sheet-2013"), (17, "slp-brochure"),
    ]  # fmt: skip
    countries = {p.code: p.value for p in figures()["countries"].published}
    assert {"SF21": 60, "SF21-LISTED": 63, "SF46": 90, "SF46-LISTED": 93}.items() <= countries.items()


def test_the_lists_hold_as_many_countries_as_published(record):
    assert Country.objects.filter(sources__contains=["slp-brochure"]).count() == 63
    assert Country.objects.filter(sources__contains=["inl-police-partnerships"]).count() == 93


@pytest.mark.parametrize("as_of", ["2013-05-31", "2014-12-31", ""])
def test_every_figure_is_the_sum_of_its_lines(as_of, record, client):
    counted = {f["measure"]: f for f in as_json(*(["--as-of", as_of] if as_of else []))["figures"]}
    for measure, figure in counted.items():
        if figure["computed"] is None:
            continue
        address = {"measure": measure, "as_of": as_of}
        page = client.get(reverse("public:fact-sheet-rows"), address)
        lines = page.context["lines"]
        assert sum(line.count for line in lines) == figure["computed"], measure
        assert Counter(p for line in lines for p in [line.part] * line.count if p) == figure["parts"]
        assert sum(line.count for line in page.context["undated"]) == figure["undated_not_counted"], measure
        sheet = spreadsheet(client.get(reverse("public:fact-sheet-rows"), address | {"export": "csv"}))
        assert sum(int(row["Counts"]) for row in sheet if row["Counted"] == "Yes") == figure["computed"]
        uncounted = sum(int(row["Counts"]) for row in sheet if row["Counted"] != "Yes")
        assert uncounted == figure["undated_not_counted"], measure
        assert all(row["Record"] and row["Source"] for row in sheet)


def test_what_has_no_date_is_named_and_not_counted(record, client):
    page = client.get(reverse("public:fact-sheet-rows"), {"measure": "engagements", "as_of": "2013-05-31"})
    titles = {line.text.what for line in page.context["undated"]}
    assert "Prosecuting gender-based violence, sexual assault and child abuse" in titles
    assert not titles & {line.text.what for line in page.context["lines"]}
    # Haiti and Georgia have an engagement with a date, so they are no undated countries; Colombia has none.
    page = client.get(reverse("public:fact-sheet-rows"), {"measure": "countries", "as_of": "2013-05-31"})
    assert {line.text.what for line in page.context["undated"]} & {"Haiti", "Colombia"} == {"Colombia"}


BAD_DATES = [
    ("yesterday", "“yesterday” is not a date: write it as 2013-05-31."),
    ("2013-13-01", "“2013-13-01” is not a date: write it as 2013-05-31."),
    ("31/05/2013", "“31/05/2013” is not a date: write it as 2013-05-31."),
    ("2999-01-01", "1 Jan 2999 is still to come: ask for today or an earlier date."),
    ("0001-01-01", "The year 1 is before any record: ask for a later date."),
]


@pytest.mark.parametrize(("text", "words"), BAD_DATES)
def test_a_date_that_will_not_do_is_said_on_the_page(text, words, client, record):
    for name, address in (("fact-sheet", {}), ("fact-sheet-rows", {"measure": "ileas"})):
        page = client.get(reverse(f"public:{name}"), {"as_of": text, **address})
        assert page.status_code == 422
        assert f"{words} The numbers below are of today." in page.content.decode()


@pytest.mark.parametrize(("text", "words"), [*BAD_DATES, ("", "“” is not a date: write it as 2013-05-31.")])
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_the_command_says_one_sentence_and_fails(text, words, more):
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("factsheet", "--as-of", text, *more, stdout=out)
    assert str(refused.value) == words
    assert refused.value.returncode == 1
    assert out.getvalue() == ""


def test_unknown_measures_do_not_exist(client):
    assert client.get(reverse("public:fact-sheet-rows"), {"measure": "nonsense"}).status_code == 404
    assert client.get(reverse("public:fact-sheet-rows"), {"measure": "context"}).status_code == 404
    assert client.get(reverse("public:fact-sheet-rows")).url == reverse("public:fact-sheet")


def test_words_for_people(record):
    out = io.StringIO()
    call_command("factsheet", "--as-of", "2013-05-31", stdout=out)
    text = out.getvalue()
    assert "Deployments: 12" in text
    assert "exactly 68 - “Sixty-eight Creole-speaking NYPD officers" in text
    assert all(label in text for label, _, _ in MEASURES.values())
