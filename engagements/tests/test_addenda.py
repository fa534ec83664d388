"""From yes to go: opening, the terms, both signatures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from engagements import estimates
from engagements.lifecycles import ENGAGEMENT, NEED
from engagements.models import Addendum, Engagement, Need, Nomination
from engagements.pages.engagements import load_engagement
from engagements.services.addenda import change_addendum, sign_addendum, terms_digest
from engagements.services.opening import likely_dates, open_engagement
from engagements.tests.factories import make_addendum, make_engagement, make_invitation, make_need
from engagements.tests.test_walk import page, post
from partners.models import Signature
from partners.tests.factories import make_agreement, make_expert
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def staffed(need, six_seats, agency, agreement, officer, mentor):
    """One person of one agency is confirmed."""
    invitation = make_invitation(need, agency, officer, status="part_accepted")
    Nomination.objects.create(
        invitation=invitation, seat=six_seats[0], expert=mentor, by=officer, status="confirmed"
    )  # fmt: skip
    Need.objects.filter(pk=need.pk).update(status="staffed")
    need.refresh_from_db()
    return need


@pytest.fixture
def addendum(haiti, officer, agency, agreement):
    engagement = make_engagement(haiti, officer, agency=agency, agreement=agreement, status="addendum")
    return make_addendum(engagement, agency)


# -- opening ---------------------------------------------------------------------------------------
def test_opening_takes_over_what_is_known(staffed, officer, agency, agreement):
    engagement = open_engagement(need=staffed, actor=officer)
    assert engagement.status == "addendum"
    assert (engagement.starts_on, engagement.ends_on) == likely_dates(staffed)
    assert engagement.participations.get().agreement == agreement
    addendum = engagement.addenda.get()
    assert addendum.people == "Lieutenant Alix Jean: Mentor"
    assert {c.category for c in addendum.costs.all()} >= {"travel", "lodging", "meals", "salary"}


def test_forbidden_openings(staffed, officer, coordinator, auditor, need, haiti, post_officer):
    for person in (coordinator, auditor):
        with pytest.raises(Refused, match="Only an INL/KM officer"):
            open_engagement(need=staffed, actor=person)
    with pytest.raises(Refused, match="when the need is staffed"):
        open_engagement(need=make_need(haiti, post_officer), actor=officer)
    open_engagement(need=staffed, actor=officer)
    with pytest.raises(Refused, match="already open"):
        open_engagement(need=staffed, actor=officer)


def test_nobody_confirmed_nothing_opened(staffed, officer):
    Nomination.objects.update(status="offered")
    with pytest.raises(Refused, match="Nobody is confirmed yet"):
        open_engagement(need=staffed, actor=officer)


def test_an_agreement_that_does_not_reach_the_end_is_refused(staffed, officer, agreement, agency):
    type(agreement).objects.filter(pk=agreement.pk).update(ends_on=staffed.starts_on + timedelta(days=100))
    with pytest.raises(Refused, match=f"{agency}: .* ends on .* before the activity does"):
        open_engagement(need=staffed, actor=officer)
    assert not Engagement.objects.exists()
    engagement = open_engagement(
        need=staffed, actor=officer, starts_on=staffed.starts_on, ends_on=staffed.starts_on + timedelta(days=89)
    )
    assert engagement.participations.get().agreement == agreement


def test_the_agreement_that_covers_is_picked_among_several(staffed, officer, agency, agreement):
    wrong = make_agreement(agency, kind="letter", activity_kinds=["academy"], starts_on=today() - timedelta(days=3))
    engagement = open_engagement(need=staffed, actor=officer)
    assert engagement.participations.get().agreement == agreement != wrong


def test_dates_that_were_agreed_with_the_agency_are_proposed(staffed, officer):
    start = staffed.starts_on + timedelta(days=7)
    invitation = staffed.invitations.get()
    invitation.answers.create(
        verb="counter", proposed_start=start, proposed_end=start + timedelta(days=92), by=officer
    )  # fmt: skip
    assert likely_dates(staffed) == (start, start + timedelta(days=92))


def test_a_study_visit_is_opened_with_those_who_host(client_of, officer, haiti, post_officer, agency, agreement):
    need = make_need(haiti, post_officer, kind="study_visit", status="staffed")
    make_invitation(need, agency, officer, status="accepted")
    url = f"/admin/desk/needs/{need.reference}/open/"
    html = page(client_of(officer), url)
    assert "Nobody of them travels" in html
    start = today() + timedelta(days=70)
    data = {"title": "Visit", "starts_on": start, "ends_on": start + timedelta(days=5), "places": "Boston"}
    response = client_of(officer).post(url, data)
    assert response.status_code == 422
    post(client_of(officer), url, data | {"agencies": [agency.pk]})
    addendum = Addendum.objects.get()
    assert not addendum.costs.exists()  # hosting is not reimbursable
    assert "not reimbursable" in page(client_of(officer), f"/admin/desk/addenda/{addendum.pk}/")


def test_opening_in_the_wrong_order_says_so(client_of, officer, staffed):
    url = f"/admin/desk/needs/{staffed.reference}/open/"
    start = staffed.starts_on
    data = {"title": "x", "starts_on": start, "ends_on": start - timedelta(days=1), "places": ""}
    response = client_of(officer).post(url, data)
    assert response.status_code == 422
    assert "would end before it starts" in response.content.decode()


def test_a_higher_floor_prices_the_days(staffed, officer, monkeypatch):
    def rates(engagement, agency, people, days):
        return [
            estimates.Estimate("lodging", Decimal("155.00") * people * days, f"{days} nights at 155.00"),
            estimates.Estimate("nonsense", Decimal(1), "never written"),
        ]

    monkeypatch.setattr(estimates, "_ESTIMATORS", [rates])
    addendum = open_engagement(need=staffed, actor=officer).addenda.get()
    assert addendum.costs.get(category="lodging").amount == Decimal("18600.00")
    assert not addendum.costs.filter(category="nonsense").exists()


# -- terms and signatures --------------------------------------------------------------------------
def test_both_sides_sign_the_same_terms(addendum, officer, signatory):
    with pytest.raises(Refused, match="not signed yet by Agency and INL"):
        ENGAGEMENT.apply(addendum.engagement, "prepare", actor=officer)
    sign_addendum(addendum=addendum, typed_name=officer.name, actor=officer)
    assert signatory.notices.filter(rule="addendum-to-sign").exists()
    with pytest.raises(Refused, match="not signed yet by Agency"):
        ENGAGEMENT.apply(addendum.engagement, "prepare", actor=officer)
    sign_addendum(addendum=addendum, typed_name=signatory.name.upper(), actor=signatory)
    assert officer.notices.filter(rule="addendum-signed").exists()
    ENGAGEMENT.apply(addendum.engagement, "prepare", actor=officer)


def test_every_agency_signs_its_own(addendum, officer, signatory, other_agency, other_agreement):
    addendum.engagement.participations.create(agency=other_agency, agreement=other_agreement)
    for person in (officer, signatory):
        sign_addendum(addendum=addendum, typed_name=person.name, actor=person)
    with pytest.raises(Refused, match=f"{other_agency} has no addendum yet"):
        ENGAGEMENT.apply(addendum.engagement, "prepare", actor=officer)


@pytest.mark.parametrize("change", ["term", "amount", "category"])
def test_a_change_of_terms_voids_the_signatures(addendum, officer, signatory, change):
    addendum.costs.create(category="travel", amount=Decimal("100.00"))
    for person in (officer, signatory):
        sign_addendum(addendum=addendum, typed_name=person.name, actor=person)
    row = {"category": "travel", "amount": Decimal("100.00")}
    fields, costs = {}, [row]
    if change == "term":
        fields = {"places": "Elsewhere"}
    elif change == "amount":
        costs = [row | {"amount": Decimal("100.01")}]
    else:
        costs = [row | {"category": "lodging"}]
    change_addendum(addendum=addendum, actor=officer, fields=fields, costs=costs)
    with pytest.raises(Refused, match="not signed yet by Agency and INL"):
        ENGAGEMENT.apply(Engagement.objects.get(pk=addendum.engagement_id), "prepare", actor=officer)
    sign_addendum(addendum=addendum, typed_name=officer.name, actor=officer)
    assert Signature.objects.count() == 3


def test_terms_changed_after_a_page_has_read_them_are_seen(addendum, officer, signatory):
    for person in (officer, signatory):
        sign_addendum(addendum=addendum, typed_name=person.name, actor=person)
    seen = load_engagement(SimpleNamespace(user=officer), addendum.engagement.reference)
    assert ENGAGEMENT.can(seen, "prepare", officer)
    change_addendum(addendum=addendum, actor=officer, fields={"places": "Elsewhere"})
    with pytest.raises(Refused, match="not signed yet by Agency and INL"):
        ENGAGEMENT.apply(seen, "prepare", actor=officer)


def test_the_same_terms_again_make_the_signatures_count_again(addendum, officer):
    before = terms_digest(addendum)
    change_addendum(addendum=addendum, actor=officer, fields={"places": "Elsewhere"})
    change_addendum(addendum=addendum, actor=officer, fields={"places": "Port-au-Prince"})
    assert terms_digest(addendum) == before


def test_forbidden_signatures(addendum, officer, signatory, coordinator, finance, outsider, other_agency):
    for person in (coordinator, finance, outsider):
        with pytest.raises(Refused, match="Only the agency's signatory or an INL/KM officer"):
            sign_addendum(addendum=addendum, typed_name=person.name, actor=person)
    with pytest.raises(Refused, match=f"Type your name as it is in your account: {signatory.name}"):
        sign_addendum(addendum=addendum, typed_name="Somebody Else", actor=signatory)
    with pytest.raises(Stale, match="changed while you were reading"):
        sign_addendum(addendum=addendum, typed_name=officer.name, seen_digest="0" * 64, actor=officer)
    sign_addendum(addendum=addendum, typed_name=officer.name, actor=officer)
    with pytest.raises(Refused, match="already signed this text"):
        sign_addendum(addendum=addendum, typed_name=officer.name, actor=officer)
    Engagement.objects.filter(pk=addendum.engagement_id).update(status="preparing")
    with pytest.raises(Refused, match="before the engagement is prepared"):
        sign_addendum(addendum=addendum, typed_name=signatory.name, actor=signatory)


def test_costs_that_the_kind_does_not_allow_are_refused(addendum, officer):
    Engagement.objects.filter(pk=addendum.engagement_id).update(kind="embed")
    addendum.engagement.refresh_from_db()
    with pytest.raises(Refused, match="Costs of travel are not reimbursable"):
        change_addendum(
            addendum=addendum, actor=officer, fields={}, costs=[{"category": "travel", "amount": Decimal(1)}]
        )


def test_only_the_desk_changes_terms_and_only_in_time(addendum, officer, coordinator):
    with pytest.raises(Refused, match="Only an INL/KM officer"):
        change_addendum(addendum=addendum, actor=coordinator, fields={"places": "x"})
    Engagement.objects.filter(pk=addendum.engagement_id).update(status="preparing")  # the page still shows "addendum"
    with pytest.raises(Refused, match="is settled"):
        change_addendum(addendum=addendum, actor=officer, fields={"places": "x"})


# -- pages -----------------------------------------------------------------------------------------
def edit_data(addendum, **more):
    return {
        "objective": addendum.objective, "deliverables": "", "places": addendum.places,
        "starts_on": addendum.starts_on, "ends_on": addendum.ends_on, "people": "", "travel_booked_by": "inl",
        "security_conditions": "", "report_due_days": 30, "seen_version": addendum.version, "costs-TOTAL_FORMS": 1,
        "costs-INITIAL_FORMS": 0, "costs-0-category": "travel", "costs-0-amount": "1200.50", "costs-0-basis": "Fares",
    } | more  # fmt: skip


def test_the_terms_are_changed_on_their_page(client_of, officer, second_officer, addendum):
    url = f"/admin/desk/addenda/{addendum.pk}/edit/"
    page(client_of(officer), url)
    post(client_of(officer), url, edit_data(addendum, places="Les Cayes"))
    assert addendum.costs.get().amount == Decimal("1200.50")
    assert "$1,200.50" in page(client_of(officer), f"/admin/desk/addenda/{addendum.pk}/")
    late = client_of(second_officer).post(url, edit_data(addendum, objective="Another"))
    assert late.status_code == 409
    assert "Les Cayes" in late.content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"costs-0-amount": "-1"}, "can&#x27;t be negative"),
        ({"costs-0-amount": "many"}, "Enter a number"),
        ({"ends_on": "2020-01-01"}, "would end before it starts"),
        ({"objective": ""}, "required"),
        ({"costs-TOTAL_FORMS": 2, "costs-1-category": "travel", "costs-1-amount": 5}, "Travel stands here twice"),
    ],
)
def test_wrong_terms_get_sentences(client_of, officer, addendum, change, sentence):
    response = client_of(officer).post(f"/admin/desk/addenda/{addendum.pk}/edit/", edit_data(addendum, **change))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not addendum.costs.exists()


def test_signing_asks_for_tick_and_name(client_of, signatory, addendum):
    url = f"/portal/addenda/{addendum.pk}/sign/"
    data = {"agree": "", "typed_name": "X", "seen_digest": terms_digest(addendum)}
    response = client_of(signatory).post(url, data)
    assert response.status_code == 422
    html = response.content.decode()
    assert "Tick this if you agree" in html
    assert f"Type your name as it is in your account: {signatory.name}" in html
    post(client_of(signatory), url, data | {"agree": "on", "typed_name": signatory.name})
    again = client_of(signatory).get(url)
    assert again.status_code == 403
    assert "Your side has signed these terms" in again.content.decode()


def test_a_page_that_was_open_while_the_terms_changed_signs_nothing(client_of, signatory, addendum, officer):
    digest = terms_digest(addendum)
    change_addendum(addendum=addendum, actor=officer, fields={"places": "Elsewhere"})
    data = {"agree": "on", "typed_name": signatory.name, "seen_digest": digest}
    response = client_of(signatory).post(f"/portal/addenda/{addendum.pk}/sign/", data)
    assert response.status_code == 409
    assert not Signature.objects.exists()


def test_a_need_is_not_fulfilled_before_its_engagement(staffed, officer):
    open_engagement(need=staffed, actor=officer)
    with pytest.raises(Refused, match="not completed yet"):
        NEED.apply(staffed, "fulfil", actor=officer)


def test_people_of_other_agencies_are_not_shown(client_of, outsider, addendum, officer, other_agency, other_agreement):
    addendum.engagement.participations.create(agency=other_agency, agreement=other_agreement)
    theirs = make_addendum(addendum.engagement, other_agency, people="Their Own")
    Addendum.objects.filter(pk=addendum.pk).update(people="Secret Person")
    make_expert(other_agency)
    html = page(client_of(outsider), f"/portal/engagements/{addendum.engagement.reference}/")
    assert f"/portal/addenda/{theirs.pk}/" in html
    assert f"/portal/addenda/{addendum.pk}/" not in html
    page(client_of(outsider), f"/portal/addenda/{addendum.pk}/", 404)
