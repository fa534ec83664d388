"""Who may import whom (docs/architecture.md): walks the syntax trees of all our modules."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("slp", "partners", "engagements", "deployments")

# Each floor may import itself and the floors before it.
FLOORS = (
    {"slp.local"},
    {"slp.lib"},
    {"slp.accounts"},
    {"slp.places"},  # says for which post a person speaks
    {"slp.history", "slp.documents"},
    {"slp.reminders"},
    {"partners"},
    {"engagements"},
    {"deployments"},
)
ROOFS = {"slp.public", "slp.demo", "slp.urls", "slp.tests", "slp.checks"}  # import anything; nobody imports them
GROUND = {"slp.settings", "slp.test_settings", "slp.celery", "slp.wsgi", "slp"}
# Roofs may name each other only as listed here.
BETWEEN_ROOFS = {
    ("slp.urls", "slp.public"),
    ("slp.public", "slp.checks"),
    ("slp.public", "slp.demo"),
    ("slp.demo", "slp.public"),
    ("slp.local", "slp.demo"),  # script/demo prints the demo accounts
}

# Inside an app, from below: each layer imports itself and the layers before it.
LAYERS = (
    ("models", "kinds"),
    ("permissions",),
    ("lifecycles",),
    ("matching", "rates", "requirements", "estimates"),
    ("services",),
    ("reminders", "tasks"),
    ("forms",),
    ("pages", "panels"),
    ("desk", "portal", "post", "public", "admin"),
)
APPS = ("partners", "engagements", "deployments")


def modules() -> list[tuple[str, Path]]:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if "migrations" not in path.parts:
                found.append((name, path))
    return found


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """(module, line, lazily) of every import; `from a import b` counts as a.b."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, id(node) not in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(f"{node.module}.{alias.name}", node.lineno, id(node) not in top) for alias in node.names]
    return [row for row in found if row[0].split(".")[0] in PACKAGES]


def unit(module: str) -> str:
    """`slp.lib.dates.show` -> "slp.lib"; `partners.models.Agency` -> "partners"."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "slp" and len(parts) > 1 else parts[0]


def floor(name: str) -> int | None:
    return next((i for i, floor_units in enumerate(FLOORS) if name in floor_units), None)


def is_test(name: str) -> bool:
    return ".tests" in name or name.startswith("slp.tests")


CASES = [row for row in modules() if not is_test(row[0])]


@pytest.mark.parametrize(("name", "path"), CASES, ids=[name for name, _ in CASES])
def test_imports_only_from_floors_below(name, path):
    """A module imports its own floor and those below; nobody imports a roof."""
    here, wrong = unit(name), []
    for target, line, _ in imports(path):
        there = unit(target)
        if here in GROUND or there in GROUND or here == there:
            continue
        if there in ROOFS and (here, there) not in BETWEEN_ROOFS:
            wrong.append(f"{name}:{line} imports the roof {target}")
        elif here not in ROOFS and there not in ROOFS and floor(there) > floor(here):
            wrong.append(f"{name}:{line} imports {target}, a floor above")
        elif here not in ROOFS and floor(there) == floor(here) and here != there:
            wrong.append(f"{name}:{line} imports {target}, its neighbour")
    assert not wrong


def layer(name: str) -> int | None:
    parts = name.split(".")
    if len(parts) < 2 or parts[0] not in APPS:
        return None
    return next((i for i, names in enumerate(LAYERS) if parts[1] in names), None)


@pytest.mark.parametrize(("name", "path"), [c for c in CASES if layer(c[0]) is not None])
def test_inside_an_app_layers_import_downwards(name, path):
    """models <- permissions <- lifecycles <- services <- forms <- doors. A lifecycle's effect may reach up lazily."""
    wrong = []
    for target, line, lazily in imports(path):
        above = layer(target)
        if target.split(".")[0] != name.split(".")[0] or above is None or above <= layer(name):
            continue
        if lazily and name.split(".")[1] == "lifecycles":
            continue
        wrong.append(f"{name}:{line} imports {target}, a layer above")
    assert not wrong


def test_every_unit_has_its_place():
    """A new package is put on a floor before it is used."""
    known = set().union(*FLOORS) | ROOFS | GROUND
    assert {unit(name) for name, _ in modules()} <= known
