"""The programme's numbers: computed from rows that can be seen, beside what was published, never mixed."""

from __future__ import annotations

import io
import json
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


def test_every_figure_is_the_sum_of_its_rows(record, client):
    for figure in FactSheet(MAY_2013).figures():
        if figure.rows is None:
            continue
        page = client.get(reverse("public:fact-sheet-rows"), {"measure": figure.measure, "as_of": "2013-05-31"})
        assert page.status_code == 200
        shown = page.context["figure"]
        assert sum(row.count for row in shown.rows) == figure.computed


@pytest.mark.parametrize("text", ["yesterday", "2013-13-01", "31/05/2013"])
def test_a_date_that_is_none_is_said(text, client, record):
    page = client.get(reverse("public:fact-sheet"), {"as_of": text})
    assert page.status_code == 422
    assert "is not a date" in page.content.decode()
    with pytest.raises(CommandError, match="is not a date"):
        call_command("factsheet", "--as-of", text)


def test_the_future_is_not_counted(client, record):
    page = client.get(reverse("public:fact-sheet"), {"as_of": "2999-01-01"})
    assert "still to come" in page.content.decode()


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
