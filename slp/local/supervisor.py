"""`python -m slp.local.supervisor`: everything `script/demo` runs, started, watched and stopped in order.

Single-threaded: a parent-death signal follows the thread that made the child, and one thread reaps everybody.
"""

import argparse
import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from slp.local import paths, process, screen
from slp.local.errors import LocalError
from slp.local.members import Child, Member
from slp.local.plan import LOCALHOST, Plan, demo, port_number
from slp.local.server import make_folder

READY_SECONDS = 120.0
TICK = 1.0  # signals and deaths of children wake us earlier


class Stopped(Exception):
    """Ctrl-C or SIGTERM arrived while we were starting."""


class Supervisor:
    def __init__(self, plan: Plan, *, follow: bool = False):
        self.plan = plan
        self.follow = follow
        self.ready = False
        self.signals = 0
        self.stopping = False
        self._preparation: Child | None = None
        self._shown = {member.name: _size(member.log()) for member in self.members}
        self._lock: int | None = None

    @property
    def members(self) -> list[Member]:
        return [*self.plan.children, *reversed(self.plan.servers)]

    def run(self) -> int:
        started = time.monotonic()
        self._take_lock()
        self._listen()
        process.adopt_orphans()
        self._end_leftovers()
        try:
            self._start_servers()
            self._prepare()
            self._start_children()
            screen.step("serving      web, worker, beat", started)
            self.plan.announce()
            self._watch()
        except Stopped:
            pass
        except LocalError as error:
            screen.complain(str(error))
            return 1
        finally:
            self._stop()
        return 0

    # -- starting ----------------------------------------------------------------------------------
    def _take_lock(self) -> None:
        make_folder(paths.var())
        self._lock = os.open(paths.supervisor_lock(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

        def taken() -> bool:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not process.wait_until(taken, 1.0, every=0.05):  # others look at it for an instant
            url = running().get("url", "still starting or stopping")
            raise LocalError(f"SLP already runs from {paths.var()}: {url}. Stop it there, or set another SLP_VAR.")

    def _listen(self) -> None:
        self._wake, tell = socket.socketpair()
        tell.setblocking(False)
        self._wake.setblocking(False)
        self._tell = tell
        signal.set_wakeup_fd(tell.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, *_) -> None:
        self.signals += 1
        if self.stopping and self.signals > 1:  # a second Ctrl-C: no more patience with our own processes
            for child in self.plan.children:
                if child.pid:
                    process.signal_quietly(child.pid, signal.SIGKILL, group=True)

    def _end_leftovers(self) -> None:
        """What a supervisor that was killed itself may have left."""
        left = [*process.marked(str(paths.var()))]
        for told in read_run_file().get("members", {}).values():
            if told["pid"] and process.started_at(told["pid"]) == told["started"]:
                left.append(told["pid"])
        servers = {member.server.pid() for member in self.plan.servers}  # they are stopped in their own way
        process.end_all(set(left) - servers, patience=3.0)
        paths.run_file().unlink(missing_ok=True)
        for member in self.plan.servers:
            member.server.stop_unused()
            member.server.hold()

    def _start_servers(self) -> None:
        started = time.monotonic()
        for member in self.plan.servers:
            member.start()
        self._wait(self.plan.servers, READY_SECONDS)
        for member in self.plan.servers:
            where = member.server.home()
            screen.step(f"{member.server.title:<12} {where}", started)
            if paths.var() not in where.parents:
                screen.step("             (there, because PostgreSQL's user cannot enter root's folder)")

    def _prepare(self) -> None:
        if self.plan.prepare is None:
            return
        log = paths.logs() / "prepare.log"
        with log.open("wb") as errors:
            child = self._preparation = _Preparation("prepare", self.plan.prepare, errors.fileno())
            child.start()
        try:
            while (ended := child.died()) is None:
                self._tick()
        finally:
            child.stop()
            self._preparation = None
        if ended != "ended with code 0":
            screen.quote("prepare", child.last_lines(15))
            raise LocalError(f"The record could not be made ready. The whole log: {log}")

    def _start_children(self) -> None:
        for child in self.plan.children:
            _trim(child.log())
            child.start()
        self._wait(self.plan.children, READY_SECONDS)

    def _wait(self, members: list, seconds: float) -> None:
        """Until all are up; whoever dies meanwhile gets two more tries."""
        deadline = time.monotonic() + seconds
        while not all(member.up for member in members):
            self._tick(0.1)
            failed = next((m for m in members if not m.up and (m.restarts > 2 or time.monotonic() > deadline)), None)
            if failed:
                screen.quote(failed.name, failed.last_lines(12))
                raise LocalError(f"{failed.name} does not start. The whole log: {failed.log()}")
        self.ready = self.ready or members is self.plan.children
        self._write_run_file()

    # -- watching ----------------------------------------------------------------------------------
    def _watch(self) -> None:
        while True:
            self._tick(0.1 if any(not member.up for member in self.members) else TICK)

    def _tick(self, seconds: float = TICK) -> None:
        readable, _, _ = select.select([self._wake], [], [], seconds)
        if readable:
            with suppress(BlockingIOError):
                self._wake.recv(4096)
        if self.signals:
            raise Stopped
        before = self._told()
        for member in self.members:
            self._look_after(member)
        self._reap_strangers()
        if self._told() != before:
            self._write_run_file()
        if self.follow:
            self._show_logs()

    def _look_after(self, member: Member) -> None:
        if how := member.died():
            member.plan_restart()
            pause = member.restart_at - time.monotonic()
            again = "starting it again" if pause < 0.1 else f"starting it again in {pause:.1f} s"
            screen.note(f"{member.name} {how}; {again}. Log: {member.log()}")
        if member.restart_at is not None and time.monotonic() >= member.restart_at:
            try:
                member.start()
            except (LocalError, OSError) as error:
                member.plan_restart()
                screen.note(f"{member.name} does not start: {error}")
        elif member.pid and not member.up and member.look():
            member.up = True
            if self.ready:
                screen.note(f"{member.name} is back")

    def _reap_strangers(self) -> None:
        """Orphans that became ours: reap them, but leave our own children to their Popen."""
        if not hasattr(os, "waitid"):  # macOS gives orphans to launchd, which reaps them
            return
        ours = {member.popen.pid for member in [*self.members, self._preparation] if member and member.popen}
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None or ended.si_pid in ours:
                return
            os.waitpid(ended.si_pid, 0)

    def _show_logs(self) -> None:
        """Whole lines that the logs have grown by since the last look."""
        for member in self.members:
            with suppress(FileNotFoundError), member.log().open("rb") as log:
                if self._shown[member.name] > _size(member.log()):  # a new file
                    self._shown[member.name] = 0
                log.seek(self._shown[member.name])
                whole, newline, _ = log.read().rpartition(b"\n")
                self._shown[member.name] += len(whole) + len(newline)
                screen.quote(member.name, whole.decode(errors="replace").splitlines())

    # -- stopping ----------------------------------------------------------------------------------
    def _stop(self) -> None:
        if any(member.pid for member in self.members):
            screen.say()
            screen.say("Stopping ...")
        self.stopping = True
        for member in self.members:
            try:
                member.stop()
            except LocalError as error:
                screen.complain(str(error))
        self._end_strangers()
        paths.run_file().unlink(missing_ok=True)
        for member in self.plan.servers:
            member.server.release()
        if self._lock is not None:
            os.close(self._lock)
        screen.say("Stopped.")

    def _end_strangers(self) -> None:
        """Whatever our processes started and left becomes our child; none may outlive us."""
        deadline = time.monotonic() + 5.0
        with suppress(ChildProcessError):
            while time.monotonic() < deadline:
                for child in process.children_of(os.getpid()):
                    process.signal_quietly(child, signal.SIGKILL)
                if os.waitpid(-1, os.WNOHANG) == (0, 0):
                    time.sleep(0.01)

    # -- telling others ----------------------------------------------------------------------------
    def _told(self) -> dict:
        return {
            member.name: {"pid": member.pid, "up": member.up, "restarts": member.restarts} for member in self.members
        }

    def _write_run_file(self) -> None:
        told = self._told()
        for state in told.values():
            state["started"] = process.started_at(state["pid"]) if state["pid"] else None
        us = {"pid": os.getpid(), "started": process.started_at(os.getpid())}
        content = {"url": self.plan.url, "ready": self.ready, **us, "members": told}
        fresh = paths.run_file().with_suffix(".new")
        fresh.write_text(json.dumps(content, indent=1))
        fresh.replace(paths.run_file())


class _Preparation(Child):
    """Speaks to the terminal itself; only its errors go to the log."""

    def __init__(self, name: str, command: list[str], errors: int):
        super().__init__(name, command)
        self.errors = errors

    def _spawn(self):
        return subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stderr=self.errors,
            cwd=paths.CHECKOUT,
            start_new_session=True,
            preexec_fn=process.tie_to_parent(signal.SIGTERM),
        )


def read_run_file() -> dict:
    try:
        return json.loads(paths.run_file().read_text())
    except (OSError, ValueError):
        return {}


def running() -> dict:
    """The run file of a supervisor that lives; empty otherwise."""
    told = read_run_file()
    return told if told and process.started_at(told["pid"]) == told["started"] else {}


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _trim(log: Path, limit: int = 5_000_000) -> None:
    if _size(log) > limit:
        log.replace(log.with_suffix(".old.log"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/demo", description="Start SLP with its demo data on this machine.")
    parser.add_argument("--port", default=os.environ.get("PORT", "8000"), help="default: $PORT or 8000; 0: a free one")
    parser.add_argument("--host", default=os.environ.get("SLP_HOST", LOCALHOST), help="default: 127.0.0.1")
    parser.add_argument("--no-seed", action="store_true", help="load the reference data alone")
    parser.add_argument("--logs", action="store_true", help="show the log of every process here as well")
    chosen = parser.parse_args()
    try:
        make_folder(paths.var())
        what = demo(port_number(chosen.port), chosen.host, seed=not chosen.no_seed)
        return Supervisor(what, follow=chosen.logs).run()
    except LocalError as error:
        screen.complain(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
