"""The door, health, and the public pages of a system without data."""

from __future__ import annotations

import pgtrigger
import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slp.public import health

pytestmark = pytest.mark.django_db

PAGES = ("home", "accomplishments", "fact-sheet", "enquiry", "enquiry-received", "accessibility", "privacy")


@pytest.mark.parametrize("name", PAGES)
def test_public_pages_work_on_an_empty_system(name, client):
    assert client.get(reverse(f"public:{name}")).status_code == 200


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("officer", "/admin/"), ("auditor", "/admin/"), ("coordinator", "/portal/"), ("traveller", "/portal/"),
        ("post_officer", "/post/"), ("rso", "/post/"),
    ],
)  # fmt: skip
def test_everybody_is_sent_to_their_own_door(who, where, request, client_of):
    answer = client_of(request.getfixturevalue(who)).get(reverse("public:door"))
    assert (answer.status_code, answer.url) == (302, where)


def test_the_door_asks_strangers_to_sign_in(client):
    assert client.get(reverse("public:door")).url.startswith(reverse("account_login"))


# -- health --------------------------------------------------------------------------------------------
def test_alive(client):
    assert client.get("/health/live").json() == {"live": True}


def test_ready_when_everything_answers(client, monkeypatch):
    monkeypatch.setattr(health, "_broker", lambda: True)
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True, "database": True, "migrations": True, "triggers": True, "broker": True,
        "last_sweep_seconds": None,
    }  # fmt: skip


@pytest.mark.parametrize("missing", ["_broker", "_migrations", "_triggers", "_database"])
def test_not_ready_when_something_is_missing(client, monkeypatch, missing):
    monkeypatch.setattr(health, "_broker", lambda: True)
    monkeypatch.setattr(health, missing, lambda: False)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()[missing[1:]] is False


def test_a_database_that_refuses_is_said_not_raised(monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(health.connection, "cursor", refuse)
    assert health._database() is False


def test_pending_migrations_are_seen(monkeypatch):
    monkeypatch.setitem(health._schema, "is_current", False)
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    assert health._migrations() is False


# -- the history's triggers, which a restored database may lack -----------------------------------------
@pytest.fixture
def fresh_process(monkeypatch):
    """It has not looked at the triggers yet."""
    monkeypatch.setitem(health._schema, "has_triggers", False)
    monkeypatch.setattr(health, "_broker", lambda: True)


def some_trigger() -> tuple[str, str]:
    model, trigger = pgtrigger.registered()[0]
    return trigger.get_pgid(model), model._meta.db_table


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TRIGGER {0} ON {1}",
        "ALTER TABLE {1} DISABLE TRIGGER {0}",
        "COMMENT ON TRIGGER {0} ON {1} IS 'of an older release'",
    ],
)
def test_not_ready_without_a_trigger_of_the_history(client, fresh_process, damage):
    with connection.cursor() as cursor:
        cursor.execute(damage.format(*some_trigger()))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["triggers"] is False


def test_the_triggers_are_looked_at_once_per_process(client, fresh_process):
    with CaptureQueriesContext(connection) as first:
        client.get("/health/ready")
    with CaptureQueriesContext(connection) as second:
        client.get("/health/ready")
    asked = [sum("pg_trigger" in q["sql"] for q in caught) for caught in (first, second)]
    assert asked == [1, 0]
