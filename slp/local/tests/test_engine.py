"""The database engine as every command meets it: in a process of its own."""

import os

SETTINGS = """
import os, signal
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "slp.local.engine", "NAME": "slp"}},
    CACHES={"default": {"BACKEND": "slp.local.cache.ValkeyCache", "LOCATION": ""}},
)
import django
django.setup()
from django.core.cache import cache
from django.db import connection
from slp.local import postgres
def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()
"""


def test_the_first_connection_starts_the_server(run):
    assert run(SETTINGS + "print(ask('select current_user, current_database()'))") == "('slp', 'slp')"


def test_a_connection_after_a_killed_server_starts_it_again(run):
    code = """
with connection.cursor() as cursor:
    cursor.execute("create table kept as select 1")
os.kill(postgres.server.pid(), signal.SIGKILL)
connection.close()
print(ask("select * from kept"))
"""
    assert run(SETTINGS + code) == "(1,)"


def test_a_missing_database_is_not_a_reason_to_start_anything(run):
    code = """
connection.settings_dict["NAME"] = "elsewhere"
try:
    ask("select 1")
except Exception as error:
    print(type(error).__name__, error)
"""
    told = run(SETTINGS + code)
    assert told.startswith("OperationalError")
    assert 'database "elsewhere" does not exist' in told


def test_a_command_says_why_there_is_no_database(run, folder, monkeypatch):
    if os.geteuid() == 0:
        monkeypatch.setenv("SLP_VAR", "/sys/slp-var")
    else:
        folder.chmod(0o555)

    told = run(SETTINGS + "from django.core.management import ManagementUtility as M; M(['x', 'inspectdb']).execute()")

    folder.chmod(0o755)
    assert told.startswith("Unavailable: SLP cannot write to ")
    assert "Traceback" not in told


def test_the_cache_starts_its_server(run):
    code = """
from slp.local import paths
from slp.local.cache import ValkeyCache
cache = ValkeyCache(paths.valkey_cache_url(), {})
cache.set("a", 1)
print(cache.get("a"))
"""
    assert run(SETTINGS + code) == "1"


def test_the_second_test_database_is_a_copy_until_a_migration_changes(run):
    code = SETTINGS.replace("django.setup()", "settings.INSTALLED_APPS = APPS; django.setup()").replace(
        "import os, signal", "import os, signal\nAPPS = ['django.contrib.contenttypes', 'django.contrib.auth']"
    )
    code += """
from unittest import mock
from slp.local.engine import creation
def templates():
    with connection._nodb_cursor() as cursor:
        cursor.execute("select datname from pg_database where datname like 'slp_migrated_%'")
        return [name for (name,) in cursor.fetchall()]
def make():
    with mock.patch.object(creation.DatabaseCreation, "log"):
        connection.creation.create_test_db(0, True, False)
        print(ask("select count(*) from auth_permission")[0], end=" ")
        connection.creation.destroy_test_db("slp", 0)
make()
first = templates()
with mock.patch("django.db.migrations.migration.Migration.apply", side_effect=AssertionError):
    make()
with mock.patch.object(creation, "fingerprint", lambda: "other"):
    make()
print(len(first), templates())
"""
    assert run(code) == "16 16 16 1 ['slp_migrated_other']"


def test_a_connection_left_behind_does_not_keep_the_test_database(run):
    code = SETTINGS.replace(
        "django.setup()", "settings.INSTALLED_APPS = ['django.contrib.contenttypes']; django.setup()"
    )
    code += """
from unittest import mock
import psycopg
with mock.patch.object(type(connection.creation), "log"):
    name = connection.creation.create_test_db(0, True, False)
    left = psycopg.connect(host=connection.settings_dict["HOST"], user="slp", dbname=name)
    left.execute("select 1")
    connection.creation.destroy_test_db("slp", 0)
with connection._nodb_cursor() as cursor:
    print(connection.creation._database_exists(cursor, name))
"""
    assert run(code) == "False"
