"""Which record each published fact became: the proof that none was dropped."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from django.db import models

from engagements.models import Engagement, Guide, PublishedFigure
from partners.models import Agency, Agreement, Outreach
from slp.demo.record.partners import AGENCIES, AGREEMENTS, OUTREACH
from slp.demo.record.stories import GUIDE, GUIDE_FACT

DATA = Path(__file__).parent.parent / "data"
FILES = ("facts_of_publications.csv", "facts_public.csv")


def published_facts() -> dict[str, dict[str, str]]:
    """Every fact of both files, by its id."""
    facts = {}
    for name in FILES:
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            facts |= {row["fact_id"]: row for row in csv.DictReader(file)}
    return facts


def records_by_fact() -> dict[str, list[models.Model]]:
    """The records that stand for each fact."""
    found: dict[str, list[models.Model]] = defaultdict(list)
    for figure in PublishedFigure.objects.select_related("source"):
        found[figure.code.split("-")[0]].append(figure)
    for engagement in Engagement.objects.filter(is_historic=True).select_related("source"):
        for fact in engagement.fact_ids.split(","):
            found[fact].append(engagement)
    agencies = {a.name: a for a in Agency.objects.filter(is_fictional=False).select_related("source")}
    for row in AGENCIES:
        for fact in row.facts:
            found[fact].append(agencies[row.name])
    for row in AGREEMENTS:
        found[row.fact] += Agreement.objects.filter(source=row.source, agency=agencies[row.agency])
    for row in OUTREACH:
        found[row.fact] += Outreach.objects.filter(source=row.source, agency=agencies[row.agency])
    found[GUIDE_FACT] += Guide.objects.filter(title=GUIDE[0])
    return found
