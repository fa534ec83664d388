"""`manage.py load_reference`: places, fields of expertise, what travel requires, sample per-diem rates."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand

from deployments.services.reference import load_reference


class Command(BaseCommand):
    help = "Load the reference data that the system needs. Adds what is missing; may be run again."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="Print what was added as JSON.")

    def handle(self, *args, **options) -> None:
        added = load_reference()
        if options["json"]:
            self.stdout.write(json.dumps(added))
            return
        for name, count in added.items():
            self.stdout.write(f"{name}: {count} added")
