"""What the database refuses whoever writes, and the sentence in which it says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from conftest import make_user
from deployments.lifecycles import CLAIM
from deployments.models import Claim, Obligation, Payment, Rate, Stay
from deployments.permissions import can_record_payment
from deployments.services import claims, payments
from deployments.tests.factories import make_line, make_obligation
from engagements.models import AddendumCost
from engagements.services.addenda import change_addendum
from engagements.tests.factories import make_addendum
from partners.models import Membership
from slp.lib.answers import Refused
from slp.lib.dates import today
from slp.lib.errors import constraint_sentence

pytestmark = pytest.mark.django_db
LESS = Decimal("-0.01")


@pytest.fixture
def rate(haiti):
    return Rate.objects.create(
        country=haiti, location="Jacmel", lodging=100, meals=50, effective_on=date(2026, 1, 1), source="DSSR 925"
    )


@pytest.fixture
def line(claim):
    return make_line(claim)


@pytest.fixture
def obligation(engagement, finance):
    return make_obligation(engagement, finance)


@pytest.fixture
def payment(certified, finance2):
    return Payment.objects.create(claim=certified, voucher="V1", amount=1, paid_on=today(), recorded_by=finance2)


@pytest.fixture
def cost(engagement, agency):
    return AddendumCost.objects.create(addendum=make_addendum(engagement, agency), category="travel", amount=10)


@pytest.fixture
def stay(deployment):
    nights = DateRange(deployment.starts_on, deployment.ends_on)
    return Stay.objects.create(deployment=deployment, city="Jacmel", period=nights)


def sentence_of(row, **values) -> str | None:
    """What the database answers to these values; None if it takes them."""
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**values)
    except IntegrityError as error:
        return constraint_sentence(error, type(row))
    return None


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("rate", {"lodging": LESS}, "A rate can't be negative."),
        ("rate", {"meals": LESS}, "A rate can't be negative."),
        ("rate", {"currency": "HTG"}, "Per-diem rates are published in US dollars: enter the amounts in USD."),
        ("obligation", {"amount": 0}, "Enter the amount that is set aside."),
        ("line", {"amount": 0}, "Enter an amount."),
        ("line", {"amount_usd": 0}, "Enter an amount."),
        ("line", {"allowed_usd": LESS}, "The allowed amount can't be negative."),
        ("payment", {"amount": 0}, "Enter the amount that was paid."),
        ("cost", {"amount": LESS}, "An amount can't be negative."),
        ("stay", {"period": DateRange(date(2026, 1, 1), date(2026, 1, 1))}, "The last night is before the first."),
    ],
)
def test_nonsense_amounts_and_spans(request, name, values, sentence):
    assert sentence_of(request.getfixturevalue(name), **values) == sentence


def test_nothing_allowed_and_an_estimate_of_nothing_are_fine(line, cost):
    assert sentence_of(line, allowed_usd=0) is None
    assert sentence_of(cost, amount=0) is None


# -- separation of duties: in the database ----------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("prepared_by", "approved_by", "Whoever prepared a claim can't approve it."),
        ("submitted_by", "approved_by", "Whoever submitted a claim can't approve it."),
        ("prepared_by", "certified_by", "Whoever prepared a claim can't certify it."),
        ("submitted_by", "certified_by", "Whoever submitted a claim can't certify it."),
        ("approved_by", "certified_by", "Whoever approved a claim can't certify it."),
    ],
)
def test_one_person_has_one_part_in_a_claim(claim, finance, first, second, sentence):
    assert sentence_of(claim, **{first: finance, second: finance}) == sentence


def test_the_agency_prepares_and_submits_with_the_same_hands(claim, coordinator):
    assert sentence_of(claim, prepared_by=coordinator, submitted_by=coordinator) is None


# -- separation of duties: over two rows, in the services --------------------------------------------
@pytest.mark.parametrize("part", ["prepared_by", "submitted_by", "approved_by", "certified_by"])
def test_whoever_had_the_claim_in_hand_does_not_pay_it(certified, finance, finance2, part):
    others = {"approved_by": None, "certified_by": None}
    Claim.objects.filter(pk=certified.pk).update(**(others | {part: finance2}))
    with pytest.raises(Refused, match="can't record its payment"):
        payments.record_payment(claim=certified, voucher="V1", amount=Decimal(1), paid_on=today(), actor=finance2)
    assert not Payment.objects.exists()


@pytest.fixture
def both_sides(agency):
    """Works for INL/KM and still has a role at the agency: the pages don't allow it, the admin might."""

    def person(staff_role: str):
        user = make_user(f"both-{staff_role}", staff_role=staff_role)
        Membership.objects.create(user=user, agency=agency, role="signatory")
        return user

    return person


def test_the_payee_judges_and_pays_nothing(submitted, both_sides, engagement, officer, finance):
    payee = both_sides("officer")
    with pytest.raises(Refused, match="belongs to the agency that is paid can't review it"):
        claims.review_claim(claim=submitted, actor=payee)
    claims.review_claim(claim=submitted, actor=officer)
    with pytest.raises(Refused, match="belongs to the agency that is paid can't decide its lines"):
        claims.allow_rest(claim=submitted, actor=payee)
    claims.allow_rest(claim=submitted, actor=officer)
    with pytest.raises(Refused, match="belongs to the agency that is paid can't approve it"):
        claims.approve_claim(claim=submitted, actor=payee)
    claims.approve_claim(claim=submitted, actor=officer)
    obligation, payee = make_obligation(engagement, finance), both_sides("finance")
    with pytest.raises(Refused, match="belongs to the agency that is paid can't certify it"):
        payments.certify_claim(claim=submitted, obligation=obligation, actor=payee)
    payments.certify_claim(claim=submitted, obligation=obligation, actor=finance)
    assert "belongs to the agency that is paid" in can_record_payment(payee, submitted).reason


def test_the_verbs_without_their_pages_say_it_too(submitted, officer):
    Claim.objects.filter(pk=submitted.pk).update(prepared_by=officer)
    with pytest.raises(Refused, match="Whoever prepared a claim can't review it"):
        CLAIM.apply(submitted, "review", actor=officer)


# -- and where people meet it -----------------------------------------------------------------------
def test_the_services_say_it_in_the_words_of_the_constraint(engagement, finance, cost, officer):
    with pytest.raises(Refused, match="Enter the amount that is set aside"):
        payments.record_obligation(engagement=engagement, number="N1", amount=Decimal(0), actor=finance)
    assert not Obligation.objects.exists()
    type(engagement).objects.filter(pk=engagement.pk).update(status="addendum")
    with pytest.raises(Refused, match="An amount can't be negative"):
        change_addendum(
            addendum=cost.addendum, actor=officer, fields={}, costs=[{"category": "travel", "amount": LESS}]
        )


def test_a_rate_in_another_currency_is_refused_at_the_form(client_of, administrator, haiti):
    data = {
        "country": "HT", "us_state": "", "location": "Jacmel", "season_from": "01-01", "season_until": "12-31",
        "lodging": "100", "meals": "50", "currency": "HTG", "effective_on": "2026-01-01", "source": "DSSR 925",
    }  # fmt: skip
    page = client_of(administrator).post("/admin/deployments/rate/add/", data)
    assert "Per-diem rates are published in US dollars" in page.content.decode()
    assert client_of(administrator).post("/admin/deployments/rate/add/", data | {"currency": "USD"}).status_code == 302
    assert Rate.objects.get().currency == "USD"
