"""A claim as its agency and INL/KM see it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import CharField, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404

from deployments.models import Claim, ClaimStatus, Obligation, Payment
from deployments.models.claim import SETTLED
from deployments.pages.claim_lines import Line
from deployments.services.claims import Totals, totals
from deployments.services.payments import pay_by
from deployments.services.problems import ClaimCheck
from engagements.models import Engagement
from engagements.pages.common import Turn, due_words, facts
from partners.models import Agency, Membership
from partners.models.agency import found_belonging
from slp.accounts.models import User
from slp.lib.dates import day_of, show, today
from slp.lib.light import columns, light, named
from slp.lib.statements import Key, Statement, kept

PATH = ("draft", "submitted", "in_review", "approved", "certified", "paid")


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
CALLED = Coalesce(NullIf("name", Value("")), "email", output_field=CharField())  # as `User.__str__` says it
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
    # Of one table again and again: so many joins to it take longer to plan than to read.
    called = User.objects.order_by().values(called=CALLED)
    hands = [Subquery(called.filter(pk=OuterRef(f"{hand}_id"))) for hand in HANDS]
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
    for hand, called in zip(HANDS, row[len(found) :], strict=True):
        setattr(claim, hand, named(User, found[f"{hand}_id"], called))
    found_belonging(request.user, claim.agency_id, found["own"])
    return claim


def sheet(claim: Claim, *, review: bool = False) -> Sheet:
    """Everything about a claim's money. `review` adds the published rates and what they speak against.

    Its agency is not told any more what is wrong with a line when the claim is settled: nothing can be changed.
    """
    claim.checked = check = ClaimCheck(claim)
    over = not review and claim.status in SETTLED
    rows = []
    for number, line in enumerate(check.lines, start=1):
        if review:
            rows.append(Line(number, line, *check.beside(line)))
        else:
            rows.append(Line(number, line, [] if over else check.problems(line)))
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
    "submitted": ("an INL officer", "The officer opens it and decides each line."),
    "in_review": ("an INL officer", "Each line is allowed, allowed in part, or not, with the reason."),
    "approved": ("finance at INL", "Finance certifies that the money is there."),
    "certified": ("finance at INL", "The payment is on its way; it is recorded when it has gone out."),
    "draft": ("the agency", "The claim is being prepared."),
    "returned": ("the agency", "INL has asked for a correction."),
}


def turn(claim: Claim, *, mine: bool) -> Turn | None:
    """Whose turn it is, and until when. `mine`: the reader can do the next step."""
    if claim.status not in WAITING:
        return None
    who, text = WAITING[claim.status]
    due = ""
    if claim.status in ("approved", "certified") and claim.submitted_at:
        last = pay_by(claim)
        due = f"Payment is {'due ' if last >= today() else ''}{due_words(last)}."
    if mine and claim.status in ("draft", "returned"):
        text = claim.returned_because if claim.status == "returned" else "Add every cost, then submit the claim."
    return Turn(mine, who, text, due)
