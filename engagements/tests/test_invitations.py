"""Asking agencies, their answers, people for seats: services and pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from engagements.lifecycles import INVITATION, NEED
from engagements.models import Invitation, Need, Seat
from engagements.pages.needs import filling, seat_lines
from engagements.services.invitations import (
    answer_invitation,
    change_invitation,
    confirm_nomination,
    invite_agency,
    nominate_expert,
    release_seats,
    withdraw_nomination,
)
from engagements.tests.factories import make_engagement, make_invitation, make_need
from engagements.tests.test_walk import page, post
from partners.models import Agency, Availability
from partners.tests.factories import make_agreement, make_expert
from slp.lib.answers import Refused, Stale
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(need, six_seats, agency, agreement, officer):
    """Sent to the agency for all six seats."""
    return make_invitation(need, agency, officer)


@pytest.fixture
def accepted(invitation, coordinator):
    return answer_invitation(invitation=invitation, verb="accept", actor=coordinator)


def ask(need, agency, officer, **more):
    deadline = timezone.now() + timedelta(days=10)
    return invite_agency(
        **{"need": need, "agency": agency, "seats": need.seats.all(), "reply_by": deadline, "actor": officer} | more
    )


# -- asking ----------------------------------------------------------------------------------------
def test_an_invitation_tells_the_coordinators(need, six_seats, agency, agreement, officer, coordinator, outsider):
    invitation = ask(need, agency, officer, message="Please help.")
    notice = coordinator.notices.get(rule="invitation-sent")
    assert "Please help." in notice.body
    assert "voluntary" in notice.body
    assert not outsider.notices.exists()
    assert invitation.sent_at


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"paused_until": today() + timedelta(days=5)}, "has paused requests until"),
        ({"not_before": today() + timedelta(days=5)}, "no requests before"),
        ({"kind": "association"}, "sends nobody"),
    ],
)
def test_an_agency_that_takes_no_requests_is_not_asked(need, six_seats, agency, agreement, officer, change, reason):
    Agency.objects.filter(pk=agency.pk).update(**change)
    agency.refresh_from_db()
    with pytest.raises(Refused, match=reason):
        ask(need, agency, officer)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("agreement_fields", "reason"),
    [
        (None, "No agreement with .* is in force"),
        ({"ends_on": today() + timedelta(days=70)}, "before the activity does"),
        ({"activity_kinds": ["training"]}, "does not cover mentoring"),
        ({"status": "terminated"}, "No agreement with .* is in force"),
    ],
)
def test_without_an_agreement_nobody_is_asked(need, six_seats, agency, officer, agreement_fields, reason):
    if agreement_fields:
        make_agreement(agency, **agreement_fields)
    with pytest.raises(Refused, match=reason):
        ask(need, agency, officer)


def test_a_country_outside_the_agreement_is_refused(need, six_seats, agency, agreement, officer, georgia):
    agreement.countries.add(georgia)
    with pytest.raises(Refused, match="does not cover Haiti"):
        ask(need, agency, officer)


def test_forbidden_ways_of_asking(need, six_seats, agency, agreement, officer, coordinator, haiti, post_officer):
    with pytest.raises(Refused, match="Only an INL/KM officer"):
        ask(need, agency, coordinator)
    with pytest.raises(Refused, match="has passed"):
        ask(need, agency, officer, reply_by=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="at least one seat"):
        ask(need, agency, officer, seats=[])
    other = make_need(haiti, post_officer, status="submitted")
    with pytest.raises(Refused, match="validated need"):
        ask(other, agency, officer)
    with pytest.raises(Refused, match="another need"):
        ask(make_need(haiti, post_officer), agency, officer, seats=six_seats)
    ask(need, agency, officer)
    with pytest.raises(Refused, match="already has an open invitation"):
        ask(need, agency, officer)


def test_more_time_tells_the_agency(invitation, officer, coordinator):
    later = timezone.now() + timedelta(days=30)
    change_invitation(invitation=invitation, actor=officer, fields={"reply_by": later}, seats=None, seen_version=1)
    assert coordinator.notices.filter(rule="invitation-changed").exists()
    with pytest.raises(Stale):
        change_invitation(invitation=invitation, actor=officer, fields={"message": "x"}, seats=None, seen_version=1)


# -- answering -------------------------------------------------------------------------------------
def test_yes_to_all_promises_every_seat(accepted, six_seats):
    assert accepted.status == "accepted"
    assert accepted.held_seats.count() == 6


def test_yes_to_some(invitation, coordinator, six_seats):
    answer_invitation(invitation=invitation, verb="accept_part", seats=six_seats[:2], actor=coordinator)
    assert list(invitation.held_seats.values_list("number", flat=True)) == [1, 2]


def test_yes_to_some_needs_seats_that_were_asked(invitation, coordinator, six_seats, haiti, post_officer):
    with pytest.raises(Refused, match="Choose the seats"):
        answer_invitation(invitation=invitation, verb="accept_part", actor=coordinator)
    invitation.seats.remove(six_seats[0])
    with pytest.raises(Refused, match="not asked for seat"):
        answer_invitation(invitation=invitation, verb="accept_part", seats=six_seats[:1], actor=coordinator)


def test_seats_that_another_agency_took_are_named(
    accepted, need, other_agency, other_agreement, officer, outsider, six_seats
):
    late = make_invitation(need, other_agency, officer)
    with pytest.raises(Refused, match="another agency has taken seat 1, 2, 3, 4, 5, 6"):
        answer_invitation(invitation=late, verb="accept", actor=outsider)
    late.refresh_from_db()
    assert late.status == "sent"
    assert not late.answers.exists()


def test_people_can_be_named_in_the_same_step(invitation, coordinator, six_seats, mentor):
    answer_invitation(invitation=invitation, verb="accept", people={six_seats[0]: mentor}, actor=coordinator)
    assert invitation.nominations.get().expert == mentor


def test_a_yes_without_a_name_waits_on_the_agencys_start_page(
    invitation, coordinator, signatory, six_seats, mentor, client_of
):
    answer_invitation(invitation=invitation, verb="accept", people={six_seats[0]: mentor}, actor=coordinator)
    held = Seat.objects.filter(held_by=invitation)
    assert held.count() > 1
    assert "Say who goes" in client_of(coordinator).get("/portal/").content.decode()
    assert "Say who goes" not in client_of(signatory).get("/portal/").content.decode()
    held.exclude(pk=six_seats[0].pk).update(held_by=None)
    assert "Say who goes" not in client_of(coordinator).get("/portal/").content.decode()


def test_too_late_is_too_late(invitation, coordinator):
    Invitation.objects.filter(pk=invitation.pk).update(reply_by=timezone.now() - timedelta(seconds=1))
    invitation.refresh_from_db()
    for verb in ("accept", "decline", "counter"):
        with pytest.raises(Refused, match="time to answer is over"):
            answer_invitation(invitation=invitation, verb=verb, note="x", actor=coordinator)


def test_an_agreement_that_ended_an_hour_ago_stops_a_yes_but_not_a_no(invitation, coordinator, agreement):
    type(agreement).objects.filter(pk=agreement.pk).update(status="terminated")
    with pytest.raises(Refused, match="No agreement"):
        answer_invitation(invitation=invitation, verb="accept", actor=coordinator)
    answer_invitation(invitation=invitation, verb="decline", actor=coordinator)
    assert invitation.status == "declined"


def test_two_coordinators_at_once_the_second_is_told(invitation, coordinator):
    stale = Invitation.objects.get(pk=invitation.pk)
    answer_invitation(invitation=invitation, verb="decline", actor=coordinator)
    with pytest.raises(Stale, match="now declined"):
        answer_invitation(invitation=stale, verb="accept", actor=coordinator)


def test_only_the_agency_answers(invitation, officer, outsider, agency_finance, traveller):
    for person in (officer, outsider, agency_finance, traveller):
        with pytest.raises(Refused, match="coordinator or the agency's signatory"):
            answer_invitation(invitation=invitation, verb="decline", actor=person)


def test_a_note_of_a_decline_goes_nowhere(invitation, coordinator, officer, client_of, need):
    answer_invitation(invitation=invitation, verb="decline", note="Budget cuts, do not tell.", actor=coordinator)
    assert invitation.answers.get().note
    client = client_of(officer)
    for url in (
        f"/admin/desk/needs/{need.reference}/",
        f"/admin/desk/needs/{need.reference}/match/",
        f"/admin/desk/invitations/{invitation.reference}/",
        "/admin/desk/invitations/",
        f"/admin/engagements/invitationanswer/{invitation.answers.get().pk}/change/",
    ):
        assert "Budget cuts" not in page(client, url)
    assert "Budget cuts" not in officer.notices.get(rule="invitation-answered").body


def test_a_decline_does_not_show_on_the_matching_page(invitation, coordinator, officer, client_of, need, mentor):
    url = f"/admin/desk/needs/{need.reference}/match/"
    assert "Has been asked" in page(client_of(officer), url)
    answer_invitation(invitation=invitation, verb="decline", actor=coordinator)
    html = page(client_of(officer), url).lower()
    assert "declined" not in html
    assert "asked" not in html.split("whom to ask")[1].split("</form>")[0].replace("ask the ticked", "")


def test_other_dates_agreed(invitation, coordinator, officer):
    start = today() + timedelta(days=90)
    with pytest.raises(Refused, match="Say what you propose"):
        answer_invitation(invitation=invitation, verb="counter", actor=coordinator)
    answer_invitation(
        invitation=invitation, verb="counter", proposed_start=start, proposed_end=start + timedelta(90),
        actor=coordinator,
    )  # fmt: skip
    INVITATION.apply(invitation, "agree", actor=officer)
    assert invitation.held_seats.count() == 6
    assert coordinator.notices.filter(rule="invitation-agreed").exists()


def test_other_dates_sent_again(invitation, coordinator, officer):
    answer_invitation(invitation=invitation, verb="counter", note="Only in spring.", actor=coordinator)
    INVITATION.apply(invitation, "send_again", actor=officer)
    assert invitation.status == "sent"
    answer_invitation(invitation=invitation, verb="accept", actor=coordinator)


def test_withdrawing_releases_people_and_seats(accepted, officer, coordinator, six_seats, mentor):
    nominate_expert(invitation=accepted, seat=six_seats[0], expert=mentor, actor=coordinator)
    INVITATION.apply(accepted, "withdraw", actor=officer, reason="The need has changed.")
    assert not accepted.held_seats.exists()
    assert accepted.nominations.get().status == "withdrawn"


def test_a_draft_is_withdrawn_in_silence(need, six_seats, agency, officer, coordinator):
    draft = make_invitation(need, agency, officer, status="draft", sent_at=None)
    INVITATION.apply(draft, "withdraw", actor=officer, reason="Not needed.")
    assert not coordinator.notices.exists()


# -- people ----------------------------------------------------------------------------------------
def test_a_seat_counts_as_filled_when_somebody_is_confirmed(accepted, coordinator, officer, six_seats, mentor):
    offered = nominate_expert(invitation=accepted, seat=six_seats[0], expert=mentor, actor=coordinator)
    assert filling(seat_lines(accepted.need, officer))["fill"] == "0 of 6 filled, 1 person offered"
    type(offered).objects.filter(pk=offered.pk).update(status="confirmed")
    assert filling(seat_lines(accepted.need, officer))["fill"] == "1 of 6 filled"


def test_somebody_else_for_a_seat_that_is_filled(accepted, coordinator, six_seats, mentor, agency):
    nominate_expert(invitation=accepted, seat=six_seats[0], expert=mentor, actor=coordinator)
    with pytest.raises(Refused, match="just been filled"):
        nominate_expert(invitation=accepted, seat=six_seats[0], expert=make_expert(agency, "Two"), actor=coordinator)
    with pytest.raises(Refused, match="already offered for another seat"):
        nominate_expert(invitation=accepted, seat=six_seats[1], expert=mentor, actor=coordinator)


def test_forbidden_nominations(invitation, coordinator, officer, six_seats, mentor, other_agency):
    with pytest.raises(Refused, match="once the invitation is accepted"):
        nominate_expert(invitation=invitation, seat=six_seats[0], expert=mentor, actor=coordinator)
    answer_invitation(invitation=invitation, verb="accept_part", seats=six_seats[:3], actor=coordinator)
    with pytest.raises(Refused, match="Only the agency's coordinator"):
        nominate_expert(invitation=invitation, seat=six_seats[0], expert=mentor, actor=officer)
    stranger = make_expert(other_agency, "Stranger")
    with pytest.raises(Refused, match="not on your roster"):
        nominate_expert(invitation=invitation, seat=six_seats[0], expert=stranger, actor=coordinator)
    mentor.is_active = False
    with pytest.raises(Refused, match="not on your roster"):
        nominate_expert(invitation=invitation, seat=six_seats[0], expert=mentor, actor=coordinator)


def test_nobody_on_tour_is_offered(accepted, coordinator, six_seats, mentor, need, engagement, agency, haiti):
    from deployments.models import Deployment

    Deployment.objects.create(
        engagement=engagement, expert=mentor, agency=agency, country=haiti, role="Mentor", status="confirmed",
        period=(need.starts_on, need.starts_on + timedelta(days=60)),
    )  # fmt: skip
    with pytest.raises(Refused, match="is deployed on these dates"):
        nominate_expert(invitation=accepted, seat=six_seats[0], expert=mentor, actor=coordinator)


def test_own_blackouts_are_a_warning_only(accepted, coordinator, six_seats, mentor, need):
    Availability.objects.create(expert=mentor, period=(need.starts_on, need.ends_on), kind="blackout")
    assert nominate_expert(invitation=accepted, seat=six_seats[0], expert=mentor, actor=coordinator)


def test_a_seat_given_back_is_open_for_others(accepted, coordinator, outsider, six_seats, mentor):
    with pytest.raises(Refused, match="Only the agency's coordinator"):
        release_seats(invitation=accepted, seats=six_seats[:1], actor=outsider)
    assert release_seats(invitation=accepted, seats=six_seats[:1], actor=coordinator) == 1
    nominate_expert(invitation=accepted, seat=six_seats[1], expert=mentor, actor=coordinator)
    with pytest.raises(Refused, match="Withdraw that person first"):
        release_seats(invitation=accepted, seats=six_seats[1:2], actor=coordinator)


def test_confirmed_people_are_told_and_can_still_drop_out(accepted, coordinator, officer, six_seats, mentor):
    nomination = nominate_expert(invitation=accepted, seat=six_seats[0], expert=mentor, actor=coordinator)
    with pytest.raises(Refused, match="Confirm is for an INL/KM officer"):
        confirm_nomination(nomination=nomination, actor=coordinator)
    confirm_nomination(nomination=nomination, actor=officer)
    assert coordinator.notices.filter(rule="nomination-confirmed").exists()
    with pytest.raises(Refused, match="needs a reason"):
        withdraw_nomination(nomination=nomination, actor=coordinator, reason=" ")
    withdraw_nomination(nomination=nomination, actor=coordinator, reason="Injured.")
    six_seats[0].refresh_from_db()
    assert six_seats[0].held_by == accepted


@pytest.mark.parametrize(("verb", "named"), [("staff", 6), ("staff_partly", 2)])
def test_staffing_takes_back_what_is_still_open(
    accepted, need, six_seats, coordinator, officer, other_agency, agency, verb, named
):
    waiting = make_invitation(need, other_agency, officer)
    with pytest.raises(Refused, match=r"0 of 6 seats are filled|No seat is filled yet"):
        NEED.apply(need, verb, actor=officer, reason="Enough.")
    for number, seat in enumerate(six_seats[:named]):
        person = make_expert(agency, f"Person {number}")
        nominate_expert(invitation=accepted, seat=seat, expert=person, actor=coordinator)
    NEED.apply(need, verb, actor=officer, reason="Enough.")
    waiting.refresh_from_db()
    accepted.refresh_from_db()
    assert (waiting.status, accepted.status) == ("withdrawn", "accepted")


# -- pages -----------------------------------------------------------------------------------------
def test_one_tap_says_not_this_time(client_of, coordinator, invitation):
    html = page(client_of(coordinator), f"/portal/invitations/{invitation.reference}/")
    assert 'name="verb" value="decline"' in html
    response = post(client_of(coordinator), f"/portal/invitations/{invitation.reference}/answer/", {"verb": "decline"})
    assert response["Location"] == f"/portal/invitations/{invitation.reference}/"
    invitation.refresh_from_db()
    assert invitation.status == "declined"


def test_the_deadline_stands_in_the_agencys_time(client_of, coordinator, invitation, agency):
    Agency.objects.filter(pk=agency.pk).update(time_zone="America/Los_Angeles")
    html = page(client_of(coordinator), f"/portal/invitations/{invitation.reference}/")
    assert "PST" in html or "PDT" in html


def test_hosting_is_said_not_to_be_reimbursed(client_of, coordinator, invitation, need):
    url = f"/portal/invitations/{invitation.reference}/"
    assert "INL reimburses travel" in page(client_of(coordinator), url)
    Need.objects.filter(pk=need.pk).update(kind="study_visit")
    assert "not reimbursable" in page(client_of(coordinator), url)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose one of the answers"),
        ({"verb": "accept_part"}, "Choose the seats that you can fill"),
        ({"verb": "counter"}, "Say what you propose"),
        ({"verb": "counter", "proposed_start": "2020-01-01"}, "is in the past"),
        ({"verb": "counter", "proposed_end": "2030-01-01"}, "Say from when"),
        (
            {"verb": "counter", "proposed_start": "2030-02-01", "proposed_end": "2030-01-01"},
            "before the proposed start",
        ),
        ({"verb": "maybe"}, "not offered, or not any more"),
    ],
)
def test_wrong_answers_get_sentences(client_of, coordinator, invitation, data, sentence):
    response = client_of(coordinator).post(f"/portal/invitations/{invitation.reference}/answer/", data)
    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors)
    invitation.refresh_from_db()
    assert invitation.status == "sent"


def test_naming_people_warns_and_refuses_twice_the_same(
    client_of, coordinator, accepted, six_seats, mentor, agency, community_policing
):
    beginner = make_expert(agency, "Beginner", skills=[(community_policing, 1)])
    url = f"/portal/invitations/{accepted.reference}/people/"
    html = page(client_of(coordinator), url)
    assert "Do not meet all of it" in html
    assert "No Haitian Creole recorded; level 3 is asked" in html
    twice = {f"seat_{six_seats[0].pk}": mentor.pk, f"seat_{six_seats[1].pk}": mentor.pk}
    response = client_of(coordinator).post(url, twice)
    assert response.status_code == 422
    assert "already takes seat 1" in response.content.decode()
    client = client_of(coordinator)
    post(client, url, {f"seat_{six_seats[0].pk}": mentor.pk, f"seat_{six_seats[1].pk}": beginner.pk})
    html = page(client, f"/portal/invitations/{accepted.reference}/")
    assert "Please note: Lieutenant Beginner, seat 2" in html
    assert client_of(coordinator).post(url, {}).status_code == 422


def test_a_seat_is_given_back_on_its_page(client_of, coordinator, accepted, six_seats):
    url = f"/portal/invitations/{accepted.reference}/seats/1/release/"
    page(client_of(coordinator), url)
    post(client_of(coordinator), url)
    assert accepted.held_seats.count() == 5
    page(client_of(coordinator), url, 404)


def test_one_page_asks_two_agencies_and_keeps_drafts(
    client_of, officer, need, six_seats, agency, other_agency, agreement, other_agreement
):
    url = f"/admin/desk/needs/{need.reference}/invite/?agency={agency.pk}&agency={other_agency.pk}"
    seats = [s.pk for s in six_seats]
    data = {"message": "", "reply_on": today() + timedelta(days=9), "reply_at": "17:00", "action": "draft"}
    data |= {f"seats_{agency.pk}": seats[:2], f"seats_{other_agency.pk}": seats}
    post(client_of(officer), url, data)
    assert list(Invitation.objects.values_list("status", flat=True)) == ["draft", "draft"]
    assert Invitation.objects.get(agency=agency).seats.count() == 2


def test_a_refusal_stands_at_its_agency_and_nothing_is_sent(
    client_of, officer, need, six_seats, agency, other_agency, agreement, coordinator
):
    url = f"/admin/desk/needs/{need.reference}/invite/?agency={agency.pk}&agency={other_agency.pk}"
    seats = [s.pk for s in six_seats]
    data = {"reply_on": today() + timedelta(days=9), "reply_at": "17:00", "action": "send"}
    response = client_of(officer).post(url, data | {f"seats_{agency.pk}": seats, f"seats_{other_agency.pk}": seats})
    assert response.status_code == 422
    assert "No agreement with" in str(response.context["form"].errors)
    assert not Invitation.objects.exists()
    assert not coordinator.notices.exists()


def test_the_desk_changes_an_open_invitation(client_of, officer, invitation, six_seats):
    url = f"/admin/desk/invitations/{invitation.reference}/edit/"
    page(client_of(officer), url)
    data = {
        "message": "New words", "seats": [six_seats[0].pk], "reply_on": today() + timedelta(days=20),
        "reply_at": "12:00", "seen_version": 1,
    }  # fmt: skip
    post(client_of(officer), url, data)
    invitation.refresh_from_db()
    assert invitation.message == "New words"
    assert invitation.seats.count() == 1
    response = client_of(officer).post(url, data | {"message": "Later", "seen_version": 1})
    assert response.status_code == 409


@pytest.mark.parametrize(("status", "may"), [("addendum", True), ("preparing", False), ("closed", False)])
def test_nobody_is_led_to_a_refusal_once_preparations_have_begun(
    status, may, accepted, need, six_seats, mentor, coordinator, officer, client_of
):
    """The pages of the need and of the invitation draw the link to let somebody go, or say why there is none."""
    nomination = nominate_expert(invitation=accepted, seat=six_seats[0], expert=mentor, actor=coordinator)
    make_engagement(need.country, officer, need=need, status=status)
    for reader, verb, url in (
        (officer, "cancel", f"/admin/desk/needs/{need.reference}/"),
        (coordinator, "withdraw", f"/portal/invitations/{accepted.reference}/"),
    ):
        client = client_of(reader)
        said = page(client, url)
        leads = f"{'/admin/desk' if reader == officer else '/portal'}/nominations/{nomination.pk}/do/withdraw/"
        assert (leads in said) is may
        assert (f"Preparations have begun: {verb} the deployment instead." in said) is not may
        page(client, leads, status=200 if may else 403)
