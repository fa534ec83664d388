"""A team for a need: from the open seats, with reasons, kept and left out, asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Invitation, Nomination
from engagements.teams import COHESION, propose_team
from engagements.tests.factories import make_invitation, make_seats
from partners.services.experts import days
from partners.tests.factories import make_expert

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(agency, other_agency, agreement, other_agreement, community_policing, creole) -> dict:
    """Three of one agency, two of another, all fit for the six seats."""
    made = {}
    for name, their, depth in (
        ("Ada", agency, 2), ("Bea", agency, 2), ("Cyd", agency, 2), ("Dee", other_agency, 3), ("Eve", other_agency, 3),
    ):  # fmt: skip
        made[name] = make_expert(their, name, skills=[(community_policing, depth)], languages=[(creole, 4)])
    return made


@pytest.fixture
def two_seats(need, community_policing, creole):
    return make_seats(need, community_policing, 2, language=creole, min_speaking=3)


def names(team) -> set[str]:
    return {candidate.expert.name for _, candidate in team.seats}


def page(client, need, **asked):
    return client.get(reverse("desk:need-team", args=[need.reference]), asked)


def test_every_open_seat_gets_somebody_with_reasons(need, two_seats, people):
    team = propose_team(need)
    assert [seat.number for seat, _ in team.seats] == [1, 2]
    assert team.considered == 5
    assert all(candidate.total == sum(p.points for p in candidate.points) for _, candidate in team.seats)
    assert (team.end - team.start).days + 1 == need.min_days
    assert need.starts_on <= team.start
    assert team.words == "Of the people considered no other team does better by these points and wishes."


def test_who_is_left_out_is_not_in_it_and_who_is_kept_is(need, two_seats, people):
    out = [people["Dee"].pk, people["Eve"].pk]
    assert names(propose_team(need, left_out=out)) < {"Ada", "Bea", "Cyd"}
    assert "Cyd" in names(propose_team(need, pinned=[people["Cyd"].pk]))
    assert names(propose_team(need, agencies_left_out=[people["Dee"].agency_id])) < {"Ada", "Bea", "Cyd"}


def test_seats_that_are_promised_or_filled_are_not_asked_for_again(need, two_seats, people, agency, officer):
    invitation = make_invitation(need, agency, officer, status="accepted")
    two_seats[0].held_by = invitation
    two_seats[0].save()
    Nomination.objects.create(invitation=invitation, seat=two_seats[0], expert=people["Ada"], by=officer)
    team = propose_team(need)
    assert [seat.number for seat, _ in team.seats] == [2]
    assert "Ada" not in names(team), "offered for this need already"


def test_what_stays_empty_is_said(need, two_seats, people):
    free = need.starts_on, need.starts_on + timedelta(days=need.min_days - 2)
    for expert in people.values():
        expert.availability.create(kind="blackout", period=days(*free))
    team = propose_team(need)
    assert (team.seats, len(team.empty), team.start) == ([], 2, None)


def test_a_decline_changes_no_team(need, two_seats, people, agency, officer):
    """By construction: nothing here reads an answer. And by trying."""
    before = propose_team(need)
    for status in ("declined", "lapsed", "withdrawn"):
        make_invitation(need, agency, officer, status=status)
        after = propose_team(need)
        assert [(s.pk, c.expert.pk, c.total) for s, c in after.seats] == [
            (s.pk, c.expert.pk, c.total) for s, c in before.seats
        ]


def test_the_page_shows_it_and_takes_what_the_officer_wants_otherwise(need, two_seats, people, officer, client_of):
    client = client_of(officer)
    shown = page(client, need).content.decode()
    assert "Of the people considered no other team does better by these points and wishes." in shown
    assert "5 people considered" in shown
    out = page(client, need, without=[people["Dee"].pk], keep=[people["Ada"].pk], together="close").content.decode()
    assert f'name="without" value="{people["Dee"].pk}" id="out-{people["Dee"].pk}" checked' in out
    assert f'value="{people["Ada"].pk}" id="keep-{people["Ada"].pk}" checked' in out
    assert 'id="together-close" checked' in out
    assert set(COHESION) == {"loose", "some", "close"}


def test_nonsense_in_the_address_is_passed_over(need, two_seats, people, officer, client_of):
    answer = page(client_of(officer), need, keep=["x", "9" * 30, "0"], without="²", agency_without="-1", together="?")
    assert answer.status_code == 200


def test_somebody_who_cannot_be_kept_is_named(need, two_seats, people, officer, client_of):
    away = people["Ada"]
    away.availability.create(kind="blackout", period=days(need.starts_on, need.ends_on))
    shown = page(client_of(officer), need, keep=[away.pk]).content.decode()
    assert "Ada can’t be kept" in shown


def test_its_agencies_are_asked_each_for_its_seats(need, two_seats, people, officer, client_of):
    client = client_of(officer)
    shown = page(client, need, keep=[people["Ada"].pk, people["Dee"].pk])
    url = shown.context["invite_url"]
    form = client.get(url).context["form"]
    seats = {name: [s.number for s in form.get_initial_for_field(form.fields[name], name)] for name in form.initial
             if name.startswith("seats_")}  # fmt: skip
    assert sorted(seats.values()) == [[1], [2]]
    assert Invitation.objects.count() == 0


def test_more_agencies_cost_no_more_queries(need, six_seats, people, officer, client_of):
    client = client_of(officer)
    page(client, need)
    with CaptureQueriesContext(connection) as two:
        assert len(page(client, need).context["agencies"]) == 2
    with CaptureQueriesContext(connection) as one:
        assert len(page(client, need, agency_without=[people["Dee"].agency_id]).context["agencies"]) == 1
    assert len(two) == len(one) - 1, "one reads the agency that is left out"


def test_without_seats_nobody_is_asked(need, officer, client_of):
    assert "No open seats" in page(client_of(officer), need).content.decode()
