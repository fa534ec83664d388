"""The lives of deployments, clearances, incidents and claims; what they ask of the engagement below."""

from __future__ import annotations

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, Q, Sum
from django.utils import timezone

from deployments.models import (
    Claim,
    ClaimStatus,
    Clearance,
    ClearanceStatus,
    Decision,
    Deployment,
    DeploymentStatus,
    IncidentStatus,
    Payment,
    SupportKind,
)
from deployments.models.claim import SETTLED
from deployments.permissions import claim_roles, deployment_roles
from engagements.lifecycles import AUTOMATIC, ENGAGEMENT, post_people, staff
from engagements.models import Engagement
from partners.lifecycles import DIRECTOR, OFFICER, people_of
from partners.permissions import roles_towards
from slp.lib.answers import YES, Answer, Refused, answer, no
from slp.lib.dates import show, today
from slp.lib.lifecycle import Lifecycle, Move
from slp.lib.money import ZERO, usd
from slp.reminders.services import tell

COORDINATOR = frozenset({"coordinator"})
AT_POST = frozenset({"post_officer", "rso"})
CLAIMANT = frozenset({"coordinator", "agency_finance"})
FINANCE = frozenset({"finance"})


# -- deployment ------------------------------------------------------------------------------------
def readiness(deployment: Deployment, user=None) -> Answer:
    """Every requirement cleared or waived, and valid on the last day of travel."""
    rows = deployment.clearances.all()
    known = "clearances" in getattr(deployment, "_prefetched_objects_cache", {})
    clearances = list(rows if known else rows.select_related("requirement"))
    if not clearances:
        return no("The list of requirements has not been made yet.")
    for clearance in clearances:
        name = clearance.requirement.name
        if clearance.status not in (ClearanceStatus.CLEARED, ClearanceStatus.WAIVED):
            return no(f"{name} is {clearance.get_status_display().lower()}.")
        last = last_day_needed(clearance)
        if not clearance.holds_on(last):
            return no(f"{name} is valid until {show(clearance.valid_until)}; it must hold until {show(last)}.")
    return YES


def last_day_needed(clearance: Clearance):
    """The last day of travel, plus what the rule asks beyond it (a passport, for example)."""
    return clearance.deployment.ends_on + timedelta(days=clearance.requirement.valid_days_after)


def _may_depart(deployment: Deployment, user) -> Answer:
    if deployment.engagement.status != "under_way":
        return no("The engagement has not started yet.")
    if deployment.starts_on > today():
        return no(f"The journey begins on {show(deployment.starts_on)}.")
    return readiness(deployment)


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
    _came_home(deployment, actor, reason)
    last = max(deployment.starts_on, min(deployment.ends_on, today()))
    period = DateRange(deployment.starts_on, last + timedelta(days=1))
    type(deployment).objects.filter(pk=deployment.pk).update(period=period)
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
            body=f"INL/KM has cancelled the journey of {deployment.expert} to {deployment.country}, {deployment.when}."
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


# -- clearance -------------------------------------------------------------------------------------
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
        DEPLOYMENT.apply(deployment, "reopen", actor=None, reason=f"{clearance.requirement.name}: {reason}")


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


# -- incident --------------------------------------------------------------------------------------
INCIDENT = Lifecycle(
    name="incident",
    model="deployments.Incident",
    states=IncidentStatus,
    initial=IncidentStatus.OPEN,
    roles=lambda user, incident: roles_towards(user, country=incident.country),
    tones={"open": "bad", "in_hand": "warn", "resolved": "good"},
    moves=(
        Move("take", "Take in hand", ("open",), "in_hand", AT_POST | OFFICER),
        Move("resolve", "Resolve", ("in_hand",), "resolved", AT_POST | OFFICER, reason_required=True),
    ),
)


# -- claim -----------------------------------------------------------------------------------------
def _complete(claim: Claim, user) -> Answer:
    from deployments.services.problems import claim_problems

    lines = claim_problems(claim)
    if not lines:
        return no("Add at least one line first.")
    for number, (line, problems) in enumerate(lines, start=1):
        if problems:
            return no(f"Line {number}, {line.description}: {problems[0]}")
    return answer(claim.statement, "Tick the statement: the claim is true and was not paid before.")


def _all_decided(claim: Claim, user) -> Answer:
    if user.pk in (claim.prepared_by_id, claim.submitted_by_id):
        return no("Whoever prepared a claim can't approve it.")
    found = claim.lines.aggregate(
        undecided=Count("pk", filter=Q(decision=Decision.PENDING)), allowed=Sum("allowed_usd", default=ZERO)
    )
    undecided = found["undecided"]
    if undecided:
        return no(f"{undecided} line{'s are' if undecided != 1 else ' is'} not decided yet.")
    return answer(found["allowed"] > ZERO, "Nothing is allowed on this claim: reject it instead.")


def allowed_total(claim: Claim):
    """What was allowed, in dollars."""
    return claim.lines.aggregate(total=Sum("allowed_usd", default=ZERO))["total"]


def paid_total(claim: Claim):
    """What was paid: the payments that did not fail."""
    rows = claim.payments.filter(status=Payment.Status.SENT)
    return rows.aggregate(total=Sum("amount", default=ZERO))["total"]


def _may_certify(claim: Claim, user) -> Answer:
    if user.pk == claim.approved_by_id:
        return no("Whoever approved a claim can't certify it.")
    if user.pk in (claim.prepared_by_id, claim.submitted_by_id):
        return no("Whoever prepared a claim can't certify it.")
    if claim.obligation is None:  # chosen on the page of the verb
        return answer(claim.engagement.obligations.exists(), "No money is set aside for this engagement yet.")
    left = obligation_balance(claim.obligation, without=claim)
    wanted = allowed_total(claim)
    return answer(left >= wanted, f"{claim.obligation.number} has {usd(left)} left; this claim needs {usd(wanted)}.")


def obligation_balance(obligation, *, without: Claim | None = None):
    """What is left of the money set aside after the claims certified or paid from it."""
    spent = Claim.objects.filter(obligation=obligation, status__in=[ClaimStatus.CERTIFIED, ClaimStatus.PAID])
    if without is not None:
        spent = spent.exclude(pk=without.pk)
    return obligation.amount - spent.aggregate(total=Sum("lines__allowed_usd", default=ZERO))["total"]


def _fully_paid(claim: Claim, user) -> Answer:
    paid, wanted = paid_total(claim), allowed_total(claim)
    return answer(paid == wanted, f"{usd(paid)} of {usd(wanted)} is paid.")


def _came_back(claim: Claim, user) -> Answer:
    return answer(paid_total(claim) < allowed_total(claim), "Every payment has gone through: nothing came back.")


def _stamp(field: str):
    def effect(claim: Claim, actor, reason: str) -> None:
        type(claim).objects.filter(pk=claim.pk).update(**{f"{field}_by": actor})
        setattr(claim, f"{field}_by", actor)

    return effect


def _submitted(claim: Claim, actor, reason: str) -> None:
    type(claim).objects.filter(pk=claim.pk).update(submitted_by=actor, submitted_at=timezone.now())
    tell(
        users=staff("officer"),
        rule="claim-submitted",
        key=f"claim-submitted:{claim.reference}:{claim.version}",
        subject=f"Claim from {claim.agency}",
        body=f"{claim.agency} has submitted {claim.reference} on {claim.engagement.title}.",
        about=claim.reference,
        path=f"/admin/desk/claims/{claim.reference}/",
        why="You are a programme officer.",
    )


def _approved(claim: Claim, actor, reason: str) -> None:
    _stamp("approved")(claim, actor, reason)
    tell(
        users=staff("finance"),
        rule="claim-approved",
        key=f"claim-approved:{claim.reference}:{claim.version}",
        subject=f"Claim to certify: {claim.reference}",
        body=f"{claim.reference} of {claim.agency} is approved with {usd(allowed_total(claim))}.",
        about=claim.reference,
        path=f"/admin/desk/claims/{claim.reference}/",
        why="You are a finance officer.",
    )
    _tell_claimant(claim, actor, reason)


def _tell_claimant(claim: Claim, actor, reason: str) -> None:
    if claim.status == ClaimStatus.RETURNED:
        type(claim).objects.filter(pk=claim.pk).update(returned_because=reason)
    tell(
        users=people_of(claim.agency, "coordinator", "agency_finance"),
        rule="claim-moved",
        key=f"claim-moved:{claim.reference}:{claim.status}:{claim.version}",
        subject=f"Claim {claim.reference}: {claim.lifecycle.label(claim.status, plain=True).lower()}",
        body=f"Your claim on {claim.engagement.title} is now: "
        f"{claim.lifecycle.label(claim.status, plain=True).lower()}." + (f"\n\nINL says: {reason}" if reason else ""),
        about=claim.reference,
        path=f"/portal/claims/{claim.reference}/",
        why="You look after your agency's claims.",
    )


def _certified(claim: Claim, actor, reason: str) -> None:
    if claim.obligation_id is None:
        raise Refused("Choose the obligation that the claim is paid from first.")
    _stamp("certified")(claim, actor, reason)
    _tell_claimant(claim, actor, reason)


def _reviewable(claim: Claim, user) -> Answer:
    return answer(user.pk != claim.prepared_by_id, "Whoever prepared a claim can't review it.")


CLAIM = Lifecycle(
    name="claim",
    model="deployments.Claim",
    states=ClaimStatus,
    initial=ClaimStatus.DRAFT,
    roles=claim_roles,
    tones={
        "submitted": "warn", "in_review": "info", "returned": "warn", "approved": "info", "certified": "info",
        "paid": "good", "rejected": "bad",
    },
    plain={
        "submitted": "INL has received it", "in_review": "INL is checking each line", "returned": "Back with you",
        "approved": "Approved, waiting for finance", "certified": "On its way to payment",
    },
    moves=(
        Move("submit", "Submit", ("draft", "returned"), "submitted", CLAIMANT, _complete, _submitted),
        Move("review", "Start the review", ("submitted",), "in_review", OFFICER, _reviewable),
        Move("return", "Return for correction", ("in_review",), "returned", OFFICER, effect=_tell_claimant,
             reason_required=True),
        Move("approve", "Approve", ("in_review",), "approved", OFFICER, _all_decided, _approved,
             explains="Finance certifies it next. The lines can't be changed any more."),
        Move("certify", "Certify for payment", ("approved",), "certified", FINANCE, _may_certify, _certified,
             form="claim-certify",
             explains="You certify that the money is available and the claim is proper (31 USC 3528)."),
        Move("settle", "Mark as paid", ("certified",), "paid", FINANCE | DIRECTOR | AUTOMATIC, _fully_paid,
             _tell_claimant, form="claim-pay"),
        Move("unsettle", "Payment came back", ("paid",), "certified", FINANCE | DIRECTOR | AUTOMATIC, _came_back,
             _tell_claimant, reason_required=True, form="claim-pay",
             explains="The bank returned a payment: the claim is waiting for another one."),
        Move("reject", "Reject", ("in_review",), "rejected", OFFICER, effect=_tell_claimant, reason_required=True,
             danger=True, explains="Nothing is paid. The agency can file a new claim."),
        Move("withdraw", "Withdraw", ("draft", "submitted", "returned"), "withdrawn", CLAIMANT,
             danger=True, explains="Nothing is paid. The record stays."),
    ),
)  # fmt: skip


# -- what the engagement below has to wait for --------------------------------------------------------
def _money_set_aside(engagement: Engagement, user) -> Answer:
    """No cost before an obligation (31 USC 1341): asked of every kind that reimburses something."""
    if not engagement.rules.reimbursable:
        return YES
    return answer(engagement.obligations.exists(), "No money is set aside yet: finance records the obligation first.")


def _everybody_home(engagement: Engagement, user) -> Answer:
    away = engagement.deployments.filter(
        status__in=[DeploymentStatus.READY, DeploymentStatus.IN_COUNTRY, DeploymentStatus.PREPARING]
    ).count()
    return answer(not away, f"{away} {'person is' if away == 1 else 'people are'} not back yet.")


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
    waiting = engagement.deployments.filter(status__in=["nominated", "confirmed", "preparing", "ready"])
    for deployment in waiting:
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
