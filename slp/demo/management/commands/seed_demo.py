"""`manage.py seed_demo`: the real record and a living season of fictional partners. May be run again."""

from __future__ import annotations

import time

from django.core.management import call_command
from django.core.management.base import BaseCommand

from slp.demo.record import load_record
from slp.demo.season import load_season


class Command(BaseCommand):
    help = "Load the reference data, the real record and the demonstration season. A second run changes nothing."

    def handle(self, *args, **options) -> None:
        for words, load in (
            ("reference data", lambda: call_command("load_reference", stdout=self.stdout)),
            ("the record", load_record),
            ("the season", load_season),
        ):
            started = time.monotonic()
            load()
            self.stdout.write(f"{words}: {time.monotonic() - started:.1f} s")
