"""From the list of requirements to the paid claim, through the pages, each step by its own role."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from deployments.models import Claim, Clearance, Deployment, Obligation, Payment, SupportEntry
from deployments.services.payments import record_obligation
from deployments.services.readiness import list_requirements
from deployments.services.travel import change_dates
from deployments.tests.factories import make_claim, make_deployment, make_engagement, make_line, make_receipt, pdf
from partners.tests.factories import make_expert
from slp.lib.answers import Refused
from slp.lib.dates import today


@pytest.fixture
def send(client_of):
    """`send(user, "desk:claim-pay", key, field=...)` -> the response of a POST with its own once-key."""

    def post(user, name: str, /, *args, **data):
        data.setdefault("once", str(uuid.uuid4()))
        return client_of(user).post(reverse(name, args=args), data)

    return post


@pytest.fixture
def team(engagement, agency, expert, requirements):
    """Two people whose journey begins today and ends today; the list is made."""
    people = [expert, make_expert(agency, "Marie Paul")]
    rows = [make_deployment(engagement, e, status="preparing", starts_on=today(), ends_on=today()) for e in people]
    for row in rows:
        list_requirements(deployment=row)
    return rows


def requirement(code: str) -> int:
    return Clearance.objects.filter(requirement__code=code).values_list("requirement_id", flat=True)[0]


def statuses() -> set[str]:
    return set(Deployment.objects.values_list("status", flat=True))


CLEARED_BY = {
    "coordinator": ("portal", ["agency-approval", "emergency-contact", "code-of-conduct", "weapons-policy"]),
    "officer": ("desk", ["official-passport", "ctat", "medical", "visa", "insurance", "inl-training"]),
    "post_officer": ("post", ["country-clearance"]),
    "rso": ("post", ["rso-pre-brief"]),
}


def clear_everything(send, request, team, engagement):
    ids = {code: [] for _, codes in CLEARED_BY.values() for code in codes}
    for clearance in Clearance.objects.select_related("requirement"):
        ids[clearance.requirement.code].append(clearance.pk)
    for who, (door, codes) in CLEARED_BY.items():
        for code in codes:
            response = send(
                request.getfixturevalue(who), f"{door}:team-clear", engagement.reference, requirement(code),
                people=ids[code], valid_until=(today() + timedelta(days=400)).isoformat(),
            )  # fmt: skip
            assert response.status_code == 302, (who, code, response.content.decode()[:3000])


def test_a_team_is_made_ready_by_four_people_and_travels(
    send, request, team, engagement, officer, post_officer, rso, coordinator
):
    both = [row.pk for row in team]
    clear_everything(send, request, team, engagement)
    assert send(officer, "desk:team-move", engagement.reference, "ready", people=both).status_code == 302
    assert statuses() == {"ready"}

    assert send(post_officer, "post:team-move", engagement.reference, "arrive", people=both).status_code == 302
    assert statuses() == {"in_country"}

    log = {"engagement": engagement.pk, "kind": "arrival_briefing", "client_id": str(uuid.uuid4())}
    assert send(rso, "post:support-add", **log).status_code == 302
    assert SupportEntry.objects.get().deployments.count() == 2  # nobody chosen: the whole team

    assert send(rso, "post:checkin-add", team[0].reference, is_safe="yes", method="phone").status_code == 302
    assert send(post_officer, "post:team-move", engagement.reference, "return", people=both).status_code == 302
    assert statuses() == {"returned"}


def test_the_team_page_says_who_is_not_ready_and_why(client_of, team, engagement, officer):
    Clearance.objects.filter(deployment=team[0]).update(status="cleared", valid_until=today() + timedelta(days=999))
    page = client_of(officer).get(reverse("desk:team-move", args=[engagement.reference, "ready"])).content.decode()

    assert "Marie Paul" in page
    assert "is not started" in page


def test_clearing_for_a_team_is_all_or_nothing(send, team, engagement, officer):
    first, second = (d.clearances.get(requirement__code="medical") for d in team)
    second.deployment.period = second.deployment.period.__class__(
        second.deployment.starts_on, today() + timedelta(days=100)
    )
    second.deployment.save(update_fields=["period"])
    response = send(
        officer, "desk:team-clear", engagement.reference, first.requirement_id, people=[first.pk, second.pk],
        valid_until=(today() + timedelta(days=50)).isoformat(),
    )  # fmt: skip

    assert response.status_code == 422
    assert "Lieutenant Marie Paul: Medical clearance is valid until" in response.content.decode()
    assert not Clearance.objects.filter(status="cleared").exists()


def test_handing_in_by_phone_and_clearing_at_the_desk(send, team, traveller, officer):
    visa = team[0].clearances.get(requirement__code="visa")
    wrong = send(traveller, "portal:clearance-submit", visa.pk, valid_until=today().isoformat())
    assert wrong.status_code == 422
    assert "Add a photo or a scan" in wrong.content.decode()

    until = (today() + timedelta(days=90)).isoformat()
    done = send(traveller, "portal:clearance-submit", visa.pk, upload=pdf("visa.pdf"), valid_until=until)
    assert done.status_code == 302
    assert send(officer, "desk:clearance-clear", visa.pk, valid_until=until, note="").status_code == 302
    visa.refresh_from_db()
    assert visa.status == "cleared"


def test_a_passport_that_ends_too_early_is_said_at_the_field(send, team, traveller):
    passport = team[0].clearances.get(requirement__code="official-passport")
    response = send(
        traveller, "portal:clearance-submit", passport.pk, upload=pdf(), valid_until=today().isoformat(), note="A1"
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "It must hold until" in page
    assert 'value="A1"' in page  # what was typed is kept


def test_an_executable_is_no_evidence(send, team, traveller):
    visa = team[0].clearances.get(requirement__code="visa")
    response = send(
        traveller, "portal:clearance-submit", visa.pk, upload=pdf("visa.pdf", b"MZ\x90\x00 program"),
        valid_until=(today() + timedelta(days=9)).isoformat(),
    )  # fmt: skip

    assert response.status_code == 422
    assert "This is not a PDF or a picture" in response.content.decode()


def test_the_emergency_contact_is_kept_on_the_person(send, team, traveller):
    contact = team[0].clearances.get(requirement__code="emergency-contact")
    send(traveller, "portal:clearance-submit", contact.pk, name="Rose Jean", phone="+1 212 555 0100")

    team[0].expert.refresh_from_db()
    contact.refresh_from_db()
    assert (team[0].expert.emergency_name, contact.status) == ("Rose Jean", "submitted")


# -- the claim --------------------------------------------------------------------------------------
LINE = {
    "category": "materials", "description": "Books", "spent_on": "", "amount": "100.00", "currency": "USD",
    "exchange_rate": "1",
}  # fmt: skip


def test_from_the_first_cost_to_the_payment(
    send, engagement, deployment, coordinator, agency_finance, officer, finance, finance2
):
    assert send(coordinator, "portal:claim-add", part=engagement.participations.get().pk).status_code == 302
    claim = Claim.objects.get()
    cost = LINE | {"spent_on": engagement.starts_on.isoformat()}
    for number in (1, 2):
        saved = send(
            coordinator, "portal:line-add", claim.reference, receipt_file=pdf(content=b"%PDF-1 " + bytes([number])),
            **(cost | {"description": f"Books {number}"}),
        )  # fmt: skip
        assert saved.status_code == 302, saved.content.decode()[:3000]
    refused = send(coordinator, "portal:claim-move", claim.reference, "submit", seen_status="draft")
    assert refused.status_code == 403
    assert "Tick the statement" in refused.content.decode()
    assert send(coordinator, "portal:claim-edit", claim.reference, note="", statement="on").status_code == 302
    assert send(coordinator, "portal:claim-move", claim.reference, "submit", seen_status="draft").status_code == 302

    assert send(officer, "desk:claim-move", claim.reference, "review", seen_status="submitted").status_code == 302
    first, second = claim.lines.order_by("pk")
    no_reason = send(officer, "desk:line-decide", first.pk, decision="reduced", allowed_usd="60")
    assert no_reason.status_code == 422
    assert "Say why this line is not allowed in full" in no_reason.content.decode()
    decided = send(
        officer, "desk:line-decide", first.pk, decision="reduced", allowed_usd="60", reason="One each", rule="Addendum"
    )
    assert decided.status_code == 302
    assert decided["Location"].endswith(f"#line-{first.pk}")
    assert send(officer, "desk:claim-allow", claim.reference).status_code == 302
    second.refresh_from_db()
    assert second.decision == "allowed"
    assert send(officer, "desk:claim-move", claim.reference, "approve", seen_status="in_review").status_code == 302

    nothing = send(finance, "desk:claim-certify", claim.reference)
    assert "No money is set aside" in nothing.content.decode()
    money = {"number": "19INLE1", "amount": "1000", "fiscal_year": today().year, "fund_cite": ""}
    assert send(finance, "desk:obligation-add", engagement.reference, **money).status_code == 302
    obligation = Obligation.objects.get()
    assert send(finance, "desk:claim-certify", claim.reference, obligation=obligation.pk).status_code == 302
    too_much = send(
        finance2, "desk:claim-pay", claim.reference, voucher="V1", amount="161", paid_on=today().isoformat()
    )
    assert too_much.status_code == 422
    assert send(
        finance2, "desk:claim-pay", claim.reference, voucher="V1", amount="160", paid_on=today().isoformat()
    ).status_code == 302  # fmt: skip
    claim.refresh_from_db()
    assert (claim.status, Payment.objects.get().amount) == ("paid", Decimal("160.00"))


def test_the_same_form_sent_twice_acts_once(send, engagement, coordinator, finance):
    key = str(uuid.uuid4())
    claim = make_claim(engagement, engagement.participations.get().agency, coordinator)
    cost = LINE | {"spent_on": engagement.starts_on.isoformat(), "amount": "50"}
    answers = [send(coordinator, "portal:line-add", claim.reference, once=key, **cost) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert claim.lines.count() == 1

    money = {"number": "19INLE1", "amount": "1000", "fiscal_year": today().year, "fund_cite": "", "once": key + "x"}
    assert send(finance, "desk:obligation-add", engagement.reference, **money).status_code == 302
    again = send(finance, "desk:obligation-add", engagement.reference, **money)
    assert again.status_code in (403, 422)
    assert "already" in again.content.decode()


def test_certifying_more_than_is_left_is_said_at_the_choice(send, engagement, agency, coordinator, officer, finance):
    claim = make_claim(engagement, agency, coordinator, lines=1, status="approved", approved_by=officer)
    claim.lines.update(decision="allowed", allowed_usd=100)
    record_obligation(engagement=engagement, number="SMALL", amount=Decimal(99), actor=finance)
    record_obligation(engagement=engagement, number="LARGE", amount=Decimal(500), actor=finance)
    small = Obligation.objects.get(number="SMALL")

    response = send(finance, "desk:claim-certify", claim.reference, obligation=small.pk)
    assert response.status_code == 422
    assert "SMALL has $99.00 left; this claim needs $100.00." in response.content.decode()


def test_a_line_that_somebody_else_changed_shows_both(client_of, engagement, agency, coordinator, agency_finance):
    line = make_line(make_claim(engagement, agency, coordinator))
    url = reverse("portal:line-edit", args=[line.pk])
    cost = LINE | {"spent_on": line.spent_on.isoformat(), "no_receipt_because": "None given"}
    first = cost | {"description": "Text books", "seen_version": line.version}
    assert client_of(agency_finance).post(url, first).status_code == 302

    second = client_of(coordinator).post(url, cost | {"description": "Work books", "seen_version": line.version})
    page = second.content.decode()
    assert second.status_code == 409
    assert "Text books" in page
    assert "Work books" in page


def test_a_foreign_line_says_what_is_missing_at_its_fields(send, engagement, agency, coordinator):
    claim = make_claim(engagement, agency, coordinator)
    cost = LINE | {"currency": "htg", "spent_on": (today() + timedelta(days=2)).isoformat()}
    page = send(coordinator, "portal:line-add", claim.reference, **cost).content.decode()

    for words in ("lies in the future", "Say where the exchange rate comes from", "Enter how many dollars"):
        assert words in page
    assert claim.lines.count() == 0


def test_a_line_is_removed_only_after_asking(client_of, engagement, agency, coordinator):
    line = make_line(make_claim(engagement, agency, coordinator))
    client = client_of(coordinator)
    url = reverse("portal:line-remove", args=[line.pk])

    assert "Remove this cost?" in client.get(url).content.decode()
    assert line.claim.lines.count() == 1
    client.post(url)
    assert line.claim.lines.count() == 0


def test_hosting_a_visit_offers_no_claim(client_of, haiti, agency, coordinator):
    make_engagement(haiti, agency, kind="study_visit")
    page = client_of(coordinator).get(reverse("portal:claim-add")).content.decode()

    assert "Study visits that you host are not reimbursed" in page


def test_the_reviewer_sees_rule_receipt_and_rate(
    client_of, engagement, agency, coordinator, deployment, officer, rates
):
    claim = make_claim(engagement, agency, coordinator, status="in_review")
    make_line(
        claim, category="lodging", deployment=deployment, amount=Decimal(200), spent_on=deployment.starts_on,
        receipt=make_receipt(coordinator), description="Hotel",
    )  # fmt: skip
    page = client_of(officer).get(reverse("desk:claim-detail", args=[claim.reference])).content.decode()

    for words in ("41 CFR 301-11.3", "receipt.pdf", "$155.00: 1 night in Port-au-Prince", "$45.00 above the published"):
        assert words in page, words


# -- the phone's queue ------------------------------------------------------------------------------
def test_the_queue_sends_an_entry_as_often_as_the_line_breaks(client_of, engagement, deployment, post_officer):
    client = client_of(post_officer)
    url = reverse("post:support-sync")
    entry = {
        "engagement": engagement.pk, "kind": "transport", "deployments": [deployment.pk], "note": "Two cars",
        "client_id": str(uuid.uuid4()), "at_iso": "2026-01-05T10:00:00.000Z",
    }  # fmt: skip

    assert [client.post(url, entry).json()["state"] for _ in range(3)] == ["saved", "known", "known"]
    row = SupportEntry.objects.get()
    assert row.happened_at.isoformat() == "2026-01-05T10:00:00+00:00"


def test_the_queue_hears_why_an_entry_is_refused(client_of, engagement, post_officer):
    entry = {"engagement": engagement.pk, "kind": "arrival_briefing", "client_id": str(uuid.uuid4())}
    response = client_of(post_officer).post(reverse("post:support-sync"), entry)

    assert response.status_code == 422
    assert "kind" in response.json()["errors"]


def test_the_queue_gets_its_token_and_knows_whose_it_is(client_of, post_officer):
    data = client_of(post_officer).get(reverse("post:support-sync")).json()

    assert data["user"] == post_officer.pk
    assert data["token"]


def test_the_worker_names_the_pages_it_keeps(client_of, post_officer):
    response = client_of(post_officer).get(reverse("post:service-worker"))

    assert response["Content-Type"].startswith("text/javascript")
    assert reverse("post:support-add") in response.content.decode()


def test_travellers_of_another_team_are_refused_at_their_field(
    client_of, engagement, deployment, haiti, agency, post_officer
):
    other = make_engagement(haiti, agency, title="Another team")
    data = {"engagement": other.pk, "kind": "transport", "deployments": [deployment.pk]}
    response = client_of(post_officer).post(reverse("post:support-add"), data)

    assert response.status_code == 422
    assert "Lieutenant Alix Jean is not in this team." in response.content.decode()


def test_changing_dates_through_the_page_says_that_ready_is_lost(send, team, officer):
    row = team[0]
    row.clearances.update(status="cleared", valid_until=today() + timedelta(days=300))
    Deployment.objects.filter(pk=row.pk).update(status="ready")
    data = {
        "starts_on": today().isoformat(), "ends_on": (today() + timedelta(days=200)).isoformat(), "reason": "Longer",
    }  # fmt: skip
    assert send(officer, "desk:deployment-dates", row.reference, **data).status_code == 302

    row.refresh_from_db()
    assert row.status == "preparing"


def test_an_overlap_is_said_on_the_page_of_the_dates(send, team, officer, engagement):
    row = team[0]
    make_deployment(
        engagement, row.expert, starts_on=today() + timedelta(days=30), ends_on=today() + timedelta(days=40),
        status="confirmed",
    )  # fmt: skip
    data = {
        "starts_on": today().isoformat(), "ends_on": (today() + timedelta(days=30)).isoformat(), "reason": "Longer",
    }  # fmt: skip
    response = send(officer, "desk:deployment-dates", row.reference, **data)

    assert response.status_code == 422
    assert "Lieutenant Alix Jean is already deployed from" in response.content.decode()


@pytest.mark.parametrize("field", ["starts_on", "ends_on"])
def test_the_last_day_of_the_calendar_is_refused_at_its_field(client_of, team, engagement, officer, field):
    """One day more would not exist: it was an error of the server once."""
    dates = {"starts_on": today(), "ends_on": today()} | {field: "9999-12-31"}
    pages = [
        ("deployment-add", engagement.reference, {"expert": team[0].expert_id, "role": "Mentor"}),
        ("deployment-dates", team[0].reference, {"reason": "Later."}),
    ]
    for name, key, more in pages:
        answer = client_of(officer).post(reverse(f"desk:{name}", args=[key]), dates | more)
        assert answer.status_code == 422
        assert "31 Dec 9999 is more than 10 years from now" in str(answer.context["form"].errors[field])


def test_nor_does_the_service_take_it(team, officer):
    with pytest.raises(Refused, match="more than 10 years from now"):
        change_dates(deployment=team[0], starts_on=date.max, ends_on=date.max, reason="Later.", actor=officer)
