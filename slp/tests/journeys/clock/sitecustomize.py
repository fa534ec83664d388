"""Lets time pass for the processes of a journey: "now" is that many days later as the file says.

Python imports a module of this name by itself when its folder is on PYTHONPATH. Only journeys put it there.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

CLOCK = Path(os.environ["SLP_TEST_CLOCK"])
WASHINGTON = ZoneInfo("America/New_York")


class Later(datetime):
    """`datetime`, with `now()` as many days later as the clock's file says: the same time of day in Washington.

    24 hours for each day would be another date there in the hour by which summer time differs.
    """

    @classmethod
    def now(cls, tz=None):
        here = datetime.now(WASHINGTON) + timedelta(days=int(CLOCK.read_text() or 0))
        return here.astimezone(tz) if tz else here.astimezone().replace(tzinfo=None)


timezone.datetime = Later
