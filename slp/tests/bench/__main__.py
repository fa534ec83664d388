"""`script/bench`: what each page costs, as a ratio to floors measured in the same run, interleaved.

S: a bare Django view with a small template for a signed-in user (session and user are its two queries).
R: fifty indexed rows by psycopg alone.
Read the ratios, not the milliseconds. Gates: lists 5 S and 8 queries, details 4 S and 12, overviews 4 S and 14, the
page of ranked candidates 10 S and 8 (the worst ones are in `slp.tests.bench.matching`), each measured at a tenth of the
size and at full size; from one to the other no ratio may grow by more than its kind allows. Writes var/bench.json; exit
code 1 if a gate is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "slp.test_settings"  # importing `slp` has named the other ones
django.setup()

from django.conf import settings  # noqa: E402 -- after django.setup()
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from slp.accounts.models import User  # noqa: E402
from slp.tests.bench.data import grow  # noqa: E402
from slp.tests.bench.matching import LARGE, measure_matching  # noqa: E402
from slp.tests.bench.measure import cost, count_queries, rows_floor  # noqa: E402
from slp.tests.bench.pages import PAGES, Page  # noqa: E402
from slp.tests.bench.roster import measure_roster  # noqa: E402

GATES = {"list": (5.0, 8, 1.2), "detail": (4.0, 12, 1.1), "overview": (4.0, 14, 1.1), "matching": (10.0, 8, 4.0)}


@dataclass
class Measured:
    """One page at one size. `ratio` is in S, `ratio_r` in R; `quiet` is what growth goes by."""

    name: str
    kind: str
    size: int
    ms: float
    ratio: float
    ratio_r: float
    quiet: float
    queries: int
    bytes: int
    ok: bool


def measure(page: Page, size: int, rows: Callable[[], object]) -> Measured:
    user = User.objects.get(email=page.email)
    client = Client()
    client.force_login(user)
    url = page.url(user)
    response = client.get(url)
    if response.status_code != 200:
        raise SystemExit(f"{page.name} answered {response.status_code} at {url}")
    queries = count_queries(lambda: client.get(url))
    found = cost(client, url, rows)
    gate, most, _ = GATES[page.kind]
    return Measured(
        page.name,
        page.kind,
        size,
        round(found.ms, 2),
        round(found.ratio, 2),
        round(found.ratio_r, 1),
        found.quiet,
        queries,
        len(response.content),
        found.ratio <= gate and queries <= most,
    )


def run(size: int, only: str) -> list[Measured]:
    grow(size)
    rows = rows_floor()
    found = []
    for page in PAGES:
        if only in page.name:
            row = measure(page, size, rows)
            found.append(row)
            print(
                f"{'  ' if row.ok else '! '}{row.name:<34}{row.kind:<10}{size:>8}{row.ratio:>7.2f} S"
                f"{row.ratio_r:>7.1f} R{row.queries:>4} q{row.ms:>9.2f} ms{row.bytes / 1024:>7.0f} kB",
                flush=True,
            )
    return found


def growth(small: list[Measured], large: list[Measured]) -> list[str]:
    """The pages that cost more with ten times the rows than their kind may, and a line for each."""
    missed = []
    for before, after in zip(small, large, strict=True):
        grown = after.quiet / before.quiet
        if grown > GATES[after.kind][2] or after.queries != before.queries:
            missed.append(f"{after.name} growth")
            print(f"! {after.name:<34} {grown:.2f}x, {before.queries} q then {after.queries} q")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench")
    parser.add_argument("--size", type=int, default=50_000, help="deployments at full size (50000)")
    among = f"experts for matching ({LARGE}); with more of them nothing else is measured"
    parser.add_argument("--experts", type=int, default=LARGE, help=among)
    parser.add_argument("--only", default="", help="pages whose name holds this text")
    options = parser.parse_args()
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = "bench_slp"
    settings.ROOT_URLCONF = "slp.tests.bench.urls"
    settings.ALLOWED_HOSTS = ["testserver"]  # no `setup_test_environment`: it slows every template down
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("seed_demo", verbosity=0)
        matching = measure_matching(options.experts) if options.only in "matching" else []
        if options.experts > LARGE:
            return any(not figure.ok for figure in matching)
        roster = measure_roster() if options.only in "roster" else []
        print(f"{'page':<36}{'kind':<10}{'size':>8}{'ratio':>9}{'':>9}{'queries':>6}")
        small = run(options.size // 10, options.only)
        large = run(options.size, options.only)
    finally:
        teardown_databases(old, verbosity=0)
    grown = growth(small, large)
    found = [*small, *large]
    result = {"pages": [asdict(row) for row in found], "roster": [asdict(row) for row in [*matching, *roster]]}
    (settings.VAR / "bench.json").write_text(json.dumps(result, indent=2))
    missed = [*grown, *(row.name for row in [*found, *matching, *roster] if not row.ok)]
    print("All gates hold." if not missed else f"Missed: {', '.join(sorted(set(missed)))}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
