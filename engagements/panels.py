"""What an engagement's page shows beside its own facts: higher floors add their parts here.

@panel
def travel(engagement, user, door, asked):
    return [Panel("Travel", "deployments/_travel_panel.html", {"rows": ...})]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engagements.models import Engagement


@dataclass(frozen=True)
class Panel:
    """A part of the page: its heading, the template that draws it, and the template's own context.

    The template also gets `engagement` and `door`.
    """

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


PanelMaker = Callable[[Engagement, Any, str, Mapping[str, str]], list[Panel]]
_PANELS: list[PanelMaker] = []


def register(panel: PanelMaker) -> PanelMaker:
    """Add `panel(engagement, user, door, asked)`; it gives the parts that this person may see at this door.

    `asked`: what the address asks for beside the page, such as `?grid=1`.
    """
    if panel not in _PANELS:
        _PANELS.append(panel)
    return panel


def panels(engagement: Engagement, user: Any, door: str, asked: Mapping[str, str]) -> list[Panel]:
    """Every part that the higher floors have for this page, in the order of registration."""
    return [part for panel in _PANELS for part in panel(engagement, user, door, asked)]
