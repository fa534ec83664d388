"""Where everything lives: one folder, `SLP_VAR`, by default `var/` in the checkout.

Importing this module or calling its functions starts and creates nothing, so settings may use it.
"""

import hashlib
import os
import stat
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parents[2]
STATE = Path("/var/lib")
# Literal, not $TMPDIR: two processes with different environments must agree on the same socket.
SHORT = Path("/tmp")  # noqa: S108 -- folders in it are checked for their owner before use
# A socket's address holds 108 bytes on Linux, 104 on macOS, both with a closing zero.
LONGEST_SOCKET = 100


def var() -> Path:
    """The folder for all state; symbolic links resolved, so that every process sees one name."""
    named = os.environ.get("SLP_VAR")
    return Path(os.path.realpath(os.path.expanduser(named))) if named else CHECKOUT / "var"


def key() -> str:
    """A short name for this `var()`, for what has to live outside it."""
    return hashlib.sha256(os.fsencode(var())).hexdigest()[:12]


def logs() -> Path:
    return var() / "log"


def run_file() -> Path:
    """What the supervisor tells others: URL and process ids, as JSON."""
    return var() / "run.json"


def supervisor_lock() -> Path:
    return var() / "supervisor.lock"


def postgres_home() -> Path:
    """PostgreSQL's data and, when they fit, its sockets.

    PostgreSQL refuses to run as root, so root runs it as an unprivileged user. Where such a user cannot
    reach `var()` (a checkout in root's home), the data lives in a folder of its own in the system's state
    directory: opening somebody's home to everyone is not ours to do. Data that exist in `var()` stay there.
    """
    inside = var() / "postgres"
    return inside if os.geteuid() != 0 or reachable(var()) or (inside / "data").exists() else _outside()


def postgres_is_outside() -> bool:
    return postgres_home().parent != var()


def postgres_sockets() -> Path:
    return _socket_folder(postgres_home() / "sockets", ".s.PGSQL.5432.lock")


def valkey_home() -> Path:
    return var() / "valkey"


def valkey_socket() -> Path:
    return _socket_folder(valkey_home(), "valkey.sock") / "valkey.sock"


def valkey_url(db: int = 0) -> str:
    """For Celery: kombu's own spelling of a Redis server behind a socket."""
    return f"redis+socket://{quote(str(valkey_socket()))}?virtual_host={db}"


def valkey_cache_url(db: int = 1) -> str:
    """For redis-py and Django's cache."""
    return f"unix://{quote(str(valkey_socket()))}?db={db}"


def reachable(path: Path) -> bool:
    """May any user pass through every folder above `path`? Folders that are still missing will be made so."""
    return all(_open_to_all(parent) for parent in path.parents)


def _open_to_all(folder: Path) -> bool:
    try:
        return bool(folder.stat().st_mode & stat.S_IXOTH)
    except FileNotFoundError:
        return True


def _outside() -> Path:
    state = STATE / f"slp-{key()}"
    if state.is_dir() or os.access(STATE, os.W_OK):
        return state / "postgres"
    return SHORT / f"slp-{key()}" / "postgres"


def _socket_folder(wanted: Path, longest_name: str) -> Path:
    if len(os.fsencode(wanted / longest_name)) <= LONGEST_SOCKET:
        return wanted
    return SHORT / f"slp-{key()}-{os.geteuid()}-{wanted.name}"
