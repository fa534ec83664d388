"""`script/bench`: what each page costs, as a ratio to floors measured in the same run, interleaved.

S: a bare Django view with a small template for a signed-in user (session and user are its two queries).
R: fifty indexed rows by psycopg alone.
Read the ratios, not the milliseconds. Gates: lists 5 S and 8 queries, details 4 S and 12, overviews 4 S and 14,
each measured at a tenth of the size and at full size. Writes var/bench.json; exit code 1 if a gate is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from dataclasses import asdict, dataclass

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "slp.test_settings"  # importing `slp` has named the other ones
django.setup()

from django.conf import settings  # noqa: E402 -- after django.setup()
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from slp.accounts.models import User  # noqa: E402
from slp.tests.bench.data import grow  # noqa: E402
from slp.tests.bench.pages import PAGES, Page  # noqa: E402
from slp.tests.bench.roster import measure_roster  # noqa: E402

GATES = {"list": (5.0, 8), "detail": (4.0, 12), "overview": (4.0, 14)}
ROUNDS, PER_ROUND = 9, 3
FLOOR_ROWS = "SELECT id, reference, status, role, city FROM deployments_deployment ORDER BY id DESC LIMIT 50"


@dataclass
class Measured:
    """One page at one size."""

    name: str
    kind: str
    size: int
    ms: float
    floor_ms: float
    ratio: float
    queries: int
    bytes: int
    ok: bool


def timed(work) -> float:
    started = time.perf_counter()
    for _ in range(PER_ROUND):
        work()
    return (time.perf_counter() - started) / PER_ROUND * 1000


def count_queries(work) -> int:
    """How many statements go to the database."""
    seen = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    return len(seen)


def floor_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR_ROWS)
        cursor.fetchall()


def measure(page: Page, size: int) -> Measured:
    client = Client()
    client.force_login(User.objects.get(email=page.email))
    url = page.url(User.objects.get(email=page.email))
    response = client.get(url)
    if response.status_code != 200:
        raise SystemExit(f"{page.name} answered {response.status_code} at {url}")
    queries = count_queries(lambda: client.get(url))
    pairs = [(timed(lambda: client.get("/bench/floor-s/")), timed(lambda: client.get(url))) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / floor for floor, mine in pairs)
    gate, most = GATES[page.kind]
    return Measured(
        page.name,
        page.kind,
        size,
        round(statistics.median(m for _, m in pairs), 2),
        round(statistics.median(f for f, _ in pairs), 2),
        round(ratio, 2),
        queries,
        len(response.content),
        ratio <= gate and queries <= most,
    )


def run(size: int, only: str) -> list[Measured]:
    grow(size)
    found = []
    for page in PAGES:
        if only in page.name:
            row = measure(page, size)
            found.append(row)
            print(
                f"{'  ' if row.ok else '! '}{row.name:<34}{row.kind:<10}{size:>8}{row.ratio:>7.2f} S"
                f"{row.queries:>4} q{row.ms:>9.2f} ms{row.bytes / 1024:>7.0f} kB",
                flush=True,
            )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench")
    parser.add_argument("--size", type=int, default=50_000, help="deployments at full size (50000)")
    parser.add_argument("--only", default="", help="pages whose name holds this text")
    options = parser.parse_args()
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = "bench_slp"
    settings.ROOT_URLCONF = "slp.tests.bench.urls"
    settings.ALLOWED_HOSTS = ["testserver"]  # no `setup_test_environment`: it slows every template down
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("seed_demo", verbosity=0)
        roster = measure_roster() if options.only in "roster" else []
        print(f"{'page':<36}{'kind':<10}{'size':>8}{'ratio':>9}{'queries':>6}")
        found = run(options.size // 10, options.only) + run(options.size, options.only)
        rows_ms = statistics.median(timed(floor_rows) for _ in range(ROUNDS))
    finally:
        teardown_databases(old, verbosity=0)
    print(f"\nR (50 rows by psycopg alone): {rows_ms:.2f} ms")
    result = {"R_ms": rows_ms, "pages": [asdict(row) for row in found], "roster": [asdict(row) for row in roster]}
    (settings.VAR / "bench.json").write_text(json.dumps(result, indent=2))
    missed = [row.name for row in [*found, *roster] if not row.ok]
    print("All gates hold." if not missed else f"Missed: {', '.join(sorted(set(missed)))}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
