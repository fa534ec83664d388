"""A claim as its agency and INL/KM see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from deployments.models import Claim, ClaimLine, ClaimStatus, Decision, Obligation, Payment
from deployments.services.claims import Totals, totals
from deployments.services.payments import pay_by
from deployments.services.problems import DENIALS, RULES, Ceiling, ClaimCheck
from engagements.models import Engagement
from engagements.pages.common import Turn, due_words, facts
from partners.models import Agency, Membership
from partners.models.agency import found_belonging
from slp.accounts.models import User
from slp.lib.costs import CostCategory
from slp.lib.dates import day_of, show, show_span
from slp.lib.light import columns, light, of
from slp.lib.money import usd
from slp.lib.statements import Key, Statement, kept

PATH = ("draft", "submitted", "in_review", "approved", "certified", "paid")
CATEGORIES = dict(CostCategory.choices)
TONES = {"pending": "neutral", "allowed": "good", "reduced": "warn", "denied": "bad"}


@lru_cache(maxsize=32)
def rule_options(chosen: str) -> SafeString:
    """The rules that a reviewer may cite, as options: a page has them once for each line."""
    rules = [("", "No rule cited"), *((code, f"{code}: {text}") for code, text in DENIALS)]
    options = ((value, mark_safe(" selected") if value == chosen else "", label) for value, label in rules)
    return format_html_join("", '<option value="{}"{}>{}</option>', options)


@dataclass(frozen=True)
class Line:
    """One cost with everything that is held against it. What a page says of it is put into words here, once."""

    number: int
    line: ClaimLine
    problems: list[str]
    ceiling: Ceiling | None = None
    form: Any = None  # a decision that was refused

    @property
    def key(self) -> str:
        """As text: a template would format a number each time it says it."""
        return str(self.line.pk)

    @property
    def rule(self) -> str:
        return RULES[self.line.category]

    @property
    def kind(self) -> str:
        """What it was paid for, and to whom."""
        label = CATEGORIES[self.line.category]
        return f"{label}, {self.line.vendor}" if self.line.vendor else label

    @property
    def when(self) -> str:
        return show_span(self.line.spent_on, self.line.until)

    @property
    def amount(self) -> str:
        line = self.line
        if line.currency == "USD":
            return usd(line.amount_usd)
        return f"{usd(line.amount_usd)} ({line.amount:,} {line.currency} at {line.exchange_rate.normalize():f})"

    @cached_property
    def status(self) -> dict[str, str]:
        line = self.line
        label = Decision(line.decision).label
        if line.decision == Decision.REDUCED:
            label = f"{usd(line.allowed_usd)} allowed"
        return {"label": label, "tone": TONES[line.decision]}

    @property
    def entered(self) -> dict[str, Any]:
        """What stands in the form that decides it: what was refused, else what was decided before.

        Nothing is chosen beforehand where something speaks against the line.
        """
        line, form = self.line, self.form
        if form is not None:
            decision, amount, rule, reason = (
                form[name].value() or "" for name in ("decision", "allowed_usd", "rule", "reason")
            )
        else:
            decision, rule, reason = "", line.rule, line.decision_reason
            amount = line.allowed_usd if line.decision == Decision.REDUCED else ""
        decision = decision or line.decision
        if decision == Decision.PENDING and not self.problems:
            decision = Decision.ALLOWED.value
        return {"decision": decision, "amount": amount, "rules": rule_options(rule), "reason": reason}


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


# -- what is read ----------------------------------------------------------------------------------
OWN = columns(Claim)
HANDS = ("prepared_by", "submitted_by", "approved_by", "certified_by")
# Of what hangs on a claim only what its pages say.
BESIDE: dict[str, tuple[type, tuple[str, ...]]] = {
    "engagement": (
        Engagement,
        ("reference", "title", "kind", "status", "status_since", "country_id", "places", "starts_on", "ends_on"),
    ),
    "agency": (Agency, ("name", "sam_expires_on", "eft_on_file_on")),
    "obligation": (Obligation, ("number", "amount")),
}
JOINED = tuple(f"{relation}__{name}" for relation, (_, names) in BESIDE.items() for name in names)
# Money goes out from certified claims only, and no move leads from there but to paid and back.
PAYABLE = (ClaimStatus.CERTIFIED, ClaimStatus.PAID)
PAYMENTS = Statement(lambda: Payment.objects.filter(claim=Key("claim")).values(*columns(Payment)))


@kept
def _seen(reader, key):
    rows = Claim.objects.visible_to(reader).filter(reference=key).order_by()
    # Words of one table again and again: so many joins to it take longer to plan than to read.
    hands = [of(User, f"{hand}_id", name) for hand in HANDS for name in ("name", "email")]
    own = Membership.objects.filter(user=reader, agency=OuterRef("agency"), is_active=True)
    return rows.values_list(*OWN, *JOINED, Exists(own), *hands)


def load_claim(request, key: str) -> Claim:
    """The claim with the people who had it in hand, if this person may see it."""
    row = next(iter(_seen(request.user, key)), None)
    if row is None:
        raise Http404
    found = dict(zip((*OWN, *JOINED, "own"), row, strict=False))
    claim = light(Claim, found)
    for relation, (model, names) in BESIDE.items():
        if pk := found[f"{relation}_id"]:
            setattr(claim, relation, light(model, {"id": pk, **{name: found[f"{relation}__{name}"] for name in names}}))
    for hand, name, email in zip(HANDS, row[len(found) :: 2], row[len(found) + 1 :: 2], strict=True):
        if pk := found[f"{hand}_id"]:
            setattr(claim, hand, light(User, {"id": pk, "name": name, "email": email}))
    found_belonging(request.user, claim.agency_id, found["own"])
    return claim


def sheet(claim: Claim, *, review: bool = False) -> Sheet:
    """Everything about a claim's money. `review` adds the published rates and what they speak against."""
    claim.checked = check = ClaimCheck(claim)
    rows = []
    for number, line in enumerate(check.lines, start=1):
        against = check.flags(line) if review else check.problems(line)
        ceiling = check.ceiling(line) if review else None
        rows.append(Line(number, line, against, ceiling))
    return Sheet(claim, rows, _payments(claim))


def _payments(claim: Claim) -> list[Payment]:
    return [light(Payment, row) for row in PAYMENTS.of(claim=claim.pk)] if claim.status in PAYABLE else []


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
