"""The fiscal year, working days and dates known only in part."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp.lib import dates


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 9, 30), 2026),
        (date(2026, 10, 1), 2027),
        (date(2026, 12, 31), 2027),
        (date(2027, 1, 1), 2027),
        (date(2024, 2, 29), 2024),
    ],
)
def test_fiscal_year_starts_on_1_october(day, year):
    assert dates.fiscal_year(day) == year


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1)))
def test_every_day_lies_in_its_fiscal_year(day):
    first, last = dates.fiscal_year_span(dates.fiscal_year(day))
    assert first <= day <= last


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 3),  # 4 July 2026 is a Saturday
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 12, 25),
        date(2021, 12, 31),  # New Year's Day 2022 is a Saturday
    ],
)
def test_federal_holidays(day):
    assert not dates.is_working_day(day)


def test_eleven_holidays_a_year():
    assert len(dates.federal_holidays(2026)) == 11
    assert len(dates.federal_holidays(2020)) == 10  # before Juneteenth


def test_a_post_has_its_own_week_and_closures():
    friday, sunday = date(2026, 11, 20), date(2026, 11, 22)
    cairo = {6, 0, 1, 2, 3}
    assert dates.is_working_day(sunday, week=cairo)
    assert not dates.is_working_day(friday, week=cairo)
    assert not dates.is_working_day(sunday, week=cairo, closures={sunday})


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2050, 1, 1)), st.integers(1, 60))
def test_working_days_add_and_come_back(day, count):
    later = dates.add_working_days(day, count)
    assert dates.is_working_day(later)
    assert dates.add_working_days(later, -count) <= day


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        ("day", "20 Dec 2010"),
        ("month", "Dec 2010"),
        ("year", "2010"),
        ("inferred", "2010"),
        ("none", "date not stated"),
    ],
)
def test_a_date_is_shown_as_exactly_as_it_is_known(precision, words):
    assert dates.show(date(2010, 12, 20), precision) == words


def test_a_moment_at_post_names_both_zones():
    moment = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    assert dates.at_post(moment, "Asia/Kathmandu") == "21 Nov 2026, 18:15 +0545 (12:30 UTC)"
