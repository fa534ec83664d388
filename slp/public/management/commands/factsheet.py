"""`manage.py factsheet`: the programme's numbers as of a date, with the published ones beside them."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError

from slp.lib.dates import show
from slp.public.factsheet import FactSheet, NotADate, as_json, read_date


class Command(BaseCommand):
    help = "Print the programme's numbers as of a date, computed from records, beside the published ones."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--as-of", metavar="DATE", help="A date such as 2013-05-31; today if left out.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args, **options) -> None:
        try:
            sheet = FactSheet(None if options["as_of"] is None else read_date(options["as_of"]))
        except NotADate as problem:
            raise CommandError(str(problem)) from None
        if options["json"]:
            self.stdout.write(json.dumps(as_json(sheet), indent=2, ensure_ascii=False))
            return
        self.stdout.write(f"As of {show(sheet.as_of)}\n")
        for figure in sheet.figures():
            self._print(figure)

    def _print(self, figure) -> None:
        value = "-" if figure.computed is None else figure.computed
        demo = f"  ({figure.fictional} of them demonstration records)" if figure.fictional else ""
        self.stdout.write(f"\n{figure.label}: {value}{demo}")
        for part, count in figure.parts.items():
            self.stdout.write(f"    {part}: {count}")
        if figure.undated:
            self.stdout.write(f"    not counted, date not published: {figure.undated}")
        for p in figure.published:
            number = "no number" if p.value is None else f"{p.get_certainty_display()} {p.value}"
            self.stdout.write(f"    published: {number} - “{p.wording}” ({show(p.as_of, p.precision)}, {p.source_id})")
