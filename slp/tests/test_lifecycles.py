"""Every (state, role, verb) of every lifecycle: what the table does not list is refused."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps

from slp.lib.answers import YES
from slp.lib.lifecycle import LIFECYCLES, SYSTEM

ROOT = Path(__file__).resolve().parents[2]
ROLES = (
    "officer",
    "finance",
    "director",
    "administrator",
    "auditor",
    "coordinator",
    "agency_finance",
    "signatory",
    "traveller",
    "post_officer",
    "rso",
    SYSTEM,
)
TABLES = sorted(LIFECYCLES.values(), key=lambda table: table.name)


def triples(table):
    verbs = sorted({m.verb for m in table.moves})
    return [(state, role, verb) for state in table.states.values for role in ROLES for verb in verbs]


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_undeclared_is_refused(table, monkeypatch):
    """With every guard saying yes, exactly the listed moves are allowed, to exactly the listed roles."""
    monkeypatch.setattr(table, "_ask", lambda move, obj, user: YES)
    for state, role, verb in triples(table):
        monkeypatch.setattr(table, "roles", lambda user, obj, role=role: {role})
        obj, user = SimpleNamespace(status=state), None if role == SYSTEM else SimpleNamespace()
        listed = [m for m in table.moves if m.verb == verb and state in m.source and role in m.who]
        assert bool(table.can(obj, verb, user)) == bool(listed), (state, role, verb)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_refusal_gives_its_reason(table, monkeypatch):
    monkeypatch.setattr(table, "roles", lambda user, obj: set())
    for state in table.states.values:
        for move in table.moves:
            given = table.can(SimpleNamespace(status=state), move.verb, SimpleNamespace())
            assert not given
            assert given.reason.endswith("."), (state, move.verb)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_table_is_sound(table):
    """Every state is known and reachable; the auditor and the administrator decide nothing."""
    states = set(table.states.values)
    reached = {table.initial}
    for move in table.moves:
        assert set(move.source) <= states
        assert move.target in states
        assert not move.who & {"auditor", "administrator"}, move.verb
        assert move.who <= set(ROLES)
        reached.add(move.target)
    assert reached == states
    assert apps.get_model(table.model)._meta.get_field("status").default == table.initial


STATUS_WRITERS = {
    "slp/lib/lifecycle.py",  # the one door
    "engagements/services/reports.py",  # a request for more time is granted or refused; it has no lifecycle
    "engagements/services/history.py",  # historic engagements are recorded as closed
    "deployments/services/payments.py",  # a payment came back; payments have no lifecycle
    "deployments/services/training.py",  # attendance of a session; it has no lifecycle
}


def _writes_status(tree: ast.AST) -> list[int]:
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = [t for t in node.targets if isinstance(t, ast.Attribute) and t.attr == "status"]
            lines += [t.lineno for t in targets]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            lines += [node.lineno for k in node.keywords if k.arg == "status"]
    return lines


def test_no_side_door_writes_a_status():
    """Nobody but `Lifecycle.apply` assigns or updates the status of an object with a lifecycle."""
    wrong = []
    for package in ("slp", "partners", "engagements", "deployments"):
        for path in (ROOT / package).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if "migrations" in path.parts or "tests" in path.parts or name in STATUS_WRITERS:
                continue
            wrong += [f"{name}:{line}" for line in _writes_status(ast.parse(path.read_text()))]
    assert not wrong
