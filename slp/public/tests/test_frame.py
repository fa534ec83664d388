"""The door, health, and the public pages of a system without data."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
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
        "ready": True, "database": True, "migrations": True, "broker": True, "last_sweep_seconds": None
    }  # fmt: skip


@pytest.mark.parametrize("missing", ["_broker", "_migrations", "_database"])
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
