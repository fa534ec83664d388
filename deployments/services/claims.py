"""An agency claims what it spent; an officer decides line by line. Payments: see `services.payments`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from deployments.lifecycles import CLAIM
from deployments.models import Claim, ClaimLine, ClaimStatus, Decision
from deployments.permissions import can_claim, can_decide_lines, can_edit_claim, stands_apart
from deployments.services.problems import ClaimCheck, claim_problems, line_problems
from engagements.models import Engagement
from partners.models import Agency
from slp.documents.models import Slot
from slp.documents.services import keep
from slp.lib.answers import Answer, Refused, Stale, require
from slp.lib.errors import readable_constraints
from slp.lib.money import ZERO, cents, total, usd
from slp.lib.track import because

__all__ = ["claim_problems", "line_problems"]  # asked here by the lifecycle and the pages
LINE_FIELDS = frozenset(
    {
        "category", "deployment", "spent_on", "until", "description", "vendor", "amount", "currency", "exchange_rate",
        "rate_source", "rate_on", "no_receipt_because",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Totals:
    """A claim's money in dollars."""

    claimed: Decimal
    allowed: Decimal
    undecided: int
    paid: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        return self.allowed - self.paid


def totals(lines, payments=()) -> Totals:
    """Add up lines and payments that are loaded already."""
    return Totals(
        claimed=total(line.amount_usd for line in lines),
        allowed=total(line.allowed_usd or ZERO for line in lines),
        undecided=sum(line.decision == Decision.PENDING for line in lines),
        paid=total(p.amount for p in payments if p.status == "sent"),
    )


def locked(claim: Claim) -> Claim:
    """The claim, held until the transaction ends: its lines and its status change one after the other."""
    return Claim.objects.select_for_update(of=("self",)).select_related("engagement").get(pk=claim.pk)


def start_claim(*, engagement: Engagement, agency: Agency, actor, note: str = "") -> Claim:
    """Open a draft. The agency's coordinator or finance contact, for a kind that reimburses something."""
    require(can_claim(actor, engagement, agency.pk))
    if not engagement.participations.filter(agency=agency).exists():
        raise Refused(f"{agency} does not take part in this engagement.")
    claim = Claim(engagement=engagement, agency=agency, prepared_by=actor, note=note.strip())
    with because(actor, "Started a claim"):
        claim.save(force_insert=True)
    return claim


def edit_claim(*, claim: Claim, form, actor) -> Claim:
    """The note to the reviewer and the statement that the claim is true."""
    with transaction.atomic():
        require(can_edit_claim(actor, locked(claim)))
        with because(actor, "Changed the note or statement"):
            return form.save_changes()


# -- lines ------------------------------------------------------------------------------------------
def in_dollars(amount: Decimal, exchange_rate: Decimal) -> Decimal:
    """Half up to the cent, line by line."""
    return cents(amount * exchange_rate)


def _prepared(claim: Claim, fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - LINE_FIELDS
    if unknown:
        raise TypeError(f"no such field of a line: {', '.join(sorted(unknown))}")
    if fields.get("currency", "USD") == "USD":
        fields |= {"currency": "USD", "exchange_rate": Decimal(1), "rate_source": "", "rate_on": None}
    fields["amount_usd"] = in_dollars(Decimal(fields["amount"]), Decimal(fields["exchange_rate"]))
    if fields["amount_usd"] <= ZERO:
        raise Refused("This amount comes to nothing in dollars. Check the exchange rate.")
    if not claim.engagement.rules.reimbursable:
        raise Refused("Costs of hosting guests are not reimbursable.")
    return fields


def add_line(*, claim: Claim, actor, receipt=None, **fields) -> ClaimLine:
    """Add a cost; `receipt` is the uploaded file. A line with problems can be saved, but not submitted."""
    with transaction.atomic():
        claim = locked(claim)
        require(can_edit_claim(actor, claim))
        line = ClaimLine(claim=claim, **_prepared(claim, fields))
        if receipt is not None:
            line.receipt = keep(upload=receipt, slot=Slot.RECEIPT, actor=actor)
        with because(actor, "Added a line"), readable_constraints(ClaimLine):
            line.save(force_insert=True)
    return line


def edit_line(*, line: ClaimLine, actor, receipt=None, seen_version: int | None = None, **fields) -> ClaimLine:
    """Change a cost: whatever was decided on it before is to be decided again."""
    with transaction.atomic():
        claim = locked(line.claim)
        require(can_edit_claim(actor, claim))
        values = _prepared(claim, fields) | {
            "decision": Decision.PENDING, "allowed_usd": None, "decision_reason": "", "rule": "", "decided_by": None,
        }  # fmt: skip
        if receipt is not None:
            values["receipt"] = keep(upload=receipt, slot=Slot.RECEIPT, actor=actor)
        rows = ClaimLine.objects.filter(pk=line.pk, version=seen_version or line.version)
        with because(actor, "Changed a line"), readable_constraints(ClaimLine):
            if not rows.update(**values, version=F("version") + 1):
                raise Stale("Someone changed this line in the same moment. Go back, reload and save again.")
    line.refresh_from_db()
    return line


def remove_line(*, line: ClaimLine, actor) -> None:
    """Take a cost off the claim. The history keeps it."""
    with transaction.atomic():
        require(can_edit_claim(actor, locked(line.claim)))
        with because(actor, "Removed a line"):
            line.delete()


# -- decisions --------------------------------------------------------------------------------------
def may_decide(user, claim: Claim) -> Answer:
    """An officer in review, never whoever prepared or handed in the claim or belongs to the agency."""
    return can_decide_lines(user, claim) & stands_apart(user, claim, "decide its lines")


def decide_line(
    *,
    line: ClaimLine,
    decision: str,
    actor,
    allowed_usd: Decimal | None = None,
    reason: str = "",
    rule: str = "",
    seen_version: int | None = None,
) -> ClaimLine:
    """Allow, allow in part or refuse one line, with the reason and the rule where it is not allowed in full.

    `Stale` when the line is no longer at `seen_version`, if that is given.
    """
    amount, reason = _decided_amount(line, decision, allowed_usd, reason.strip())
    with transaction.atomic():
        require(may_decide(actor, locked(line.claim)))
        with because(actor, f"Decided: {Decision(decision).label.lower()}", reason), readable_constraints(ClaimLine):
            rows = ClaimLine.objects.filter(pk=line.pk, version=seen_version or F("version"))
            decided = rows.update(
                decision=decision,
                allowed_usd=amount,
                decision_reason=reason[:300],
                rule=rule.strip()[:120],
                decided_by=actor,
                version=F("version") + 1,
            )
            if not decided:
                raise Stale("Somebody decided this line in the same moment. Look at it again.")
    line.refresh_from_db()
    return line


def _decided_amount(line: ClaimLine, decision: str, allowed: Decimal | None, reason: str) -> tuple[Decimal, str]:
    if decision == Decision.ALLOWED:
        return line.amount_usd, reason
    if decision not in (Decision.REDUCED, Decision.DENIED):
        raise Refused("Choose: allow, allow in part, or do not allow.")
    if not reason:
        raise Refused("Say why this line is not allowed in full. The agency reads it.")
    if decision == Decision.DENIED:
        return ZERO, reason
    if allowed is None or not ZERO < cents(allowed) < line.amount_usd:
        raise Refused(f"Enter an amount between $0.01 and {usd(line.amount_usd - Decimal('0.01'))}.")
    return cents(allowed), reason


def allow_rest(*, claim: Claim, actor) -> tuple[int, int]:
    """Allow in full every open line that nothing speaks against. Returns how many, and how many stay open."""
    with transaction.atomic():
        claim = locked(claim)
        require(may_decide(actor, claim))
        check = ClaimCheck(claim)
        for line in check.lines:
            line.claim = claim
        waiting = [line for line in check.lines if line.decision == Decision.PENDING]
        clean = [line.pk for line in waiting if not check.flags(line)]
        with because(actor, "Allowed the rest"):
            ClaimLine.objects.filter(pk__in=clean).update(
                decision=Decision.ALLOWED, allowed_usd=F("amount_usd"), decided_by=actor, version=F("version") + 1
            )
    return len(clean), len(waiting) - len(clean)


# -- moves ------------------------------------------------------------------------------------------
def submit_claim(*, claim: Claim, actor) -> Claim:
    """Hand the claim in; refused with the first thing that is wrong."""
    return CLAIM.apply(claim, "submit", actor=actor)


def review_claim(*, claim: Claim, actor) -> Claim:
    return CLAIM.apply(claim, "review", actor=actor)


def return_claim(*, claim: Claim, actor, reason: str) -> Claim:
    """Back to the agency, which may correct it and submit it again."""
    return CLAIM.apply(claim, "return", actor=actor, reason=reason)


def approve_claim(*, claim: Claim, actor) -> Claim:
    """Every line is decided and something is allowed: finance certifies next."""
    with transaction.atomic():
        locked(claim)
        return CLAIM.apply(claim, "approve", actor=actor)


def open_claims(agency: Agency):
    """An agency's claims that wait for something."""
    return Claim.objects.filter(agency=agency, status__in=[ClaimStatus.DRAFT, ClaimStatus.RETURNED])
