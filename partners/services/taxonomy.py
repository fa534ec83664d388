"""The fields of expertise, from `partners/data/expertise.csv`, each with the phrase that named it."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import transaction

from partners.models import Expertise
from slp.lib.track import because

DATA = Path(__file__).parent.parent / "data"


@transaction.atomic
def load_expertise() -> int:
    """Add the fields that are missing; what people changed stays as it is. Returns how many were added."""
    with (DATA / "expertise.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = set(Expertise.objects.values_list("pk", flat=True))
    missing = [
        Expertise(
            code=row["code"],
            name=row["name"],
            sector=row["sector_code"],
            source_phrase=row["source_phrase"],
            source_file=row["source"],
        )
        for row in rows
        if row["code"] not in known
    ]
    with because(None, "Loaded the reference data"):
        return len(Expertise.objects.bulk_create(missing))
