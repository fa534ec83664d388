"""Money set aside, claims certified against it, payments recorded: three different people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from deployments.lifecycles import CLAIM, allowed_total, paid_total
from deployments.models import Claim, ClaimLine, ClaimStatus, Obligation, Payment
from deployments.permissions import can_handle_payment, can_record_obligation, can_record_payment
from deployments.services.claims import locked
from engagements.models import Engagement
from slp.lib.answers import Answer, Refused, answer, no, require
from slp.lib.dates import day_of, fiscal_year, show, today
from slp.lib.errors import readable_constraints
from slp.lib.money import ZERO, MoneyField, cents, usd
from slp.lib.track import because

PAYMENT_DAYS = 30  # 41 CFR 301-52.7


def pay_by(claim: Claim) -> date:
    """The last day of payment: thirty days after a proper claim reached the approving official (41 CFR 301-52.7)."""
    return day_of(claim.submitted_at) + timedelta(days=PAYMENT_DAYS)


def record_obligation(
    *,
    engagement: Engagement,
    number: str,
    amount: Decimal,
    actor,
    fund_cite: str = "",
    fiscal_year_of_funds: int | None = None,
) -> Obligation:
    """Record money set aside before cost is incurred (31 USC 1341). The ledger of record is elsewhere."""
    require(can_record_obligation(actor, engagement))
    if not engagement.rules.reimbursable:
        raise Refused("Nothing is reimbursed for this kind of engagement, so no money is set aside.")
    if Obligation.objects.filter(number=number.strip()).exists():
        raise Refused(f"Obligation {number.strip()} is already recorded.")
    obligation = Obligation(
        number=number.strip(),
        engagement=engagement,
        amount=cents(amount),
        fund_cite=fund_cite.strip(),
        fiscal_year=fiscal_year_of_funds or fiscal_year(today()),
        recorded_by=actor,
    )
    with because(actor, "Recorded money set aside"), readable_constraints(Obligation):
        obligation.save(force_insert=True)
    return obligation


def certify_claim(*, claim: Claim, obligation: Obligation, actor) -> Claim:
    """Certify that the claim is proper and the money is there. Claims of one obligation take turns."""
    if obligation.engagement_id != claim.engagement_id:
        raise Refused("This money is set aside for another engagement.")
    with transaction.atomic():
        locked(claim)
        obligation = Obligation.objects.select_for_update(of=("self",)).get(pk=obligation.pk)
        return CLAIM.apply(claim, "certify", actor=actor, fields={"obligation": obligation})


def may_pay_agency(claim: Claim, paid_on: date) -> Answer:
    """No payment to an agency whose SAM.gov registration has ended (2 CFR 25)."""
    ends = claim.agency.sam_expires_on
    if ends is not None and ends < paid_on:
        return no(f"The SAM.gov registration of {claim.agency} ended on {show(ends)}. It must be renewed first.")
    return answer(True, "")


def record_payment(
    *, claim: Claim, voucher: str, amount: Decimal, paid_on: date, actor, status: str = Payment.Status.SENT
) -> Payment:
    """Record money that went out, in one or several payments. The claim is paid when all of it has gone."""
    voucher, amount = voucher.strip(), cents(amount)
    with transaction.atomic():
        claim_now = locked(claim)
        require(can_record_payment(actor, claim_now))
        require(may_pay_agency(claim, paid_on))
        if paid_on > today():
            raise Refused("The payment lies in the future. Record it when it has gone out.")
        if Payment.objects.filter(voucher=voucher).exists():
            raise Refused(f"Voucher {voucher} is already recorded. Nothing was paid twice.")
        paid, wanted = paid_total(claim), allowed_total(claim)
        if amount <= ZERO:
            raise Refused("Enter an amount.")
        if status == Payment.Status.SENT and paid + amount > wanted:
            raise Refused(f"{usd(wanted)} is allowed and {usd(paid)} is paid: at most {usd(wanted - paid)} is open.")
        payment = Payment(
            claim=claim, voucher=voucher, amount=amount, paid_on=paid_on, status=status, recorded_by=actor
        )
        with because(actor, "Recorded a payment"), readable_constraints(Payment):
            payment.save(force_insert=True)
        _settle(claim, actor)
    return payment


def _settle(claim: Claim, actor) -> None:
    claim.refresh_from_db()
    if claim.status == ClaimStatus.CERTIFIED and paid_total(claim) == allowed_total(claim):
        CLAIM.apply(claim, "settle", actor=actor)


def can_fail_payment(user, payment: Payment) -> Answer:
    """The bank sent it back: whoever may record payments may say so."""
    if payment.status == Payment.Status.FAILED:
        return no("This payment is already marked as failed.")
    if payment.claim.status not in (ClaimStatus.CERTIFIED, ClaimStatus.PAID):
        return no("Only a payment of a certified or paid claim can fail.")
    return can_handle_payment(user, payment.claim)


def fail_payment(*, payment: Payment, actor, reason: str) -> Payment:
    """Mark a payment as failed: it counts no more, and the claim waits for another one."""
    if not reason.strip():
        raise Refused("Say what the bank said.")
    with transaction.atomic():
        claim = locked(payment.claim)
        payment = Payment.objects.select_related("claim").get(pk=payment.pk)
        require(can_fail_payment(actor, payment))
        with because(actor, "Payment failed", reason):
            Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.FAILED)
        if claim.status == ClaimStatus.PAID:
            CLAIM.apply(claim, "unsettle", actor=actor, reason=reason)
    payment.refresh_from_db()
    return payment


def spent():
    """What claims that are certified or paid take from an obligation, as a subquery."""
    lines = ClaimLine.objects.filter(
        claim__obligation=OuterRef("pk"), claim__status__in=[ClaimStatus.CERTIFIED, ClaimStatus.PAID]
    )
    total = lines.order_by().values("claim__obligation").annotate(sum=Sum("allowed_usd")).values("sum")
    return Coalesce(Subquery(total), Value(ZERO), output_field=MoneyField())
