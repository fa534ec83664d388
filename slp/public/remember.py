"""Pages that everybody reads are drawn once for each state of the record, not once for each reader.

The key holds the newest history entry of every table that the pages show: whatever changes there, changes the key.
So nothing shown is ever old, and nothing has to be thrown away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache as once
from typing import Any

from django.core.cache import cache
from django.db import connection

from deployments.models import Deployment
from engagements.models import (
    Accomplishment,
    Engagement,
    FinalReport,
    Guide,
    Participants,
    Participation,
    PublishedFigure,
    Result,
)
from partners.models import Agency, Agreement, Certificate
from slp.lib.dates import today
from slp.lib.track import event_model
from slp.places.models import Academy, Country

log = logging.getLogger(__name__)
SHOWN = (
    Academy, Accomplishment, Agency, Agreement, Certificate, Country, Deployment, Engagement, FinalReport, Guide,
    Participants, Participation, PublishedFigure, Result,
)  # fmt: skip
KEEP_SECONDS = 24 * 3600


@once
def _question() -> str:
    tables = [event_model(model)._meta.db_table for model in SHOWN]
    newest = [f'(SELECT max(pgh_id) FROM "{table}")' for table in tables]  # noqa: S608 -- the names are our own tables
    return f"SELECT concat_ws('.', {', '.join(newest)})"


def state_of_the_record() -> str:
    """Changes with every change of what the public pages show. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_question())
        return cursor.fetchone()[0]


def remembered(name: str, draw: Callable[[], Any], keep: int = KEEP_SECONDS) -> Any:
    """What `draw` gives for today's record. Without a cache it is drawn each time."""
    key = f"public:{name}:{today()}:{state_of_the_record()}"
    try:
        drawn = cache.get(key)
        if drawn is None:
            drawn = draw()
            cache.set(key, drawn, keep)
    except Exception as error:  # the cache's own errors differ by backend
        log.warning("The public pages have no cache: %s", error)
        return draw()
    return drawn
