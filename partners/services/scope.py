"""What an agency may do under its agreements: one question with one answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from partners.models import Agency, Agreement
from slp.lib.answers import YES, Answer, no
from slp.places.models import Country


@dataclass(frozen=True)
class Standing:
    """The answer, and the agreements that it rests on, in the order of their dates."""

    answer: Answer
    agreements: tuple[Agreement, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.answer)

    @property
    def agreement(self) -> Agreement | None:
        """The one that the activity begins under."""
        return self.agreements[0] if self.agreements else None


def may_do(
    *,
    agency: Agency,
    kind: str,
    country: Country | None,
    start: date,
    end: date,
    expertise: Collection[str] = (),
    people: int | None = None,
) -> Standing:
    """May this agency do this kind of activity, in this country, on these dates? One query.

    Yes where an agreement in force covers it, or several that follow each other without a gap, as an agreement and
    its renewal do. A no gives the reason that is easiest to mend: the dates of an agreement that fits otherwise, else
    the scope of one that is in force. `expertise`: codes; `people`: how many take part at once.
    """
    asked = {"kind": kind, "country": country, "expertise": expertise, "people": people}
    return _standing(agency, _active([agency])[agency.pk], start, end, asked)


def may_all_do(
    *,
    agencies: Collection[Agency],
    kind: str,
    country: Country | None,
    start: date,
    end: date,
    expertise: Collection[str] = (),
    people: dict[int, int] | None = None,
) -> dict[int, Standing]:
    """The same question for several agencies, by their ids, in the same query. `people`: by agency.

    A queryset may be given as `expertise`: it is asked only where an agreement is limited to some fields.
    """
    active = _active(agencies)
    asked = {"kind": kind, "country": country, "expertise": expertise}
    counts = people or {}
    return {a.pk: _standing(a, active[a.pk], start, end, asked | {"people": counts.get(a.pk)}) for a in agencies}


def _active(agencies: Collection[Agency]) -> dict[int, list[Agreement]]:
    """The agreements of each agency that hold, in the order of their dates; a renewed one for the days before."""
    rows = Agreement.objects.holding().filter(agency__in=agencies)
    found: dict[int, list[Agreement]] = {agency.pk: [] for agency in agencies}
    for agreement in rows.with_scope().order_by("starts_on", "pk"):
        found[agreement.agency_id].append(agreement)
    return found


def _standing(agency: Agency, active: list[Agreement], start: date, end: date, asked: dict) -> Standing:
    scopes = [(agreement, agreement.covers_what(**asked)) for agreement in active]
    fitting = [agreement for agreement, given in scopes if given]
    if chain := _chain(fitting, start, end):
        return Standing(YES, chain)
    if fitting:
        return Standing(_why_not_then(fitting, start, end))
    return Standing(next((given for _, given in scopes), no(f"No agreement with {agency} is in force.")))


def _chain(fitting: list[Agreement], start: date, end: date) -> tuple[Agreement, ...]:
    """Agreements that together cover every day, each taking over no later than the day after the one before."""
    found, day = [], start
    while day <= end:
        here = [a for a in fitting if a.starts_on <= day and (a.ends_on is None or a.ends_on >= day)]
        if not here:
            return ()
        longest = max(here, key=lambda a: a.ends_on or date.max)
        found.append(longest)
        if longest.ends_on is None:
            break
        day = longest.ends_on + timedelta(days=1)
    return tuple(found)


def _why_not_then(fitting: list[Agreement], start: date, end: date) -> Answer:
    """The dates of the agreement that comes nearest: the last that has begun by the first day, else the next one."""
    begun = [a for a in fitting if a.starts_on <= start]
    nearest = begun[-1] if begun else fitting[0]
    return nearest.covers_days(start, end)
