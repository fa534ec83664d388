"""The life of a claim: decided, certified and paid by different people."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils import timezone

from deployments.models import Claim, ClaimStatus, Decision, Payment
from deployments.permissions import claim_roles, stands_apart
from engagements.lifecycles import AUTOMATIC, staff
from partners.lifecycles import DIRECTOR, OFFICER, people_of
from slp.lib.answers import Answer, Refused, answer, no
from slp.lib.lifecycle import Lifecycle, Move
from slp.lib.money import ZERO, total, usd
from slp.reminders.services import tell

CLAIMANT = frozenset({"coordinator", "agency_finance"})
FINANCE = frozenset({"finance"})


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
    apart = stands_apart(user, claim, "approve it")
    if not apart:
        return apart
    undecided, allowed = _decided(claim)
    if undecided:
        return no(f"{undecided} line{'s are' if undecided != 1 else ' is'} not decided yet.")
    return answer(allowed > ZERO, "Nothing is allowed on this claim: reject it instead.")


def _decided(claim: Claim) -> tuple[int, Decimal]:
    """How many lines are not decided yet, and what is allowed on the others."""
    if claim.checked:  # the page has read them already
        lines = claim.checked.lines
        undecided = sum(line.decision == Decision.PENDING for line in lines)
        return undecided, total(line.allowed_usd or ZERO for line in lines)
    found = claim.lines.aggregate(
        undecided=Count("pk", filter=Q(decision=Decision.PENDING)), allowed=Sum("allowed_usd", default=ZERO)
    )
    return found["undecided"], found["allowed"]


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
    apart = stands_apart(user, claim, "certify it")
    if not apart:
        return apart
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
        subject=f"Claim {claim.reference}: {claim.status_in_words}",
        body=f"Your claim on {claim.engagement.title} is now: "
        f"{claim.status_in_words}." + (f"\n\nINL says: {reason}" if reason else ""),
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
    return stands_apart(user, claim, "review it")


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
    as_step={
        "submitted": "Received by INL", "in_review": "Checked by INL", "approved": "Approved", "certified": "Certified",
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
