"""Who could fill a seat: conditions, points, words; and that a no never counts."""

from __future__ import annotations

import ast
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.models import Deployment
from engagements import matching, ranking
from engagements.known import free_days
from engagements.lifecycles import covered
from engagements.matching import candidates, check, match_need, near_misses
from engagements.models import Invitation, InvitationAnswer, Participation, Seat
from engagements.tests.factories import make_engagement, make_need, make_seats
from partners.models import (
    Agency,
    Availability,
    Capacity,
    Certificate,
    CommunityTie,
    ExpertCountry,
    ExpertLanguage,
)
from partners.services.capacity import loads
from partners.tests.factories import make_expert
from slp.lib.dates import fiscal_year, today
from slp.lib.track import because

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(six_seats, agreement) -> Seat:
    return six_seats[0]


def day(need, number):
    """The need's window is 120 days long; day 0 is its first."""
    return need.starts_on + timedelta(days=number)


def why_not(seat, expert) -> list[str]:
    return [c.name for c in check(seat, [expert.pk])[expert.pk].missing]


# -- conditions ------------------------------------------------------------------------------------
def test_whoever_meets_everything_is_a_candidate(seat, mentor):
    [found] = candidates(seat)
    assert found.expert == mentor
    assert found.fits
    assert found.free_spans == [(seat.need.starts_on, seat.need.ends_on)]


def test_the_field_and_its_depth(seat, agency, community_policing, creole):
    practises = make_expert(agency, "P", skills=[(community_policing, 1)], languages=[(creole, 4)])
    stranger = make_expert(agency, "S", languages=[(creole, 4)])
    assert why_not(seat, practises) == why_not(seat, stranger) == ["expertise"]
    assert [c.expert.name for c in near_misses(seat)] == ["P"]
    assert near_misses(seat)[0].missing[0].words == "Community policing: practises it; asked: teaches it"


def test_the_level_of_the_language(seat, mentor):
    ExpertLanguage.objects.update(speaking=2)
    assert why_not(seat, mentor) == ["language"]
    ExpertLanguage.objects.update(speaking=3)
    assert why_not(seat, mentor) == []


def test_a_seat_without_a_language_asks_for_none(need, agreement, community_policing, mentor):
    [plain] = make_seats(need, community_policing)
    ExpertLanguage.objects.all().delete()
    assert [c.expert for c in candidates(plain)] == [mentor]


@pytest.mark.parametrize(
    ("windows", "free"),
    [
        ([], 120),
        ([("available", 0, 89)], 90),
        ([("available", 0, 88)], 89),
        ([("available", -50, 300)], 120),
        ([("available", 10, 105)], 96),  # neither at the first days nor at the last ones
        ([("available", 0, 59), ("available", 60, 119)], 120),  # one window after the other
        ([("available", 0, 59), ("available", 61, 119)], 60),
        ([("blackout", 0, 29)], 90),
        ([("blackout", 0, 30)], 89),
        ([("blackout", 60, 60)], 60),
        ([("available", 0, 119), ("blackout", 100, 119)], 100),
        ([("available", 200, 300)], 0),
        ([("blackout", -10, 400)], 0),
    ],
)
def test_free_days_in_a_row(seat, mentor, windows, free):
    for kind, first, last in windows:
        period = (day(seat.need, first), day(seat.need, last + 1))
        Availability.objects.create(expert=mentor, kind=kind, period=period)
    assert free_days(expert=mentor, need=seat.need) == free
    assert why_not(seat, mentor) == ([] if free >= 90 else ["available"])


@pytest.mark.parametrize(
    ("status", "blocks"),
    [("confirmed", True), ("in_country", True), ("closed", True), ("nominated", False), ("cancelled", False)],
)
def test_a_tour_takes_its_days(seat, mentor, engagement, agency, haiti, status, blocks):
    Deployment.objects.create(
        engagement=engagement, expert=mentor, agency=agency, country=haiti, role="Mentor", status=status,
        period=(day(seat.need, 20), day(seat.need, 60)),
    )  # fmt: skip
    assert free_days(expert=mentor, need=seat.need) == (60 if blocks else 120)
    assert bool(candidates(seat)) is not blocks


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({"status": "terminated"}, False),
        ({"status": "signing"}, False),
        ({"starts_on": today() + timedelta(days=1)}, True),  # signed for the activity's dates: that is what counts
        ({"starts_on": today() + timedelta(days=61)}, False),
        ({"ends_on": today() + timedelta(days=60 + 88)}, False),
        ({"ends_on": today() + timedelta(days=60 + 89)}, True),
        ({"ends_on": None}, True),
        ({"activity_kinds": ["training"]}, False),
        ({"activity_kinds": ["training", "mentoring"]}, True),
    ],
)
def test_an_agreement_in_force(seat, mentor, agreement, officer, change, fits):
    """The same answer as the guard that lets an invitation be sent."""
    type(agreement).objects.filter(pk=agreement.pk).update(**change)
    assert bool(candidates(seat)) is fits
    invitation = Invitation(need=seat.need, agency=mentor.agency, sender=officer, reply_by=timezone.now())
    assert bool(covered(invitation)) is fits


def test_countries_of_the_agreement(seat, mentor, agreement, haiti, georgia):
    agreement.countries.add(georgia)
    assert why_not(seat, mentor) == ["agreement"]
    agreement.countries.add(haiti)
    assert why_not(seat, mentor) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"paused_until": today()}, ["open_to_requests"]),
        ({"paused_until": today() - timedelta(days=1)}, []),
        ({"not_before": today() + timedelta(days=1)}, ["open_to_requests"]),
        ({"not_before": today()}, []),
    ],
)
def test_an_agency_may_pause(seat, mentor, agency, change, missing):
    Agency.objects.filter(pk=agency.pk).update(**change)
    assert why_not(seat, mentor) == missing


def test_associations_send_nobody(seat, mentor, agency):
    Agency.objects.filter(pk=agency.pk).update(kind="association")
    assert not candidates(seat)
    assert not near_misses(seat)


def test_a_certificate_where_it_is_asked(seat, mentor, community_policing):
    Seat.objects.filter(pk=seat.pk).update(needs_certificate=True)
    seat.refresh_from_db()
    assert why_not(seat, mentor) == ["certificate"]
    made = Certificate.objects.create(
        expert=mentor, programme="Train the trainer", expertise=community_policing, issued_on=today(),
        expires_on=day(seat.need, 88),
    )  # fmt: skip
    assert why_not(seat, mentor) == ["certificate"]
    Certificate.objects.filter(pk=made.pk).update(expires_on=day(seat.need, 89))
    assert why_not(seat, mentor) == []


def test_who_left_the_roster_is_out(seat, mentor):
    type(mentor).objects.filter(pk=mentor.pk).update(is_active=False)
    assert not candidates(seat)
    assert not near_misses(seat)


# -- points ----------------------------------------------------------------------------------------
def points(seat, expert) -> dict[str, int]:
    return {p.name: p.points for p in check(seat, [expert.pk])[expert.pk].points}


def test_what_each_reason_gives(seat, mentor, agency, haiti, engagement):
    year = fiscal_year(seat.need.starts_on)
    assert points(seat, mentor) == {
        "depth": 16, "language": 8, "tested": 0, "worked": 0, "ties": 0, "agency_tie": 0, "years": 6,
        "load": 12 - 12 // 5 if fiscal_year(engagement.starts_on) == year else 12,
    }  # fmt: skip
    ExpertLanguage.objects.update(is_tested=True, speaking=5)
    ExpertCountry.objects.create(expert=mentor, country=haiti, relation="worked")
    ExpertCountry.objects.create(expert=mentor, country=haiti, relation="ties")
    CommunityTie.objects.create(agency=agency, country=haiti)
    Capacity.objects.create(agency=agency, fiscal_year=year, engagements=30)
    Participation.objects.all().delete()
    type(mentor).objects.filter(pk=mentor.pk).update(years=45)
    assert points(seat, mentor) == {
        "depth": 16, "language": 16, "tested": 6, "worked": 14, "ties": 10, "agency_tie": 8, "years": 10, "load": 12,
    }  # fmt: skip


def test_the_most_is_a_hundred():
    assert sum(ranking.WEIGHTS.values()) == 100


def test_load_never_goes_below_zero(seat, mentor, agency, agreement, haiti):
    for _ in range(7):
        make_engagement(
            haiti, agency=agency, agreement=agreement, starts_on=seat.need.starts_on, ends_on=seat.need.ends_on
        )
    assert points(seat, mentor)["load"] == 0


@pytest.mark.parametrize(
    ("offers", "words", "given"),
    [
        ({}, "1 in FY{}; no number offered, counted as 5", 12 - 12 // 5),
        ({"training": 1}, "1 of 1 engagements offered in FY{}, all kinds together", 0),
        ({"": 3, "training": 1}, "1 of 4 engagements offered in FY{}, all kinds together", 9),
    ],
)
def test_load_compares_what_is_taken_with_what_is_offered(offers, words, given, seat, mentor, agency, agreement, haiti):
    """Of every kind, in the year of the need, as on the agency's page; a mentoring need, and a course is taken."""
    days = {"starts_on": seat.need.starts_on, "ends_on": seat.need.ends_on}
    make_engagement(haiti, agency=agency, agreement=agreement, kind="training", **days)
    year = fiscal_year(seat.need.starts_on)
    for kind, number in offers.items():
        Capacity.objects.create(agency=agency, fiscal_year=year, kind=kind, engagements=number)
    load = next(p for p in check(seat, [mentor.pk])[mentor.pk].points if p.name == "load")
    assert (load.words, load.points) == (words.format(year), given)
    whole = next(found for found in loads(agency) if found.year == year)
    assert (whole.offered, whole.taken) == (sum(offers.values()), 1)


def test_the_order_is_by_points_then_name(seat, agency, community_policing, creole):
    for name, level in (("Zoe", 4), ("Ann", 4), ("Max", 5)):
        make_expert(agency, name, skills=[(community_policing, 2)], languages=[(creole, level)])
    assert [c.expert.name for c in candidates(seat)] == ["Max", "Ann", "Zoe"]
    assert [c.expert.name for c in candidates(seat, limit=1)] == ["Max"]


expert_facts = st.fixed_dictionaries(
    {
        "depth": st.integers(0, 3),
        "level": st.integers(0, 5),
        "tested": st.booleans(),
        "years": st.integers(0, 60),
        "worked": st.booleans(),
        "ties": st.booleans(),
        "mine": st.booleans(),
    }
)


@given(facts=st.lists(expert_facts, min_size=1, max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_scores_add_up_for_everybody(
    facts, seat, agency, other_agency, other_agreement, haiti, community_policing, creole
):
    with transaction.atomic():
        for number, row in enumerate(facts):
            make_random(number, row, agency if row["mine"] else other_agency, haiti, community_policing, creole)
        for group in match_need(seat.need):
            found = group.candidates + group.near
            for candidate in found:
                assert sum(p.points for p in candidate.points) == candidate.total
                assert all(0 <= p.points <= p.most for p in candidate.points)
            assert all(c.fits for c in group.candidates)
            assert not any(c.fits for c in group.near)
            totals = [c.total for c in group.candidates]
            assert totals == sorted(totals, reverse=True)
        transaction.set_rollback(True)


def make_random(number, row, agency, country, expertise, language):
    skills = [(expertise, row["depth"])] if row["depth"] else []
    expert = make_expert(agency, f"E{number}", skills=skills, years=row["years"])
    ExpertLanguage.objects.create(expert=expert, language=language, speaking=row["level"], is_tested=row["tested"])
    for relation in ("worked", "ties"):
        if row[relation]:
            ExpertCountry.objects.create(expert=expert, country=country, relation=relation)
    return expert


# -- a no never counts -----------------------------------------------------------------------------
answers = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from(["declined", "lapsed", "withdrawn", "countered", "accepted"]),
        st.text(max_size=20),
    ),
    max_size=12,
)


@given(history=answers)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ranking_is_the_same_before_and_after_any_answers(
    history, seat, agency, other_agency, other_agreement, officer, haiti, post_officer, community_policing, creole
):
    with transaction.atomic():
        for number in range(3):
            for owner in (agency, other_agency):
                make_expert(owner, f"P{number}", skills=[(community_policing, 2)], languages=[(creole, 2 + number)])
        before = [g.candidates + g.near for g in match_need(seat.need)]
        for mine, status, note in history:
            answered(agency if mine else other_agency, status, note, officer, make_need(haiti, post_officer))
            answered(agency if mine else other_agency, status, note, officer, seat.need)
        after = [g.candidates + g.near for g in match_need(seat.need)]
        assert [[c.as_json() for c in row] for row in after] == [[c.as_json() for c in row] for row in before]
        transaction.set_rollback(True)


def answered(agency, status, note, officer, need):
    if status == "countered" and need.invitations.filter(agency=agency, status="countered").exists():
        return
    invitation = Invitation.objects.create(
        need=need, agency=agency, sender=officer, status=status, reply_by=timezone.now()
    )
    InvitationAnswer.objects.create(invitation=invitation, verb="decline", note=note.replace("\x00", ""), by=officer)


@pytest.mark.parametrize("module", [matching, ranking])
def test_matching_knows_nothing_of_invitations(module):
    """By construction: neither the words nor the statement name what was asked or answered."""
    tree = ast.parse(Path(module.__file__).read_text())
    named = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    named |= {a.name for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
    assert not any("nvitation" in name or "omination" in name for name in named)


def test_the_statement_reads_no_table_of_answers(seat, mentor, django_assert_num_queries):
    with django_assert_num_queries(1) as caught:
        candidates(seat)
    sql = caught.captured_queries[0]["sql"]
    assert "engagements_invitation" not in sql
    assert "engagements_nomination" not in sql


# -- queries, command ------------------------------------------------------------------------------
@pytest.mark.parametrize("people", [1, 3])
def test_one_query_for_candidates_and_near_misses(
    seat, agency, community_policing, creole, people, django_assert_num_queries
):
    for number in range(people):
        make_expert(agency, f"E{number}", skills=[(community_policing, 2)], languages=[(creole, 4)])
    with django_assert_num_queries(2):
        [group] = match_need(seat.need)
    assert len(group.candidates) == people
    assert len(group.seats) == 6
    assert group.label == "Seats 1 to 6: Mentor"


def test_a_change_may_ask_too(seat, mentor, officer, django_assert_num_queries):
    """Inside a change the history writes its context before every statement that is no SELECT."""
    with because(officer, "Looks"), django_assert_num_queries(2):
        assert [c.expert for c in candidates(seat)] == [mentor]
        assert list(check(seat, [mentor.pk])) == [mentor.pk]


def test_the_page_says_all_that_was_found(seat, need, agency, officer, client_of, community_policing, creole):
    Agency.objects.filter(pk=agency.pk).update(name="Bay & <i>Sons</i>")
    make_expert(agency, "Ann <b>", skills=[(community_policing, 2)], languages=[(creole, 4)])
    make_expert(agency, "Ben O'Hara", skills=[(community_policing, 2)])
    [group] = match_need(need)
    page = client_of(officer).get(reverse("desk:need-match", args=[need.reference])).content.decode()
    assert [c.expert.name for c in group.candidates + group.near] == ["Ann <b>", "Ben O'Hara"]
    for found in group.candidates + group.near:
        shown = [str(found.expert), found.expert.agency.name]
        shown += [c.words for c in (found.conditions if found.fits else found.missing)]
        shown += [f"{p.label}: {p.words}" for p in found.points if p.points and found.fits]
        assert [words for words in shown if escape(words) not in page] == []
        assert f">{found.total}<" in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "1 candidate, best" in page


def test_match_prints_the_same_figures(seat, mentor, need, agency, community_policing):
    make_expert(agency, "Beginner", skills=[(community_policing, 2)])
    out = StringIO()
    call_command("match", need.reference.lower(), "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert [s["seat"] for s in found["seats"]] == [1, 2, 3, 4, 5, 6]
    best = found["seats"][0]["candidates"][0]
    assert best["expert"]["name"] == "Lieutenant Alix Jean"
    assert sum(best["points"].values()) == best["total"]
    assert found["seats"][0]["left_out"][0]["why_not"] == ["No Haitian Creole recorded; level 3 is asked"]
    out = StringIO()
    call_command("match", need.reference, stdout=out)
    assert "Lieutenant Alix Jean" in out.getvalue()


def test_match_explains_a_wrong_reference(db):
    with pytest.raises(CommandError, match="There is no need NEED-99-0001"):
        call_command("match", "NEED-99-0001")
    with pytest.raises(CommandError, match="--limit is a whole number from 1"):
        call_command("match", "NEED-99-0001", limit=0)
