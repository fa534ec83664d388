"""What SLP reminds people of: each rule finds rows, and says whom to tell and what.

A rule yields `Due` items for everything that is due or overdue at `now`; whether it was sent already is the
ledger's business. So a scheduler that was down for two days catches up, and a second run sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Due:
    """One notice that is owed. `key` must be the same whenever the same notice is found again."""

    key: str
    user: object | None
    email: str
    subject: str
    body: str
    about: str
    path: str
    why: str


@dataclass(frozen=True)
class Rule:
    """A named reason to write to somebody. `find(now)` yields what is due or overdue; `roles`: whom it may concern."""

    code: str
    explains: str
    find: Callable[[datetime], Iterable[Due]]
    can_be_off: bool = True
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Chore:
    """Something that time does by itself: an invitation lapses, an agreement expires. `run(now)` -> count."""

    code: str
    explains: str
    run: Callable[[datetime], int]


RULES: dict[str, Rule] = {}
CHORES: dict[str, Chore] = {}
LINKS: dict[str, Callable[[object], str]] = {}  # how a rule makes the link of a notice when it is mailed


def link_of(code: str) -> Callable:
    """Decorator: the notices of this rule carry a link that is made at the moment of mailing and kept nowhere.

    For links that are a key by themselves: the ledger, its backups and its readers never see one.
    """

    def register(make: Callable[[object], str]):
        LINKS[code] = make
        return make

    return register


def rule(code: str, explains: str, *, can_be_off: bool = True, roles: Iterable[str] = ()) -> Callable:
    """Decorator: register a function as a rule of the sweep."""

    def register(find: Callable[[datetime], Iterable[Due]]):
        RULES[code] = Rule(code, explains, find, can_be_off, frozenset(roles))
        return find

    return register


def chore(code: str, explains: str) -> Callable:
    """Decorator: register something that the sweep carries out when its time has come."""

    def register(run: Callable[[datetime], int]):
        CHORES[code] = Chore(code, explains, run)
        return run

    return register
