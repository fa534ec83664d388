"""Who travels: deployments made from nominations, confirmed, planned, moved to other dates, planned in rotations."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F

from deployments.lifecycles import DEPLOYMENT
from deployments.models import ACTIVE, Deployment, DeploymentStatus, Rotation
from deployments.permissions import DECIDES, can_plan_travel, deployment_roles
from engagements.models import Addendum, Engagement, Nomination
from engagements.models.invitation import NominationStatus
from partners.models import Agency, Expert
from slp.lib.answers import Answer, Refused, Stale, answer, no, require
from slp.lib.dates import implausible
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.places.models import Country

LONGEST = 365
MOVABLE = (
    DeploymentStatus.NOMINATED,
    DeploymentStatus.CONFIRMED,
    DeploymentStatus.PREPARING,
    DeploymentStatus.READY,
    DeploymentStatus.IN_COUNTRY,
)


def span(starts_on: date, ends_on: date) -> DateRange:
    """The days from the first to the last, as the database keeps them."""
    if far := implausible(starts_on) or implausible(ends_on):
        raise Refused(far)
    if ends_on < starts_on:
        raise Refused("The deployment ends before it starts.")
    if (ends_on - starts_on).days >= LONGEST:
        raise Refused(f"A deployment lasts at most {LONGEST} days.")
    return DateRange(starts_on, ends_on + timedelta(days=1))


def country_of(engagement: Engagement) -> Country:
    """Where an engagement takes people: its country, or its academy's."""
    country = engagement.country or (engagement.academy.country if engagement.academy else None)
    if country is None:
        raise Refused("Say in which country the engagement takes place first.")
    return country


def deployments_for(*, engagement: Engagement, actor) -> list[Deployment]:
    """One confirmed deployment for each confirmed nomination of the agencies that take part.

    Called when the addendum is written, and again after somebody was replaced: who travels already is left alone.
    """
    if not engagement.rules.abroad or engagement.need_id is None:
        return []
    with transaction.atomic():
        nominations = (
            Nomination.objects.filter(
                seat__need=engagement.need_id,
                status=NominationStatus.CONFIRMED,
                deployment=None,
                invitation__agency__in=engagement.participations.values("agency"),
            )
            .select_related("seat", "expert")
            .order_by("seat__number")
        )
        addenda = {a.agency_id: a for a in Addendum.objects.filter(engagement=engagement)}
        made = []
        for nomination in nominations:
            terms = addenda.get(nomination.expert.agency_id, engagement)
            deployment = _new(
                engagement=engagement,
                expert=nomination.expert,
                nomination=nomination,
                seat=nomination.seat,
                role=nomination.seat.role,
                period=span(terms.starts_on, terms.ends_on),
                actor=actor,
            )
            made.append(confirm_deployment(deployment=deployment, actor=actor))
    return made


def _new(*, engagement: Engagement, expert: Expert, actor, **fields) -> Deployment:
    deployment = Deployment(
        engagement=engagement,
        expert=expert,
        agency_id=expert.agency_id,
        country=country_of(engagement),
        city=fields.pop("city", "") or _only_place(engagement.places),
        **fields,
    )
    with because(actor, "Nominated for travel"), readable_constraints(Deployment):
        deployment.save(force_insert=True)
    return deployment


def _only_place(places: str) -> str:
    return places.strip()[:120] if "," not in places and ";" not in places else ""


def can_send(user, engagement: Engagement) -> Answer:
    """May somebody be added to the travellers of this engagement?"""
    if not engagement.rules.abroad:
        return no("Nobody travels for this kind of engagement.")
    if engagement.status in ("completed", "closed", "cancelled"):
        return no("The engagement is over.")
    return answer(user.staff_role in DECIDES, "Only an INL/KM officer plans who travels.")


def plan_deployment(
    *,
    engagement: Engagement,
    expert: Expert,
    role: str,
    starts_on: date,
    ends_on: date,
    actor,
    city: str = "",
    rotation: Rotation | None = None,
    is_team_lead: bool = False,
) -> Deployment:
    """Send an expert without a nomination, such as a replacement or a teacher at an academy. Officers only."""
    with transaction.atomic():
        # As it is now, and held: nobody is added to an engagement that somebody completes in this moment.
        engagement = Engagement.objects.select_for_update(of=("self",)).get(pk=engagement.pk)
        if actor is not None:
            require(can_send(actor, engagement))
        if not engagement.participations.filter(agency=expert.agency_id).exists():
            raise Refused(f"{expert.agency} does not take part in this engagement.")
        deployment = _new(
            engagement=engagement,
            expert=expert,
            role=role,
            city=city,
            rotation=rotation,
            is_team_lead=is_team_lead,
            period=span(starts_on, ends_on),
            actor=actor,
        )
        return confirm_deployment(deployment=deployment, actor=actor)


def confirm_deployment(*, deployment: Deployment, actor) -> Deployment:
    """Confirm that this person travels. Refused, with the name and the days, if they already travel then."""
    with transaction.atomic():
        lock_expert(deployment.expert_id)
        refuse_overlap(deployment, deployment.period)
        with readable_constraints(Deployment):
            return DEPLOYMENT.apply(deployment, "confirm", actor=actor)


def lock_expert(expert_id: int) -> None:
    """Take one expert's journeys in turn: without it, two colliding confirmations wait for each other."""
    list(Expert.objects.select_for_update(of=("self",)).filter(pk=expert_id).values_list("pk"))


def refuse_overlap(deployment: Deployment, period: DateRange) -> None:
    """Say whom and when before the database's own refusal, which can't name anybody."""
    other = (
        Deployment.objects.filter(expert=deployment.expert_id, period__overlap=period, status__in=ACTIVE)
        .exclude(pk=deployment.pk)
        .first()
    )
    if other:
        raise Refused(
            f"{deployment.expert} is already deployed from {other.when} ({other.reference}). "
            "Choose other dates or another person."
        )


def can_change_dates(user, deployment: Deployment):
    """Officers move a journey; not one that is over."""
    if deployment.status not in MOVABLE:
        return no(f"This deployment is {deployment.get_status_display().lower()}; its dates stay.")
    return answer(deployment_roles(user, deployment) & DECIDES, "Only an INL/KM officer changes the dates of travel.")


def change_dates(
    *, deployment: Deployment, starts_on: date, ends_on: date, reason: str, actor, seen_version: int | None = None
) -> Deployment:
    """Move, lengthen or shorten a journey: everything that depends on the dates is asked again.

    Clearances that do not reach the new last day are opened again, and a person who was ready may not be any more.
    `Stale` when the journey is no longer at `seen_version`, if that is given.
    """
    from deployments.services.readiness import review_readiness
    from deployments.services.stays import fit_stays

    with transaction.atomic():
        lock_expert(deployment.expert_id)
        # As it is now, and held: somebody may have cancelled the journey after the page was read.
        now = (
            Deployment.objects.select_for_update(of=("self",)).select_related("expert", "country").get(pk=deployment.pk)
        )
        require(can_change_dates(actor, now))
        if seen_version and now.version != seen_version:
            raise Stale("Somebody changed this journey in the same moment. Look at it again.")
        if not reason.strip():
            raise Refused("Say why the dates change.")
        period = span(starts_on, ends_on)
        if now.status == DeploymentStatus.IN_COUNTRY and starts_on != now.starts_on:
            raise Refused("This person has travelled already: only the last day can change.")
        refuse_overlap(now, period)
        with because(actor, "Changed the dates", reason), readable_constraints(Deployment):
            Deployment.objects.filter(pk=deployment.pk).update(period=period, version=F("version") + 1)
            fit_stays(deployment=now, period=period)
        deployment.refresh_from_db()
        review_readiness(deployment=deployment, actor=actor, was=(now.starts_on, now.ends_on))
    return deployment


def edit_travel(*, deployment: Deployment, form, actor) -> Deployment:
    """Lodging, flights, phone, city: written by whoever organizes the journey."""
    require(can_plan_travel(actor, deployment))
    with transaction.atomic(), because(actor, "Changed travel details"):
        return form.save_changes()


def name_team_lead(*, deployment: Deployment, actor) -> Deployment:
    """Make this person the lead of the team; whoever was it before is so no more."""
    require(answer(actor is None or actor.staff_role in DECIDES, "Only an INL/KM officer names the team lead."))
    with transaction.atomic(), because(actor, "Named the team lead"):
        team = Deployment.objects.filter(engagement=deployment.engagement_id, agency=deployment.agency_id)
        team.filter(is_team_lead=True).exclude(pk=deployment.pk).update(is_team_lead=False, version=F("version") + 1)
        team.filter(pk=deployment.pk, is_team_lead=False).update(is_team_lead=True, version=F("version") + 1)
    deployment.refresh_from_db()
    return deployment


def add_rotation(*, name: str, agency: Agency, country: Country, actor, **fields) -> Rotation:
    """Record the pattern of a team that repeats. Officers only."""
    require(answer(actor is None or actor.staff_role in DECIDES, "Only an INL/KM officer plans rotations."))
    rotation = Rotation(name=name, agency=agency, country=country, **fields)
    with because(actor, "Added a rotation"), readable_constraints(Rotation):
        rotation.save(force_insert=True)
    return rotation


def team(engagement: Engagement):
    """Everybody who travels in an engagement and did not step back."""
    gone = (DeploymentStatus.WITHDRAWN, DeploymentStatus.CANCELLED)
    return engagement.deployments.exclude(status__in=gone)
