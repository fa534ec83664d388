"""`manage.py triggers`: are the triggers that keep the history in force?"""

from __future__ import annotations

import pgtrigger
from django.core.management.base import BaseCommand, CommandError

from slp.lib.track import triggers_not_in_force


class Command(BaseCommand):
    help = "Name the triggers of the history that the database lacks, has switched off or has in an older form."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--install", action="store_true", help="Put them in force, as `migrate` does at its end.")

    def handle(self, *args, **options) -> None:
        missing = triggers_not_in_force()
        if missing and options["install"]:
            pgtrigger.install(*missing)
            self.stdout.write(f"{len(missing)} triggers installed.")
        elif missing:
            raise CommandError(f"Not in force: {', '.join(missing)}. --install puts that right.")
        else:
            self.stdout.write("Every trigger is in force.")
