import os
import signal

import kombu
import pytest
import redis

from slp.local import paths, process, valkey


@pytest.fixture
def server(var):
    one = valkey.Valkey()
    yield one
    one.release()


@pytest.fixture
def client(server):
    server.ensure()
    with redis.Redis.from_url(paths.valkey_cache_url(db=0)) as one:
        yield one


def test_celery_reaches_it_through_a_path_with_a_space(client):
    assert " " in str(paths.valkey_socket())

    with kombu.Connection(paths.valkey_url(db=0)) as connection:
        connection.SimpleQueue("celery").put("a task")

    assert client.llen("celery") == 1


def test_it_listens_on_nothing_but_its_socket(client):
    assert client.config_get("port") == {"port": "0"}
    assert paths.valkey_socket().stat().st_mode & 0o077 == 0


def test_a_killed_broker_keeps_what_it_accepted(server, client):
    client.rpush("celery", "a task")
    client.execute_command("WAITAOF", 1, 0, 2000)
    pid = server.pid()

    os.kill(pid, signal.SIGKILL)
    server.ensure()

    assert server.pid() != pid
    assert client.lrange("celery", 0, -1) == [b"a task"]


def test_a_pid_file_that_names_a_stranger_is_not_believed(server, var):
    (var / "valkey").mkdir(parents=True, mode=0o700)
    (var / "valkey" / "valkey.pid").write_text(str(os.getppid()))

    server.ensure()

    assert server.pid() != os.getppid()
    assert process.started_at(os.getppid())


def test_stopping_ends_it_and_says_so(server, client):
    pid = server.pid()

    assert server.stop()
    assert process.started_at(pid) is None
    assert not server.stop()
