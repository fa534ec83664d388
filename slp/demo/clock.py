"""The demonstration's clock: services are called as if at moments of the past, so that their own rules hold there.

Nothing is written around the services. The one exception is the time in the history, which the database stamps
itself: `Clock.settle` gives each entry the moment at which it was made in the story.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import pghistory
import pgtrigger
from django.apps import apps
from django.db import connection
from django.utils import timezone

from slp.lib import queue
from slp.reminders import services as reminders


class Clock:
    """Sets "now" for everything that asks `django.utils.timezone`; remembers which history was made when."""

    def __init__(self) -> None:
        self._tables = sorted(m._meta.db_table for m in apps.get_models() if issubclass(m, pghistory.models.Event))
        self._last = self._newest()
        self._spans: list[tuple[dict[str, int], dict[str, int], datetime]] = []

    @contextmanager
    def at(self, day: date, hour: int = 15, minute: int = 0) -> Iterator[datetime]:
        """Inside, it is that day (hour in UTC), and a millisecond passes with each question."""
        moment = datetime.combine(day, time(hour, minute), UTC)
        real = timezone.datetime

        class Pretended(datetime):
            asked = 0

            @classmethod
            def now(cls, tz=None):
                cls.asked += 1
                return (moment + timedelta(milliseconds=cls.asked)).astimezone(tz)

        timezone.datetime = Pretended
        try:
            yield moment
        finally:
            timezone.datetime = real
        newest = self._newest()
        self._spans.append((self._last, newest, moment))
        self._last = newest

    def _newest(self) -> dict[str, int]:
        parts = [f"SELECT '{t}', coalesce(max(pgh_id), 0) FROM \"{t}\"" for t in self._tables]  # noqa: S608 -- our own tables
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts))
            return dict(cursor.fetchall())

    def settle(self) -> None:
        """Give the history of every span the moment of its span."""
        with pgtrigger.ignore(), connection.cursor() as cursor:
            for table in self._tables:
                spans = [(a[table], b[table], moment) for a, b, moment in self._spans if a[table] < b[table]]
                if not spans:
                    continue
                values = ", ".join(["(%s::bigint, %s::bigint, %s::timestamptz)"] * len(spans))
                cursor.execute(
                    f'UPDATE "{table}" SET pgh_created_at = m.at FROM (VALUES {values}) AS m(low, high, at) '  # noqa: S608 -- our own table
                    "WHERE pgh_id > m.low AND pgh_id <= m.high",
                    [value for span in spans for value in span],
                )


@contextmanager
def nothing_is_mailed() -> Iterator[None]:
    """Inside, notices are written to the ledger but no task is queued: nobody waits for the mail of a story."""
    mail, work = reminders._send_task, queue._send
    reminders._send_task = lambda task: None
    queue._send = lambda task, args: None
    try:
        yield
    finally:
        reminders._send_task, queue._send = mail, work
