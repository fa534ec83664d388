"""The best team for some seats, against every team there can be."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engagements.team_solver import MOST_STARTS, Option, Team, Wish, choose_team, first_days, is_free

DAY = date(2027, 1, 1)
DAYS = 10


def span(first: int, length: int) -> tuple[date, date]:
    return DAY + timedelta(days=first), DAY + timedelta(days=first + length - 1)


def option(person: int, agency: int = 1, group: int = 0, total: int = 50, free=((0, 30),)) -> Option:
    return Option(person, agency, group, total, tuple(span(*one) for one in free))


spans = st.lists(st.tuples(st.integers(0, 20), st.integers(5, 25)), min_size=1, max_size=2)
people = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 1), st.integers(0, 100), spans), min_size=0, max_size=7)


def every_team(options: list[Option], wish: Wish):
    """All choices that the rules allow, for few options."""
    for count in range(len(options) + 1):
        for picks in itertools.combinations(options, count):
            alone = len({pick.person for pick in picks}) == count
            fits = all(sum(p.group == g for p in picks) <= size for g, size in enumerate(wish.sizes))
            days = first_days(options, wish.days)
            if alone and fits and (not picks or any(all(is_free(p, day, wish.days) for p in picks) for day in days)):
                yield Team(list(picks), None, "")


@settings(max_examples=60)
@given(drawn=people, cohesion=st.sampled_from([0, 15, 60]))
def test_no_team_is_better_than_the_one_that_is_proved(drawn, cohesion):
    options = [option(n, agency, group, total, free) for n, (agency, group, total, free) in enumerate(drawn)]
    options += [replace(o, group=1 - o.group, total=o.total // 2) for o in options[:2]]
    wish = Wish((2, 1), DAYS, cohesion)
    team = choose_team(options, wish)
    best = max((len(other.picks), other.points(wish)) for other in every_team(options, wish))
    assert (len(team.picks), team.points(wish)) == best
    assert team.how == "best"
    assert all(is_free(pick, team.start, DAYS) for pick in team.picks)
    assert sum(team.missing.values()) == 3 - len(team.picks)
    assert choose_team(list(reversed(options)), wish) == team, "the same whatever the order"


def test_one_agency_more_must_bring_its_price():
    options = [option(1, 1, total=50), option(2, 1, total=50), option(3, 2, total=60)]
    assert choose_team(options, Wish((2,), DAYS, cohesion=15)).agencies == {1}
    assert choose_team(options, Wish((2,), DAYS, cohesion=9)).agencies == {1, 2}


def test_an_empty_seat_is_worse_than_any_price():
    options = [option(1, 1, total=100), option(2, 2, total=0)]
    assert len(choose_team(options, Wish((2,), DAYS, cohesion=60)).picks) == 2


def test_all_are_free_together():
    options = [option(1, free=((0, 10),)), option(2, free=((12, 10),)), option(3, total=1, free=((5, 20),))]
    team = choose_team(options, Wish((3,), DAYS))
    assert len(team.picks) == 2, "the first two never are"
    assert team.start in {span(12, 1)[0]}


def test_who_is_kept_is_in_it_and_who_cannot_be_is_left():
    options = [option(1, total=90), option(2, total=80), option(3, total=1)]
    assert {p.person for p in choose_team(options, Wish((2,), DAYS, pinned=frozenset({3}))).picks} == {1, 3}
    never = [*options, option(4, free=((90, 10),))]
    team = choose_team(never, Wish((2,), DAYS, pinned=frozenset({3, 4})))
    assert {p.person for p in team.picks} == {1, 3}, "the one of the two with whom the seats are filled"
    assert team.how == "best"


def test_more_are_kept_than_there_are_seats():
    options = [option(n) for n in range(3)]
    team = choose_team(options, Wish((2,), DAYS, pinned=frozenset(range(3))))
    assert (len(team.picks), team.how) == (2, "best")


def test_of_more_first_days_than_are_tried_none_is_called_the_best():
    options = [option(n, free=((n, DAYS),)) for n in range(MOST_STARTS + 1)]
    assert choose_team(options, Wish((2,), DAYS)).how == "found"
    assert choose_team(options[: MOST_STARTS - 1], Wish((2,), DAYS)).how == "best"


def test_nobody_at_all():
    team = choose_team([], Wish((2, 0), DAYS))
    assert (team.picks, team.start, team.missing) == ([], None, {0: 2})


def test_without_an_answer_in_time_the_simple_rule_says_so():
    options = [option(n, agency=n % 3, group=n % 2, total=n) for n in range(40)]
    team = choose_team(options, Wish((3, 3), DAYS, 15), seconds=0.0)
    assert (team.how, len(team.picks)) == ("simple", 6)
