"""What `script/demo` runs, as data."""

import errno
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from slp.local import paths, postgres, screen, valkey
from slp.local.errors import LocalError
from slp.local.members import Child, ServerMember

LOCALHOST = "127.0.0.1"
MEMORY = "/dev/shm"  # noqa: S108 -- gunicorn opens its files there without a name
WEB_STOP = [(signal.SIGTERM, 15.0), (signal.SIGQUIT, 2.0)]
# A warm stop waits for the running task; a cold one gives it back to the queue for the next worker.
WORKER_STOP = [(signal.SIGTERM, 25.0), (signal.SIGQUIT, 5.0)]
BEAT_STOP = [(signal.SIGTERM, 5.0)]


@dataclass
class Plan:
    """Servers in the order in which they start, children in the order in which they stop."""

    servers: list[ServerMember]
    prepare: list[str] | None
    children: list[Child]
    url: str = ""
    announce: Callable[[], None] = lambda: None


def demo(port: int, host: str, *, seed: bool = True) -> Plan:
    addresses = _addresses(host, port)
    url = f"http://{'localhost' if host == LOCALHOST else host}:{port}"
    _set_environment(url, port, seed)
    servers = []
    if not os.environ.get("DATABASE_URL"):
        servers.append(ServerMember("postgres", postgres.server))
    if not os.environ.get("REDIS_URL"):
        servers.append(ServerMember("valkey", valkey.server))
    prepare = [sys.executable, "-m", "slp.local.prepare", *([] if seed else ["--no-seed"])]
    return Plan(servers, prepare, _children(addresses, port), url, lambda: _announce(url, seed))


def port_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise LocalError(f"PORT is {text!r}, but must be a number from 0 to 65535, for example PORT=8000.")
    return int(text) or free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return probe.getsockname()[1]


def _children(addresses: list[str], port: int) -> list[Child]:
    python, celery = sys.executable, [sys.executable, "-m", "celery", "-A", "slp"]
    web = [python, "-m", "gunicorn", "slp.wsgi:application", "--preload", "--no-control-socket"]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "10"]
    for address in addresses:
        web += ["--bind", address]
    if os.access(MEMORY, os.W_OK):
        web += ["--worker-tmp-dir", MEMORY]  # a heartbeat file on a slow disk can block a worker
    worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--hostname", "slp@%h"]
    worker += ["--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "INFO"]
    health = (addresses[0].rpartition(":")[0].strip("[]"), port, "/health/ready")
    return [
        Child("web", web, stop_signals=WEB_STOP, health=health),
        Child("worker", worker, stop_signals=WORKER_STOP, says_when_ready=" ready."),
        Child("beat", beat, stop_signals=BEAT_STOP, says_when_ready="beat: Starting"),
    ]


def _set_environment(url: str, port: int, seed: bool) -> None:
    for name, value in {"SLP_DEMO": "true" if seed else "false", "SLP_BASE_URL": url}.items():
        os.environ.setdefault(name, value)
    os.environ["DJANGO_SETTINGS_MODULE"] = "slp.settings"
    os.environ["SLP_VAR"] = str(paths.var())
    os.environ["PORT"] = str(port)
    os.environ["PYTHONUNBUFFERED"] = "1"


def _addresses(host: str, port: int) -> list[str]:
    """What to listen on. Browsers try `localhost` as ::1 as well, so nobody else may answer there."""
    if (why := _taken(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port)) is not None:
        other = port + 1 if 1024 <= port < 65535 else 8000
        raise LocalError(f"Port {port} at {host} cannot be used: {why}. Choose another one: PORT={other} script/demo")
    addresses = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]
    if host == LOCALHOST and _taken(socket.AF_INET6, "::1", port) is None:
        addresses.append(f"[::1]:{port}")
    return addresses


def _taken(family: int, host: str, port: int) -> str | None:
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return "another program uses it" if error.errno == errno.EADDRINUSE else (error.strerror or str(error)).lower()
    return None


def _announce(url: str, seed: bool) -> None:
    screen.say()
    screen.say(f"  SLP is ready: {screen.colour(url + '/', screen.BOLD)}")
    screen.say()
    if seed:
        _tell_accounts()
    else:
        screen.say("  Without the demo data nobody has an account yet. The first administrator:")
        screen.say("  .venv/bin/python manage.py createsuperuser")
    screen.say()
    screen.say(f"  Logs and mail: {paths.var()}. Ctrl-C stops everything.")
    screen.say()


def _tell_accounts() -> None:
    from slp.demo import accounts

    rows = [(account.email, account.role, account.door) for account in accounts.ACCOUNTS]
    screen.table(rows, ("sign in as", "role", "door"))
    screen.say()
    screen.say(f"  The password of all of them: {accounts.PASSWORD}")
