"""Yes, or no-because: one answer hides the button, fills its reason and raises the refusal."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """A rule says no. The message is a sentence for the person who asked.

    `about`: the field of the form that the sentence belongs to, where a page knows one.
    """

    status = 403
    about: str | None = None

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stale(Refused):
    """Somebody else changed the record after it was read (HTTP 409)."""

    status = 409


@dataclass(frozen=True)
class Answer:
    """True or false, with the reason for a no."""

    yes: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.yes

    def __and__(self, other: Answer) -> Answer:
        return other if self.yes else self


YES = Answer(yes=True)


def no(reason: str) -> Answer:
    """A no with its reason: a whole sentence that says what would make it a yes."""
    return Answer(yes=False, reason=reason)


def answer(condition: object, reason: str) -> Answer:
    """Yes if `condition` holds, else no with `reason`."""
    return YES if condition else no(reason)


def require(given: Answer) -> None:
    """Raise `Refused` unless the answer is yes."""
    if not given:
        raise Refused(given.reason)
