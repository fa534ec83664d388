import os
from pathlib import Path

import pytest

from slp.local import paths


def test_a_long_path_gets_short_sockets(monkeypatch):
    monkeypatch.setenv("SLP_VAR", "/srv/" + "long " * 30)

    for socket in (paths.valkey_socket(), paths.postgres_sockets() / ".s.PGSQL.5432.lock"):
        assert len(os.fsencode(socket)) <= 100


def test_two_folders_never_share_a_short_socket(monkeypatch):
    sockets = set()
    for name in "ab":
        monkeypatch.setenv("SLP_VAR", f"/srv/{'long ' * 30}/{name}")
        sockets |= {paths.valkey_socket(), paths.postgres_sockets()}
    assert len(sockets) == 4


def test_a_relative_folder_and_a_link_name_the_same_place(folder, monkeypatch):
    (folder / "real").mkdir()
    (folder / "link").symlink_to(folder / "real")
    monkeypatch.chdir(folder)
    named = set()
    for name in ("real", "link", str(folder / "link")):
        monkeypatch.setenv("SLP_VAR", name)
        named.add(paths.var())
    assert named == {Path(os.path.realpath(folder / "real"))}


@pytest.fixture
def root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_root_keeps_the_database_in_var_where_others_may_pass(root, var):
    assert paths.postgres_home() == var / "postgres"


def test_root_keeps_the_database_outside_a_private_folder(root, folder, var, monkeypatch):
    folder.chmod(0o700)
    (folder / "state").mkdir()
    monkeypatch.setattr(paths, "STATE", folder / "state")

    assert paths.postgres_home() == folder / "state" / f"slp-{paths.key()}" / "postgres"
    assert list((folder / "state").iterdir()) == []  # asking makes nothing
    folder.chmod(0o755)


def test_existing_data_stay_where_they_are_when_the_folder_becomes_private(root, folder, var):
    (var / "postgres" / "data").mkdir(parents=True)
    folder.chmod(0o700)

    assert paths.postgres_home() == var / "postgres"
    folder.chmod(0o755)


def test_an_ordinary_user_keeps_it_in_var_even_when_private(folder, var, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    folder.chmod(0o700)

    assert paths.postgres_home() == var / "postgres"
    folder.chmod(0o755)
