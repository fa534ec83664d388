"""What is wrong with a claim's lines, said before the claim is submitted and beside the line when it is decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef
from django.utils import timezone

from deployments.models import Claim, ClaimLine, ClaimStatus, Deployment, DeploymentStatus, Stay, TrainingEnrolment
from deployments.services.rates import MEALS_RULE, RateBook, lodging_ceiling, meals_ceiling
from engagements.models import Addendum
from partners.models import Expert
from slp.documents.models import Document
from slp.lib.costs import CostCategory
from slp.lib.dates import day_of, show, show_span, today
from slp.lib.light import columns, light
from slp.lib.money import total, usd
from slp.lib.statements import Key, Statement

RECEIPT_ABOVE = Decimal(75)  # strictly more (41 CFR 301-52.1)
PRECEDES = timedelta(days=365)  # how long before the journey its papers and materials may be bought
PERSONAL = {
    CostCategory.TRAVEL, CostCategory.LODGING, CostCategory.MEALS, CostCategory.SALARY, CostCategory.BENEFITS,
}  # fmt: skip
PAY = {CostCategory.SALARY, CostCategory.BENEFITS}
# Tickets, passport and visa fees, medical examinations, materials and equipment are bought before departure.
MAY_PRECEDE = {CostCategory.TRAVEL, CostCategory.MATERIALS, CostCategory.EQUIPMENT, CostCategory.OTHER}
BY_THE_DAY = {CostCategory.MEALS, *PAY}  # nobody has these costs without having travelled
BY_RATE = {CostCategory.LODGING, CostCategory.MEALS}
RULES: dict[str, str] = {
    "travel": "41 CFR 301-10 and 301-52.1: by contract fare and economy class; receipt above $75",
    "lodging": "41 CFR 301-11.3: what was paid, at most the published rate of the place; receipt always",
    "meals": MEALS_RULE,
    "materials": "Addendum; 2 CFR 200.314 as the test of what is reasonable",
    "equipment": "Addendum; 2 CFR 200.313 as the test of what is reasonable",
    "salary": "Program FAQ; 2 CFR 200.430: days of the tour, by the payroll record",
    "benefits": "Program FAQ; 2 CFR 200.431: by the payroll record",
    "other": "41 CFR 301-12: fees for passport and visa, inoculations, currency exchange; receipt above $75",
}
DEAD = (ClaimStatus.WITHDRAWN, ClaimStatus.REJECTED)
DENIALS: tuple[tuple[str, str], ...] = (
    ("41 CFR 301-52.3", "Not itemized, no receipt, or not authorized"),
    ("41 CFR 301-11.3", "Above the published per-diem rate"),
    ("41 CFR 301-10", "Not the least costly fare or class"),
    ("41 CFR 301-52.1", "Outside the dates of travel"),
    ("Program brochure", "Costs of hosting guests are not reimbursable"),
    ("Addendum", "Not among the costs that the addendum names"),
)


@dataclass(frozen=True)
class Ceiling:
    """What the published rates allow for a line."""

    amount: Decimal | None
    basis: str

    @property
    def text(self) -> str:
        return f"{usd(self.amount)}: {self.basis}" if self.amount is not None else self.basis


class Twin(NamedTuple):
    """What one line is held against in another; in the order in which lines stand."""

    spent_on: date
    pk: int
    claim: int
    reference: str
    agency: int
    amount: Decimal
    currency: str
    vendor: str
    description: str
    deployment: int | None
    receipt: str | None

    @classmethod
    def of(cls, line: ClaimLine) -> Twin:
        receipt = line.receipt.sha256 if line.receipt_id else None
        return cls(
            line.spent_on, line.pk, line.claim_id, line.claim.reference, line.claim.agency_id, line.amount,
            line.currency, line.vendor, line.description, line.deployment_id, receipt,
        )  # fmt: skip


# -- what is read ----------------------------------------------------------------------------------
TWIN = (
    "spent_on", "pk", "claim", "claim__reference", "claim__agency", "amount", "currency", "vendor", "description",
    "deployment", "receipt__sha256",
)  # fmt: skip
# Of what hangs on a line only what is shown or held against it: whole rows of four tables take longer to make.
JOURNEY = (
    "reference", "status", "status_since", "engagement_id", "agency_id", "expert_id", "city", "starts_on", "ends_on",
)  # fmt: skip
BESIDE = (
    *(f"deployment__{name}" for name in JOURNEY), "deployment__expert__rank", "deployment__expert__name",
    "receipt__name", "receipt__sha256", "decided_by__name", "decided_by__email",
)  # fmt: skip


def _own_lines():
    return ClaimLine.objects.filter(claim=Key("claim")).order_by()


def _alike():
    """Lines of anybody with a receipt or a cost like one of the claim's own.

    One statement, but each half goes by its own index: an "or" across two tables would read every line there is.
    """
    receipts = _own_lines().exclude(receipt=None).values("receipt__sha256")
    same_receipt = ClaimLine.objects.filter(receipt__sha256__in=receipts)
    priced = _own_lines().exclude(vendor="").filter(
        spent_on=OuterRef("spent_on"), amount=OuterRef("amount"), vendor=OuterRef("vendor")
    )  # fmt: skip
    same_cost = ClaimLine.objects.filter(Exists(priced))
    either = same_receipt.order_by().values("pk").union(same_cost.order_by().values("pk"))
    rows = ClaimLine.objects.filter(pk__in=either).exclude(decision="denied").exclude(claim__status__in=DEAD)
    return rows.order_by().values(*TWIN)


LINES = Statement(lambda: _own_lines().order_by("spent_on", "pk").values(*columns(ClaimLine), *BESIDE))
ALIKE = Statement(_alike)
STAYS = Statement(
    lambda: (
        Stay.objects.filter(deployment__in=_own_lines().values("deployment"))
        .order_by()
        .values("deployment_id", "city", "period")
    )
)


class ClaimCheck:
    """One claim's lines and all that they are held against: a constant number of queries, however many lines."""

    def __init__(self, claim: Claim, lines: Iterable[ClaimLine] | None = None) -> None:
        self.claim = claim
        self.engagement = claim.engagement
        self._given = lines

    @cached_property
    def lines(self) -> list[ClaimLine]:
        if self._given is not None:
            return list(self._given)
        journeys: dict[int, Deployment] = {}
        return [_line(self.claim, row, journeys) for row in LINES.of(claim=self.claim.pk)]

    @cached_property
    def window(self) -> tuple[date, date]:
        """The days of the agency's addendum, else of the engagement."""
        terms = Addendum.objects.filter(engagement=self.claim.engagement_id, agency=self.claim.agency_id).first()
        terms = terms or self.engagement
        return terms.starts_on, terms.ends_on

    @cached_property
    def _people(self) -> list[int]:
        return list({line.deployment_id for line in self.lines if line.deployment_id})

    @cached_property
    def _training_days(self) -> dict[int, list[tuple[date, date]]]:
        rows = TrainingEnrolment.objects.filter(deployment__in=self._people).exclude(status="missed")
        found: dict[int, list[tuple[date, date]]] = defaultdict(list)
        for deployment, start, end in rows.values_list("deployment", "session__starts_at", "session__ends_at"):
            found[deployment].append((timezone.localdate(start), timezone.localdate(end)))
        return found

    @cached_property
    def _stays(self) -> dict[int, list[dict]]:
        found: dict[int, list[dict]] = defaultdict(list)
        for stay in STAYS.of(claim=self.claim.pk):
            found[stay["deployment_id"]].append(stay)
        return found

    @cached_property
    def rates(self) -> RateBook:
        return RateBook(self.engagement.country_id)

    @cached_property
    def _twins(self) -> list[Twin]:
        """Lines, here or in other live claims of anybody, with a receipt or a cost like one of ours."""
        here = {line.pk for line in self.lines}
        own = [line for line in self.lines if line.decision != "denied" and self.claim.status not in DEAD]
        rows = [Twin(*row.values()) for row in ALIKE.of(claim=self.claim.pk)] if self.lines else []
        return sorted([*(Twin.of(line) for line in own), *(twin for twin in rows if twin.pk not in here)])

    # -- what is wrong -------------------------------------------------------------------------------
    def problems(self, line: ClaimLine) -> list[str]:
        """Everything that keeps this line from being submitted, each as a sentence that says what to do."""
        found = [self._category(line), self._person(line), self._receipt(line), self._dates(line), self._twin(line)]
        return [sentence for sentence in found if sentence]

    def _category(self, line: ClaimLine) -> str:
        rules = self.engagement.rules
        if line.category in rules.costs:
            return ""
        if not rules.reimbursable:
            return "Costs of hosting guests are not reimbursable."
        return f"{line.get_category_display()} can't be claimed for {rules.label.lower()}."

    def _person(self, line: ClaimLine) -> str:
        if not self.engagement.rules.abroad or line.category not in PERSONAL:
            return ""
        if line.deployment_id is None:
            return "Say whose cost this is: choose the traveller."
        if line.deployment.engagement_id != self.claim.engagement_id:
            return "This traveller belongs to another engagement."
        if line.deployment.agency_id != self.claim.agency_id:
            return "This traveller belongs to another agency."
        if line.deployment.status == DeploymentStatus.WITHDRAWN:
            return f"{line.deployment.expert} did not travel."
        if line.deployment.status == DeploymentStatus.CANCELLED and line.category in BY_THE_DAY:
            trained = self._in_training(line, line.spent_on, line.until or line.spent_on)
            return "" if trained else f"{line.deployment.expert} did not travel: there are no days to claim."
        return ""

    def called_off_on(self, line: ClaimLine) -> date | None:
        """The day on which INL/KM cancelled this person's journey, or the engagement; None if it did not."""
        gone = line.deployment if line.deployment_id and line.deployment.status == "cancelled" else self.engagement
        return day_of(gone.status_since) if gone.status == "cancelled" else None

    def _receipt(self, line: ClaimLine) -> str:
        # Meals and incidentals are an allowance by the day, not a bill (41 CFR 301-11.3).
        if line.receipt_id or line.no_receipt_because.strip() or line.category == CostCategory.MEALS:
            return ""
        if line.category == CostCategory.LODGING:
            return "Add the hotel's receipt: lodging always needs one (41 CFR 301-52.1)."
        if line.amount_usd > RECEIPT_ABOVE:
            return f"Add the receipt: anything above {usd(RECEIPT_ABOVE)} needs one (41 CFR 301-52.1)."
        return ""

    def _dates(self, line: ClaimLine) -> str:
        first, last = line.spent_on, line.until or line.spent_on
        if last > today():
            return "The date lies in the future: claim what has been spent."
        called_off = self.called_off_on(line)
        if called_off and last > called_off:
            return f"{show(last)} is after the cancellation on {show(called_off)}: claim what was spent until then."
        found = self._outside(line, first, last, called_off)
        # Days of training count too; for a cost within the tour nobody needs to look them up.
        return "" if found and self._in_training(line, first, last) else found

    def _outside(self, line: ClaimLine, first: date, last: date, called_off: date | None) -> str:
        start, end = self.journey(line)
        if line.category in PAY and not (start <= first and last <= end):
            return f"{line.get_category_display()} counts for days of the tour only, {show_span(start, end)}."
        # A room that was paid ahead and can't be given back is a cost of the cancellation.
        earliest = start - PRECEDES if line.category in MAY_PRECEDE or called_off else start
        if first < earliest:
            return f"{show(first)} is before the journey, which begins on {show(start)}."
        if last > end:
            return f"{show(last)} is after the journey, which ends on {show(end)}."
        return ""

    def _in_training(self, line: ClaimLine, first: date, last: date) -> bool:
        sessions = self._training_days.get(line.deployment_id, [])
        return any(start <= first and last <= end for start, end in sessions)

    def journey(self, line: ClaimLine) -> tuple[date, date]:
        """The days of the person's tour, else of the addendum."""
        return (line.deployment.starts_on, line.deployment.ends_on) if line.deployment_id else self.window

    def _twin(self, line: ClaimLine) -> str:
        for twin in self._twins:
            if twin.pk == line.pk:
                continue
            if line.receipt_id and twin.receipt == line.receipt.sha256:
                where, about = self._where(line, twin)
                return f"The same receipt is already in {where} ({about})."
            if line.vendor and _same_cost(line, twin):
                where, about = self._where(line, twin)
                return f"The same cost is already in {where} ({about}). Claim each cost once."
        return ""

    def _where(self, line: ClaimLine, twin) -> tuple[str, str]:
        """In which claim the twin stands, and what it is. Of another agency's nothing is told."""
        if self.claim.agency_id != twin.agency:
            return "another claim", "of another agency"
        where = "this claim" if twin.claim == line.claim_id else twin.reference
        return where, f"{twin.description}, {show(twin.spent_on)}"

    # -- beside the line at the desk ----------------------------------------------------------------
    def place(self, line: ClaimLine) -> str:
        """Where the person slept that night; no night follows the last day, so it counts like the day before."""
        if not line.deployment_id:
            return self.engagement.places
        last_day = line.spent_on == line.deployment.ends_on
        for night in (line.spent_on, line.spent_on - timedelta(days=1) if last_day else line.spent_on):
            for stay in self._stays.get(line.deployment_id, []):
                if night in stay["period"]:
                    return stay["city"]
        return line.deployment.city or self.engagement.places

    def ceiling(self, line: ClaimLine) -> Ceiling | None:
        """The published ceiling of lodging and meals; None for what has no rate."""
        if line.category not in BY_RATE:
            return None
        last = line.until or line.spent_on
        place = self.place(line)
        if line.category == CostCategory.LODGING:
            amount, nights = lodging_ceiling(self.rates, place, line.spent_on, last)
            basis = f"{nights} night{'s' if nights != 1 else ''} in {place}"
        else:
            amount, days = meals_ceiling(self.rates, place, line.spent_on, last, journey=self.journey(line))
            basis = f"{days} day{'s' if days != 1 else ''} in {place}"
        if amount is None:
            return Ceiling(None, f"No rate is recorded for {place or 'this place'}. Look it up.")
        return Ceiling(amount, basis)

    def flags(self, line: ClaimLine) -> list[str]:
        """What the reviewer must look at: the problems, and amounts above the published rate."""
        return self.beside(line)[0]

    def beside(self, line: ClaimLine) -> tuple[list[str], Ceiling | None]:
        """`flags` and `ceiling`, looked up once."""
        found, ceiling = self.problems(line), self.ceiling(line)
        if ceiling and ceiling.amount is not None and line.amount_usd > ceiling.amount:
            over = usd(line.amount_usd - ceiling.amount)
            found.append(f"{over} above the published rate ({ceiling.text}).")
        if line.no_receipt_because.strip() and not line.receipt_id:
            found.append(f"No receipt, because: {line.no_receipt_because}")
        return found, ceiling

    def total_usd(self) -> Decimal:
        return total(line.amount_usd for line in self.lines)


def _line(claim: Claim, row: dict, journeys: dict[int, Deployment]) -> ClaimLine:
    """A row of `LINES` as the line that it is from. `journeys`: those that other lines have brought with them."""
    line = light(ClaimLine, row)
    line.claim = claim
    if line.deployment_id:
        if line.deployment_id not in journeys:
            own = {name: row[f"deployment__{name}"] for name in JOURNEY}
            journeys[line.deployment_id] = journey = light(Deployment, {"id": line.deployment_id} | own)
            person = {"rank": row["deployment__expert__rank"], "name": row["deployment__expert__name"]}
            journey.expert = light(Expert, {"id": journey.expert_id} | person)
        line.deployment = journeys[line.deployment_id]
    if line.receipt_id:
        paper = {"id": line.receipt_id, "name": row["receipt__name"], "sha256": row["receipt__sha256"]}
        line.receipt = light(Document, paper)
    if line.decided_by_id:
        person = {"id": line.decided_by_id, "name": row["decided_by__name"], "email": row["decided_by__email"]}
        line.decided_by = light(get_user_model(), person)
    return line


def _same_cost(line: ClaimLine, twin: Twin) -> bool:
    # The same fare bought for each of a team is not the same cost.
    if line.claim_id == twin.claim and line.deployment_id != twin.deployment:
        return False
    same = (twin.spent_on, twin.amount, twin.currency, twin.vendor.casefold())
    return same == (line.spent_on, line.amount, line.currency, line.vendor.casefold())


def claim_problems(claim: Claim) -> list[tuple[ClaimLine, list[str]]]:
    """Every line of a claim with what is wrong with it. A page that has checked already leaves `claim.checked`."""
    check = claim.checked or ClaimCheck(claim)
    return [(line, check.problems(line)) for line in check.lines]


def line_problems(line: ClaimLine) -> list[str]:
    """What is wrong with one line."""
    return ClaimCheck(line.claim, [line]).problems(line)
