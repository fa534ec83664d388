"""`manage.py match NEED`: who could fill each seat of a need, with the same figures as the page."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError

from engagements.matching import match_need
from engagements.models import Need
from slp.lib.commands import whole


class Command(BaseCommand):
    help = "Ranks the candidates for each seat of a need: conditions, points, total, and why not for near misses."

    def add_arguments(self, parser) -> None:
        parser.add_argument("need", help="Reference of the need, such as NEED-26-0042.")
        parser.add_argument("--json", action="store_true", help="Print JSON instead of a table.")
        parser.add_argument("--limit", type=int, default=20, help="Candidates per kind of seat (20).")

    def handle(self, *args, need: str, limit: int, **options) -> None:
        whole(limit, name="--limit", low=1, high=1_000)
        found = Need.objects.select_related("country").filter(reference=need.strip().upper()).first()
        if found is None:
            raise CommandError(f"There is no need {need}. References look like NEED-26-0042.")
        groups = match_need(found, limit=limit)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found, groups), indent=2, ensure_ascii=False))
            return
        for group in groups:
            self._print(group)
        if not groups:
            self.stdout.write(f"{found} has no seats.")

    def _print(self, group) -> None:
        self.stdout.write(group.label)
        for candidate in group.candidates:
            reasons = ", ".join(f"{p.label.lower()} +{p.points}" for p in candidate.points if p.points)
            self.stdout.write(f"  {candidate.total:3}  {candidate.expert}, {candidate.expert.agency}: {reasons}")
        for candidate in group.near:
            why = "; ".join(c.words for c in candidate.missing)
            self.stdout.write(f"   no  {candidate.expert}, {candidate.expert.agency}: {why}")


def as_json(need: Need, groups: list) -> dict:
    """Per seat the candidates in order, and the left-out with the reason."""
    return {
        "need": need.reference,
        "seats": [
            {
                "seat": seat.number,
                "role": seat.role,
                "candidates": [c.as_json() for c in group.candidates],
                "left_out": [c.as_json() for c in group.near],
            }
            for group in groups
            for seat in group.seats
        ],
    }
