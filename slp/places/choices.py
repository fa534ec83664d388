"""Places as the choices of a filter."""

from __future__ import annotations

from slp.lib.statements import Statement
from slp.places.models import Country

COUNTRIES = Statement(lambda: Country.objects.order_by("name").values("iso2", "name"))


def all_countries() -> list[tuple[str, str]]:
    """(code, name) of every country, by name. One query."""
    return [(row["iso2"], row["name"]) for row in COUNTRIES.of()]
