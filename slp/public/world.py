"""The map of the home page: shapes from a file, tones from the record, a table of the same facts under it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db.models import Count, Q

from slp.places.models import Country

SHAPES = Path(__file__).parent / "data" / "world.json"
PUBLISHED_IN = {
    "slp-brochure": "Brochure (over 60 countries)",
    "inl-police-partnerships": "Police brochure (over 90)",
}


@dataclass(frozen=True)
class Place:
    """One country on the map and in the table under it."""

    name: str
    region: str
    listed: str
    engagements: int
    path: str
    dot: tuple[float, float] | None

    @property
    def tone(self) -> str:
        return "active" if self.engagements else "listed"


@dataclass(frozen=True)
class World:
    width: int
    height: int
    land: str
    home: str
    places: list[Place]

    @property
    def active(self) -> int:
        return sum(1 for place in self.places if place.engagements)


@cache
def _shapes() -> dict:
    return json.loads(SHAPES.read_text(encoding="utf-8"))


def world() -> World:
    """The map with every country of the programme. One query."""
    shapes = _shapes()
    begun = Q(engagements__status__in=["under_way", "completed", "closed"])
    rows = Country.objects.annotate(begun=Count("engagements", filter=begun)).values(
        "iso2", "name", "region", "sources", "begun"
    )
    regions = dict(Country._meta.get_field("region").flatchoices)
    places = [
        Place(
            name=row["name"],
            region=regions[row["region"]],
            listed=", ".join(PUBLISHED_IN[code] for code in PUBLISHED_IN if code in row["sources"]),
            engagements=row["begun"],
            path=shapes["countries"].get(row["iso2"], {}).get("d", ""),
            dot=_dot(shapes["countries"].get(row["iso2"], {})),
        )
        for row in rows
    ]
    return World(shapes["width"], shapes["height"], shapes["land"], shapes["countries"]["US"]["d"], places)


def _dot(shape: dict) -> tuple[float, float] | None:
    return (shape["x"], shape["y"]) if "x" in shape else None
