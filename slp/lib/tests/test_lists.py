"""Lists: whatever stands in the address, a page comes back; exports can't carry formulas."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from partners.models import Agency
from slp.lib import lists
from slp.lib.lists import Column, Empty, ListPage, capped_counts, capped_label, list_view, safe_for_spreadsheet

PAGE = ListPage(
    title="Agencies",
    rows=lambda user: Agency.objects.all(),
    columns=(Column("name", "Name"), Column("sworn_count", "Sworn", kind="number")),
    order="name",
    empty=Empty("None", "None yet."),
    search="search_text",
)


@pytest.fixture
def page(rf, officer):
    def get(query: str):
        request = rf.get(f"/{query}")
        request.user = officer
        request.resolver_match = None
        return list_view(request, PAGE, "ui/list.html")

    return get


@pytest.fixture
def agencies(agency, other_agency):
    Agency.objects.filter(pk=agency.pk).update(sworn_count=5)
    return agency, other_agency


@pytest.mark.parametrize(
    "query",
    ["", "?page=0", "?page=-3", "?page=x", "?page=99999999", "?sort=password", "?sort=--name", "?q=%00", "?q='"],
)
def test_any_address_gives_a_page(page, agencies, query):
    assert page(query).status_code == 200


def test_a_page_beyond_the_last_says_so_and_leads_back(page, agencies):
    shown = page("?page=3&sort=name").content.decode()
    assert "This page is empty" in shown
    assert 'href="?sort=name"' in shown
    assert "None yet." not in shown


def test_an_export_tells_moments_in_the_readers_zone(rf, officer, agencies):
    Agency.objects.filter(pk=agencies[0].pk).update(status_since=datetime(2026, 11, 28, 3, 0, tzinfo=UTC))
    columns = (Column("name", "Name"), Column("status_since", "Since"))
    request = rf.get("/?export=csv&sort=-name")
    request.user = officer
    with timezone.override("America/New_York"):
        response = list_view(request, replace(PAGE, columns=columns), "ui/list.html")
    with timezone.override("UTC"):  # it is sent when the request is over
        sent = b"".join(response.streaming_content).decode()
    assert "27 Nov 2026, 22:00 EST" in sent


def test_search_needs_every_word(page, agencies):
    assert b"Port Lincoln" in page("?q=lincoln+police").content
    assert b"Port Lincoln" not in page("?q=lincoln+sheriff").content


def test_sort_both_ways(page, agencies):
    up, down = page("?sort=name").content, page("?sort=-name").content
    assert up.index(b"Cedar Falls") < up.index(b"Port Lincoln")
    assert down.index(b"Port Lincoln") < down.index(b"Cedar Falls")


def test_export_follows_filters_and_defuses_formulas(page, agencies):
    Agency.objects.filter(pk=agencies[0].pk).update(name="=HYPERLINK(1) police")
    response = page("?export=csv&q=police")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert rows == [["Name", "Sworn"], ["'=HYPERLINK(1) police", "5"]]


@pytest.mark.parametrize(("text", "kept"), [("-5.20", "-5.20"), ("+1 202", "'+1 202"), ("@x", "'@x"), ("x", "x")])
def test_safe_for_spreadsheet(text, kept):
    assert safe_for_spreadsheet(text) == kept


def test_counts_stop_beyond_the_limit(agencies, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("slp.lib.lists.COUNT_LIMIT", 1)
    rows = Agency.objects.all()
    with django_assert_num_queries(1):
        counts = capped_counts(rows, rows.filter(sworn_count=5), rows.none(), rows.order_by("name"))
    assert counts == [2, 1, 0, 2]
    assert [capped_label(count) for count in counts] == ["1+", "1", "0", "1+"]


@pytest.mark.parametrize("few", [0, 3000])
@pytest.mark.parametrize("sort", ["name", "-name", "sworn_count", "-sworn_count"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_few_rows_and_many_come_in_the_same_order(page, monkeypatch, few, sort, number):
    """Some have no figure: both ways put them at the same end."""
    states = ["CA", "IL", "NY", "TX"]
    Agency.objects.bulk_create(
        Agency(name=f"Police {n:03}", us_state=states[n % 4], search_text=f"police {n}", sworn_count=n % 7 or None)
        for n in range(120)
    )
    monkeypatch.setattr(lists, "FEW", few)
    shown = page(f"?q=police&sort={sort}&page={number}").content.decode()
    by = F("sworn_count").desc() if sort == "-sworn_count" else sort
    rows = Agency.objects.filter(search_text__contains="police").order_by(by, "-pk" if sort[0] == "-" else "pk")
    names = list(rows.values_list("name", flat=True)[50 * (number - 1) : 50 * number])
    assert re.findall(r">(Police \d+)<", shown) == names
    assert names


def test_a_filter_is_drawn_with_what_was_asked_for_and_empty_again(client_of, officer):
    client, url = client_of(officer), reverse("desk:agency-list")
    for status in ("", "partner", "", "former", "nonsense", ""):
        shown = client.get(f"{url}?status={status}").content.decode()
        chosen = re.search(r'name="status"[^>]*>(.*?)</select>', shown).group(1)
        assert re.findall(r'value="(\w+)" selected', chosen) == ([status] if status in ("partner", "former") else [])
        assert ("usa-error-message" in shown) == (status == "nonsense")
