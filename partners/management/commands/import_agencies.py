"""`manage.py import_agencies`: agencies from a CSV or XLSX file, each checked like one that an officer enters."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from partners.forms.agencies import AgencyForm
from partners.management.files import open_upload, progress_bar
from partners.models import Agency, AgencyKind, AgencyLevel, Expertise, Sector
from partners.services.agencies import register_agency
from partners.services.roster_import.columns import Column, normal
from partners.services.roster_import.reading import Unreadable, open_table
from slp.lib.answers import Refused
from slp.lib.us_states import UsState

MAX_ROWS = 2000
COLUMNS = (
    Column("name", "Name", "The agency's full name.", synonyms=("agency", "agency name"), required=True),
    Column("kind", "Kind", "Code or words, such as police.", synonyms=("type",), required=True),
    Column("level", "Level", "Code or words, such as municipal.", synonyms=("level of government",), required=True),
    Column("us_state", "State", "Two letters or the name.", synonyms=("state or territory",)),
    Column("city", "City", "Where it has its seat."),
    Column("website", "Website", "Its address.", synonyms=("web", "url", "homepage")),
    Column("sectors", "Sector", "Code or words, such as POL.", synonyms=("main sector",)),
    Column("expertise", "Expertise", "Codes or names, separated by semicolons.", synonyms=("fields",), lists=True),
    Column("not_a_duplicate", "Another agency", "Yes, where the name only looks like one that is registered."),
)
WORDS: dict[str, type[models.TextChoices]] = {
    "kind": AgencyKind, "level": AgencyLevel, "us_state": UsState, "sectors": Sector,
}  # fmt: skip
HEADING = {column.key: column.heading for column in COLUMNS}
ALIASES = {"cityorcounty": "municipal", "city": "municipal", "departmentofcorrections": "corrections"}


class Command(BaseCommand):
    help = "Register the agencies of a file (CSV or XLSX) as prospects: all of them, or with --only-good the good rows."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="Only check; nothing is kept.")
        parser.add_argument("--only-good", action="store_true", help="Register the good rows although some are not.")
        parser.add_argument("--json", action="store_true", help="Print the outcome as JSON.")

    def handle(self, *args, file: str, **options) -> None:
        upload = open_upload(file)
        try:
            with open_table(upload, COLUMNS) as table:
                rows = [(line, _values(table.positions, cells)) for line, cells in table.rows()]
        except Unreadable as error:
            raise CommandError(str(error)) from error
        if len(rows) > MAX_ROWS:
            raise CommandError(f"This file has more than {MAX_ROWS:,} rows. Send it in parts.")
        with transaction.atomic():
            problems = self._register(rows, quiet=options["json"])
            kept = not options["dry_run"] and (options["only_good"] or not problems)
            transaction.set_rollback(not kept)
        self._say({"rows": len(rows), "registered": len(rows) - len(problems) if kept else 0, "problems": problems},
                  options)  # fmt: skip

    def _register(self, rows: list[tuple[int, dict[str, str]]], *, quiet: bool) -> list[dict]:
        """Register row by row, so that a row is compared with those above it too. Returns what is wrong."""
        codes = {normal(word): code for code, name in Expertise.objects.values_list("code", "name")
                 for word in (code, name)}  # fmt: skip
        problems = []
        for number, (line, values) in enumerate(rows, start=1):
            sentences = register(values, codes)
            if sentences:
                problems.append({"line": line, "name": values["name"], "problems": sentences})
            if not quiet:
                progress_bar(number, len(rows))
        return problems

    def _say(self, report: dict, options: dict) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            for row in report["problems"]:
                self.stdout.write(f"line {row['line']}, {row['name'] or 'no name'}: {' / '.join(row['problems'])}")
            self.stdout.write(f"{report['rows']:,} rows, {report['registered']:,} agencies registered")
        if report["problems"] and not report["registered"]:
            raise CommandError(f"{len(report['problems']):,} of {report['rows']:,} rows need correction.")


def _values(positions: dict[str, int], cells: list[str]) -> dict[str, str]:
    return {key: cells[place] if (place := positions.get(key)) is not None else "" for key in HEADING}


def register(values: dict[str, str], codes: dict[str, str]) -> list[str]:
    """Register one agency, or say what is wrong with its row."""
    data, sentences = dict(values), []
    for key, choices in WORDS.items():
        data[key] = code_of(values[key], choices)
        if values[key] and not data[key]:
            sentences.append(f"{HEADING[key]}: “{values[key]}” is not known. Write one of: {_some(choices.values)}.")
    fields = [part.strip() for part in values["expertise"].split(";") if part.strip()]
    data["expertise"] = [codes[normal(field)] for field in fields if normal(field) in codes]
    sentences += [f"{HEADING['expertise']}: we don't know the field “{f}”." for f in fields if normal(f) not in codes]
    data["not_a_duplicate"] = values["not_a_duplicate"].lower() in ("yes", "y", "true", "1")
    form = AgencyForm(data)
    said = {sentence.split(":")[0] for sentence in sentences}
    for key, errors in form.errors.items():
        heading = HEADING.get(key, "")
        if heading not in said:
            sentences += [f"{heading}: {error}" if heading else str(error) for error in _plain(key, errors)]
    if sentences:
        return sentences
    checked = {key: value for key, value in form.cleaned_data.items() if key != "not_a_duplicate"}
    try:
        register_agency(actor=None, **checked)
    except Refused as refused:
        return [refused.reason]
    return []


def _plain(key: str, errors: Iterable[str]) -> Iterable[str]:
    """The form speaks of a box to tick; a file has a column instead."""
    for error in errors:
        if error == Agency._meta.get_field("name").error_messages["blank"] or "required" in error:
            yield "is empty. Fill it in."
        else:
            yield error.replace("tick the box at the end", f"write yes in the column “{HEADING['not_a_duplicate']}”")


def code_of(text: str, choices: type[models.TextChoices]) -> str:
    """The code that a word means: the code itself, its label, or the usual short word."""
    asked = normal(text)
    for value, label in choices.choices:
        if asked and asked in (normal(value), normal(label)):
            return value
    alias = ALIASES.get(asked, "")
    return alias if alias in choices.values else ""


def _some(values: list[str]) -> str:
    return ", ".join(values[:20]) + (" ..." if len(values) > 20 else "")
