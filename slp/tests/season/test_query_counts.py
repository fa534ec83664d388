"""What every page asks of the database: a literal number, the same with many times the rows.

The numbers stand in `query_counts.csv`, a line per address and role. After a reviewed change:
`SLP_RENEW_COUNTS=1 script/test slp/tests/season/test_query_counts.py`, then read the difference. Each object's own
rows (lines of a claim, people of a journey) are pinned at one and three beside the app that owns the page.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from django.db import connection, transaction

from slp.tests.bench.data import grow
from slp.tests.season import matrix

TABLE = Path(__file__).with_name("query_counts.csv")
# The most that a page may ask; session and user are two of them.
OVERVIEW, LIST, OTHER = 14, 8, 12
LISTS = ("-list", "-all")
OVERVIEWS = (":home", ":board", "post:deployment-list")  # who is here, who comes, who left: three lists
GROWING = (*LISTS, *OVERVIEWS, "-detail", "-match")


def read() -> dict[tuple[str, str], tuple[int, int]]:
    with TABLE.open(newline="") as file:
        return {(row["route"], row["role"]): (int(row["few"]), int(row["many"])) for row in csv.DictReader(file)}


def write(counts: dict[tuple[str, str], tuple[int, int]]) -> None:
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["route", "role", "few", "many"])
        writer.writerows([*names, *numbers] for names, numbers in sorted(counts.items()))


@pytest.fixture(scope="module")
def counts(season, visited, django_db_blocker):
    """(route, role) -> statements with the demonstration's rows, and with several times as many."""
    growing = {name for name, _ in visited.queries if name.endswith(GROWING)}
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        grow(1000)  # a tenth of them is open: more than a page holds
        many = matrix.count_queries(season, growing)
        transaction.set_rollback(True)
    return {names: (few, many.get(names, few)) for names, few in visited.queries.items()}


def test_every_page_asks_as_often_as_the_table_says(counts):
    if os.environ.get("SLP_RENEW_COUNTS"):
        write(counts)
    table = read()
    differ = {
        " ".join(names): (counts.get(names), table.get(names))
        for names in counts.keys() | table.keys()
        if counts.get(names) != table.get(names)
    }
    assert not differ, "actual and expected differ"


def test_no_page_asks_more_often_with_more_rows(counts):
    """But for one: a list that no longer fits on its page counts its rows."""
    more = {
        " ".join(names): (few, many)
        for names, (few, many) in counts.items()
        if many - few > (1 if names[0].endswith(LISTS) else 0)
    }
    assert not more, "few rows and many rows differ"


def test_no_page_asks_too_often(counts):
    def most(route: str) -> int:
        if route.endswith(OVERVIEWS):
            return OVERVIEW
        return LIST if route.endswith(LISTS) else OTHER

    assert not {" ".join(names): many for names, (_, many) in counts.items() if many > most(names[0])}
