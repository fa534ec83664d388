"""A claim as its agency and INL/KM see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.shortcuts import get_object_or_404

from deployments.models import Claim, ClaimLine, Decision
from deployments.services.claims import Totals, totals
from deployments.services.payments import pay_by
from deployments.services.problems import RULES, Ceiling, ClaimCheck
from engagements.pages.common import Turn, due_words, facts
from slp.accounts.models import User
from slp.lib.dates import day_of, show, show_span
from slp.lib.money import usd

PATH = ("draft", "submitted", "in_review", "approved", "certified", "paid")
TONES = {"pending": "neutral", "allowed": "good", "reduced": "warn", "denied": "bad"}


@dataclass(frozen=True)
class Line:
    """One cost with everything that is held against it."""

    number: int
    line: ClaimLine
    problems: list[str]
    ceiling: Ceiling | None = None
    form: Any = None

    @property
    def rule(self) -> str:
        return RULES[self.line.category]

    @property
    def when(self) -> str:
        return show_span(self.line.spent_on, self.line.until)

    @property
    def amount(self) -> str:
        line = self.line
        if line.currency == "USD":
            return usd(line.amount_usd)
        return f"{usd(line.amount_usd)} ({line.amount:,} {line.currency} at {line.exchange_rate.normalize():f})"

    @property
    def status(self) -> dict[str, str]:
        line = self.line
        label = line.get_decision_display()
        if line.decision == Decision.REDUCED:
            label = f"{usd(line.allowed_usd)} allowed"
        return {"label": label, "tone": TONES[line.decision]}


@dataclass
class Sheet:
    """A claim with its lines, payments and sums."""

    claim: Claim
    lines: list[Line]
    payments: list
    sums: Totals = field(init=False)

    def __post_init__(self) -> None:
        self.sums = totals([row.line for row in self.lines], self.payments)

    @property
    def flagged(self) -> int:
        return sum(bool(row.problems) for row in self.lines)


HANDS = ("prepared_by", "submitted_by", "approved_by", "certified_by")


def load_claim(request, key: str) -> Claim:
    """The claim, if this person may see it, with everybody who had it in hand. Two queries: nine tables in one
    statement take the database longer to plan than to read."""
    rows = Claim.objects.visible_to(request.user).select_related("engagement__country", "agency", "obligation")
    claim = get_object_or_404(rows, reference=key)
    ids = {getattr(claim, f"{hand}_id") for hand in HANDS} - {None}
    people = User.objects.only("name", "email").in_bulk(ids)
    for hand in HANDS:
        setattr(claim, hand, people.get(getattr(claim, f"{hand}_id")))
    return claim


def sheet(claim: Claim, *, review: bool = False) -> Sheet:
    """Everything about a claim's money. `review` adds the published rates and what they speak against."""
    claim.checked = check = ClaimCheck(claim)
    rows = []
    for number, line in enumerate(check.lines, start=1):
        line.claim = claim
        against = check.flags(line) if review else check.problems(line)
        ceiling = check.ceiling(line) if review else None
        rows.append(Line(number, line, against, ceiling))
    return Sheet(claim, rows, list(claim.payments.select_related("recorded_by")))


def claim_facts(claim: Claim) -> list:
    return facts(
        ("Engagement", claim.engagement.title),
        ("Agency", claim.agency),
        ("Prepared by", claim.prepared_by),
        ("Submitted", f"{show(day_of(claim.submitted_at))} by {claim.submitted_by}" if claim.submitted_at else ""),
        ("Note to the reviewer", claim.note),
        *([("Approved by", claim.approved_by)] if claim.approved_by_id else []),
        *([("Certified by", claim.certified_by)] if claim.certified_by_id else []),
        *([("Paid from", claim.obligation.number)] if claim.obligation_id else []),
    )


WAITING = {
    "submitted": ("an INL/KM officer", "The officer opens it and decides each line."),
    "in_review": ("an INL/KM officer", "Each line is allowed, allowed in part, or not, with the reason."),
    "approved": ("finance at INL/KM", "Finance certifies that the money is there."),
    "certified": ("finance at INL/KM", "The payment is on its way; it is recorded when it has gone out."),
    "draft": ("the agency", "The claim is being prepared."),
    "returned": ("the agency", "INL/KM has asked for a correction."),
}


def turn(claim: Claim, *, mine: bool) -> Turn | None:
    """Whose turn it is, and until when. `mine`: the reader can do the next step."""
    if claim.status not in WAITING:
        return None
    who, text = WAITING[claim.status]
    due = ""
    if claim.status in ("approved", "certified") and claim.submitted_at:
        due = f"Payment is due {due_words(pay_by(claim))}."
    if mine and claim.status in ("draft", "returned"):
        text = claim.returned_because if claim.status == "returned" else "Add every cost, then submit the claim."
    return Turn(mine, who, text, due)
