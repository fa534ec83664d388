"""What the embedded PostgreSQL and the embedded Valkey have in common: starting once, stopping last.

Every process that uses a server holds a *lease*, a shared file lock that the kernel drops when the process
ends, however it ends. The last one to leave stops the server, so a command leaves nothing running, and twenty
at the same time share one server. While a supervisor runs, it alone starts servers; everybody else waits.
"""

import atexit
import fcntl
import os
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from slp.local import paths, process
from slp.local.errors import LocalError


class State(Enum):
    UP = "running"
    BUSY = "starting or stopping"
    DOWN = "stopped"


class Server:
    """One embedded server. Subclasses say how it is probed, prepared, spelled and asked to stop."""

    name: str
    title: str
    stop_signals: list[tuple[int, float]]
    patience = 60.0  # crash recovery of a large database takes a while

    def __init__(self) -> None:
        self._lease: int | None = None
        self._child: subprocess.Popen | None = None

    # -- what differs ------------------------------------------------------------------------------
    def home(self) -> Path:
        raise NotImplementedError

    def state(self) -> State:
        raise NotImplementedError

    def pid(self) -> int | None:
        """The process that serves this folder, never one that only has its number."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Make folders and data ready and clear what a dead server left. Runs under the start lock."""
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def user(self) -> int | None:
        """The user to run as, where it is not our own."""
        return None

    def identity(self) -> dict:
        """For subprocess: become `user()` in the child, before anything of it runs."""
        user = self.user()
        return {} if user is None else {"user": user, "group": _group(user), "extra_groups": []}

    # -- the public face ---------------------------------------------------------------------------
    def ensure(self) -> None:
        """Return when the server answers; start it when nobody else did. Safe from many processes at once."""
        self.hold()
        deadline = time.monotonic() + self.patience
        while (state := self.state()) is not State.UP:
            if time.monotonic() > deadline:
                raise LocalError(
                    f"{self.title} has not answered for {self.patience:.0f} seconds. Its log: {self.log()}"
                )
            if state is State.DOWN and not self._supervised():
                self._start_and_wait(deadline)
            time.sleep(0.03)

    def start(self, death_signal: int | None = None) -> subprocess.Popen | None:
        """Start without waiting; None when it already answers. `death_signal` ties it to our life."""
        with self._start_lock():
            process.wait_until(lambda: self.state() is not State.BUSY, self.patience)
            if self.state() is State.UP:
                return None
            self.prepare()
            return self._spawn(death_signal)

    def stop_unused(self) -> None:
        """Stop a server that nobody holds: its starter was killed and could not."""
        self._make_var()
        lease = self._open(self._lease_file())
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()
        except BlockingIOError:
            pass
        finally:
            os.close(lease)

    def stop(self) -> bool:
        """Stop it in order, whoever started it. False when it was not running."""
        pid = self.pid() or (None if self._reaped() else self._child.pid)  # too young for a pid file
        if pid is None:
            return False
        if not process.end(pid, self.stop_signals):
            raise LocalError(f"{self.title} (process {pid}) does not stop. Its log: {self.log()}")
        self._reap()
        return True

    def hold(self) -> None:
        """Say that this process uses the server, until it exits."""
        if self._lease is None:
            self._make_var()
            lease = self._open(self._lease_file())
            fcntl.flock(lease, fcntl.LOCK_SH)
            self._lease = lease
            atexit.register(self.release)

    def release(self) -> None:
        """Give the lease back; the last one stops the server."""
        if self._lease is None:
            return
        os.close(self._lease)
        self._lease = None
        try:
            if self._lease_file().exists():
                self.stop_unused()
        except (LocalError, OSError):
            pass  # we are leaving: the folder may have gone before us
        finally:
            if self._child and self._child.poll() is None:
                self._child.returncode = 0  # it serves others now; Popen need not warn that it still runs

    def log(self) -> Path:
        return paths.logs() / f"{self.name}.log"

    # -- inside ------------------------------------------------------------------------------------
    def _start_and_wait(self, deadline: float) -> None:
        with self._start_lock():
            if self.state() is not State.DOWN:
                return
            self.prepare()
            self._reap()
            self._child = child = self._spawn(None)
            while self.state() is not State.UP:
                if child.poll() is not None:
                    raise LocalError(f"{self.title} did not start: {self._last_words()} (log: {self.log()})")
                if time.monotonic() > deadline:
                    return
                time.sleep(0.02)

    def _spawn(self, death_signal: int | None) -> subprocess.Popen:
        paths.logs().mkdir(exist_ok=True)
        with self.log().open("ab") as log:
            self._log_from = log.tell()
            return subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",  # its user may not be able to look into ours
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=process.tie_to_parent(death_signal) if death_signal else None,
                **self.identity(),
            )

    def _reap(self) -> None:
        """Let the kernel forget the one we started, which is dead: its threads may need a moment longer."""
        if self._child:
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(5)

    def _reaped(self) -> bool:
        return self._child is None or self._child.poll() is not None

    def _last_words(self) -> str:
        with self.log().open("rb") as log:
            log.seek(getattr(self, "_log_from", 0))
            lines = log.read().decode(errors="replace").strip().splitlines()
        # Without time and process id before it.
        return "; ".join(line.partition("] ")[2] or line for line in lines[-2:]) or "it said nothing"

    def _supervised(self) -> bool:
        """Does a supervisor other than this process own the servers?"""
        try:
            lock = os.open(paths.supervisor_lock(), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _lease_file(self) -> Path:
        return paths.var() / f"{self.name}.users"

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        self._make_var()
        lock = self._open(paths.var() / f"{self.name}.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _make_var(self) -> None:
        make_folder(paths.var())

    def _open(self, path: Path) -> int:
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except PermissionError as error:
            raise LocalError(_not_writable(path)) from error
        except FileNotFoundError:
            raise
        except OSError as error:
            raise LocalError(_not_writable(path, error.strerror)) from error


def make_folder(folder: Path) -> None:
    """Make `folder`, and let others pass through what had to be made above it, whatever the umask is."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
        if missing == []:
            _check_writable(folder)
    except FileExistsError as error:
        raise LocalError(
            f"{error.filename} is a file, but SLP needs a folder there. Set SLP_VAR to another place."
        ) from error
    except OSError as error:
        raise LocalError(_not_writable(folder, error.strerror)) from error


def make_private(folder: Path, owner: int) -> None:
    """A folder that only `owner` can enter; refuses one that somebody else put in its place."""
    make_folder(folder.parent)
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, _group(owner))
    except FileExistsError:
        pass
    except OSError as error:
        raise LocalError(_not_writable(folder, error.strerror)) from error
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise LocalError(
            f"{folder} belongs to another user. Start SLP as that user, or set SLP_VAR to a folder of yours."
        )
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def _check_writable(folder: Path) -> None:
    if not folder.is_dir():
        raise FileExistsError(17, "File exists", str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(13, "Permission denied", str(folder))


def _not_writable(path: Path, why: str = "permission denied") -> str:
    return (
        f"SLP cannot write to {path} ({(why or '').lower()}). "
        "Set SLP_VAR to a folder you can write to, for example SLP_VAR=$HOME/slp-var."
    )


def _group(user: int) -> int:
    import pwd

    try:
        return pwd.getpwuid(user).pw_gid
    except KeyError:
        return user
