"""How everything is timed: in turn with the floors of the same moment, and read as a ratio to them.

S: a bare Django view with a small template for a signed-in user (session and user are its two queries).
R: fifty indexed rows by psycopg alone, without Django's cursor around it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.db import connection
from django.test import Client

ROUNDS, TURNS = 9, 3
TRIES = 3
PLACE = ("dbname", "user", "password", "host", "port")
FLOOR_ROWS = "SELECT id, reference, status, role, city FROM deployments_deployment ORDER BY id DESC LIMIT 50"


@dataclass(frozen=True)
class Cost:
    """What one page costs. Times in milliseconds; `ratio` is in S, `ratio_r` in R."""

    ms: float
    floor_ms: float
    rows_ms: float
    ratio: float
    ratio_r: float
    quiet: float  # in S, by the quietest moment of the page and of the floor; growth goes by it


def once(work: Callable[[], object]) -> float:
    """Seconds that one turn takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def statements() -> Iterator[list[str]]:
    """What goes to the database meanwhile."""
    seen: list[str] = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def count_queries(work: Callable[[], object]) -> int:
    """How many statements go to the database."""
    with statements() as seen:
        work()
    return len(seen)


def rows_floor() -> Callable[[], object]:
    """Fetches the rows of R over a connection that knows nothing of Django."""
    told = connection.get_connection_params()
    raw = psycopg.connect(**{name: told[name] for name in PLACE if name in told}, autocommit=True)
    return lambda: raw.execute(FLOOR_ROWS).fetchall()


def cost(client: Client, url: str, rows: Callable[[], object]) -> Cost:
    """S, R and the page take turns; in a round the fastest turn of each counts, the ratio is the median over rounds.

    It is taken up to three times and the best one stands: a busy moment of the machine is not a slow page, a slow
    page stays one.
    """
    works = (lambda: client.get("/bench/floor-s/"), rows, lambda: client.get(url))
    tries = []
    for _ in range(TRIES):
        rounds = [_round(works) for _ in range(ROUNDS)]
        floors, raws, pages = zip(*rounds, strict=True)
        tries.append(
            Cost(
                ms=statistics.median(pages) * 1000,
                floor_ms=statistics.median(floors) * 1000,
                rows_ms=statistics.median(raws) * 1000,
                ratio=statistics.median(page / floor for floor, _, page in rounds),
                ratio_r=statistics.median(page / raw for _, raw, page in rounds),
                quiet=min(pages) / min(floors),
            )
        )
    return min(tries, key=lambda found: found.ratio)


def _round(works: tuple[Callable[[], object], ...]) -> list[float]:
    """The fastest of a few turns of each, in seconds."""
    turns = [[once(work) for work in works] for _ in range(TURNS)]
    return [min(column) for column in zip(*turns, strict=True)]
