"""The record is complete, each fact with its source; nothing is said that the publications do not say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engagements.models import Engagement, PublishedFigure
from partners.models import Agency, Agreement, Outreach
from slp.demo.record import load_record
from slp.demo.record.accounting import published_facts, records_by_fact
from slp.demo.record.figures import FIGURES
from slp.demo.record.stories import STORIES
from slp.history.services import timeline
from slp.lib.dates import show

pytestmark = pytest.mark.django_db
PUBLICATIONS = Path(__file__).parent.parent / "data" / "publications"


def plain(text: str) -> str:
    """One kind of space and apostrophe, no emphasis marks."""
    return re.sub(r"\s+", " ", text.replace("*", "").replace("’", "'")).casefold()


def test_all_sixty_facts_are_on_record(record):
    facts, records = published_facts(), records_by_fact()
    assert len([f for f in facts if f.startswith("SF")]) == 46
    assert len([f for f in facts if f.startswith("PF")]) == 14
    assert [f for f in facts if not records.get(f)] == []
    assert [f for f in records if f not in facts] == []


def test_every_record_of_a_fact_has_its_source(record):
    missing = [str(r) for rows in records_by_fact().values() for r in rows if r.source_id is None]
    assert missing == []


def test_facts_of_the_five_publications_link_to_the_one_they_stand_in(record):
    """A fact's record cites the fact's publication, or (for an agency named in several) one of them."""
    records = records_by_fact()
    wrong = {
        fact: [r.source_id for r in records[fact]]
        for fact, row in published_facts().items()
        if fact.startswith("SF") and not any(r.source_id == row["source"] for r in records[fact])
    }
    # Facts told again in a later publication share one engagement or guide with the telling that says most.
    assert wrong == {"SF24": ["inl-fact-sheet-2013"]}


def test_wordings_are_quotations():
    texts = {path.stem: plain(path.read_text()) for path in PUBLICATIONS.glob("*.txt")}
    assert len(texts) == 5
    wrong = [row[0] for row in FIGURES if row[7] in texts and plain(row[5]) not in texts[row[7]]]
    assert wrong == []


@pytest.mark.parametrize(
    ("code", "measure", "value"),
    [("SF04-STATES", "parts", 6), ("SF37", "police_units", 2), ("SF38-MANDATE", "context", 1400)],
)
def test_numbers_told_beside_others_are_figures_too(record, code, measure, value):
    figure = PublishedFigure.objects.get(code=code)
    assert (figure.measure, figure.value, figure.certainty) == (measure, value, "exact")
    assert figure.as_of is not None
    assert figure.source_id in ("inl-fact-sheet-2013", "inl-rule-of-law-2013")


def test_stories_are_quotations():
    texts = {path.stem: plain(path.read_text()) for path in PUBLICATIONS.glob("*.txt")}
    for headline, body, _, _, _, source, _ in STORIES:
        for sentence in re.split(r"(?<=[.])\s+", body):
            assert plain(sentence.rstrip(".")) in texts[source], headline


def test_dates_are_only_as_exact_as_they_are_known(record):
    haiti = Engagement.objects.get(fact_ids="SF01,SF02,SF24")
    assert haiti.when == "Aug 2010 to May 2013"
    assert Engagement.objects.get(fact_ids="SF13").when == "date not stated"
    meeting = Outreach.objects.get(agency__name="Richmond Police Department")
    assert show(meeting.on, meeting.date_precision) == "20 Dec 2010"


def test_one_activity_of_three_agencies_is_one_engagement(record):
    team = Engagement.objects.get(fact_ids="SF26,SF27,SF28")
    assert team.participations.count() == 3
    assert [p.people_as_published for p in team.participations.all()] == [1, 1, 1]


def test_real_agencies_are_not_fictional_and_cannot_be_invited(record):
    assert not Agency.objects.filter(is_fictional=True).exists()
    assert not Agreement.objects.filter(status="active").exists()


def test_the_history_says_that_it_was_never_carried_out_here(record):
    entry = timeline(Engagement.objects.get(fact_ids="SF13"))[-1]
    assert (entry.who, entry.what) == ("SLP", "Recorded from a publication")
    assert "took place before SLP" in entry.reason


def test_a_second_run_adds_nothing(record, django_assert_max_num_queries):
    def counts():
        return [m.objects.count() for m in (Agency, Agreement, Outreach, Engagement, PublishedFigure)]

    before = counts()
    with django_assert_max_num_queries(20):
        load_record()
    assert counts() == before
