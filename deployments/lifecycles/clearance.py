"""The life of one requirement of one person."""

from __future__ import annotations

from django.utils import timezone

from deployments.lifecycles.deployment import COORDINATOR, DEPLOYMENT, NOT_ALL_CLEARED
from deployments.models import Clearance, ClearanceStatus, Deployment, DeploymentStatus
from deployments.permissions import deployment_roles
from engagements.lifecycles import AUTOMATIC
from partners.lifecycles import DIRECTOR, OFFICER
from slp.lib.answers import Answer, answer, no
from slp.lib.lifecycle import Lifecycle, Move


def _clearance_roles(user, clearance: Clearance) -> set[str]:
    return deployment_roles(user, clearance.deployment)


def _clears(clearance: Clearance, user) -> Answer:
    wanted = clearance.requirement.cleared_by
    held = _clearance_roles(user, clearance)
    if wanted == "officer":
        held |= {"officer"} if "director" in held else set()
    return answer(wanted in held, f"This is cleared by the {clearance.requirement.get_cleared_by_display()}.")


def _waives(clearance: Clearance, user) -> Answer:
    allowed = set(clearance.requirement.waivable_by)
    if not allowed:
        return no("This requirement can't be waived.")
    return answer(allowed & _clearance_roles(user, clearance), "You can't waive this requirement.")


def _note_decision(clearance: Clearance, actor, reason: str) -> None:
    type(clearance).objects.filter(pk=clearance.pk).update(
        decided_by=actor, decided_at=timezone.now(), reason=reason[:300]
    )


def _not_ready_any_more(clearance: Clearance, actor, reason: str) -> None:
    """What is asked again closes the gate that had opened, or that somebody is opening in this moment."""
    deployment = Deployment.objects.select_for_update(of=("self",)).get(pk=clearance.deployment_id)
    if deployment.status == DeploymentStatus.READY:
        DEPLOYMENT.apply(deployment, "reopen", actor=None, reason=NOT_ALL_CLEARED)


CLEARS = frozenset({"officer", "director", "coordinator", "post_officer", "rso"})
CLEARANCE = Lifecycle(
    name="requirement",
    model="deployments.Clearance",
    states=ClearanceStatus,
    initial=ClearanceStatus.NOT_STARTED,
    roles=_clearance_roles,
    tones={"submitted": "info", "cleared": "good", "waived": "good", "refused": "bad", "not_started": "warn"},
    moves=(
        Move(
            "submit", "Hand in", ("not_started", "refused"), "submitted", COORDINATOR | {"traveller"},
            form="clearance-submit",
        ),
        Move(
            "clear", "Clear", ("not_started", "submitted", "refused"), "cleared", CLEARS, _clears, _note_decision,
            form="clearance-clear",
        ),
        Move(
            "waive", "Waive", ("not_started", "submitted", "refused"), "waived", DIRECTOR | {"rso"}, _waives,
            _note_decision,
            reason_required=True, form="clearance-waive",
            explains="The traveller may go without it. Your name and reason are kept.",
        ),
        Move(
            "refuse", "Refuse", ("submitted",), "refused", CLEARS, _clears, _note_decision, reason_required=True,
        ),
        Move(
            "reopen", "Open again", ("cleared", "waived"), "not_started", OFFICER | AUTOMATIC,
            effect=_not_ready_any_more, reason_required=True,
        ),
    ),
)  # fmt: skip
