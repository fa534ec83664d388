"""The whole of SLP as real processes, for tests: start, kill a part, wait until it is back, stop."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slp.local import paths, process

OWN_SERVERS = ("DATABASE_URL", "REDIS_URL")
LOG = "supervisor.log"


class Stack:
    """`python -m slp.local.supervisor` under a folder of its own.

    with Stack(tmp_path / "var", {"SLP_SWEEP_SECONDS": "2"}) as stack:
        page.goto(stack.url)
        stack.kill("worker")
        stack.wait_back("worker")
    """

    def __init__(
        self,
        var: Path | str,
        env: dict[str, str] | None = None,
        *,
        port: int = 0,
        seed: bool = True,
        command: list[str] | None = None,
    ):
        self.var = Path(var)
        self.port = port
        options = [] if seed else ["--no-seed"]
        self.command = command or [sys.executable, "-m", "slp.local.supervisor", *options]
        kept = {name: value for name, value in os.environ.items() if name not in OWN_SERVERS}
        self.env = {**kept, "SLP_VAR": str(self.var), "PORT": str(port), **(env or {})}
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Stack":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self, timeout: float = 150.0) -> "Stack":
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / LOG).open("ab") as screen:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                cwd=paths.CHECKOUT,
                env=self.env,
                start_new_session=True,
                preexec_fn=process.tie_to_parent(signal.SIGTERM),  # a killed test run leaves no stack
            )
        pid = self.process.pid  # a killed predecessor may have left its file
        self._wait(lambda: self._told().get("ready") and self._told()["pid"] == pid, timeout, "the stack")
        return self

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return self._told()["url"]

    def pids(self) -> dict[str, int]:
        """web, worker, beat, valkey, postgres: each with its process id, as long as it runs."""
        return {name: told["pid"] for name, told in self._told().get("members", {}).items() if told["pid"]}

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Returns the id that was killed."""
        pid = self.pids()[name]
        self._killed = {**getattr(self, "_killed", {}), name: pid}
        os.kill(pid, number)
        return pid

    def wait_back(self, name: str, timeout: float = 60.0) -> int:
        """Until `name` runs under another id than the one killed last, and serves. Returns the new id."""
        old = getattr(self, "_killed", {}).get(name)

        def back() -> bool:
            told = self._told().get("members", {}).get(name, {})
            return bool(told.get("up") and told.get("pid") and told["pid"] != old)

        self._wait(back, timeout, f"{name} to be back")
        return self.pids()[name]

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """That process holds still meanwhile, and goes on where it was."""
        pid = self.pids()[name]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            process.signal_quietly(pid, signal.SIGCONT)

    def stop(self, timeout: float = 90.0) -> int:
        """In order, as Ctrl-C does. Returns the exit code; nothing of the stack runs any more."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout)
        finally:
            process.signal_quietly(self.process.pid, signal.SIGKILL, group=True)
            self.process.wait()
            self.process = None

    def discard(self) -> None:
        """Stop, and delete the folder with all its data, also what root had to keep outside it."""
        self.stop()
        code = "from slp.local import paths; print(paths.postgres_home().parent)"
        asked = subprocess.run(
            [sys.executable, "-c", code], env=self.env, cwd=paths.CHECKOUT, capture_output=True, text=True
        )
        for folder in (self.var, Path(asked.stdout.strip() or self.var)):
            shutil.rmtree(folder, ignore_errors=True)

    def screen(self) -> str:
        """What a person would have seen in the terminal."""
        return (self.var / LOG).read_text(errors="replace")

    def log(self, name: str) -> str:
        return (self.var / "log" / f"{name}.log").read_text(errors="replace")

    def _told(self) -> dict:
        try:
            return json.loads((self.var / "run.json").read_text())
        except (OSError, ValueError):
            return {}

    def _wait(self, condition, timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError(f"The supervisor ended while we waited for {what}:\n{self.screen()[-3000:]}")
            if time.monotonic() > deadline:
                told = json.dumps(self._told(), indent=1)
                raise TimeoutError(f"Waited {timeout:.0f} s for {what}.\n{told}\n{self.screen()[-3000:]}")
            time.sleep(0.05)
