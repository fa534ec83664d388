"""Who gets what at every address, and what holds for every address whatever the table says."""

from __future__ import annotations

import os

import pytest
from django.urls import reverse

from slp.public.context import NAV, TRAVELLER_NAV
from slp.tests.season import matrix

AGENCY = ("coordinator", "agency-finance", "signatory", "traveller")
OTHER_AGENCY = ("coordinator2",)
HAITI = ("post", "rso")
STAFF = ("officer", "finance", "finance2", "director", "administrator", "auditor")


@pytest.fixture
def answered(visited):
    return visited.codes


def test_every_route_answers_as_the_table_says(answered):
    if os.environ.get("SLP_RENEW_MATRIX"):
        matrix.write(answered)
    table = matrix.read()
    differ = {
        " ".join(names): {
            role: (codes[i], table.get(names, ["missing"] * len(codes))[i])
            for i, role in enumerate(matrix.COLUMNS)
            if names not in table or codes[i] != table[names][i]
        }
        for names, codes in answered.items()
        if table.get(names) != codes
    }
    assert not differ, "actual and expected differ"


def test_no_route_is_missing_from_the_table(answered):
    listed = {name for name, _ in matrix.read()}
    assert {route.name for route in matrix.routes()} == listed


def codes(answered, *, roles, whose, doors):
    for (name, owner), row in answered.items():
        if owner == whose and name.split(":")[0] in doors:
            for role in roles:
                yield name, role, row[matrix.COLUMNS.index(role)]


def test_nobody_posts_what_is_somebody_elses(answered):
    """Nor does anybody whose door it isn't."""
    posted = {names: row for names, row in answered.items() if names[1].endswith(" posted")}
    assert posted
    for (name, whose), row in posted.items():
        outside = {"desk": (*AGENCY, *OTHER_AGENCY, *HAITI), "portal": (*STAFF, *HAITI)}[name.split(":")[0]]
        if whose.startswith("other") and name.startswith("portal:"):
            outside = (*outside, *AGENCY)
        for role in outside:
            assert row[matrix.COLUMNS.index(role)] in ("403", "404"), (name, whose, role)


def test_nothing_breaks(answered):
    assert not [(names, row) for names, row in answered.items() if "500" in row]


def test_without_a_session_only_the_public_pages_open(answered):
    for (name, _), row in answered.items():
        if not name.startswith("public:"):
            assert row[0] == "302", name


def test_somebody_elses_record_does_not_exist(answered):
    """An agency and a post get 404 for what is not theirs, never 200 and never a 403 that would confirm it."""
    wrong = [
        row
        for row in codes(answered, roles=(*AGENCY, *HAITI), whose="other", doors=("portal", "post", "documents"))
        if row[2] == "200"
    ]
    assert not wrong


def test_each_door_is_for_its_own_people(answered):
    doors = {"portal": (*STAFF, "post", "rso", "post2"), "post": (*STAFF, *AGENCY, *OTHER_AGENCY)}
    doors["desk"] = (*AGENCY, *OTHER_AGENCY, "post", "rso", "post2")
    for (name, _), row in answered.items():
        for role in doors.get(name.split(":")[0], ()):
            assert row[matrix.COLUMNS.index(role)] == "403", (name, role)


def test_navigation_leads_somewhere(season):
    for name in [name for items in (*NAV.values(), TRAVELLER_NAV) for _, name in items]:
        assert reverse(name)


@pytest.mark.parametrize(("door", "role"), [("desk", "officer"), ("portal", "coordinator"), ("post", "post")])
def test_every_list_is_reached_from_another_page_of_its_door(season, door, role):
    """A page that nothing links to is not there."""
    lists = {r.name: reverse(r.name) for r in matrix.routes() if r.name.startswith(f"{door}:") and not r.params}
    lists = {name: url for name, url in lists.items() if name.endswith(("-list", "-all"))}
    client = season.client(role)
    start = {"desk": "/admin/"}.get(door, f"/{door}/")
    linked = {}
    for page in [start, *lists.values()]:
        main = client.get(page).content.decode()
        linked[page] = {url for url in lists.values() if url != page and f'href="{url}"' in main}
    reached = set().union(*linked.values())
    assert {name for name, url in lists.items() if url not in reached} == set()
