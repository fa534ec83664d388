"""Folders for servers of their own. Not pytest's `tmp_path`: only its owner may enter that, and root's
PostgreSQL runs as somebody else."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slp.local import paths, process

MEMORY = Path("/dev/shm")  # noqa: S108 -- only mkdtemp makes folders in it


def make_folder() -> Path:
    """In memory where there is room: twenty new clusters are much writing for a disk."""
    room = shutil.disk_usage(MEMORY).free if MEMORY.is_dir() else 0
    made = Path(tempfile.mkdtemp(prefix="slp test ", dir=MEMORY if room > 1_000_000_000 else None))
    made.chmod(0o755)
    return made


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a space in its name that everybody may pass through."""
    made = make_folder()
    yield made
    left = processes_of(made)
    for pid in left:
        process.end(pid, process.KILL)
    shutil.rmtree(made)
    assert not left, f"the test left processes: {left}"


@pytest.fixture
def var(folder, monkeypatch) -> Path:
    monkeypatch.setenv("SLP_VAR", str(folder / "var"))
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    return folder / "var"


@pytest.fixture
def python(var) -> Callable[..., subprocess.Popen]:
    """Start a Python of its own with these lines, as any command on this machine would be."""

    def start(code: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=paths.CHECKOUT,
        )

    return start


@pytest.fixture
def run(python) -> Callable[[str], str]:
    """Run the lines to their end; what they printed."""

    def finish(code: str) -> str:
        out, err = python(code).communicate(timeout=60)
        return out.strip() + err.strip()

    return finish


def processes_of(folder: Path) -> list[int]:
    """Every process that names the folder in its command line or environment, or works in it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        if pid == os.getpid() or not process.started_at(pid):
            continue
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if os.fsencode(folder) in told or str(folder) in os.readlink(entry / "cwd"):
                found.append(pid)
        except OSError:
            continue
    return found
