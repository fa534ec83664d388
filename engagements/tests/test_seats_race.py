"""However many agencies accept at the same moment, a seat is given once. Real threads on a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import close_old_connections, connection

from conftest import make_agency, make_member
from engagements.models import Nomination, Seat
from engagements.services.invitations import answer_invitation, nominate_expert
from engagements.tests.factories import make_invitation
from partners.tests.factories import make_agreement, make_expert
from slp.lib.answers import Refused

AGENCIES = 10


def at_once(jobs):
    """Run all jobs from one starting line. Returns what each gave: its result, or the refusal."""
    line = Barrier(len(jobs))

    def run(job):
        close_old_connections()
        try:
            line.wait(timeout=30)
            return job()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.django_db(transaction=True)
def test_ten_agencies_accept_six_seats_at_once(need, six_seats, officer, named):
    """With people named in the answer, and with seats that are only promised."""
    asked = []
    for number in range(AGENCIES):
        agency = make_agency(f"Agency {number}")
        make_agreement(agency)
        invitation = make_invitation(need, agency, officer)
        person = make_expert(agency, f"Person {number}")
        seat = six_seats[number % 6]
        asked.append((invitation, seat, person, make_member(f"coordinator-{number}", agency, "coordinator")))

    def accepting(invitation, seat, person, coordinator):
        people = {seat: person} if named else {}
        return lambda: answer_invitation(
            invitation=invitation, verb="accept_part", seats=[seat], people=people, actor=coordinator
        )

    results = at_once([accepting(*row) for row in asked])
    refused = [r for r in results if isinstance(r, Refused)]
    assert len(refused) == AGENCIES - 6
    assert all("another agency has taken seat" in r.reason for r in refused)
    assert Nomination.objects.live().count() == (6 if named else 0)
    assert Seat.objects.exclude(held_by=None).count() == 6
    assert need.invitations.filter(status="part_accepted").count() == 6
    assert need.invitations.filter(status="sent").count() == AGENCIES - 6


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_name_somebody_for_the_same_seat(need, six_seats, officer, agency, agreement, coordinator):
    invitation = make_invitation(need, agency, officer)
    answer_invitation(invitation=invitation, verb="accept", actor=coordinator)
    colleague = make_member("colleague", agency, "coordinator")
    people = [make_expert(agency, "One"), make_expert(agency, "Two")]

    def naming(expert, actor):
        return lambda: nominate_expert(invitation=invitation, seat=six_seats[0], expert=expert, actor=actor)

    results = at_once([naming(people[0], coordinator), naming(people[1], colleague)])
    assert [r.reason for r in results if isinstance(r, Refused)] == ["This seat has just been filled."]
    assert Nomination.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_answer_differently_at_once(need, six_seats, officer, agency, agreement, coordinator):
    invitation = make_invitation(need, agency, officer)
    colleague = make_member("colleague", agency, "coordinator")
    copies = [type(invitation).objects.get(pk=invitation.pk) for _ in range(2)]
    results = at_once(
        [
            lambda: answer_invitation(invitation=copies[0], verb="accept", actor=coordinator),
            lambda: answer_invitation(invitation=copies[1], verb="decline", actor=colleague),
        ]
    )
    assert sum(isinstance(r, Refused) for r in results) == 1
    invitation.refresh_from_db()
    assert invitation.answers.count() == 1
    assert invitation.held_seats.count() == (6 if invitation.status == "accepted" else 0)
