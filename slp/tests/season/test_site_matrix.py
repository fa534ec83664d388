"""Who gets what at the addresses that come with Django and allauth, and what holds for all of them."""

from __future__ import annotations

import os

import pytest

from slp.tests.season import matrix, site_matrix
from slp.tests.season.site_matrix import COLUMNS, TABLE

OUTSIDE = ("coordinator", "traveller", "post")


@pytest.fixture(scope="module")
def answered(season, visited, django_db_blocker):  # what the visits leave, such as readings, has pages too
    with django_db_blocker.unblock():
        return site_matrix.answers(season)


def test_every_route_answers_as_the_table_says(answered):
    if os.environ.get("SLP_RENEW_MATRIX"):
        matrix.write(answered, TABLE, COLUMNS)
    table = matrix.read(TABLE)
    differ = {names: (codes, table.get(names)) for names, codes in answered.items() if table.get(names) != codes}
    assert not differ, "actual and expected differ"
    assert set(table) == set(answered), "the table has a line too many"


def test_nothing_breaks(answered):
    assert not [(names, row) for names, row in answered.items() if "500" in row]


def test_the_admin_is_for_the_staff(answered):
    for (name, how), row in answered.items():
        if name.startswith("admin:") and how != "no row" and name not in ("admin:login", "admin:logout"):
            assert row[0] == "302", name
            assert {row[COLUMNS.index(role)] for role in OUTSIDE} == {"403"}, name


def test_nobody_deletes_a_record_in_the_admin(answered):
    for (name, _), row in answered.items():
        if name.endswith("_delete"):
            assert "200" not in row, name


def test_the_auditor_changes_nothing_in_the_admin(answered):
    for (name, _), row in answered.items():
        if name.endswith("_add"):
            assert row[COLUMNS.index("auditor")] == "403", name
