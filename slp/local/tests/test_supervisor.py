"""The supervisor with real servers and tiny children; the real children run in the journeys."""

import http.client
import json
import os
import signal
import socket
import sys

import pytest

from slp.local import plan, process
from slp.local.errors import LocalError
from slp.local.stack import Stack
from slp.local.tests import tasks
from slp.local.tests.conftest import processes_of

STANDIN = [sys.executable, "-m", "slp.local.tests.standin"]
ALL = ("web", "worker", "beat", "valkey", "postgres")


@pytest.fixture
def stack(var):
    one = Stack(var, command=STANDIN)
    yield one
    one.stop()


def ready(stack: Stack) -> bool:
    connection = http.client.HTTPConnection(stack.url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    finally:
        connection.close()


def test_each_part_comes_back_after_a_kill_and_a_stop_leaves_nothing(stack, var):
    stack.start()
    first = stack.pids()
    assert set(first) == set(ALL)
    assert ready(stack)

    for name in ALL:
        stack.kill(name)
        stack.wait_back(name, timeout=20)
    assert not set(first.values()) & set(stack.pids().values())
    assert ready(stack)
    screen = stack.screen()

    assert stack.stop() == 0
    assert processes_of(var.parent) == []
    assert not (var / "run.json").exists()
    for name in ALL:
        assert f"{name} was killed by signal 9; starting it again" in screen
        assert f"{name} is back" in screen


def test_children_of_a_killed_child_end_with_it(stack, var):
    stack.start()
    family = [pid for pid in processes_of(var.parent) if os.getpgid(pid) == stack.pids()["worker"]]
    assert len(family) == 2

    stack.kill("worker")
    stack.wait_back("worker")

    assert [pid for pid in family if process.started_at(pid)] == []


def leads_its_group(pid: int) -> bool:
    """False too for a process that has ended since it was listed: the stack's children die with their supervisor."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False


def test_a_killed_supervisor_leaves_nothing_for_long_and_the_next_start_recovers(stack, var):
    stack.start()
    os.kill(stack.process.pid, signal.SIGKILL)
    stack.process.wait()

    tied = [pid for pid in processes_of(var.parent) if leads_its_group(pid)]
    assert process.wait_until(lambda: not any(process.started_at(pid) for pid in tied), 10)
    orphans = processes_of(var.parent)  # the stand-in worker's own child is tied to nobody
    assert len(orphans) == 1

    again = Stack(var, command=STANDIN).start()

    assert set(again.pids()) == set(ALL)
    assert process.started_at(orphans[0]) is None
    assert again.stop() == 0
    assert processes_of(var.parent) == []


def test_a_child_that_ignores_the_request_is_ended_all_the_same(var):
    with Stack(var, {"STANDIN_WORKER": "stubborn"}, command=STANDIN) as stack:
        assert stack.stop() == 0
        assert processes_of(var.parent) == []


def test_a_stop_waits_for_the_running_task(var, run):
    with Stack(var, {"STANDIN_WORKER": "celery", "STANDIN_PATIENCE": "20"}, command=STANDIN) as stack:
        assert run("from slp.local.tests import tasks; tasks.slow.delay(1.5)") == ""
        assert process.wait_until(tasks.notes().exists, 20)

        assert stack.stop() == 0

    assert tasks.notes().read_text() == "begun\ndone\n"


def test_a_task_that_takes_too_long_is_given_back_and_runs_after_the_next_start(var, run):
    celery = {"STANDIN_WORKER": "celery", "STANDIN_PATIENCE": "1"}
    with Stack(var, celery, command=STANDIN) as stack:
        assert run("from slp.local.tests import tasks; tasks.slow.delay(300)") == ""
        assert process.wait_until(tasks.notes().exists, 20)
        assert stack.stop() == 0
        assert processes_of(var.parent) == []

    with Stack(var, celery, command=STANDIN):
        assert process.wait_until(lambda: tasks.notes().read_text() == "begun\nbegun\n", 20)


def test_a_child_that_never_starts_is_named_with_its_last_words(var):
    stack = Stack(var, {"STANDIN_WORKER": "broken"}, command=STANDIN)

    with pytest.raises(RuntimeError, match="the stand-in is broken on purpose"):
        stack.start()

    assert "worker does not start" in stack.screen()
    assert stack.stop() == 1
    assert processes_of(var.parent) == []


def test_a_failed_preparation_stops_everything(var):
    stack = Stack(var, {"STANDIN_PREPARE": "import sys; sys.exit('no such table')"}, command=STANDIN)

    with pytest.raises(RuntimeError, match=r"prepare \| no such table"):
        stack.start()

    assert stack.stop() == 1
    assert processes_of(var.parent) == []


def test_an_interrupt_while_it_prepares_stops_at_once(var):
    stack = Stack(
        var, {"STANDIN_PREPARE": "print('  here', flush=True); import time; time.sleep(600)"}, command=STANDIN
    )
    with pytest.raises(TimeoutError):
        stack.start(timeout=0)
    assert process.wait_until(lambda: "  here" in stack.screen(), 20)

    assert stack.stop(timeout=10) == 0
    assert processes_of(var.parent) == []


def test_a_second_start_says_where_the_first_one_runs(stack, var):
    stack.start()
    second = Stack(var, command=STANDIN)

    with pytest.raises(RuntimeError, match=f"SLP already runs from .*: {stack.url}"):
        second.start()

    assert second.stop() == 1
    assert set(json.loads((var / "run.json").read_text())["members"]) == set(ALL)


@pytest.mark.parametrize("text", ["", "abc", "-1", "70000", "8000.5"])
def test_a_port_that_is_none_is_one_sentence(text):
    with pytest.raises(LocalError, match="must be a number from 0 to 65535"):
        plan.port_number(text)


def test_a_taken_port_is_one_sentence_with_a_way_out(var):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(LocalError, match=f"Port {port} .* another program uses it.* PORT={port + 1}"):
            plan.demo(port, plan.LOCALHOST)


@pytest.mark.parametrize("seed", [True, False])
def test_accounts_are_shown_only_where_the_demo_data_made_them(var, monkeypatch, capsys, seed):
    for name in ("DJANGO_SETTINGS_MODULE", "PORT", "PYTHONUNBUFFERED", "SLP_BASE_URL", "SLP_DEMO"):
        monkeypatch.setenv(name, "")  # what `demo` sets is taken back after the test
        monkeypatch.delenv(name)
    plan.demo(plan.free_port(), plan.LOCALHOST, seed=seed).announce()
    said = capsys.readouterr().out
    assert ("officer@demo.example" in said) == seed
    assert ("createsuperuser" in said) != seed
    assert os.environ["SLP_DEMO"] == str(seed).lower()
