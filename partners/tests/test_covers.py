"""May an agency do this, there, then, with these fields and so many people? Every case of the one answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from partners.models import Agreement, Expertise
from partners.services.scope import may_all_do, may_do
from partners.tests.factories import make_agreement
from slp.lib.dates import today

START = date(2030, 1, 1)
END = date(2030, 12, 31)
TERM = {"starts_on": START, "ends_on": END}


def day(offset: int) -> date:
    return START + timedelta(days=offset)


@pytest.fixture
def fields(db):
    for code, name in (("POL-01", "Community policing"), ("POL-03", "Investigations"), ("COR-01", "Prison design")):
        Expertise.objects.get_or_create(code=code, defaults={"name": name, "sector": code[:3]})


@pytest.fixture
def ask(agency, haiti, fields):
    """Asks about mentoring in Haiti in the first half of 2030 unless told otherwise."""

    def question(**changes):
        asked = {"kind": "mentoring", "country": haiti, "start": day(30), "end": day(120)}
        return may_do(agency=agency, **(asked | changes))

    return question


def make(agency, *, countries=(), expertise=(), **changes) -> Agreement:
    agreement = make_agreement(agency, **(TERM | changes))
    agreement.countries.set(countries)
    agreement.expertise.set(expertise)
    return agreement


# what the agreement says, what is asked, the words of a no ("" is a yes)
CASES = [
    ("covers everything", {}, {}, ""),
    ("first day of the term", {}, {"start": START, "end": day(10)}, ""),
    ("the day before the term", {}, {"start": day(-1), "end": day(10)}, "in force only from 1 Jan 2030"),
    ("last day of the term", {}, {"start": day(300), "end": END}, ""),
    ("one day after the term", {}, {"start": day(300), "end": END + timedelta(days=1)}, "ends on 31 Dec 2030"),
    ("exactly the term", {}, {"start": START, "end": END}, ""),
    ("one day on the first day", {}, {"start": START, "end": START}, ""),
    ("one day on the last day", {}, {"start": END, "end": END}, ""),
    ("wholly before", {}, {"start": day(-90), "end": day(-30)}, "in force only from"),
    ("wholly after", {}, {"start": END + timedelta(days=9), "end": END + timedelta(days=40)}, "ends on"),
    ("term of one day", {"ends_on": START}, {"start": START, "end": START}, ""),
    ("no last day, far away", {"ends_on": None}, {"start": date(2090, 1, 1), "end": date(2090, 2, 1)}, ""),
    ("no last day, before it begins", {"ends_on": None}, {"start": day(-1), "end": day(5)}, "in force only from"),
    ("its kinds name it", {"activity_kinds": ["mentoring", "training"]}, {}, ""),
    ("its kinds do not", {"activity_kinds": ["training"]}, {}, "does not cover mentoring and advising"),
    ("a study visit only", {"activity_kinds": ["study_visit"]}, {"kind": "study_visit", "country": None}, ""),
    ("draft", {"status": "draft"}, {}, "No agreement with"),
    ("in signing", {"status": "signing"}, {}, "No agreement with"),
    ("expired", {"status": "expired"}, {}, "No agreement with"),
    ("terminated an hour ago", {"status": "terminated"}, {}, "No agreement with"),
    ("superseded", {"status": "superseded"}, {}, "No agreement with"),
    ("informal", {"kind": "informal"}, {}, ""),
    ("informal, another kind", {"kind": "informal", "activity_kinds": ["study_visit"]}, {}, "does not cover mentoring"),
    ("letter of intent", {"kind": "letter"}, {}, ""),
    ("nobody counted", {"max_people": 3}, {}, ""),
    ("as many as it covers", {"max_people": 3}, {"people": 3}, ""),
    ("one too many", {"max_people": 3}, {"people": 4}, "covers at most 3 people in one activity; here are 4"),
    ("no limit", {"max_people": None}, {"people": 400}, ""),
    ("notice was given", {"notice_on": day(10), "notice_side": "inl"}, {"end": END + timedelta(days=1)},
     "notice was given"),
    ("29 February inside", {"starts_on": date(2028, 2, 28), "ends_on": date(2028, 3, 1)},
     {"start": date(2028, 2, 29), "end": date(2028, 2, 29)}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("says", "asks", "why_not"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_terms_kinds_and_numbers(agency, ask, says, asks, why_not):
    make(agency, **says)
    standing = ask(**asks)
    assert bool(standing) is (why_not == "")
    assert why_not in standing.answer.reason
    assert bool(standing.agreements) is bool(standing)


def test_no_agreement_at_all(agency, ask):
    assert ask().answer.reason == f"No agreement with {agency} is in force."


# countries and fields: which the agreement names, which are asked for
PLACES = [
    ((), "HT", True),
    (("HT",), "HT", True),
    (("GE",), "HT", False),
    (("HT", "GE"), "GE", True),
    (("GE",), None, True),
]
FIELDS = [
    ((), ("POL-01",), True),
    (("POL-01",), (), True),
    (("POL-01",), ("POL-01",), True),
    (("POL-01", "POL-03"), ("POL-01", "POL-03"), True),
    (("POL-01",), ("POL-01", "POL-03"), False),
    (("COR-01",), ("POL-01",), False),
]


@pytest.mark.parametrize(("named", "asked", "yes"), PLACES)
def test_countries(agency, ask, haiti, georgia, named, asked, yes):
    known = {"HT": haiti, "GE": georgia}
    make(agency, countries=[known[code] for code in named])
    standing = ask(country=known.get(asked))
    assert bool(standing) is yes
    assert yes or "does not cover Haiti" in standing.answer.reason


@pytest.mark.parametrize(("named", "asked", "yes"), FIELDS)
def test_fields_of_expertise(agency, ask, named, asked, yes):
    make(agency, expertise=named)
    standing = ask(expertise=asked)
    assert bool(standing) is yes
    assert yes or "does not cover" in standing.answer.reason
    assert yes or "POL-" not in standing.answer.reason  # in words


# -- an agreement and its renewal -------------------------------------------------------------------
def test_the_renewal_takes_over_the_next_day(agency, ask):
    old = make(agency)
    new = make(agency, starts_on=END + timedelta(days=1), ends_on=date(2031, 12, 31))
    standing = ask(start=day(300), end=date(2031, 2, 1))
    assert standing.agreements == (old, new)
    assert standing.agreement == old


@pytest.mark.parametrize(("gap", "yes"), [(1, True), (2, False), (30, False)])
def test_a_gap_of_a_single_day_is_a_gap(agency, ask, gap, yes):
    make(agency)
    make(agency, starts_on=END + timedelta(days=gap), ends_on=date(2031, 12, 31))
    assert bool(ask(start=day(300), end=date(2031, 6, 1))) is yes


def test_both_must_cover_the_scope(agency, ask):
    make(agency)
    make(agency, starts_on=END + timedelta(days=1), ends_on=None, activity_kinds=["training"])
    standing = ask(start=day(300), end=date(2031, 2, 1))
    assert not standing
    assert "ends on 31 Dec 2030" in standing.answer.reason


RENEWED = [
    # the renewal's state and kinds, asked from and to (days of the old term, which ends on day 99), yes?
    ("active", [], 50, 60, True),  # the days before the renewal are the old one's
    ("active", [], 90, 120, True),  # both together
    ("active", [], 100, 120, True),  # the renewal alone
    ("active", ["training"], 50, 60, True),
    ("active", ["training"], 90, 120, False),  # the renewal's scope must cover its days too
    ("active", ["training"], 100, 120, False),
    ("superseded", [], 50, 60, True),  # renewed once more
    ("terminated", [], 50, 60, False),
    ("signing", [], 90, 120, False),  # not in force yet
]


@pytest.mark.parametrize(("state", "kinds", "first", "last", "yes"), RENEWED)
def test_what_was_planned_before_a_renewal_stays_covered(agency, ask, state, kinds, first, last, yes):
    old = make(agency, status="superseded", ends_on=day(99))
    renewal = {"starts_on": day(100), "ends_on": None, "activity_kinds": kinds, "supersedes": old}
    make(agency, status=state, **renewal)
    assert bool(ask(start=day(first), end=day(last))) is yes


def test_of_several_the_one_that_fits_answers(agency, ask):
    make(agency, kind="letter", activity_kinds=["training"])
    fitting = make(agency)
    assert ask().agreements == (fitting,)


def test_the_reason_that_is_easiest_to_mend_is_given(agency, ask):
    """An agreement that fits but for its dates, before one whose scope is another."""
    make(agency, kind="letter", activity_kinds=["training"])
    make(agency, ends_on=day(60))
    assert "ends on 2 Mar 2030" in ask().answer.reason


def test_another_agencys_agreement_counts_for_nothing(agency, other_agency, ask):
    make(other_agency)
    assert not ask()


def test_several_agencies_in_the_same_queries(agency, other_agency, haiti, fields, django_assert_num_queries):
    make(agency, countries=[haiti], expertise=["POL-01"])
    make(other_agency, activity_kinds=["training"])
    with django_assert_num_queries(1):
        found = may_all_do(
            agencies=[agency, other_agency], kind="mentoring", country=haiti, start=day(1), end=day(9),
            expertise={"POL-01"}, people={agency.pk: 2},
        )  # fmt: skip
    assert [bool(found[a.pk]) for a in (agency, other_agency)] == [True, False]


def test_today_is_not_asked(agency, haiti):
    """An agreement for next year covers an activity of next year already now."""
    start = today() + timedelta(days=400)
    make_agreement(agency, starts_on=start, ends_on=start + timedelta(days=300))
    asked = {"kind": "training", "country": haiti}
    assert may_do(agency=agency, **asked, start=start, end=start + timedelta(days=9))
