"""What the engagement below has to wait for, and what its moves do to journeys."""

from __future__ import annotations

from deployments.lifecycles.deployment import DEPLOYMENT
from deployments.models import DeploymentStatus
from deployments.models.claim import SETTLED
from engagements.lifecycles import ENGAGEMENT
from engagements.models import Engagement
from slp.lib.answers import YES, Answer, answer, no

NOT_LEFT = (
    DeploymentStatus.NOMINATED, DeploymentStatus.CONFIRMED, DeploymentStatus.PREPARING, DeploymentStatus.READY,
)  # fmt: skip
NAMED = 5  # people whom a refusal names; the page of the engagement has everybody


def _money_set_aside(engagement: Engagement, user) -> Answer:
    """No cost before an obligation (31 USC 1341): asked of every kind that reimburses something."""
    if not engagement.rules.reimbursable:
        return YES
    return answer(engagement.obligations.exists(), "No money is set aside yet: finance records the obligation first.")


def _everybody_home(engagement: Engagement, user) -> Answer:
    """Whoever still waits to travel would stay on the list, and could be sent nowhere else on those days."""
    rows = engagement.deployments.filter(status__in=[*NOT_LEFT, DeploymentStatus.IN_COUNTRY])
    waiting = rows.select_related("expert").order_by("expert__name")[: NAMED + 1]
    people = [f"{d.expert.name} is {d.get_status_display().lower()}" for d in waiting]
    if not people:
        return YES
    names = "; ".join(people[:NAMED]) + ("; and more" if len(people) > NAMED else "")
    return no(f"Not everybody is back: {names}. Record their return; cancel the journeys of those who never left.")


def claims_settled(engagement: Engagement, user) -> Answer:
    """Nothing closes before every claim is paid, rejected or withdrawn."""
    for claim in engagement.claims.exclude(status__in=SETTLED):
        return no(f"Claim {claim.reference} is {claim.get_status_display().lower()}, not settled.")
    return YES


def _plan_travel(engagement: Engagement, actor, reason: str) -> None:
    from deployments.services.travel import deployments_for

    deployments_for(engagement=engagement, actor=actor)


def _prepare_everybody(engagement: Engagement, actor, reason: str) -> None:
    for deployment in engagement.deployments.filter(status=DeploymentStatus.CONFIRMED):
        DEPLOYMENT.apply(deployment, "prepare", actor=None)


def _close_travel(engagement: Engagement, actor, reason: str) -> None:
    for deployment in engagement.deployments.filter(status=DeploymentStatus.RETURNED):
        DEPLOYMENT.apply(deployment, "close", actor=None)


def _cancel_travel(engagement: Engagement, actor, reason: str) -> None:
    for deployment in engagement.deployments.filter(status__in=NOT_LEFT):
        DEPLOYMENT.apply(deployment, "cancel", actor=None, reason=f"Engagement cancelled: {reason}")


def _nobody_abroad(engagement: Engagement, user) -> Answer:
    abroad = engagement.deployments.filter(status=DeploymentStatus.IN_COUNTRY).count()
    return answer(
        not abroad,
        f"{abroad} {'person is' if abroad == 1 else 'people are'} in country: bring them home first.",
    )


ENGAGEMENT.guard_also("start", _money_set_aside)
ENGAGEMENT.guard_also("complete", _everybody_home)
ENGAGEMENT.guard_also("close", claims_settled)
ENGAGEMENT.guard_also("cancel", _nobody_abroad)
ENGAGEMENT.then_also("write_addendum", _plan_travel)
ENGAGEMENT.then_also("prepare", _prepare_everybody)
ENGAGEMENT.then_also("close", _close_travel)
ENGAGEMENT.then_also("cancel", _cancel_travel)
