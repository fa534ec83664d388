"""`manage.py estimate`: what lodging and meals of a journey come to, by the published rates."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.management.base import BaseCommand, CommandError

from deployments.services.rates import per_diem
from slp.lib.commands import whole
from slp.lib.money import usd
from slp.places.models import Country

MOST_DAYS = 730


class Command(BaseCommand):
    help = "Estimate lodging and meals of one journey by the published per-diem rates."

    def add_arguments(self, parser) -> None:
        parser.add_argument("country", help="Two-letter code, such as MD.")
        parser.add_argument("location", help="City, as in the rates; “Other” covers the rest of a country.")
        parser.add_argument("starts_on", help="First day of travel, YYYY-MM-DD.")
        parser.add_argument("ends_on", help="Last day of travel, YYYY-MM-DD.")
        parser.add_argument("--people", type=int, default=1)
        parser.add_argument("--lodging", help="Price of a night in dollars; by default the ceiling.")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, country: str, location: str, starts_on: str, ends_on: str, **options) -> None:
        found = Country.objects.filter(pk=country.upper()).first()
        if found is None:
            raise CommandError(f"There is no country “{country}”. Use a two-letter code, such as HT.")
        first, last = _day(starts_on), _day(ends_on)
        if last < first:
            raise CommandError("The journey ends before it starts.")
        if (last - first).days > MOST_DAYS:
            raise CommandError(f"The journey takes longer than {MOST_DAYS} days. Check the years.")
        people = whole(options["people"], name="--people", low=1, high=1_000)
        result = per_diem(
            country=found, location=location, starts_on=first, ends_on=last, lodging_paid=_price(options["lodging"])
        )
        figures = {
            "country": found.name,
            "location": location,
            "nights": result.nights,
            "people": people,
            "lodging": str(result.lodging * people),
            "meals": str(result.meals * people),
            "total": str(result.total * people),
            "without_rate": result.without_rate,
        }
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=2))
            return
        self.stdout.write(f"{location}, {found}: {people} x {result.nights} nights")
        self.stdout.write(f"Lodging {usd(result.lodging * people)}, meals {usd(result.meals * people)}")
        self.stdout.write(f"Total   {usd(result.total * people)}")
        if result.without_rate:
            self.stdout.write(f"No rate is recorded for {result.without_rate} nights or days: the total is too low.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is not a date. Write YYYY-MM-DD.") from error


def _price(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"“{text}” is not an amount.") from error
    if not price.is_finite() or not 0 <= price < 100_000:
        raise CommandError(f"“{text}” is not the price of a night in dollars.")
    return price
