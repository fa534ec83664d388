"""The documentation names what there is: commands, settings, schedules, folders; its diagrams are the tables'."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from slp.lib.lifecycle import LIFECYCLES
from slp.lib.management.commands.lifecycles import renewed

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
DOCS = "\n".join(path.read_text() for path in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
OURS = ("slp.", "partners", "engagements", "deployments")


@pytest.mark.parametrize("command", sorted(name for name, app in get_commands().items() if app.startswith(OURS)))
def test_every_command_is_documented(command):
    assert f"manage.py {command}" in DOCS


@pytest.mark.parametrize(
    "variable", sorted(re.findall(r"^    ([A-Z_]+)=\(", (ROOT / "slp/settings.py").read_text(), re.M))
)
def test_every_setting_is_documented(variable):
    assert f"`{variable}`" in DOCS


def test_every_schedule_is_documented():
    for name in settings.CELERY_BEAT_SCHEDULE:
        assert f"`{name}`" in DOCS


def test_every_folder_is_in_the_readme():
    packages = [p.parent for p in ROOT.glob("slp/*/__init__.py")]
    folders = {f"slp/{p.name}/" for p in packages} | {"partners/", "engagements/", "deployments/", "docs/", "script/"}
    assert not {folder for folder in folders if f"`{folder}`" not in README}


def test_links_lead_to_files():
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} -> {target}"


def test_the_diagrams_are_those_of_the_tables():
    """`manage.py lifecycles --write docs/architecture.md` renews them."""
    text = (ROOT / "docs/architecture.md").read_text()
    assert renewed(text, sorted(LIFECYCLES.values(), key=lambda table: table.name)) == text


def test_decisions_are_short_and_numbered():
    files = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [f.name[:4] for f in files] == [f"{n:04d}" for n in range(1, len(files) + 1)]
    assert all(len(f.read_text().splitlines()) <= 20 for f in files)
