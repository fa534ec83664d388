"""`manage.py facts`: are the facts that matching reads what the roster and the journeys say?"""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from partners.services.facts import put_facts_right, untrue_facts


class Command(BaseCommand):
    help = "Compare the facts that matching reads with the roster and the journeys that they are made from."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--renew", action="store_true", help="Put right what differs, as `migrate` does at its end."
        )

    def handle(self, *args, **options) -> None:
        if options["renew"]:
            self.stdout.write(f"Facts of {put_facts_right()} experts renewed.")
        elif found := untrue_facts():
            raise CommandError(f"Not true, of experts {', '.join(map(str, found))}. --renew puts that right.")
        else:
            self.stdout.write("The facts of every expert are true.")
