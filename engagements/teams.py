"""A whole team for the open seats of a need: who, from which agencies, together when, and how sure that is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from engagements.matching import Candidate, check, same_seats
from engagements.models import Need, Nomination, Seat
from engagements.ranking import ranked
from engagements.team_solver import Option, Team, Wish, choose_team
from partners.models import Agency

FIELD = 2000  # candidates who are considered, over all kinds of seat
# Points that one agency more must bring. Together a seat's points can reach 100.
COHESION = {"loose": 0, "some": 15, "close": 60}
HOW = {
    "best": "Of the people considered no other team does better by these points and wishes.",
    "found": "The best that was found; another one may have a few more points.",
    "simple": "Chosen seat by seat, the next best person first: the search found no answer in time. Look for yourself.",
}


@dataclass(frozen=True)
class Proposal:
    """A team. `missed`: people who were to be kept and could not be, as the ids of their records."""

    seats: list[tuple[Seat, Candidate]]
    empty: list[Seat]
    start: date | None
    end: date | None
    how: str
    considered: int
    missed: frozenset[int]

    @property
    def total(self) -> int:
        return sum(candidate.total for _, candidate in self.seats)

    @property
    def words(self) -> str:
        return HOW[self.how]

    def agencies(self) -> list[tuple[Agency, list[tuple[Seat, Candidate]]]]:
        """Each agency with the seats that its people would fill, the one with most first."""
        found: dict[int, list[tuple[Seat, Candidate]]] = {}
        for seat, candidate in self.seats:
            found.setdefault(candidate.expert.agency_id, []).append((seat, candidate))
        rows = [(places[0][1].expert.agency, places) for places in found.values()]
        return sorted(rows, key=lambda row: (-len(row[1]), row[0].name))


def propose_team(
    need: Need,
    *,
    cohesion: int = COHESION["some"],
    pinned: Collection[int] = (),
    left_out: Collection[int] = (),
    agencies_left_out: Collection[int] = (),
) -> Proposal:
    """The best team for the seats that nobody has promised. Ids of experts (`pinned`, `left_out`) and of agencies.

    Nothing here knows of requests and answers, as in `engagements.matching`, but for who is offered already.
    """
    groups = same_seats(_open_seats(need))
    away = {*left_out, *Nomination.objects.live().filter(seat__need=need).values_list("expert_id", flat=True)}
    options = [
        option for option in _options(groups) if option.person not in away and option.agency not in agencies_left_out
    ]
    wish = Wish([len(group) for group in groups], need.min_days, cohesion, frozenset(pinned))
    team = choose_team(options, wish)
    seats = list(_placed(groups, team))
    filled = {seat.pk for seat, _ in seats}
    return Proposal(
        seats=seats,
        empty=[seat for group in groups for seat in group if seat.pk not in filled],
        start=team.start,
        end=team.start and team.start + timedelta(days=need.min_days - 1),
        how=team.how,
        considered=len({option.person for option in options}),
        missed=frozenset(pinned) - {pick.person for pick in team.picks},
    )


def _open_seats(need: Need) -> list[Seat]:
    seats = list(need.seats.with_filled().filter(held_by=None, is_filled=False).select_related("expertise", "language"))
    for seat in seats:
        seat.need = need
    return seats


def _options(groups: list[list[Seat]]) -> Iterable[Option]:
    """Everybody who meets all conditions of a kind of seat, with their free days as first and last."""
    for number, group in enumerate(groups):
        for row in ranked(group[0], best=FIELD // len(groups)):
            free = tuple((span.lower, span.upper - timedelta(days=1)) for span in row.free or ())
            yield Option(row.pk, row.agency_id, number, row.total, free)


def _placed(groups: list[list[Seat]], team: Team) -> Iterable[tuple[Seat, Candidate]]:
    """Each chosen person on a seat, with conditions and points in words. A query for each kind of seat."""
    for number, group in enumerate(groups):
        people = [pick.person for pick in team.picks if pick.group == number]
        if people:
            known = check(group[0], people)
            ranks = sorted(people, key=lambda person: (-known[person].total, known[person].expert.name))
            yield from ((seat, known[person]) for seat, person in zip(group, ranks, strict=False))
