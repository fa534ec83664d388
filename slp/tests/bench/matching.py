"""What matching costs among many experts: the 50 best for a seat with all reasons in R, the page of the need in S.

The worst needs are measured, not a mean one: what most people know and speak in a window of a year, the same in a
language of few (so that all stand in the way of the few), and a field of few.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.test import Client
from django.urls import reverse

from engagements.matching import candidates
from engagements.models import Need, Seat
from partners.models import ExpertLanguage, ExpertSkill
from slp.accounts.models import User
from slp.lib.dates import today
from slp.tests.bench.measure import cost, count_queries, once, rows_floor
from slp.tests.bench.people import populate, remove

BEST, ROUNDS, TURNS, TRIES = 50, 9, 3, 3
LARGE = 50_000
# (experts from which on, the most in R): what a flat row per expert makes possible, doubled.
BEST_GATES = ((0, 80.0), (500_000, 400.0))
PAGE_GATE, PAGE_QUERIES, GROWTH_GATE = 10.0, 8, 4.0


@dataclass
class Figure:
    """One measured figure with its gate."""

    name: str
    value: float
    unit: str
    gate: float
    note: str = ""

    @property
    def ok(self) -> bool:
        return self.value <= self.gate


def measure_matching(experts: int = LARGE) -> list[Figure]:
    """All figures, at a tenth of the size and at full size. What was added for them is taken back."""
    figures: list[Figure] = []
    before: dict[str, float] = {}
    for size in (experts // 10, experts):
        added = populate(size)
        found, quiet = _at(size)
        figures += found
        if before:
            figures += [Figure(f"page: {name}, growth", quiet[name] / before[name], "x", GROWTH_GATE) for name in quiet]
        before = quiet
        if experts <= LARGE:  # beyond, nothing is measured afterwards
            remove(added)
    for figure in figures:
        print(
            f"{'  ' if figure.ok else '! '}{figure.name:<62}{figure.value:>8.2f} {figure.unit:<3}"
            f"(gate {figure.gate:g}) {figure.note}",
            flush=True,
        )
    return figures


def _at(size: int) -> tuple[list[Figure], dict[str, float]]:
    """The figures at one size, and what each page costs at its quietest moment."""
    figures, quiet, rows = [], {}, rows_floor()
    gate = next(most for least, most in reversed(BEST_GATES) if size >= least)
    client = Client()
    client.force_login(User.objects.get(email="officer@demo.example"))
    for name, seat in worst_seats().items():
        ratio, ms = _best_in_r(seat, rows)
        queries = count_queries(lambda s=seat: candidates(s, limit=BEST))
        figures.append(Figure(f"{BEST} best of {size:,}: {name}", ratio, "R", gate, f"{ms:.1f} ms"))
        figures.append(Figure(f"{BEST} best of {size:,}: {name}, queries", queries, "q", 1))
        url = reverse("desk:need-match", args=[seat.need.reference])
        page, asked = cost(client, url, rows), count_queries(lambda u=url: client.get(u))
        figures.append(Figure(f"page among {size:,}: {name}", page.ratio, "S", PAGE_GATE, f"{page.ms:.1f} ms"))
        figures.append(Figure(f"page among {size:,}: {name}, queries", asked, "q", PAGE_QUERIES))
        quiet[name] = page.quiet
        seat.need.delete()
    return figures, quiet


def _best_in_r(seat: Seat, rows: Callable[[], object]) -> tuple[float, float]:
    """In turn with R; in a round the fastest turn of each counts. Of three tries the best one stands, as for pages."""
    tries = []
    for _ in range(TRIES):
        rounds = []
        for _ in range(ROUNDS):
            turns = [(once(rows), once(lambda: candidates(seat, limit=BEST))) for _ in range(TURNS)]
            rounds.append([min(column) for column in zip(*turns, strict=True)])
        ratio = statistics.median(found / floor for floor, found in rounds)
        tries.append((ratio, statistics.median(found for _, found in rounds) * 1000))
    return min(tries)


def worst_seats() -> dict[str, Seat]:
    """A need of its own for each seat, of any stay of a month in a year."""
    fields = ranked_by_use(ExpertSkill, "expertise_id")
    languages = ranked_by_use(ExpertLanguage, "language_id")
    asked = {
        "most know it, most speak it": (fields[0], languages[0]),
        "most know it, few speak it": (fields[0], languages[-1]),
        "most know it, no language": (fields[0], None),
        "few know it, few speak it": (fields[-1], languages[-1]),
    }
    return {name: _seat(expertise, language) for name, (expertise, language) in asked.items()}


def ranked_by_use(model, key: str) -> list[str]:
    return [row[0] for row in model.objects.values_list(key).annotate(n=Count("pk")).order_by("-n", key)]


def _seat(expertise: str, language: str | None) -> Seat:
    like, start = Need.objects.order_by("pk").first(), today() + timedelta(days=30)
    need = Need.objects.create(
        title="Measured", kind="mentoring", sector="POL", problem="-", success="-", places="-", country=like.country,
        author=like.author, status="validated", starts_on=start, ends_on=start + timedelta(days=364), min_days=30,
        max_days=90,
    )  # fmt: skip
    speaking = 1 if language else 0
    return Seat.objects.create(
        need=need, number=1, role="Mentor", expertise_id=expertise, language_id=language, min_speaking=speaking
    )
