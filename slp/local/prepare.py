"""The record made ready to serve, in one start of Django: migrations, static files once, demo data once.

Without the demo data the reference data is still needed: nobody could be prepared for travel.
"""

import hashlib
import io
import json
import os
import sys
import time
from pathlib import Path

from slp.local import paths, screen


def main() -> None:
    started = time.monotonic()
    import django

    django.setup()
    if applied := _migrate():
        screen.step(f"tables       {applied} migrations applied", started)
    started = time.monotonic()
    if _collect_static():
        screen.step("pages        static files collected", started)
    started = time.monotonic()
    if "--no-seed" in sys.argv:
        if added := _load_reference():
            screen.step(f"record       {added} rows of reference data loaded, no demo data", started)
    elif _seed():
        screen.step("record       demo data loaded", started)


def _migrate() -> int:
    """Only when something is to be applied: the command alone costs seconds at each start."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        screen.step(f"tables       applying {len(plan)} migrations")
        call_command("migrate", interactive=False, verbosity=1, stdout=sys.stderr)
    else:  # a trigger of the history may have changed without a migration
        call_command("triggers", "--install", stdout=sys.stderr)
    return len(plan)


def _collect_static() -> bool:
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.core.management import call_command

    seen = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            seen.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    marker = Path(settings.STATIC_ROOT) / ".collected"
    if marker.exists() and marker.read_text() == seen.hexdigest():
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=1, stdout=sys.stderr)
    marker.write_text(seen.hexdigest())
    return True


def _load_reference() -> int:
    """Adds what is missing; the second time that is nothing."""
    from django.core.management import call_command

    added = io.StringIO()
    call_command("load_reference", "--json", stdout=added)
    return sum(json.loads(added.getvalue()).values())


def _seed() -> bool:
    """Once for each database; the mark lies beside the data, so both go together."""
    from django.core.management import call_command

    if url := os.environ.get("DATABASE_URL"):
        marker = paths.var() / f"seeded-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
    else:
        marker = paths.postgres_home() / "seeded"
    if marker.exists():
        return False
    screen.step("record       loading the demo data (once)")
    call_command("seed_demo", stdout=sys.stderr)
    marker.touch()
    return True


if __name__ == "__main__":
    main()
