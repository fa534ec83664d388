"""Dates of the field: the U.S. fiscal year, working days, dates known only to the month or year."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

WASHINGTON = ZoneInfo("America/New_York")
MONDAY_TO_FRIDAY = frozenset({0, 1, 2, 3, 4})


YEARS_AHEAD, YEARS_BACK = 10, 100  # a passport holds ten; the record has partners of the last century


class Precision(models.TextChoices):
    """How exactly a date of the past is known."""

    DAY = "day", "to the day"
    MONTH = "month", "to the month"
    YEAR = "year", "to the year"
    INFERRED = "inferred", "inferred"
    NONE = "none", "not stated"


def today(zone: ZoneInfo = WASHINGTON) -> date:
    """The date in Washington, or in the zone given."""
    return timezone.now().astimezone(zone).date()


def day_of(moment: datetime, zone: ZoneInfo = WASHINGTON) -> date:
    """The date on which something happened, in Washington or in the zone given: never that of UTC."""
    return moment.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo = WASHINGTON) -> datetime:
    """The first moment of a day, in Washington or in the zone given: for conditions on moments."""
    return datetime.combine(day, time.min, tzinfo=zone)


def end_of(day: date, zone: ZoneInfo = WASHINGTON) -> datetime:
    """The first moment that is no longer the day."""
    return start_of(day + timedelta(days=1), zone)


def implausible(value: date) -> str:
    """Why a date that somebody typed can't be meant, as a sentence; empty if it can.

    Catches a slip of the year, and what lies so near the end of the calendar that no day can be added to it.
    """
    day = value.date() if isinstance(value, datetime) else value
    years = (day - today()).days / 365.25
    if years > YEARS_AHEAD:
        return f"{show(day)} is more than {YEARS_AHEAD} years from now. Check the year."
    return f"{show(day)} is more than {YEARS_BACK} years ago. Check the year." if years < -YEARS_BACK else ""


def plausible_date(value: date) -> None:
    """Validator of every date that a form takes."""
    if sentence := implausible(value):
        raise ValidationError(sentence, code="implausible")


def fiscal_year(day: date) -> int:
    """The U.S. federal fiscal year, which starts on 1 October (31 USC 1102)."""
    return day.year + (day.month >= 10)


def fiscal_year_span(year: int) -> tuple[date, date]:
    """First and last day of a fiscal year."""
    return date(year - 1, 10, 1), date(year, 9, 30)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _observed(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


@lru_cache(maxsize=64)
def federal_holidays(year: int) -> frozenset[date]:
    """The legal holidays observed in a calendar year (5 USC 6103; Saturday -> Friday, Sunday -> Monday)."""
    memorial = date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday())
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    days = {_observed(d) for d in fixed} | {_observed(date(year + 1, 1, 1))}
    days |= {_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), memorial, _nth(year, 9, 0, 1), _nth(year, 10, 0, 2)}
    days.add(_nth(year, 11, 3, 4))
    return frozenset(d for d in days if d.year == year)


def is_working_day(
    day: date,
    *,
    week: Collection[int] = MONDAY_TO_FRIDAY,
    closures: Collection[date] = (),
    federal: bool = True,
) -> bool:
    """A day on which the office works. A post has its own week and closures."""
    return day.weekday() in week and day not in closures and not (federal and day in federal_holidays(day.year))


def add_working_days(
    day: date, count: int, *, week: Collection[int] = MONDAY_TO_FRIDAY, closures: Collection[date] = ()
) -> date:
    """The date `count` working days after `day`; a negative count goes back."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day, week=week, closures=closures)
    return day


def show(day: date | None, precision: str = Precision.DAY) -> str:
    """A date as it is known: "20 Dec 2010", "Aug 2010", "2013", or "date not stated"."""
    if day is None or precision == Precision.NONE:
        return "date not stated"
    if precision == Precision.MONTH:
        return f"{day:%b %Y}"
    if precision in (Precision.YEAR, Precision.INFERRED):
        return f"{day:%Y}"
    return f"{day.day} {day:%b %Y}"


def show_span(start: date | None, end: date | None, precision: str = Precision.DAY) -> str:
    """Two dates as a span, each as exactly as it is known."""
    if start and end and start != end:
        return f"{show(start, precision)} to {show(end, precision)}"
    return show(start or end, precision)


def show_between(start: date | None, end: date | None) -> str:
    """A window in which something has to lie: "between 26 Feb 2027 and 6 Jul 2027"."""
    if start and end and start != end:
        return f"between {show(start)} and {show(end)}"
    return f"on {show(start or end)}" if start or end else ""


def at_post(moment: datetime, zone_name: str) -> str:
    """A moment in the post's own time, with UTC beside it."""
    local = moment.astimezone(ZoneInfo(zone_name))
    return f"{local.day} {local:%b %Y, %H:%M} {local.tzname()} ({moment.astimezone(ZoneInfo('UTC')):%H:%M} UTC)"
