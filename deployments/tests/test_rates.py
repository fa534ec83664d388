"""Per diem: which rate holds on a night, and the worked example of Chisinau."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from deployments.models import Rate
from deployments.services.rates import load_rates, per_diem, rate_for
from slp.places.models import Country, Post, Region


@pytest.fixture
def moldova(db):
    post = Post.objects.create(name="Embassy Chisinau", city="Chisinau", time_zone="Europe/Chisinau")
    return Country.objects.create(
        iso2="MD", iso3="MDA", name="Moldova", region=Region.EUR, capital="Chisinau", currency="MDL", post=post
    )


def make_rate(country, location="Bogota", lodging=100, meals=50, effective=date(2023, 1, 1), **fields) -> Rate:
    return Rate.objects.create(
        country=country,
        location=location,
        lodging=lodging,
        meals=meals,
        effective_on=effective,
        source="Test",
        **fields,
    )


def test_loading_twice_adds_nothing(haiti, georgia):
    assert load_rates() == 2
    assert load_rates() == 0


@pytest.mark.parametrize(
    ("paid", "lodging", "total"),
    [(Decimal(140), "700.00", "1200.50"), (Decimal(170), "770.00", "1270.50")],
)
def test_five_nights_in_chisinau(moldova, paid, lodging, total):
    """Sunday to Friday, no meals furnished: 68.25 + 4 x 91 + 68.25 of meals; lodging at most 154 a night."""
    load_rates()
    found = per_diem(
        country=moldova, location="Chisinau", starts_on=date(2026, 5, 3), ends_on=date(2026, 5, 8), lodging_paid=paid
    )

    assert (found.lodging, found.meals, found.total) == (Decimal(lodging), Decimal("500.50"), Decimal(total))


def test_a_changed_rate_holds_from_its_own_date(moldova):
    make_rate(moldova, lodging=270)
    make_rate(moldova, lodging=399, effective=date(2023, 6, 1))

    assert rate_for(country=moldova, location="Bogotá", night=date(2023, 5, 31)).lodging == 270
    assert rate_for(country=moldova, location="BOGOTA", night=date(2023, 6, 1)).lodging == 399


def test_a_season_may_wrap_the_years_end(moldova):
    make_rate(moldova, lodging=300, season_from="11-15", season_until="04-30")
    make_rate(moldova, lodging=200, season_from="05-01", season_until="11-14")

    nights = [date(2026, 1, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 11, 14), date(2026, 11, 15)]
    found = [rate_for(country=moldova, location="Bogota", night=n).lodging for n in nights]
    assert found == [300, 300, 200, 200, 300]


def test_other_covers_the_rest_of_the_country(moldova):
    make_rate(moldova, location="[Other]", lodging=90)

    assert rate_for(country=moldova, location="Nowhere", night=date(2026, 1, 1)).lodging == 90


def test_before_the_first_rate_there_is_none(moldova):
    make_rate(moldova)

    assert rate_for(country=moldova, location="Bogota", night=date(2022, 12, 31)) is None


# -- manage.py estimate -----------------------------------------------------------------------------
def run(*args: str) -> str:
    out = io.StringIO()
    call_command("estimate", *args, stdout=out)
    return out.getvalue()


def test_the_command_estimates_for_a_team(moldova):
    load_rates()
    figures = json.loads(run("md", "Chisinau", "2026-05-03", "2026-05-08", "--people", "6", "--json"))

    assert figures["total"] == "7623.00"  # 6 x (5 x 154 + 500.50)
    assert "Total   $1,200.50" in run("MD", "Chisinau", "2026-05-03", "2026-05-08", "--lodging", "140")


def test_the_command_says_when_a_rate_is_missing(moldova):
    assert "No rate is recorded for" in run("MD", "Chisinau", "2026-05-03", "2026-05-08")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("XX", "Y", "2026-01-01", "2026-01-02"), "no country"),
        (("MD", "Y", "2026-13-01", "2026-01-02"), "is not a date"),
        (("MD", "Y", "2026-01-03", "2026-01-02"), "ends before it starts"),
        (("MD", "Y", "2026-01-01", "2026-01-02", "--lodging", "much"), "is not an amount"),
        (("MD", "Y", "2026-01-01", "2026-01-02", "--people", "0"), "--people is a whole number from 1"),
    ],
)
def test_the_command_explains_what_is_wrong(moldova, args, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*args)
