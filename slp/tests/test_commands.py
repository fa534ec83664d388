"""Every command of ours, given what it can't use: one sentence that says what is wrong, and exit code 1.

Words that its options don't know are refused by the parser; in a terminal that is exit code 2, after the usage.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command, get_commands

from partners.services.taxonomy import load_expertise
from slp.places.services import load_places

pytestmark = pytest.mark.django_db

WRONG: dict[str, list[list[str]]] = {
    "estimate": [
        ["XX", "Other", "2026-03-01", "2026-03-05"],
        ["HT", "Other", "yesterday", "2026-03-05"],
        ["HT", "Other", "2026-03-05", "2026-03-01"],
        ["HT", "Other", "2026-03-01", "9999-12-31"],
        ["HT", "Other", "2026-03-01", "2026-03-05", "--people", "0"],
        ["HT", "Other", "2026-03-01", "2026-03-05", "--people", "9" * 30],
        ["HT", "Other", "2026-03-01", "2026-03-05", "--people", "two"],
        *(["HT", "Other", "2026-03-01", "2026-03-05", f"--lodging={price}"] for price in ("much", "NaN", "-1", "1e9")),
    ],
    "factsheet": [["--as-of", "soon"], ["--as-of", ""], ["--as-of", "2026-02-30"], ["--as-of", "²"]],
    "import_agencies": [["no such file.csv"], ["."], ["{empty}"], ["{picture}"], []],
    "import_experts": [
        ["no such file.csv", "--agency", "Nobody"],
        ["{roster}", "--agency", "Nobody"],
        ["{roster}", "--agency", "²"],
        ["{roster}"],
    ],
    "facts": [["--install"]],
    "lifecycles": [["--write", "no such file.md"], ["--write", "{empty}"]],
    "load_reference": [["--jsno"]],
    "match": [["NEED-99-9999"], ["²"], ["NEED-26-0001", "--limit", "0"], ["x", "--limit", "9" * 30], []],
    "reminders": [["--preview", "-1"], ["--preview", "9" * 30], ["--preview", "soon"]],
    "seed_demo": [["--fast"]],
    "triggers": [["--uninstall"]],
}
PACKAGES = ("slp", "partners", "engagements", "deployments")


def ours() -> set[str]:
    apps_of_ours = {config.name for config in apps.get_app_configs() if config.name.startswith(PACKAGES)}
    return {name for name, app in get_commands().items() if app in apps_of_ours}


def test_every_command_is_tried():
    assert set(WRONG) == ours()


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    made = {
        "empty": b"",
        "picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
        "roster": b"Name,E-mail\nJo Doe,jo@example.org\n",
    }
    for name, content in made.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    return {name: tmp_path / f"{name}.csv" for name in made}


@pytest.mark.parametrize(
    ("command", "words"),
    [(command, words) for command, tries in WRONG.items() for words in tries],
    ids=lambda value: (
        value if isinstance(value, str) else " ".join(word[:20] for word in value).encode("ascii", "replace").decode()
    ),
)
def test_what_it_cannot_use_is_said_in_one_sentence(command, words, files):
    load_places()
    load_expertise()
    given = [word.format(**files) if word.startswith("{") else word for word in words]
    with pytest.raises(CommandError) as said:
        call_command(command, *given)
    sentence = str(said.value)
    assert said.value.returncode == 1
    assert len(sentence.splitlines()) == 1
    assert 10 < len(sentence) < 300
    assert "Error(" not in sentence
