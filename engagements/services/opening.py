"""From yes to go: a staffed need becomes an engagement with its paperwork."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction

from engagements.estimates import estimate_costs
from engagements.lifecycles import ENGAGEMENT
from engagements.models import (
    Addendum,
    AddendumCost,
    Engagement,
    EngagementStatus,
    InvitationAnswer,
    Need,
    Nomination,
    NominationStatus,
    Participation,
)
from engagements.models.invitation import ANSWERED_YES
from engagements.permissions import can_open_engagement
from engagements.services.invitations import lock_need
from partners.models import Agency
from partners.services.scope import Standing, may_all_do
from slp.lib.answers import Refused, require
from slp.lib.errors import readable_constraints
from slp.lib.track import because


def likely_dates(need: Need) -> tuple[date, date]:
    """The longest stay from the earliest start, or what an agency proposed and INL/KM agreed to."""
    counter = (
        InvitationAnswer.objects.filter(invitation__need=need, invitation__status__in=ANSWERED_YES, verb="counter")
        .exclude(proposed_start=None)
        .last()
    )
    start = counter.proposed_start if counter else need.starts_on
    end = counter.proposed_end if counter and counter.proposed_end else start + timedelta(days=need.max_days - 1)
    return start, max(start, min(end, need.ends_on)) if not counter else end


def confirmed_people(need: Need) -> dict[Agency, list[Nomination]]:
    """Who goes, by agency."""
    rows = (
        Nomination.objects.filter(seat__need=need, status=NominationStatus.CONFIRMED)
        .select_related("expert__agency", "seat")
        .order_by("expert__agency__name", "seat__number")
    )
    people: dict[Agency, list[Nomination]] = {}
    for nomination in rows:
        people.setdefault(nomination.expert.agency, []).append(nomination)
    return people


@transaction.atomic
def open_engagement(
    *,
    need: Need,
    actor,
    title: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    places: str = "",
    agencies: list[Agency] | None = None,
) -> Engagement:
    """Open the engagement of a staffed need and write one addendum for each agency that takes part.

    The agencies are those whose people are confirmed; `agencies` names them where nobody travels (a study visit,
    an embed). Refused, with the agency's name, where no agreement covers the kind, the country and the dates.
    """
    require(can_open_engagement(actor, need))
    lock_need(need.pk)
    if need.engagements.exclude(status=EngagementStatus.CANCELLED).exists():
        raise Refused("An engagement is already open for this need.")
    people = confirmed_people(need) | {agency: [] for agency in agencies or ()}
    if not people:
        raise Refused("Nobody is confirmed yet. Confirm the people that the agencies have offered first.")
    first, last = likely_dates(need)
    with because(actor, "Opened"), readable_constraints(Engagement, Participation, Addendum):
        engagement = _engagement(need, actor, title, starts_on or first, ends_on or last, places)
        standings = may_all_do(
            agencies=list(people),
            kind=engagement.kind,
            country=engagement.country,
            start=engagement.starts_on,
            end=engagement.ends_on,
            expertise=set(engagement.expertise.values_list("pk", flat=True)),
            people={agency.pk: len(nominations) or None for agency, nominations in people.items()},
        )
        for agency, nominations in people.items():
            _take_part(engagement, agency, standings[agency.pk])
            _write_addendum(engagement, agency, nominations)
        return ENGAGEMENT.apply(engagement, "write_addendum", actor=actor)


def _engagement(need: Need, actor, title: str, start: date, end: date, places: str) -> Engagement:
    engagement = Engagement.objects.create(
        need=need,
        kind=need.kind,
        title=title or need.title,
        country=need.country,
        institution=need.institution,
        academy=need.academy,
        sector=need.sector,
        places=places or need.places,
        starts_on=start,
        ends_on=end,
        summary=need.problem,
        owner=actor,
    )
    engagement.expertise.set(need.seats.values_list("expertise", flat=True).distinct())
    return engagement


def _take_part(engagement: Engagement, agency: Agency, standing: Standing) -> None:
    if not standing:
        raise Refused(f"{agency}: {standing.answer.reason}")
    Participation.objects.create(engagement=engagement, agency=agency, agreement=standing.agreement)


def _write_addendum(engagement: Engagement, agency: Agency, nominations: list[Nomination]) -> Addendum:
    """The terms as far as the need knows them; the officer completes them before anybody signs."""
    need = engagement.need
    addendum = Addendum.objects.create(
        engagement=engagement,
        agency=agency,
        objective=need.problem,
        deliverables=need.success,
        places=engagement.places,
        starts_on=engagement.starts_on,
        ends_on=engagement.ends_on,
        people="\n".join(f"{n.expert}: {n.seat.role}" for n in nominations),
        security_conditions=need.security_conditions,
    )
    AddendumCost.objects.bulk_create(
        AddendumCost(addendum=addendum, category=line.category, amount=line.amount, basis=line.basis[:200])
        for line in estimate_costs(engagement, agency, len(nominations))
    )
    return addendum


def agreements_for(need: Need, agencies: list[Agency], *, start: date, end: date) -> Mapping[Agency, Standing]:
    """For each agency the agreement under which it would take part, or the reason why none covers it."""
    standings = may_all_do(
        agencies=agencies,
        kind=need.kind,
        country=need.country,
        start=start,
        end=end,
        expertise=set(need.seats.values_list("expertise", flat=True)),
    )
    return {agency: standings[agency.pk] for agency in agencies}
