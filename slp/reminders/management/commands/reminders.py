"""`manage.py reminders --preview DAYS`: what the sweep would write, and to whom, until then."""

from __future__ import annotations

import json
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from slp.lib.commands import whole
from slp.lib.dates import day_of
from slp.reminders.models import Notice
from slp.reminders.rules import RULES

MOST_DAYS = 1_100  # three years: nothing falls due later that is known today


class Command(BaseCommand):
    help = "Show the reminders that fall due within the next DAYS days and are not in the ledger. Sends nothing."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--preview", type=int, metavar="DAYS", default=30, help="how far to look ahead (30)")
        parser.add_argument("--json", action="store_true", help="machine-readable")

    def handle(self, *args, **options) -> None:
        rows = upcoming(whole(options["preview"], name="--preview", low=0, high=MOST_DAYS))
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for row in rows:
            self.stdout.write(f"{row['on']}  {row['to']:<34}  {row['subject']}")
        self.stdout.write(f"{len(rows)} reminders within {options['preview']} days.")


def upcoming(days: int) -> list[dict]:
    """Day by day, what every rule would find that the ledger does not have."""
    now = timezone.now()
    known = set(Notice.objects.filter(rule__in=RULES).values_list("key", flat=True))
    rows = []
    for ahead in range(days + 1):
        moment = now + timedelta(days=ahead)
        for rule in RULES.values():
            for due in rule.find(moment):
                if due.key not in known:
                    known.add(due.key)
                    rows.append(
                        {
                            "on": day_of(moment).isoformat(),
                            "rule": rule.code,
                            "to": due.email,
                            "subject": due.subject,
                            "about": due.about,
                        }
                    )
    return rows
