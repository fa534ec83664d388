"""Test databases copied from one that is migrated already, as long as no migration has changed.

Applying every migration to an empty database costs many times what copying the result does.
"""

import hashlib
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.backends.postgresql import creation
from django.db.migrations.loader import MigrationLoader
from django.db.utils import DatabaseError, ProgrammingError

PREFIX = "slp_migrated_"


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, verbosity=1, autoclobber=False, serialize=True, keepdb=False):
        test = self.connection.settings_dict["TEST"]
        kept = PREFIX + fingerprint()
        if test.get("TEMPLATE") or test["MIGRATE"] is False:  # somebody wants it otherwise
            return super().create_test_db(verbosity, autoclobber, serialize, keepdb)
        with self._nodb_cursor() as cursor:
            there = self._database_exists(cursor, kept)
        test["TEMPLATE"] = kept if there else None
        try:
            name = super().create_test_db(verbosity, autoclobber, serialize, keepdb)
        finally:
            test["TEMPLATE"] = None
        if not there and not keepdb:
            self._keep(name, kept)
        return name

    def _destroy_test_db(self, test_database_name, verbosity):
        """A request that a browser or a thread left behind keeps its connection a moment longer than its test."""
        drop = f"DROP DATABASE {self._quote_name(test_database_name)}"
        with self._nodb_cursor() as cursor:
            try:
                cursor.execute(f"{drop} WITH (FORCE)")
            except ProgrammingError:  # autovacuum is at work there, and no role of ours may end it; a plain drop does
                cursor.execute(drop)

    def _keep(self, name: str, kept: str) -> None:
        self.connection.close()
        self.connection.close_pool()
        with self._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
            for (old,) in cursor.fetchall():
                cursor.execute(f"DROP DATABASE IF EXISTS {self._quote_name(old)}")
            try:
                copy = f"{self._quote_name(kept)} TEMPLATE {self._quote_name(name)}"
                cursor.execute(f"CREATE DATABASE {copy}")
            except DatabaseError:
                pass  # another run keeps its own at this moment; ours can be kept the next time
        self.connection.ensure_connection()


def fingerprint() -> str:
    """Changes with the text of any migration of any installed app."""
    seen = hashlib.sha256(settings.AUTH_USER_MODEL.encode())
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        name, _ = MigrationLoader.migrations_module(config.label)
        try:
            folder = Path(import_module(name).__file__).parent
        except (ImportError, TypeError, AttributeError):
            continue  # an app without migrations
        for file in sorted(folder.glob("*.py")):
            seen.update(f"{config.label}/{file.name}\n".encode() + file.read_bytes())
    return seen.hexdigest()[:16]
