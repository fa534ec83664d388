"""The demonstration data, loaded once for these tests; what a test changes is taken back."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from slp.tests.season import matrix
from slp.tests.season.world import World

SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


@pytest.fixture(scope="package", autouse=True)
def plain_sessions():
    """Find a session by the statement that the ORM would write each time: of ten thousand short answers a sixth.

    In production they come from the cache.
    """

    def found(store: SessionStore):
        with connection.cursor() as cursor:
            cursor.execute(SESSION, [store.session_key, timezone.now()])
            row = cursor.fetchone()
        return SimpleNamespace(session_data=row[0]) if row else by_orm(store)

    by_orm = SessionStore._get_session_from_db
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SessionStore, "_get_session_from_db", found)
        yield


@pytest.fixture(scope="package")
def season(django_db_setup, django_db_blocker):
    """Loads the demonstration data into the test database and takes it back at the end."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            call_command("seed_demo", verbosity=0)
            yield World()
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.fixture(scope="package")
def visited(season, django_db_blocker):
    """Every address as every role, once for all tests that ask what came of it."""
    with django_db_blocker.unblock():
        return matrix.visit(season)


def pytest_collection_modifyitems(items) -> None:
    """Marked, so that pytest-django makes the test database and takes back what each test writes."""
    for item in items:
        if "season" in str(item.path):
            item.add_marker(pytest.mark.django_db)
