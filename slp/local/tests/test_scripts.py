"""What script/demo and script/test say on a machine that lacks something: one sentence, exit code 1."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from slp.local import paths

SYSTEM = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture
def checkout(folder) -> Path:
    """A checkout whose only content is the scripts, with a stand-in for every Python on the machine."""
    made = folder / "a checkout"
    shutil.copytree(paths.CHECKOUT / "script", made / "script")
    (made / "requirements.txt").write_text("")
    (made / "bin").mkdir()
    return made


def start(checkout: Path, python: str, **identity) -> subprocess.CompletedProcess:
    """`python` is a shell script that plays every Python on the machine."""
    for name in ("python3", "python", *(f"python3.{minor}" for minor in range(11, 15))):
        program = checkout / "bin" / name
        program.write_text(f"#!/bin/sh\n{python}\n")
        program.chmod(0o755)
    env = {"PATH": f"{checkout / 'bin'}:{SYSTEM}", "HOME": str(checkout), "SLP_VAR": str(checkout / "var")}
    return subprocess.run(
        [checkout / "script" / "demo"],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **identity,
    )


def refused(result: subprocess.CompletedProcess) -> str:
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


def test_an_old_python_is_named(checkout):
    told = refused(start(checkout, 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac'))

    assert told.startswith("SLP needs Python 3.11 or newer; this machine has Python 3.9.2.")


def test_a_missing_venv_module_is_named_with_its_package(checkout):
    told = refused(start(checkout, 'case "$2" in *ensurepip*) exit 1;; esac'))

    assert "its venv module is missing" in told
    assert "apt-get install python3-venv" in told


def test_a_failed_installation_names_the_log(checkout):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    python = checkout / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\ncase "$*" in *"pip install"*) echo "ERROR: no network"; exit 1;; esac\n')
    python.chmod(0o755)

    told = refused(start(checkout, "exit 0"))

    assert told.startswith("ERROR: no network\npip could not install the libraries.")
    assert f"{checkout}/.venv/pip.log" in told


def test_an_unchanged_list_of_libraries_installs_nothing(checkout):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    python = checkout / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$*" >>"$HOME/calls"\ncase "$1" in -) echo 12ab;; esac\n')
    python.chmod(0o755)

    for _ in range(2):
        assert start(checkout, "exit 0").returncode == 0

    calls = (checkout / "calls").read_text()
    assert calls.count("pip install") == 1
    assert calls.count("-m slp.local.supervisor") == 2


def test_a_folder_that_cannot_be_written_is_named(checkout):
    identity = {"user": "nobody", "cwd": "/"} if os.geteuid() == 0 else {}  # root could write anywhere
    checkout.chmod(0o555)

    told = refused(start(checkout, "exit 0", **identity))

    checkout.chmod(0o755)
    assert told.startswith(f"SLP cannot write to {checkout}, where it keeps .venv.")
