"""`manage.py import_experts`: a roster file, checked and taken over in one go."""

from __future__ import annotations

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from partners.management.files import open_upload, progress_bar
from partners.models import Agency, RosterImport
from partners.models.roster_import import ImportStatus
from partners.services.agencies import similar_agencies
from partners.services.roster_import.annotated import annotate
from partners.services.roster_import.imports import carry_out, check_upload, take_over, upload_roster
from slp.accounts.models import StaffRole, User
from slp.lib.answers import Refused
from slp.lib.numbers import whole_number

SHOWN = 50


class Command(BaseCommand):
    help = "Check a roster file (CSV or XLSX) and put it on an agency's roster: all of it, or with --only-good."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file")
        parser.add_argument("--agency", required=True, help="The agency's name or its id.")
        parser.add_argument("--dry-run", action="store_true", help="Only check; nothing is kept.")
        parser.add_argument("--only-good", action="store_true", help="Take over the good rows although some are not.")
        parser.add_argument("--annotated", metavar="OUT", help="Write the file with what to correct to OUT.")
        parser.add_argument("--by", metavar="E-MAIL", help="In whose name; otherwise the first administrator's.")
        parser.add_argument("--json", action="store_true", help="Print the outcome as JSON.")

    def handle(self, *args, file: str, **options) -> None:
        upload, agency, sender = open_upload(file), find_agency(options["agency"]), find_sender(options["by"])
        try:
            with transaction.atomic():
                done = self._import(upload, agency, sender, options)
                kept = done.status == ImportStatus.APPLIED
                report = outcome(done, taken_over=kept)
                if not kept:
                    transaction.set_rollback(True)
                    done.document.file.delete(save=False)
        except Refused as refused:
            raise CommandError(refused.reason) from refused
        self._say(report, options)

    def _import(self, upload, agency: Agency, sender: User, options: dict) -> RosterImport:
        sent = upload_roster(actor=None, agency=agency, upload=upload, sent_by=sender)
        done = check_upload(roster_import_id=sent.pk, progress=None if options["json"] else progress_bar)
        if done.status == ImportStatus.FAILED:
            done.document.file.delete(save=False)
            raise CommandError(done.message)
        if options["annotated"]:
            with annotate(done) as returned:
                Path(options["annotated"]).write_bytes(returned.read())
        if options["dry_run"] or (done.rows_bad and not options["only_good"]):
            return done
        take_over(actor=None, roster_import=done, only_good=bool(done.rows_bad))
        return carry_out(roster_import_id=done.pk)

    def _say(self, report: dict, options: dict) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            self._say_in_words(report)
        if report["bad"] and not report["taken_over"]:
            raise CommandError(
                f"{report['bad']:,} of {report['rows']:,} rows need correction. Nothing was taken over."
                + ("" if options["dry_run"] else " Correct them, or use --only-good.")
            )

    def _say_in_words(self, report: dict) -> None:
        for row in report["problems"][:SHOWN]:
            self.stdout.write(f"line {row['line']}, {row['name'] or 'no name'}: {' / '.join(row['problems'])}")
        if len(report["problems"]) > SHOWN:
            self.stdout.write(
                f"... and {len(report['problems']) - SHOWN:,} more: --annotated writes them all to a file"
            )
        if report["left_out"]:
            self.stdout.write(report["left_out"])
        self.stdout.write(
            f"{report['rows']:,} rows: {report['new']:,} new, {report['changed']:,} changed, {report['same']:,} as "
            f"they were, {report['bad']:,} to correct"
        )
        if report["taken_over"]:
            self.stdout.write(f"Taken over as {report['reference']}.")


def find_agency(asked: str) -> Agency:
    """By id or by name; a name that is nearly right is answered with those that it may mean."""
    number = whole_number(asked)
    rows = Agency.objects.filter(pk=number) if number is not None else Agency.objects.filter(name__iexact=asked)
    found = list(rows[:3])
    if len(found) == 1:
        return found[0]
    alike = found or similar_agencies(name=asked)
    names = "; ".join(f"{a.name}, {a.us_state} (id {a.pk})" for a in alike)
    problem = "Several agencies are called" if found else "There is no agency"
    raise CommandError(f"{problem} “{asked}”." + (f" Did you mean: {names}?" if names else ""))


def find_sender(email: str | None) -> User:
    """Who stands as the sender of the file."""
    people = User.objects.filter(is_active=True)
    if email:
        found = people.filter(email__iexact=email).first()
        if found is None:
            raise CommandError(f"Nobody here has the e-mail address {email}.")
        return found
    found = people.filter(staff_role=StaffRole.ADMINISTRATOR).order_by("pk").first()
    if found is None:
        raise CommandError("There is no administrator. Say with --by in whose name the file is sent.")
    return found


def outcome(done: RosterImport, *, taken_over: bool) -> dict:
    rows = done.rows.exclude(problems=[]).values_list("line", "name", "problems")
    return {
        "file": done.document.name,
        "agency": done.agency.name,
        "reference": done.reference if taken_over else None,
        "rows": done.rows_total,
        "bad": done.rows_bad,
        "new": done.rows_new,
        "changed": done.rows_changed,
        "same": done.rows_same,
        "taken_over": taken_over,
        "left_out": done.message,
        "problems": [{"line": line, "name": name, "problems": problems} for line, name, problems in rows],
    }
