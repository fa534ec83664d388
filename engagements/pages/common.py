"""Who may enter a door, whose turn it is, how far a record has come."""

from __future__ import annotations

from typing import Any

from partners.pages.common import Fact, Step, Turn, door, facts, form_page, how_long
from partners.pages.common import steps as steps_of
from slp.lib.dates import today
from slp.lib.lifecycle import Lifecycle
from slp.lib.moves import buttons

__all__ = ["Fact", "Step", "Turn", "door", "due_words", "facts", "form_page", "how_long", "offers", "sent", "steps"]


def sent(request):
    """What was posted, for a form; None while the page is only looked at."""
    return request.POST if request.method == "POST" else None


def steps(
    lifecycle: Lifecycle,
    path: tuple[str, ...],
    status: str,
    *,
    plain: bool = False,
    detours: dict[str, str] | None = None,
) -> list[Step]:
    """The usual path of a record. `detours`: states that stand for one of the path, such as "returned" for "submitted".

    A state that is neither stands alone: the record's life took another end.
    """
    if detours and status in detours:
        path = tuple(status if s == detours[status] else s for s in path)
    return steps_of(lifecycle, path, status, plain=plain)


def offers(obj: Any, user: Any, door_name: str, *, without: tuple[str, ...] = ()) -> list[tuple]:
    """What the user can do now, for `ui/move_buttons.html`."""
    return buttons(obj, user, door_name, without=without)


def due_words(day) -> str:
    """ "in 3 days", "today", "2 days overdue"."""
    days = (day - today()).days
    if days < 0:
        return f"{-days} day{'s' if days != -1 else ''} overdue"
    return "today" if days == 0 else f"in {days} day{'s' if days != 1 else ''}"
