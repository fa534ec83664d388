"""The life of one person's journey."""

from __future__ import annotations

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from deployments.models import Clearance, ClearanceStatus, Deployment, DeploymentStatus, SupportKind
from deployments.permissions import deployment_roles
from engagements.lifecycles import AUTOMATIC, post_people, staff
from partners.lifecycles import OFFICER, people_of
from slp.lib.answers import YES, Answer, answer, no
from slp.lib.dates import show, today
from slp.lib.lifecycle import Lifecycle, Move
from slp.reminders.services import tell

COORDINATOR = frozenset({"coordinator"})
AT_POST = frozenset({"post_officer", "rso"})


NOT_ALL_CLEARED = "Not everything that is required is cleared yet."


def readiness(deployment: Deployment, user=None) -> Answer:
    """Every requirement cleared or waived, and valid on the last day of travel.

    Which one is missing is personal data: only who may read it is told; what SLP itself writes down names none.
    """
    rows = deployment.clearances.all()
    known = "clearances" in getattr(deployment, "_prefetched_objects_cache", {})
    clearances = list(rows if known else rows.select_related("requirement"))
    if not clearances:
        return no("The list of requirements has not been made yet.")
    for clearance in clearances:
        name = clearance.requirement.name
        holds = clearance.holds_on(last_day_needed(clearance))
        if not holds and not _may_be_named(clearance, user):
            return no(NOT_ALL_CLEARED)
        if clearance.status not in (ClearanceStatus.CLEARED, ClearanceStatus.WAIVED):
            return no(f"{name} is {clearance.get_status_display().lower()}.")
        last = last_day_needed(clearance)
        if not clearance.holds_on(last):
            return no(f"{name} is valid until {show(clearance.valid_until)}; it must hold until {show(last)}.")
    return YES


def _may_be_named(clearance: Clearance, user) -> bool:
    if user is None:
        return False
    seen = getattr(clearance, "seen", None)
    return Clearance.objects.visible_to(user).filter(pk=clearance.pk).exists() if seen is None else seen


def last_day_needed(clearance: Clearance):
    """The last day of travel, plus what the rule asks beyond it (a passport, for example)."""
    return clearance.deployment.ends_on + timedelta(days=clearance.requirement.valid_days_after)


def _may_depart(deployment: Deployment, user) -> Answer:
    if deployment.engagement.status != "under_way":
        return no("The engagement has not started yet.")
    if deployment.starts_on > today():
        return no(f"The journey begins on {show(deployment.starts_on)}.")
    return readiness(deployment, user)


def _may_return(deployment: Deployment, user) -> Answer:
    return answer(
        deployment.ends_on <= today(),
        f"The tour is planned until {show(deployment.ends_on)}. If it ends early, cut it short with the reason.",
    )


def _briefed(deployment: Deployment) -> bool:
    return deployment.support_entries.filter(kind=SupportKind.ARRIVAL_BRIEFING).exists()


def _arrived(deployment: Deployment, actor, reason: str) -> None:
    type(deployment).objects.filter(pk=deployment.pk).update(arrived_at=timezone.now())
    tell(
        users=[*post_people(deployment.country, "rso"), *people_of(deployment.agency, "coordinator")],
        rule="traveller-arrived",
        key=f"traveller-arrived:{deployment.reference}",
        subject=f"{deployment.expert} has arrived in {deployment.country}",
        body=f"{deployment.expert} ({deployment.agency}) is in {deployment.city or deployment.country} until "
        f"{show(deployment.ends_on)}.",
        about=deployment.reference,
        why="You look after this traveller.",
    )


def _came_home(deployment: Deployment, actor, reason: str) -> None:
    type(deployment).objects.filter(pk=deployment.pk).update(returned_at=timezone.now())


def _cut_short(deployment: Deployment, actor, reason: str) -> None:
    """The journey ends today: from tomorrow the person is free for another one."""
    from deployments.services.stays import fit_stays

    _came_home(deployment, actor, reason)
    last = max(deployment.starts_on, min(deployment.ends_on, today()))
    period = DateRange(deployment.starts_on, last + timedelta(days=1))
    type(deployment).objects.filter(pk=deployment.pk).update(period=period)
    fit_stays(deployment=deployment, period=period)
    tell(
        users=[*staff("officer"), *people_of(deployment.agency, "coordinator")],
        rule="tour-cut-short",
        key=f"tour-cut-short:{deployment.reference}",
        subject=f"{deployment.expert} comes home early from {deployment.country}",
        body=f"{deployment.expert} ({deployment.agency}) goes home on {show(last)}.\n\nReason: {reason}",
        about=deployment.reference,
        why="You look after this traveller.",
    )


def _stepped_back(deployment: Deployment, actor, reason: str) -> None:
    """The desk has to find somebody else."""
    tell(
        users=[deployment.engagement.owner] if deployment.engagement.owner else staff("officer"),
        rule="traveller-withdrawn",
        key=f"traveller-withdrawn:{deployment.reference}",
        subject=f"{deployment.expert} does not travel to {deployment.country}",
        body=f"{deployment.agency} has withdrawn {deployment.expert} from {deployment.engagement.title}.\n\n"
        f"Reason: {reason}",
        about=deployment.reference,
        path=f"/admin/desk/deployments/{deployment.reference}/",
        why="You look after this engagement.",
    )


def _called_off(deployment: Deployment, actor, reason: str) -> None:
    """The traveller hears it at once; the others too, unless the whole engagement is cancelled: then they hear that."""
    own = [deployment.expert.user] if deployment.expert.user_id else []
    agency = people_of(deployment.agency, "coordinator", "agency_finance")
    post = post_people(deployment.country, "post_officer", "rso")
    alone = deployment.engagement.status != "cancelled"
    claims = "\n\nWhat was spent until today can still be claimed." if deployment.engagement.rules.reimbursable else ""
    for users, door, more in [
        ([*own, *(agency if alone else [])], "portal", claims),
        (post if alone else [], "post", ""),
    ]:
        tell(
            users=users,
            rule="journey-cancelled",
            key=f"journey-cancelled:{deployment.reference}",
            subject=f"Cancelled: {deployment.expert} to {deployment.country}",
            body=f"INL has cancelled the journey of {deployment.expert} to {deployment.country}, {deployment.when}."
            f"\n\nReason: {reason}{more}",
            about=deployment.reference,
            path=f"/{door}/deployments/{deployment.reference}/",
            why="You travel or look after this traveller.",
        )


def _make_list(deployment: Deployment, actor, reason: str) -> None:
    from deployments.services.readiness import list_requirements

    list_requirements(deployment=deployment)


DEPLOYMENT = Lifecycle(
    name="deployment",
    model="deployments.Deployment",
    states=DeploymentStatus,
    initial=DeploymentStatus.NOMINATED,
    roles=deployment_roles,
    tones={
        "nominated": "neutral", "confirmed": "info", "preparing": "warn", "ready": "good", "in_country": "good",
        "curtailed": "warn", "cancelled": "bad",
    },
    moves=(
        Move("confirm", "Confirm", ("nominated",), "confirmed", OFFICER | AUTOMATIC),
        Move("prepare", "Start preparing", ("confirmed",), "preparing", OFFICER | AUTOMATIC, effect=_make_list),
        Move(
            "ready", "Mark as ready to travel", ("preparing",), "ready", OFFICER | AUTOMATIC, readiness,
            explains="Every requirement is cleared or waived, to the last day of travel.",
        ),
        Move("reopen", "Not ready any more", ("ready",), "preparing", OFFICER | AUTOMATIC, reason_required=True),
        Move("arrive", "Record arrival", ("ready",), "in_country", OFFICER | AT_POST, _may_depart, _arrived),
        Move("return", "Record return", ("in_country",), "returned", OFFICER | AT_POST, _may_return, _came_home),
        Move(
            "curtail", "Cut short", ("in_country",), "curtailed", OFFICER | AT_POST, effect=_cut_short,
            reason_required=True, danger=True, explains="The traveller goes home before the planned end.",
        ),
        Move("close", "Close", ("returned",), "closed", OFFICER | AUTOMATIC),
        Move(
            "withdraw", "Withdraw", ("nominated", "confirmed", "preparing", "ready"), "withdrawn", COORDINATOR,
            effect=_stepped_back, reason_required=True, danger=True,
            explains="The person does not travel. INL/KM is told.",
        ),
        Move(
            "cancel", "Cancel", ("nominated", "confirmed", "preparing", "ready"), "cancelled", OFFICER | AUTOMATIC,
            effect=_called_off, reason_required=True, danger=True,
            explains="The person does not travel. They, their agency and the post are told; what was spent until today "
            "can still be claimed.",
        ),
    ),
)  # fmt: skip
