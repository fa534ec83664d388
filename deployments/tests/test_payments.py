"""Certified against money that was set aside, paid in one or several payments, by different people."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from deployments.lifecycles import CLAIM
from deployments.models import Claim, Payment
from deployments.pages.claims import turn
from deployments.services import claims, payments
from deployments.tests.factories import make_claim, make_engagement, make_obligation
from slp.lib.answers import Refused
from slp.lib.dates import start_of, today


def test_three_people_from_submission_to_payment(certified, finance2):
    payments.record_payment(claim=certified, voucher="OF1012-1", amount=Decimal(200), paid_on=today(), actor=finance2)

    assert certified.status == "paid"
    assert len({certified.prepared_by, certified.approved_by, certified.certified_by, finance2}) == 4


def test_nobody_certifies_what_they_approved(approved, engagement, officer, finance):
    approved.approved_by = finance
    approved.save(update_fields=["approved_by"])

    with pytest.raises(Refused, match="Whoever approved a claim can't certify it"):
        payments.certify_claim(claim=approved, obligation=make_obligation(engagement, finance), actor=finance)
    with pytest.raises(Refused, match="is for an INL/KM finance officer"):
        payments.certify_claim(claim=approved, obligation=make_obligation(engagement, finance), actor=officer)


def test_more_than_is_set_aside_is_refused(approved, engagement, finance):
    small = make_obligation(engagement, finance, amount=Decimal("199.99"))

    with pytest.raises(Refused, match=r"has \$199.99 left; this claim needs \$200.00"):
        payments.certify_claim(claim=approved, obligation=small, actor=finance)
    approved.refresh_from_db()
    assert (approved.status, approved.obligation) == ("approved", None)


def test_claims_of_one_obligation_add_up(certified, engagement, agency, coordinator, officer, finance):
    certified.obligation.amount = Decimal("350.00")
    certified.obligation.save(update_fields=["amount"])
    second = make_claim(engagement, agency, coordinator, statement=True, lines=2)
    claims.submit_claim(claim=second, actor=coordinator)
    claims.review_claim(claim=second, actor=officer)
    claims.allow_rest(claim=second, actor=officer)
    claims.approve_claim(claim=second, actor=officer)

    with pytest.raises(Refused, match=r"has \$150.00 left"):
        payments.certify_claim(claim=second, obligation=certified.obligation, actor=finance)


def test_money_of_another_engagement_is_refused(approved, haiti, agency, finance):
    elsewhere = make_obligation(make_engagement(haiti, agency), finance)

    with pytest.raises(Refused, match="set aside for another engagement"):
        payments.certify_claim(claim=approved, obligation=elsewhere, actor=finance)


def test_the_table_does_not_certify_without_an_obligation(approved, engagement, finance):
    make_obligation(engagement, finance)

    with pytest.raises(Refused, match="Choose the obligation"):
        CLAIM.apply(approved, "certify", actor=finance)


def test_paying_twice_is_refused(certified, finance2):
    pay = {"claim": certified, "amount": Decimal(200), "paid_on": today(), "actor": finance2}
    payments.record_payment(voucher="V-1", **pay)

    with pytest.raises(Refused, match="Only a certified claim can be paid"):
        payments.record_payment(voucher="V-2", **pay)
    assert certified.payments.count() == 1


def test_a_voucher_is_recorded_once(certified, finance2):
    pay = {"claim": certified, "amount": Decimal(50), "paid_on": today(), "actor": finance2}
    payments.record_payment(voucher="V-1", **pay)

    with pytest.raises(Refused, match=r"already recorded\. Nothing was paid twice"):
        payments.record_payment(voucher="V-1", **pay)


def test_partial_payments_settle_when_they_add_up(certified, finance2):
    pay = {"claim": certified, "paid_on": today(), "actor": finance2}
    payments.record_payment(voucher="V-1", amount=Decimal(150), **pay)
    assert certified.status == "certified"
    with pytest.raises(Refused, match=r"at most \$50.00 is open"):
        payments.record_payment(voucher="V-2", amount=Decimal(51), **pay)

    payments.record_payment(voucher="V-2", amount=Decimal(50), **pay)
    assert certified.status == "paid"


def test_a_payment_that_came_back_opens_the_claim_again(certified, finance, finance2):
    payment = payments.record_payment(
        claim=certified, voucher="V-1", amount=Decimal(200), paid_on=today(), actor=finance2
    )
    with pytest.raises(Refused):
        payments.fail_payment(payment=payment, actor=finance, reason="Account closed")  # has certified it

    payment = payments.fail_payment(payment=payment, actor=finance2, reason="Account closed")
    certified.refresh_from_db()
    assert (certified.status, payment.status) == ("certified", Payment.Status.FAILED)
    payments.record_payment(claim=certified, voucher="V-2", amount=Decimal(200), paid_on=today(), actor=finance2)
    assert certified.status == "paid"


@pytest.mark.parametrize("who", ["finance", "officer", "coordinator", "auditor", "administrator"])
def test_who_may_not_record_a_payment(certified, who, request):
    with pytest.raises(Refused):
        payments.record_payment(
            claim=certified, voucher="V-1", amount=Decimal(1), paid_on=today(), actor=request.getfixturevalue(who)
        )


def test_no_payment_in_the_future_or_to_an_ended_registration(certified, finance2, agency):
    pay = {"claim": certified, "amount": Decimal(200), "actor": finance2}
    with pytest.raises(Refused, match="lies in the future"):
        payments.record_payment(voucher="V-1", paid_on=today() + timedelta(days=1), **pay)
    agency.sam_expires_on = today() - timedelta(days=1)
    agency.save(update_fields=["sam_expires_on"])
    certified.refresh_from_db()
    with pytest.raises(Refused, match=r"SAM.gov registration"):
        payments.record_payment(voucher="V-1", paid_on=today(), **pay)


def test_only_finance_sets_money_aside_once_per_number(engagement, finance, officer):
    row = {"engagement": engagement, "number": "19INLE0001", "amount": Decimal("1000")}
    with pytest.raises(Refused, match="Only a finance officer"):
        payments.record_obligation(actor=officer, **row)
    assert payments.record_obligation(actor=finance, **row).amount == Decimal("1000.00")
    with pytest.raises(Refused, match="already recorded"):
        payments.record_obligation(actor=finance, **row)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (51, "Payment is 21 days overdue."),
        (30, "Payment is due today."),
        (0, "Payment is due in 30 days."),
    ],
)
def test_when_a_payment_is_due_in_words(days, words):
    submitted = start_of(today() - timedelta(days=days)) + timedelta(hours=12)
    assert turn(Claim(status="approved", submitted_at=submitted), mine=False).due == words
