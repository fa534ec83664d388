"""Which published ceiling holds on a night at a place, and what a journey may cost by it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from deployments.models import Rate
from deployments.rates import PUBLISHED_ON, SAMPLE, SOURCE
from slp.lib.money import ZERO, cents, total
from slp.lib.statements import Key, Statement
from slp.lib.track import because
from slp.places.models import Country

OTHER = "other"
FIRST_AND_LAST_DAY = Decimal("0.75")  # of meals and incidentals, on the first and the last day of travel
MEALS_RULE = "41 CFR 301-11: 75% of meals and incidentals on the first and last day"


class Published(NamedTuple):
    """What counts of a rate."""

    location: str
    season_from: str
    season_until: str
    lodging: Decimal
    meals: Decimal
    effective_on: date


OF_A_COUNTRY = Statement(
    lambda: Rate.objects.filter(country=Key("country")).order_by("-effective_on").values(*Published._fields)
)


def load_rates(*, actor=None) -> int:
    """Write the sample rates for the countries that are registered. Twice adds nothing. Returns how many are new."""
    known = set(Country.objects.filter(pk__in={row[0] for row in SAMPLE}).values_list("pk", flat=True))
    rows = [
        Rate(
            country_id=iso2, location=location, lodging=Decimal(lodging), meals=Decimal(meals),
            effective_on=effective, published_on=PUBLISHED_ON, source=SOURCE,
        )
        for iso2, location, lodging, meals, effective in SAMPLE
        if iso2 in known
    ]  # fmt: skip
    before = Rate.objects.count()
    with because(actor, "Rates loaded"):
        Rate.objects.bulk_create(rows, ignore_conflicts=True)
    return Rate.objects.count() - before


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """A place's name without case and accents, so that "Bogotá" finds "Bogota"."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))


def in_season(rate: Published, night: date) -> bool:
    """Does the rate's season hold that night? A season may wrap the year's end (15 Nov to 30 Apr)."""
    day, start, end = f"{night:%m-%d}", rate.season_from, rate.season_until
    return start <= day <= end if start <= end else day >= start or day <= end


class RateBook:
    """The rates of one country, read once; asked as often as one likes."""

    def __init__(self, country: Country | str | None) -> None:
        iso2 = getattr(country, "pk", country)
        rows = [Published(**row) for row in OF_A_COUNTRY.of(country=iso2)] if iso2 else []
        self._rates: list[tuple[str, Published]] = [(plain(r.location), r) for r in rows]

    def rate(self, location: str, night: date) -> Published | None:
        """The place's rate on that night, else the one for the rest of the country, else None."""
        for name in (plain(location), OTHER):
            for place, rate in self._rates:
                if place.strip("[]") == name and rate.effective_on <= night and in_season(rate, night):
                    return rate
        return None


def rate_for(*, country: Country, location: str, night: date) -> Published | None:
    """The published ceiling of a place on one night (a changed rate holds from its own date, 14 FAM 572.1)."""
    return RateBook(country).rate(location, night)


@dataclass(frozen=True)
class PerDiem:
    """What lodging and meals of a journey come to, by the published rates."""

    lodging: Decimal
    meals: Decimal
    nights: int
    without_rate: int  # nights and days for which nothing is published

    @property
    def total(self) -> Decimal:
        return self.lodging + self.meals


def days_of(first: date, last: date) -> Iterable[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def lodging_ceiling(book: RateBook, location: str, first: date, last: date) -> tuple[Decimal | None, int]:
    """The ceiling of the nights from `first` to the morning of `last` (one night at least), and how many they are.

    None where a night has no published rate.
    """
    nights = list(days_of(first, max(first, last - timedelta(days=1))))
    rates = [book.rate(location, night) for night in nights]
    known = None if None in rates else total(r.lodging for r in rates)
    return known, len(nights)


def meals_ceiling(
    book: RateBook, location: str, first: date, last: date, *, journey: tuple[date, date]
) -> tuple[Decimal | None, int]:
    """The ceiling of meals and incidentals from `first` to `last`, and how many days they are."""
    amounts = []
    for day in days_of(first, last):
        # The rate of the last day is that of the day before: no night follows it.
        night = day - timedelta(days=1) if day == journey[1] and day != journey[0] else day
        rate = book.rate(location, night)
        if rate is None:
            return None, (last - first).days + 1
        amounts.append(cents(rate.meals * (FIRST_AND_LAST_DAY if day in journey else 1)))
    return total(amounts), len(amounts)


def per_diem(
    *, country: Country, location: str, starts_on: date, ends_on: date, lodging_paid: Decimal | None = None
) -> PerDiem:
    """Lodgings-plus for one journey: nights at what was paid, at most the ceiling; meals by the day.

    `lodging_paid` is the price of one night by the receipts; without it the ceiling is taken (an estimate).
    """
    book = RateBook(country)
    lodging, missing = ZERO, 0
    nights = list(days_of(starts_on, ends_on - timedelta(days=1)))
    for night in nights:
        rate = book.rate(location, night)
        if rate is None:
            missing += 1
            continue
        lodging += rate.lodging if lodging_paid is None else min(cents(lodging_paid), rate.lodging)
    meals, days = meals_ceiling(book, location, starts_on, ends_on, journey=(starts_on, ends_on))
    return PerDiem(lodging, meals or ZERO, len(nights), missing + (days if meals is None else 0))
