"""What a roster file and a large roster cost: the check as a ratio to COPY, its memory, lists and search at 100,000.

C: `COPY` of the same ten thousand rows into the same staging table, measured in turn with the check. The check reads
what was copied and gives every row its problems and its outcome; its gate is 4 C. Memory is the peak of a process of
its own that reads a workbook and checks it. The lists are measured at a tenth of the size and at full size.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROWS, ROUNDS = 10_000, 7
CHECK_GATE, MEMORY_GATE_MB = 4.0, 300
LIST_GATE, LIST_QUERIES, GROWTH_GATE = 5.0, 8, 1.2
SMALL, LARGE, AGENCIES = 10_000, 100_000, 150  # the programme has somewhat over a hundred


@dataclass
class Figure:
    """One measured figure with its gate."""

    name: str
    value: float
    unit: str
    gate: float
    note: str = ""

    @property
    def ok(self) -> bool:
        return self.value <= self.gate


def measure_roster() -> list[Figure]:
    """All figures. Grows the roster for them and takes it back, so that the pages are measured as ever."""
    from django.db import connection

    from partners.models import Agency, Expert

    first_new = (Expert.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    first_agency = (Agency.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    _grow(SMALL)
    small = _lists()
    _grow(LARGE)
    large = _lists()
    figures = [*_list_figures(small, large), *_check_figures(), _memory_figure()]
    for figure in figures:
        print(
            f"{'  ' if figure.ok else '! '}{figure.name:<52}{figure.value:>8.2f} {figure.unit:<3}"
            f"(gate {figure.gate:g}) {figure.note}",
            flush=True,
        )
    _shrink(first_new, first_agency)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return figures


# -- lists -----------------------------------------------------------------------------------------
LISTS = (
    ("desk:expert-list", "officer", ""),
    ("desk:expert-list", "officer", "?q=toussaint"),
    ("desk:expert-list", "officer", "?page=150"),
    ("desk:expert-list", "officer", "?service=retired"),
    ("desk:expert-list", "officer", "?language={language}&level=2"),
    ("desk:expert-list", "officer", "?expertise={expertise}&depth=2"),
    ("desk:expert-list", "officer", "?free_from={day}"),
    ("portal:expert-list", "coordinator", ""),
    ("portal:expert-list", "coordinator", "?q=sergeant"),
    ("desk:agency-list", "officer", ""),
    ("desk:agency-list", "officer", "?q=lincoln"),
)


def _grow(size: int) -> None:
    """So many people on the roster in all, with what they know and speak, at as many agencies as the programme has."""
    from django.db import connection

    from partners.models import Agency, Expert, ExpertLanguage, ExpertSkill
    from slp.tests.bench.data import clone

    more = size - Expert.objects.count()
    if Agency.objects.count() < AGENCIES:
        clone(Agency, AGENCIES, name="src.name || ' ' || (BASE + g)", us_state="'CA'", status="'former'")
    first = Agency.objects.order_by("-pk").values_list("pk", flat=True)[0] - AGENCIES
    base = clone(
        Expert,
        more,
        user_id="NULL",
        name="initcap(substr(md5(g::text), 1, 7)) || ' ' || initcap(substr(md5((BASE + g)::text), 1, 9))",
        email="'p' || (BASE + g) || '@else.example'",
        agency_id=f"CASE WHEN mod(g, 100) = 0 THEN src.agency_id ELSE {first} + 1 + mod(g, {AGENCIES}) END",
    )
    clone(ExpertSkill, more, expert_id=f"{base} + g")
    clone(ExpertLanguage, more, expert_id=f"{base} + g")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _shrink(first_expert: int, first_agency: int) -> None:
    from django.db import connection

    parts = ("expertskill", "expertlanguage", "expertcountry", "certificate", "availability")
    with connection.cursor() as cursor:
        for table in parts:
            cursor.execute(f"ALTER TABLE partners_{table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM partners_{table} WHERE expert_id >= %s", [first_expert])  # noqa: S608
            cursor.execute(f"ALTER TABLE partners_{table} ENABLE TRIGGER USER")
        for table, first in (("expert", first_expert), ("agency", first_agency)):
            cursor.execute(f"ALTER TABLE partners_{table} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM partners_{table} WHERE id >= %s", [first])  # noqa: S608
            cursor.execute(f"ALTER TABLE partners_{table} ENABLE TRIGGER USER")


def _lists() -> dict[str, tuple[float, float, int]]:
    """Page -> (ratio to the bare page S, the same at the quietest moment, queries)."""
    from django.test import Client
    from django.urls import reverse

    from slp.accounts.models import User
    from slp.tests.bench.measure import cost, count_queries, rows_floor

    found, rows, asked = {}, rows_floor(), _asked_for()
    for name, account, query in LISTS:
        client = Client()
        client.force_login(User.objects.get(email=f"{account}@demo.example"))
        url = reverse(name) + query.format(**asked)
        if client.get(url).status_code != 200:
            raise SystemExit(f"{url} does not answer")
        costs = cost(client, url, rows)
        found[f"{name}{query}"] = (costs.ratio, costs.quiet, count_queries(lambda c=client, u=url: c.get(u)))
    return found


def _asked_for() -> dict[str, object]:
    """What the filters ask for: what most people speak and know, and a day of next month."""
    from datetime import timedelta

    from django.db.models import Count

    from partners.models import ExpertLanguage, ExpertSkill
    from slp.lib.dates import today

    def most(model, field: str):
        return model.objects.values_list(field).annotate(n=Count("pk")).order_by("-n", field)[0][0]

    return {
        "language": most(ExpertLanguage, "language_id"),
        "expertise": most(ExpertSkill, "expertise_id"),
        "day": today() + timedelta(days=30),
    }


def _list_figures(small: dict, large: dict) -> list[Figure]:
    figures = []
    for name, (ratio, quiet, queries) in large.items():
        before, quiet_before, _ = small[name]
        figures.append(Figure(f"{name} at {LARGE:,}", ratio, "S", LIST_GATE, f"{before:.2f} S at {SMALL:,}"))
        figures.append(Figure(f"{name} queries", queries, "q", LIST_QUERIES))
        figures.append(Figure(f"{name} growth", quiet / quiet_before, "x", GROWTH_GATE))
    return figures


# -- the check -------------------------------------------------------------------------------------
def sample_rows() -> list[tuple[int, list[str]]]:
    """Ten thousand people as a state's agencies would list them; 37 rows are wrong."""
    from partners.models import Expertise
    from partners.services.roster_import.columns import FIELDS
    from slp.places.models import Country, Language

    fields = list(Expertise.objects.order_by("code").values_list("code", flat=True))
    languages = list(Language.objects.order_by("code").values_list("code", flat=True))
    countries = list(Country.objects.order_by("iso2").values_list("iso2", flat=True))
    rows = []
    for n in range(ROWS):
        values = {
            "name": f"Person {n} Sample",
            "rank": ("Officer", "Sergeant", "Lieutenant", "Captain")[n % 4],
            "service": ("serving", "retired", "")[n % 3],
            "years": str(n % 41),
            "email": f"person.{n}@agency.example",
            "phone": f"+1 860 555 {n % 10_000:04d}",
            "expertise": f"{fields[n % len(fields)]} teaches; {fields[(n * 7 + 1 + n // 50) % len(fields)]}"
            if (n * 7 + 1 + n // 50) % len(fields) != n % len(fields)
            else fields[n % len(fields)],
            "languages": f"{languages[n % len(languages)]} {n % 6}{' tested' if n % 2 else ''}",
            "certificates": f"Field training | FT-{n} | 2024-05-{n % 28 + 1:02d} | 2044-05-01" if n % 3 == 0 else "",
            "worked_in": countries[n % len(countries)] if n % 2 else "",
            "ties": countries[n * 3 % len(countries)] if n % 5 == 0 else "",
            "available": f"2036-0{n % 6 + 1}-{n % 28 + 1:02d} to 2036-12-31",
            "unavailable": f"2036-03-01 to 2036-03-{n % 20 + 10}" if n % 4 == 0 else "",
            "passport_expires_on": f"2034-04-{n % 28 + 1:02d}",
        }
        if n % 270 == 11 and n < 270 * 37:
            values["languages"] = "Creol 9"
        rows.append((n + 2, [values[key] for key in FIELDS]))
    return rows


def _check_figures() -> list[Figure]:
    """COPY, the check of new people, the check of people who are on the roster: in turn, so that all see the same."""
    from django.db import transaction

    from partners.services.roster_import.checking import validate
    from partners.services.roster_import.staging import BLOCK, copy_rows
    from partners.services.roster_import.takeover import write_roster
    from slp.lib.track import because
    from slp.tests.bench.measure import once

    upload, rows = _upload(b"x"), sample_rows()

    def copied() -> None:
        with transaction.atomic():
            for start in range(0, ROWS, BLOCK):
                copy_rows(upload.pk, rows[start : start + BLOCK])

    copies, checks, again, takes = [], [], [], []
    for _ in range(ROUNDS):
        upload.rows.all().delete()
        copies.append(once(copied))
        checks.append(once(lambda: validate(upload)))
        with transaction.atomic(), because(None, "Measured"):
            totals = validate(upload)
            if (totals.bad, totals.new) != (37, ROWS - 37):
                raise SystemExit(f"The check found {totals}")
            takes.append(once(lambda: write_roster(upload)))
            again.append(once(lambda: validate(upload)))
            transaction.set_rollback(True)
    upload.rows.all().delete()
    copy_ms = statistics.median(copies) * 1000
    ratio = [c / f for c, f in zip(checks, copies, strict=True)]
    whole = [(c + f) / f for c, f in zip(checks, copies, strict=True)]
    known = [a / f for a, f in zip(again, copies, strict=True)]
    taken = statistics.median(t / f for t, f in zip(takes, copies, strict=True))
    return [
        Figure("check of 10,000 new people", statistics.median(ratio), "C", CHECK_GATE, f"C = {copy_ms:.0f} ms"),
        Figure("COPY and check together", statistics.median(whole), "C", CHECK_GATE),
        Figure("check of 10,000 who are on the roster, written back", statistics.median(known), "C", 2 * CHECK_GATE),
        Figure("taking 10,000 people over, with their history", taken, "C", 40.0),
    ]


def _upload(content: bytes, name: str = "bench.csv"):
    from django.core.files.base import ContentFile

    from partners.models import Agency, RosterImport
    from slp.accounts.models import User
    from slp.documents.models import Document, digest

    user = User.objects.get(email="officer@demo.example")
    document = Document(slot="roster", name=name, content_type="text/csv", size=len(content), uploaded_by=user)
    document.sha256 = digest(content)
    document.file.save(name, ContentFile(content), save=False)
    document.save(force_insert=True)
    agency = Agency.objects.filter(is_fictional=True, kind="police").order_by("pk").first()
    return RosterImport.objects.create(agency=agency, document=document, uploaded_by=user)


# -- memory ----------------------------------------------------------------------------------------
def _memory_figure() -> Figure:
    """The peak of a process that does nothing but check one workbook of ten thousand people."""
    from django.db import connection
    from openpyxl import Workbook

    from partners.services.roster_import.columns import FIELDS, HEADING

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.append([HEADING[key] for key in FIELDS])
        for _, cells in sample_rows():
            sheet.append(cells)
        book.save(path)
        upload = _upload(path.read_bytes(), "bench.xlsx")
    name = connection.settings_dict["NAME"]
    command = [sys.executable, "-m", "slp.tests.bench.roster", name, str(upload.pk)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    upload.refresh_from_db()
    if (upload.status, upload.rows_bad) != ("checked", 37):
        raise SystemExit(f"The check in a process of its own ended as {upload.status}, {upload.rows_bad} bad")
    upload.rows.all().delete()
    peak, before = float(said[-2]), float(said[-1])
    return Figure("peak memory of a check, whole process", peak, "MB", MEMORY_GATE_MB, f"{peak - before:.0f} MB more")


def _peak_mb() -> float:
    """The peak of this program alone; what `getrusage` says on Linux holds the parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


def _child(database: str, upload_id: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "slp.test_settings"
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    from partners.services.roster_import.imports import check_upload

    before = _peak_mb()
    check_upload(roster_import_id=upload_id)
    print(_peak_mb(), before)


if __name__ == "__main__":
    _child(sys.argv[1], int(sys.argv[2]))
