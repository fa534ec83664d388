"""A Celery application with one slow task, set as the real one is."""

import os
import time
from pathlib import Path

from celery import Celery

from slp.local import paths

app = Celery("standin", broker=paths.valkey_url(), fixups=[])  # without Django: it starts faster
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
)


@app.task(name="slow")
def slow(seconds: float) -> None:
    note("begun")
    time.sleep(seconds)
    note("done")


def note(word: str) -> None:
    with notes().open("a") as file:
        file.write(f"{word}\n")


def notes() -> Path:
    return Path(os.environ["SLP_VAR"]) / "notes"
