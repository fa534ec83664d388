"""Starting, recognising and ending processes, so that none stays behind and none is mistaken for another."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

MARK = "SLP_SUPERVISED"  # in the environment of what a supervisor starts: the state folder it works for
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux has it, macOS does not


def tie_to_parent(death_signal: int) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `death_signal` to the child when we die, however we die."""
    parent = os.getpid()

    def tie() -> None:
        if _prctl:
            _prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # we died between fork and here
            os._exit(1)

    return tie


def adopt_orphans() -> None:
    """Grandchildren whose parent dies become ours to end and reap: PID 1 of a container may never do it."""
    if _prctl:
        _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def started_at(pid: int) -> str | None:
    """What tells this process from a later one with the same id; None when it is gone or only a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None if os.path.exists("/proc/self/stat") else _started_by_ps(pid)
    return None if fields[0] in "ZX" else fields[19]


def _started_by_ps(pid: int) -> str | None:
    asked = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = asked.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def working_in(folder: Path) -> Iterator[int]:
    """Processes whose working directory is `folder`: how a server's own are told from all others."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "cwd") == str(folder) and started_at(int(entry.name)):
                yield int(entry.name)
        except OSError:
            continue


def children_of(parent: int) -> Iterator[int]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                yield int(entry.name)


def marked(value: str) -> Iterator[int]:
    """Processes that a supervisor of this state folder started, and whatever they started."""
    mark = b"\0" + os.fsencode(f"{MARK}={value}") + b"\0"
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in b"\0" + (entry / "environ").read_bytes():
                yield int(entry.name)


def signal_quietly(pid: int, number: int, *, group: bool = False) -> None:
    with suppress(ProcessLookupError, PermissionError):
        (os.killpg if group else os.kill)(pid, number)


def wait_until(condition: Callable[[], object], seconds: float, every: float = 0.02) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def end(pid: int, steps: list[tuple[int, float]], gone: Callable[[], bool] | None = None) -> bool:
    """Send each signal in turn and give it its seconds; True as soon as the process is gone."""
    first = started_at(pid)
    gone = gone or (lambda: first is None or started_at(pid) != first)
    for number, seconds in steps:
        if gone():
            return True
        signal_quietly(pid, number)
        if wait_until(gone, seconds):
            return True
    return gone()


def end_all(pids: set[int], patience: float) -> None:
    """All at the same time: asked first, then killed."""
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        for pid in pids:
            signal_quietly(pid, number)
        if wait_until(lambda: not any(started_at(pid) for pid in pids), seconds):
            return


def on_linux() -> bool:
    return sys.platform.startswith("linux")


KILL = [(signal.SIGKILL, 5.0)]
