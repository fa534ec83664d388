"""Claims: what is wrong is said before submitting, decided line by line, certified and paid by different people."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.lifecycles import CLAIM
from deployments.models import Claim, ClaimLine, TrainingEnrolment, TrainingSession
from deployments.services import claims
from deployments.services.problems import ClaimCheck, line_problems
from deployments.tests.factories import (
    make_claim,
    make_deployment,
    make_engagement,
    make_line,
    make_receipt,
    pdf,
)  # fmt: skip
from partners.tests.factories import make_expert
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today

COST = {"category": "materials", "description": "Books", "currency": "USD", "exchange_rate": Decimal(1)}


# -- starting and lines -----------------------------------------------------------------------------
def test_coordinator_and_agency_finance_start_claims(engagement, agency, coordinator, agency_finance):
    assert claims.start_claim(engagement=engagement, agency=agency, actor=coordinator).status == "draft"
    assert claims.start_claim(engagement=engagement, agency=agency, actor=agency_finance).reference.startswith("CLM-")


@pytest.mark.parametrize("who", ["traveller", "outsider", "officer", "post_officer"])
def test_others_do_not(engagement, agency, who, request):
    with pytest.raises(Refused, match="Only the agency's coordinator or finance contact can claim"):
        claims.start_claim(engagement=engagement, agency=agency, actor=request.getfixturevalue(who))


def test_hosting_a_visit_is_not_reimbursable(haiti, agency, coordinator):
    visit = make_engagement(haiti, agency, kind="study_visit")

    with pytest.raises(Refused, match="not reimbursable"):
        claims.start_claim(engagement=visit, agency=agency, actor=coordinator)


def test_foreign_money_is_rounded_half_up_to_the_cent(claim, coordinator, engagement):
    line = claims.add_line(
        claim=claim, actor=coordinator, category="materials", description="Paper", spent_on=engagement.starts_on,
        amount=Decimal("1525.00"), currency="HTG", exchange_rate=Decimal("0.0075"), rate_source="Card statement",
    )  # fmt: skip
    assert line.amount_usd == Decimal("11.44")  # 11.4375


def test_foreign_money_without_a_rate_source_is_refused(claim, coordinator, engagement):
    with pytest.raises(Refused, match="Say where the exchange rate comes from"):
        claims.add_line(
            claim=claim, actor=coordinator, category="materials", description="Paper", spent_on=engagement.starts_on,
            amount=Decimal(100), currency="HTG", exchange_rate=Decimal("0.0075"),
        )  # fmt: skip


def test_dollars_have_rate_one(claim, coordinator, engagement):
    line = claims.add_line(
        claim=claim, actor=coordinator, spent_on=engagement.starts_on, amount=Decimal(50),
        **(COST | {"exchange_rate": Decimal(3)}),
    )  # fmt: skip
    assert (line.exchange_rate, line.amount_usd) == (1, Decimal("50.00"))


def test_changing_a_line_opens_its_decision_again(claim, coordinator, engagement, officer):
    line = make_line(claim, decision="denied", allowed_usd=0, decision_reason="No receipt", decided_by=officer)
    claims.edit_line(line=line, actor=coordinator, receipt=pdf(), spent_on=line.spent_on, amount=Decimal(80), **COST)

    assert (line.decision, line.allowed_usd, line.receipt.name) == ("pending", None, "receipt.pdf")


def test_a_line_changed_by_two_people_is_not_lost(claim, coordinator):
    line = make_line(claim)
    old = line.version
    claims.edit_line(line=line, actor=coordinator, spent_on=line.spent_on, amount=Decimal(80), **COST)

    with pytest.raises(Stale):
        claims.edit_line(
            line=line, actor=coordinator, seen_version=old, spent_on=line.spent_on, amount=Decimal(70), **COST
        )


def test_lines_of_a_submitted_claim_stay(submitted, coordinator):
    line = submitted.lines.first()

    with pytest.raises(Refused, match="can't be changed"):
        claims.remove_line(line=line, actor=coordinator)


# -- what is wrong with a line ----------------------------------------------------------------------
def problem(line: ClaimLine) -> str:
    return " ".join(line_problems(line))


def test_lodging_always_needs_a_receipt(claim, deployment):
    line = make_line(claim, category="lodging", deployment=deployment, amount=Decimal(20), no_receipt_because="")

    assert "lodging always needs one" in problem(line)


@pytest.mark.parametrize(("amount", "asked"), [("75.00", False), ("75.01", True)])
def test_a_receipt_is_asked_above_75_dollars_strictly(claim, amount, asked):
    line = make_line(claim, amount=Decimal(amount), no_receipt_because="")

    assert ("Add the receipt" in problem(line)) is asked


def test_meals_are_an_allowance_without_receipt(claim, deployment):
    line = make_line(claim, category="meals", deployment=deployment, amount=Decimal(490), no_receipt_because="")

    assert not line_problems(line)


def test_a_personal_cost_says_whose_it_is(claim):
    assert "Say whose cost this is" in problem(make_line(claim, category="travel"))


def test_a_category_that_the_kind_does_not_reimburse(haiti, agency, coordinator):
    online = make_engagement(haiti, agency, kind="virtual")
    line = make_line(make_claim(online, agency, coordinator), category="travel")

    assert "Travel can't be claimed for" in problem(line)


@pytest.mark.parametrize(
    ("category", "first", "last", "wrong"),
    [
        ("lodging", 0, 5, ""),
        ("lodging", -1, 0, "is before the journey"),
        ("salary", 0, 10, ""),
        ("salary", -1, 10, "counts for days of the tour only"),
        ("travel", -60, None, ""),  # the ticket is bought before
        ("other", -60, None, ""),  # so is the passport
        ("other", -400, None, "is before the journey"),
        ("meals", 0, 12, "lies in the future"),
    ],
)
def test_dates_lie_inside_the_tour_except_what_is_bought_before(
    engagement, agency, coordinator, expert, category, first, last, wrong
):
    start = today() - timedelta(days=10)
    tour = make_deployment(engagement, expert, starts_on=start)
    line = make_line(
        make_claim(engagement, agency, coordinator), category=category, deployment=tour,
        spent_on=start + timedelta(days=first), until=None if last is None else start + timedelta(days=last),
    )  # fmt: skip
    found = problem(line)
    assert wrong in found if wrong else not found


def test_after_the_tour_nothing_is_claimed(engagement, agency, coordinator, expert):
    tour = make_deployment(engagement, expert, ends_on=today() - timedelta(days=5))
    line = make_line(make_claim(engagement, agency, coordinator), category="lodging", deployment=tour, spent_on=today())

    assert "is after the journey" in problem(line)


def test_days_of_training_count_like_the_tour(claim, deployment):
    before = deployment.starts_on - timedelta(days=20)
    start = timezone.now() - timedelta(days=(today() - before).days)
    session = TrainingSession.objects.create(title="INL", starts_at=start, ends_at=start + timedelta(hours=6))
    TrainingEnrolment.objects.create(session=session, deployment=deployment)
    line = make_line(claim, category="lodging", deployment=deployment, spent_on=timezone.localdate(start))

    assert not line_problems(line)


def test_the_same_receipt_twice_is_found_across_claims(claim, engagement, agency, coordinator):
    first = claims.add_line(
        claim=claim, actor=coordinator, receipt=pdf(), spent_on=engagement.starts_on, amount=Decimal(90), **COST
    )
    other = make_claim(engagement, agency, coordinator)
    second = claims.add_line(
        claim=other, actor=coordinator, receipt=pdf("copy.pdf"), spent_on=engagement.starts_on, amount=Decimal(30),
        **COST,
    )  # fmt: skip
    assert f"The same receipt is already in {claim.reference}" in problem(second)
    assert f"The same receipt is already in {other.reference}" in problem(first)


def test_the_same_vendor_date_and_amount_is_found_but_not_in_dead_claims(claim, engagement, agency, coordinator):
    same = {"vendor": "Librairie du Soleil", "amount": Decimal("42.00")}
    line = make_line(claim, **same)
    other = make_claim(engagement, agency, coordinator)
    make_line(other, **same)
    assert "Claim each cost once" in problem(line)

    Claim.objects.filter(pk=other.pk).update(status="withdrawn")
    assert not line_problems(line)


def test_the_same_fare_for_each_of_a_team_is_fine(claim, deployment, engagement, agency):
    mate = make_deployment(engagement, make_expert(agency, "Marie Paul"))
    fare = {"category": "travel", "vendor": "Airline", "amount": Decimal(400)}
    line = make_line(claim, deployment=deployment, **fare)
    make_line(claim, deployment=mate, **fare)

    assert not line_problems(line)


def test_a_line_that_was_denied_may_be_claimed_again(claim, engagement, agency, coordinator, officer):
    same = {"vendor": "Print shop", "amount": Decimal("42.00")}
    make_line(claim, decision="denied", allowed_usd=0, decision_reason="No receipt", **same)
    again = make_line(make_claim(engagement, agency, coordinator), **same)

    assert not line_problems(again)


def test_another_agencys_claim_is_not_named(claim, haiti, other_agency, outsider, coordinator, engagement):
    claims.add_line(
        claim=claim, actor=coordinator, receipt=pdf(), spent_on=engagement.starts_on, amount=Decimal(90), **COST
    )
    theirs = make_engagement(haiti, other_agency)
    line = claims.add_line(
        claim=make_claim(theirs, other_agency, outsider), actor=outsider, receipt=pdf(),
        spent_on=theirs.starts_on, amount=Decimal(90), **COST,
    )  # fmt: skip
    assert "already in another claim (of another agency)" in problem(line)
    assert claim.reference not in problem(line)


def test_submitting_names_the_line_and_what_is_wrong(claim, coordinator):
    make_line(claim)
    make_line(claim, description="Hotel", category="lodging")

    with pytest.raises(Refused, match="Line 2, Hotel: Say whose cost this is"):
        claims.submit_claim(claim=claim, actor=coordinator)


def test_submitting_needs_a_line_and_the_statement(claim, coordinator):
    with pytest.raises(Refused, match="Add at least one line"):
        claims.submit_claim(claim=claim, actor=coordinator)
    make_line(claim)
    Claim.objects.filter(pk=claim.pk).update(statement=False)
    with pytest.raises(Refused, match="Tick the statement"):
        claims.submit_claim(claim=claim, actor=coordinator)


# -- decisions --------------------------------------------------------------------------------------
def test_line_by_line(submitted, officer):
    claims.review_claim(claim=submitted, actor=officer)
    first, second = submitted.lines.all()

    claims.decide_line(line=first, decision="allowed", actor=officer)
    claims.decide_line(
        line=second, decision="reduced", allowed_usd=Decimal("60.00"), reason="One manual each.",
        rule="Addendum", actor=officer,
    )  # fmt: skip
    sums = claims.totals(submitted.lines.all())
    assert (sums.claimed, sums.allowed, sums.undecided) == (Decimal(200), Decimal(160), 0)


@pytest.mark.parametrize(
    ("decision", "amount", "reason", "sentence"),
    [
        ("denied", None, " ", "Say why"),
        ("reduced", Decimal(50), "", "Say why"),
        ("reduced", None, "x", "Enter an amount"),
        ("reduced", Decimal(100), "x", "between .0.01 and .99.99"),
        ("reduced", Decimal(0), "x", "Enter an amount"),
        ("pending", None, "", "Choose"),
    ],
)
def test_decisions_that_make_no_sense(submitted, officer, decision, amount, reason, sentence):
    claims.review_claim(claim=submitted, actor=officer)

    with pytest.raises(Refused, match=sentence):
        claims.decide_line(
            line=submitted.lines.first(), decision=decision, allowed_usd=amount, reason=reason, actor=officer
        )


def test_lines_are_decided_in_review_only_and_by_officers(submitted, officer, finance):
    line = submitted.lines.first()
    with pytest.raises(Refused, match="while the claim is in review"):
        claims.decide_line(line=line, decision="allowed", actor=officer)
    claims.review_claim(claim=submitted, actor=officer)
    with pytest.raises(Refused, match="Only an INL/KM officer"):
        claims.decide_line(line=line, decision="allowed", actor=finance)


def test_allow_the_rest_leaves_what_something_speaks_against(submitted, officer):
    submitted.lines.filter(description="Books").update(receipt=None, no_receipt_because="Lost")
    claims.review_claim(claim=submitted, actor=officer)

    assert claims.allow_rest(claim=submitted, actor=officer) == (1, 1)
    assert submitted.lines.get(decision="pending").description == "Books"


def test_approval_needs_every_line_decided(submitted, officer):
    claims.review_claim(claim=submitted, actor=officer)

    with pytest.raises(Refused, match="2 lines are not decided"):
        claims.approve_claim(claim=submitted, actor=officer)


def test_nothing_allowed_is_not_approved(submitted, officer):
    claims.review_claim(claim=submitted, actor=officer)
    for line in submitted.lines.all():
        claims.decide_line(line=line, decision="denied", reason="Not authorized", actor=officer)

    with pytest.raises(Refused, match="reject it instead"):
        claims.approve_claim(claim=submitted, actor=officer)


def test_returned_claim_keeps_the_reason_and_comes_back(submitted, officer, coordinator):
    claims.review_claim(claim=submitted, actor=officer)
    claims.return_claim(claim=submitted, actor=officer, reason="Add the invoice of the manuals.")
    submitted.refresh_from_db()

    assert submitted.returned_because == "Add the invoice of the manuals."
    assert claims.submit_claim(claim=submitted, actor=coordinator).status == "submitted"


# -- the published rate beside a line ---------------------------------------------------------------
def test_lodging_above_the_published_rate_is_flagged(claim, deployment, rates):
    first = deployment.starts_on
    line = make_line(
        claim, category="lodging", deployment=deployment, spent_on=first, until=first + timedelta(days=2),
        amount=Decimal("320.00"),
    )  # fmt: skip
    check = ClaimCheck(claim)
    check.lines[0].claim = claim

    assert check.ceiling(line).amount == Decimal(310)  # two nights at 155
    assert "$10.00 above the published rate" in " ".join(check.flags(check.lines[0]))
    assert not line_problems(line)  # the agency may claim it; the officer decides


def test_meals_are_75_percent_on_the_first_and_last_day(claim, deployment, rates):
    first = deployment.starts_on
    line = make_line(
        claim, category="meals", deployment=deployment, spent_on=first, until=first + timedelta(days=1),
        amount=Decimal("171.50"),
    )  # fmt: skip
    assert ClaimCheck(claim).ceiling(line).amount == Decimal("73.50") + Decimal("98.00")


def test_a_place_without_rate_says_so(claim, deployment):
    line = make_line(claim, category="lodging", deployment=deployment)

    assert ClaimCheck(claim).ceiling(line).text == "No rate is recorded for Port-au-Prince. Look it up."


def test_the_desk_reads_open_claims_first(submitted, officer, client, engagement, agency, coordinator):
    over = make_claim(engagement, agency, coordinator, statement=True)
    Claim.objects.filter(pk=over.pk).update(
        status="withdrawn",
        status_since=submitted.status_since - timedelta(days=30),
        submitted_at=timezone.now(),
    )
    client.force_login(officer)
    page = client.get(reverse("desk:claim-list")).content.decode()
    assert 0 < page.index(submitted.reference) < page.index(over.reference)
    by_date = client.get(reverse("desk:claim-list"), {"sort": "status_since"}).content.decode()
    assert by_date.index(over.reference) < by_date.index(submitted.reference)
    assert "$200.00" in page  # two lines, added up once


@pytest.mark.parametrize("currency", ["Jordanian d", "Eur", "E1", "€", "gourdes", "eu"])
def test_a_currency_that_is_no_code_is_said_in_words(currency, claim, coordinator, client_of):
    page = client_of(coordinator).post(
        reverse("portal:line-add", args=[claim.reference]),
        {"category": "materials", "spent_on": today(), "description": "Books", "amount": 5, "exchange_rate": "1.1",
         "rate_source": "Card statement", "no_receipt_because": "None given", "currency": currency},
    )  # fmt: skip
    words = "Enter the three letters of the currency, such as USD or EUR."
    assert page.status_code == (302 if currency == "Eur" else 422)
    assert currency == "Eur" or words in page.content.decode()
    assert "Ensure this value" not in page.content.decode()


# -- what is not sent ------------------------------------------------------------------------------
@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_claim_is_the_agencys_until_it_is_submitted(
    withdrawn, claim, coordinator, officer, finance, auditor, client_of
):
    line = make_line(claim, receipt=make_receipt(coordinator), no_receipt_because="")
    if withdrawn:
        CLAIM.apply(claim, "withdraw", actor=coordinator)
    receipt = reverse("documents:document-download", args=[line.receipt_id])
    for reader in (officer, finance, auditor):
        assert not Claim.objects.visible_to(reader).exists()
        assert not ClaimLine.objects.visible_to(reader).exists()
        client = client_of(reader)
        at_desk = client.get(reverse("desk:engagement-detail", args=[claim.engagement.reference])).content.decode()
        assert "No claims yet." in at_desk
        addresses = (
            reverse("desk:claim-detail", args=[claim.reference]),
            reverse("admin:deployments_claimline_change", args=[line.pk]),
            receipt,
        )
        assert [client.get(url).status_code for url in addresses] == [404, 302, 404]
        listed = client.get(reverse("desk:claim-list")).content.decode()
        assert claim.reference not in listed
        assert '<option value="draft"' not in listed
    own = client_of(coordinator).get(reverse("portal:claim-detail", args=[claim.reference]))
    assert own.status_code == 200
    assert claim.reference in client_of(coordinator).get(reverse("portal:claim-list")).content.decode()


def test_a_claim_that_was_sent_stays_in_sight(submitted, coordinator, officer):
    CLAIM.apply(submitted, "withdraw", actor=coordinator)
    assert Claim.objects.visible_to(officer).get() == submitted
    assert ClaimLine.objects.visible_to(officer).count() == 2
