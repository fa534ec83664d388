"""Which people together: the best team for the seats, as a problem for OR-Tools' CP-SAT.

Knows nothing of needs and records: options go in, a choice comes out. The same options always give the same choice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

SECONDS = 3.0  # how long the solver may look; what it has found by then is shown
MOST_STARTS = 40  # first days that are tried: those on which most people are free
Span = tuple[date, date]  # first and last day


@dataclass(frozen=True)
class Option:
    """One person for one kind of seat. `free`: when; `total`: the points for this seat."""

    person: int
    agency: int
    group: int
    total: int
    free: tuple[Span, ...]


@dataclass(frozen=True)
class Wish:
    """What is asked. `sizes`: seats of each kind; `days`: how long all of them stay together; `cohesion`: points that
    one agency more must bring; `pinned`: people who come before everybody else, as far as they fit together."""

    sizes: Sequence[int]
    days: int
    cohesion: int = 0
    pinned: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Team:
    """Who was chosen. `how`: "best" (proved), "found" (within the time, or of the first days that were tried), "simple"
    (by the simple rule alone)."""

    picks: list[Option]
    start: date | None
    how: str
    missing: Mapping[int, int] = field(default_factory=dict)  # kind of seat -> how many are empty

    @property
    def agencies(self) -> set[int]:
        return {pick.agency for pick in self.picks}

    def points(self, wish: Wish) -> int:
        """All points, less what its agencies cost."""
        return sum(pick.total for pick in self.picks) - wish.cohesion * len(self.agencies)


def choose_team(options: Iterable[Option], wish: Wish, *, seconds: float = SECONDS) -> Team:
    """The team that fills most seats, then has most points. `Team.how` says how sure that is."""
    options = sorted(options, key=lambda o: (o.group, -o.total, o.person))
    starts = first_days(options, wish.days)
    can = {
        option: frozenset(n for n, day in enumerate(starts) if is_free(option, day, wish.days)) for option in options
    }
    options = _needed([option for option in options if can[option]], can, wish)
    simple = _by_simple_rule(options, can, starts, wish)
    if not options:
        return simple
    return _solved(options, can, starts, wish, simple, seconds) or simple


def is_free(option: Option, start: date, days: int) -> bool:
    end = start + timedelta(days=days - 1)
    return any(first <= start and end <= last for first, last in option.free)


def first_days(options: Iterable[Option], days: int) -> list[date]:
    """The days on which a team can begin: if it can at all, it also can on the first day of somebody's free time."""
    free = {option.person: option.free for option in options}
    begins = {first for spans in free.values() for first, last in spans if (last - first).days + 1 >= days}
    if len(begins) > MOST_STARTS:
        last_starts = [(first, last - timedelta(days=days - 1)) for spans in free.values() for first, last in spans]
        counts = {day: sum(first <= day <= last for first, last in last_starts) for day in begins}
        begins = set(sorted(begins, key=lambda day: (-counts[day], day))[:MOST_STARTS])
    return sorted(begins)


def _needed(options: list[Option], can: Mapping[Option, frozenset[int]], wish: Wish) -> list[Option]:
    """Without those who are never needed: of one agency's people who are free alike, no more than there are seats."""
    seats, met, needed = sum(wish.sizes), Counter(), []
    for option in options:  # the best of a kind come first
        kind = (option.agency, option.group, can[option])
        met[kind] += 1
        if met[kind] <= seats or option.person in wish.pinned:
            needed.append(option)
    return needed


def _worth(wish: Wish, options: Iterable[Option]) -> int:
    """What a filled seat counts: more than all that points and agencies can make up for."""
    most = max((option.total for option in options), default=0)
    return sum(wish.sizes) * (most + wish.cohesion) + 1


# -- the simple rule: for each first day, the next best person, seat by seat ------------------------
def _by_simple_rule(options, can, starts: list[date], wish: Wish) -> Team:
    teams = [_greedy([o for o in options if n in can[o]], day, wish) for n, day in enumerate(starts)]

    def value(team: Team) -> tuple[int, int, int]:
        return len(wish.pinned & {pick.person for pick in team.picks}), len(team.picks), team.points(wish)

    empty = Team([], None, "best", {g: size for g, size in enumerate(wish.sizes) if size})
    return max(teams, key=value, default=empty)


def _greedy(options: list[Option], start: date, wish: Wish) -> Team:
    left, used, agencies, picks = list(wish.sizes), set(), set(), []
    while True:
        free = [o for o in options if left[o.group] and o.person not in used]
        if not free:
            return Team(picks, start, "simple", {g: n for g, n in enumerate(left) if n})
        pick = max(
            free,
            key=lambda o: (
                o.person in wish.pinned,
                o.total - (0 if o.agency in agencies else wish.cohesion),
                -o.group,
                -o.person,
            ),
        )
        left[pick.group] -= 1
        used.add(pick.person)
        agencies.add(pick.agency)
        picks.append(pick)


# -- the solver ---------------------------------------------------------------------------------------
def _solved(options, can, starts: list[date], wish: Wish, simple: Team, seconds: float) -> Team | None:
    """What CP-SAT finds; nothing if it finds nothing in the time."""
    from ortools.sat.python import cp_model  # three quarters of a second, for this one page only

    model = cp_model.CpModel()
    chosen = {option: model.new_bool_var("") for option in options}
    begins = [model.new_bool_var("") for _ in starts]
    asked = {agency: model.new_bool_var("") for agency in sorted({option.agency for option in options})}
    model.add_exactly_one(begins)
    of_person, of_group = defaultdict(list), defaultdict(list)
    for option, var in chosen.items():
        of_person[option.person].append(var)
        of_group[option.group].append(var)
        model.add_implication(var, asked[option.agency])
        if len(can[option]) < len(starts):
            model.add(sum(begins[n] for n in can[option]) >= var)
        model.add_hint(var, option in simple.picks)
    for variables in of_person.values():
        model.add_at_most_one(variables)
    for group, variables in of_group.items():
        model.add(sum(variables) <= wish.sizes[group])
    worth = _worth(wish, options)
    kept = worth * (sum(wish.sizes) + 1)
    model.maximize(
        sum((option.total + worth + kept * (option.person in wish.pinned)) * var for option, var in chosen.items())
        - wish.cohesion * sum(asked.values())
    )
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers, solver.parameters.random_seed = 1, 1  # the same question, the same answer
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    picks = [option for option, var in chosen.items() if solver.value(var)]
    left = Counter(dict(enumerate(wish.sizes))) - Counter(pick.group for pick in picks)
    start = next(day for day, var in zip(starts, begins, strict=True) if solver.value(var))
    how = "best" if status == cp_model.OPTIMAL and len(starts) < MOST_STARTS else "found"
    return Team(sorted(picks, key=lambda o: (o.group, -o.total, o.person)), start, how, dict(left))
