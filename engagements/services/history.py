"""Engagements of the past, as publications tell them: closed from the start, each with its source.

What a publication says is kept as it says it. Nothing here is computed from anything else: twelve deployments
and sixty-eight officers are two published numbers, and neither follows from the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db import transaction
from django.utils import timezone

from engagements.models import (
    Accomplishment,
    Certainty,
    Engagement,
    EngagementStatus,
    Guide,
    HostInstitution,
    Participants,
    Participation,
    PublishedFigure,
    Result,
)
from partners.models import Agency, Expertise
from slp.documents.models import Source
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.places.models import Country


@dataclass(frozen=True)
class Took:
    """An agency that took part, with the personnel the publication names, if it does."""

    agency: Agency
    people: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Group:
    """A group of participants as published."""

    name: str
    women: int = 0
    men: int = 0
    unknown: int = 0


@dataclass(frozen=True)
class Counted:
    """One published number of an engagement."""

    measure: str
    value: int
    certainty: str = Certainty.EXACT
    note: str = ""


@transaction.atomic
def record_historic_engagement(
    *,
    kind: str,
    title: str,
    source: Source,
    fact_ids: str,
    agencies: Iterable[Took] = (),
    country: Country | None = None,
    host: str = "",
    expertise: Iterable[Expertise] = (),
    participants: Iterable[Group] = (),
    results: Iterable[Counted] = (),
    **fields,
) -> Engagement:
    """A published activity of the past, recorded as closed. The same facts are recorded once.

    The system records it: no person decides anything, nobody is told, and no report or claim is owed. The
    history says that it was never carried out in this system.
    """
    known = Engagement.objects.filter(is_historic=True, fact_ids=fact_ids, title=title).first()
    if known:
        return known
    reason = f"Published as {fact_ids} in “{source.title}”. It took place before SLP, so it is recorded as closed."
    with because(None, "Recorded from a publication", reason), readable_constraints(Engagement):
        engagement = Engagement.objects.create(
            kind=kind,
            title=title,
            status=EngagementStatus.CLOSED,
            status_since=_over_since(fields, source),
            is_historic=True,
            source=source,
            fact_ids=fact_ids,
            country=country,
            institution=_host(country, host),
            **fields,
        )
        engagement.expertise.set(expertise)
        Participation.objects.bulk_create(
            Participation(engagement=engagement, agency=t.agency, people_as_published=t.people, note=t.note)
            for t in agencies
        )
        Participants.objects.bulk_create(
            Participants(
                engagement=engagement, group=g.name, women=g.women, men=g.men, unknown=g.unknown, source=source
            )
            for g in participants
        )
        Result.objects.bulk_create(
            Result(
                engagement=engagement, measure=r.measure, value=r.value, certainty=r.certainty, note=r.note,
                source=source,
            )
            for r in results
        )  # fmt: skip
    return engagement


def _over_since(fields: dict, source: Source) -> datetime:
    """It was over at its end or, where that is not published, when the publication came out."""
    day = fields.get("ends_on") or fields.get("starts_on") or source.issued_on
    return datetime.combine(day, time(12), UTC) if day else timezone.now()


def _host(country: Country | None, name: str) -> HostInstitution | None:
    if country is None or not name:
        return None
    return HostInstitution.objects.get_or_create(country=country, name=name)[0]


@transaction.atomic
def record_published_figure(*, code: str, measure: str, label: str, wording: str, source: Source, **fields):
    """A programme number as one source gave it. Recorded once per code, never merged with another source's."""
    with because(None, "Recorded from a publication", source.title):
        return PublishedFigure.objects.get_or_create(
            code=code, defaults={"measure": measure, "label": label, "wording": wording, "source": source} | fields
        )[0]


@transaction.atomic
def record_accomplishment(*, headline: str, body: str, sector: str, source: Source, engagements=(), **fields):
    """A published accomplishment of a partner, with the engagements that it tells of."""
    with because(None, "Recorded from a publication", source.title):
        made, is_new = Accomplishment.objects.get_or_create(
            headline=headline, source=source, defaults={"body": body, "sector": sector} | fields
        )
        if is_new:
            made.engagements.set(engagements)
    return made


@transaction.atomic
def record_guide(*, title: str, summary: str, source: Source, expertise=(), **fields) -> Guide:
    """A published guide to good practice."""
    with because(None, "Recorded from a publication", source.title):
        guide, is_new = Guide.objects.get_or_create(title=title, source=source, defaults={"summary": summary} | fields)
        if is_new:
            guide.expertise.set(expertise)
    return guide
