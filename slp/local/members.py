"""What the supervisor runs: our own processes and the two embedded servers, seen in the same way."""

import http.client
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from slp.local import paths, process
from slp.local.errors import LocalError
from slp.local.server import Server, State

PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # before the first, second ... restart in a row
STEADY = 30.0  # seconds after which a process counts as healthy again


@dataclass
class Member:
    """One thing that must run. `restart_at` is when it may start again after it died."""

    name: str
    popen: subprocess.Popen | None = field(default=None, init=False)
    up: bool = field(default=False, init=False)
    restarts: int = field(default=0, init=False)
    in_a_row: int = field(default=0, init=False)
    started: float = field(default=0.0, init=False)
    restart_at: float | None = field(default=None, init=False)

    def start(self) -> None:
        self.up, self.restart_at, self.started = False, None, time.monotonic()
        self.popen = self._spawn()

    @property
    def pid(self) -> int | None:
        return self.popen.pid if self.popen else None

    def died(self) -> str | None:
        """How it ended, once it has; its own children end with it."""
        if self.popen is None or (code := self.popen.poll()) is None:
            return None
        process.signal_quietly(self.popen.pid, signal.SIGKILL, group=True)
        self.popen = None
        return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"

    def plan_restart(self) -> None:
        now = time.monotonic()
        self.in_a_row = 0 if now - self.started > STEADY else self.in_a_row
        self.restart_at = now + PAUSES[min(self.in_a_row, len(PAUSES) - 1)]
        self.in_a_row += 1
        self.restarts += 1
        self.up = False

    def log(self) -> Path:
        return paths.logs() / f"{self.name}.log"

    def last_lines(self, count: int) -> list[str]:
        try:
            return self.log().read_text(errors="replace").splitlines()[-count:]
        except OSError:
            return []

    def look(self) -> bool:
        """Is it ready to serve?"""
        return True

    def stop(self) -> None:
        raise NotImplementedError

    def _spawn(self) -> subprocess.Popen | None:
        raise NotImplementedError


@dataclass
class Child(Member):
    """A process of our own: gunicorn, Celery's worker, beat."""

    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    stop_signals: list[tuple[int, float]] = field(default_factory=lambda: [(signal.SIGTERM, 10.0)])
    says_when_ready: str = ""  # in its log
    health: tuple[str, int, str] | None = None  # host, port, path
    log_from: int = field(default=0, init=False)

    def look(self) -> bool:
        if self.health:
            return _answers(*self.health)
        if not self.says_when_ready:
            return True
        with self.log().open("rb") as log:
            log.seek(self.log_from)
            return self.says_when_ready.encode() in log.read()

    def stop(self) -> None:
        if self.popen is None:
            return
        process.end(self.popen.pid, self.stop_signals, gone=lambda: self.popen.poll() is not None)
        process.signal_quietly(self.popen.pid, signal.SIGKILL, group=True)
        self.popen.wait()
        self.popen = None

    def _spawn(self) -> subprocess.Popen:
        self.log().parent.mkdir(exist_ok=True)
        with self.log().open("ab") as log:
            self.log_from = log.tell()
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=paths.CHECKOUT,
                env={**os.environ, **self.env, process.MARK: str(paths.var())},
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor alone
                preexec_fn=process.tie_to_parent(signal.SIGTERM),
            )


@dataclass
class ServerMember(Member):
    """An embedded server. Another process may have started it: then it is watched by its id."""

    server: Server
    adopted: int | None = field(default=None, init=False)
    adopted_at: str | None = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        return self.popen.pid if self.popen else self.adopted

    def died(self) -> str | None:
        if self.adopted is None:
            return super().died()
        if process.started_at(self.adopted) == self.adopted_at:
            return None
        self.adopted = None
        return "ended"

    def look(self) -> bool:
        return self.server.state() is State.UP

    def stop(self) -> None:
        if self.popen:  # not by its own pid file: it may be too young to have one
            process.end(self.popen.pid, self.server.stop_signals, gone=lambda: self.popen.poll() is not None)
        elif self.adopted:
            self.server.stop()
        self.popen = self.adopted = None

    def _spawn(self) -> subprocess.Popen | None:
        popen = self.server.start(death_signal=self.server.stop_signals[0][0])
        if popen is None:
            if (pid := self.server.pid()) is None:
                raise LocalError(f"{self.server.title} answers, but its process cannot be found. End it, then retry.")
            self.adopted, self.adopted_at = pid, process.started_at(pid)
        return popen


def _answers(host: str, port: int, path: str) -> bool:
    try:
        connection = http.client.HTTPConnection(host, port, timeout=3)
        connection.request("GET", path, headers={"Host": f"localhost:{port}", "Connection": "close"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
