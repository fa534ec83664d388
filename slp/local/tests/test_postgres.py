import os
import shutil
import signal
import time

import psycopg
import pytest

from slp.local import paths, postgres, process
from slp.local.errors import LocalError
from slp.local.server import State
from slp.local.tests.conftest import make_folder

USE = "from slp.local import postgres; postgres.ensure(); print(postgres.server.pid(), flush=True)"
STAY = USE + "; input()"


@pytest.fixture
def server(var):
    one = postgres.Postgres()
    yield one
    one.release()


def ask(sql: str, dbname: str = "slp"):
    with psycopg.connect(host=str(paths.postgres_sockets()), user="slp", dbname=dbname) as connection:
        return connection.execute(sql).fetchone()


@pytest.fixture(scope="module")
def cluster():
    """Creating a cluster takes a second; tests that need an existing one copy this."""
    folder = make_folder()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SLP_VAR", str(folder))
        patched.setattr(postgres, "INITDB", [*postgres.INITDB, "--wal-segsize=1"])  # less to copy
        postgres.Postgres().prepare()
    yield folder / "postgres"
    shutil.rmtree(folder)


@pytest.fixture
def existing(server, cluster, var):
    """A stopped cluster in `var`, owned as the server would own it."""
    owner = server.user() or os.geteuid()
    shutil.copytree(cluster, var / "postgres")
    for path in (var / "postgres", *(var / "postgres").rglob("*")):
        os.chown(path, owner, -1)
    (var / "postgres").chmod(0o700)
    (var / "postgres" / "data").chmod(0o700)
    return server


def test_a_cold_start_gives_an_honest_role(server):
    server.ensure()

    assert ask("select current_user, rolsuper, rolcreatedb from pg_roles where rolname = current_user") == (
        "slp",
        False,
        True,
    )
    assert ask("select datcollate, datlocprovider from pg_database where datname = 'slp'") == ("C", "b")
    assert ask("show listen_addresses") == ("",)


def test_the_usual_extensions_need_no_superuser(existing):
    existing.ensure()

    with psycopg.connect(host=str(paths.postgres_sockets()), user="slp", dbname="slp") as connection:
        for extension in ("btree_gist", "pg_trgm", "unaccent"):
            connection.execute(f"create extension {extension}")


def test_four_cold_starts_at_once_make_one_server(python, var):
    started = [python(STAY) for _ in range(4)]
    pids = {process.stdout.readline().strip() for process in started}
    ended = [process.communicate("\n", timeout=30) for process in started]

    assert len(pids) == 1, ended
    assert pids.pop().isdigit(), ended
    assert [err for _, err in ended if err] == []


def test_the_last_one_to_leave_stops_it(existing, python):
    first, second = python(STAY), python(STAY)
    pid = int(first.stdout.readline())
    assert int(second.stdout.readline()) == pid
    first.communicate("\n", timeout=30)
    assert process.started_at(pid)

    second.communicate("\n", timeout=30)

    assert process.started_at(pid) is None


def test_a_killed_user_does_not_keep_it_running_for_ever(existing, python, run):
    killed = python(STAY)
    pid = int(killed.stdout.readline())
    killed.kill()
    killed.communicate()

    assert int(run(USE)) == pid  # the next one found it, and stopped it
    assert process.started_at(pid) is None


def test_a_killed_postmaster_is_replaced_and_nothing_committed_is_lost(existing):
    existing.ensure()
    with psycopg.connect(host=str(paths.postgres_sockets()), user="slp", dbname="slp") as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as n")
    sleeper = psycopg.connect(host=str(paths.postgres_sockets()), user="slp", dbname="slp")
    pid = existing.pid()

    os.kill(pid, signal.SIGKILL)  # its session lives on for a moment: an orphan at work on the data
    existing.ensure()

    assert existing.pid() != pid
    assert ask("select count(*) from kept") == (1000,)
    sleeper.close()


@pytest.mark.parametrize("stranger", [1, os.getpid()])
def test_a_lock_file_that_names_a_stranger_does_not_stop_a_start(existing, var, stranger):
    lock = f"{stranger}\n{var}/postgres/data\n1700000000\n5432\n\n\n0 0\n"
    sockets = paths.postgres_sockets()
    for path in (existing.data() / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(lock)

    existing.ensure()

    assert existing.pid() not in (None, stranger)


def test_data_of_another_major_version_are_left_alone(existing):
    (existing.data() / "PG_VERSION").write_text("15\n")

    with pytest.raises(LocalError, match=r"made by PostgreSQL 15; SLP now brings 18\. Dump it"):
        existing.ensure()


def test_a_folder_that_cannot_be_written_is_one_sentence(run, monkeypatch, folder):
    if os.geteuid() == 0:
        monkeypatch.setenv("SLP_VAR", "/sys/slp-var")  # even root cannot write there
    else:
        folder.chmod(0o555)

    told = run("from slp.local import postgres\ntry: postgres.ensure()\nexcept Exception as error: print(error)")

    folder.chmod(0o755)
    assert told.startswith("SLP cannot write to ")
    assert "Set SLP_VAR to a folder you can write to" in told
    assert "\n" not in told


def test_a_file_in_the_place_of_the_folder_is_one_sentence(server, var):
    var.write_text("")

    with pytest.raises(LocalError, match="is a file, but SLP needs a folder there"):
        server.ensure()


def test_an_interrupted_creation_starts_again(server, var):
    half = var / "postgres" / "new-1" / "base"
    half.mkdir(parents=True)
    os.chown(var / "postgres", server.user() or os.geteuid(), -1)

    server.ensure()

    assert not half.exists()
    assert ask("select 1") == (1,)


def test_a_server_that_does_not_start_says_why(existing):
    with (existing.data() / "postgresql.conf").open("a") as conf:
        conf.write("\nwork_mem = 'a lot'\n")

    with pytest.raises(LocalError, match=r"PostgreSQL did not start: .*work_mem"):
        existing.ensure()


def test_while_a_supervisor_runs_the_others_wait_for_it(existing, var, python):
    import fcntl

    var.mkdir(exist_ok=True)
    with paths.supervisor_lock().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = python(USE)
        time.sleep(0.7)
        assert existing.state() is State.DOWN

        popen = existing.start()
        existing.hold()

        out, err = waiting.communicate(timeout=30)
        assert int(out) == popen.pid, err
    existing.stop()
    popen.wait()


def test_in_a_private_folder_root_keeps_the_database_outside_and_others_inside(folder, monkeypatch):
    (folder / "state").mkdir()
    (folder / "home").mkdir(mode=0o700)
    monkeypatch.setattr(paths, "STATE", folder / "state")
    monkeypatch.setenv("SLP_VAR", str(folder / "home" / "var"))
    monkeypatch.setattr(postgres, "_usable_by_all", lambda program: False)  # as in a checkout in /root
    server = postgres.Postgres()

    server.ensure()

    assert ask("select 1") == (1,)
    outside = folder / "state" / f"slp-{paths.key()}"
    assert server.home().parent == (outside if os.geteuid() == 0 else paths.var())
    assert (folder / "home").stat().st_mode & 0o777 == 0o700
    server.release()
