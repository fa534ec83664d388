"""Lets time pass for the processes of a journey: "now" is that many days later as the file says.

Python imports a module of this name by itself when its folder is on PYTHONPATH. Only journeys put it there.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

CLOCK = Path(os.environ["SLP_TEST_CLOCK"])


class Later(datetime):
    """`datetime`, with `now()` as many days later as the clock's file says."""

    @classmethod
    def now(cls, tz=None):
        moment = datetime.now(tz)
        return moment + timedelta(days=int(CLOCK.read_text() or 0))


timezone.datetime = Later
