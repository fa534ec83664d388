"""Who is being won, by stage, with what happened last and what comes next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from conftest import make_agency
from partners.models import Agency
from partners.pages.outreach import outreach_board
from partners.tests.factories import make_agreement
from slp.lib.dates import today


@pytest.fixture
def prospects(officer):
    """One of each stage, an old partner and a former one."""
    association = make_agency("Association of Chiefs", kind="association", level="association", us_state="")
    found = {
        "prospect": make_agency("Elm PD", status="prospect", origin="association", found_through=association),
        "in_talks": make_agency("Oak PD", status="in_talks", us_state="TX"),
        "negotiation": make_agency("Ash PD", status="in_talks"),
        "partner": make_agency("Fir PD", partner_since=today() - timedelta(days=89)),
    }
    make_agency("Old PD", partner_since=today() - timedelta(days=91))
    make_agency("Gone PD", status="former")
    make_agreement(found["negotiation"], status="partner_review")
    oak = found["oak"] = found["in_talks"]
    oak.outreach.create(kind="call", on=today() - timedelta(days=30), summary="x", next_step="Old step")
    oak.outreach.create(
        kind="meeting", on=today() - timedelta(days=3), attended="Chief Ann Oak", summary="x",
        next_step="Send the draft", next_step_on=today() - timedelta(days=1),
    )  # fmt: skip
    return found


def names(stages) -> list[list[str]]:
    return [[card.agency.name for card in stage.cards] for stage in stages]


def test_everybody_stands_in_their_stage(prospects, officer):
    assert names(outreach_board(officer)) == [["Elm PD"], ["Oak PD"], ["Ash PD"], ["Fir PD"]]


def test_the_card_says_what_was_last_and_what_is_late(prospects, officer):
    card = outreach_board(officer)[1].cards[0]
    assert "Meeting" in card.last
    assert "Chief Ann Oak" in card.last
    assert (card.step, card.late) == ("Send the draft", True)


def test_filters_stand_in_the_address(prospects, officer, client_of):
    url = reverse("desk:outreach-board")
    page = client_of(officer).get(url + "?us_state=TX").content.decode()
    assert "Oak PD" in page
    assert "Elm PD" not in page
    assert client_of(officer).get(url + "?us_state=QQ&kind=nonsense").status_code == 200


@pytest.mark.parametrize("query", ["kind=zzz", "us_state=zzz", "us_state=zzz&kind=police"])
def test_a_filter_that_can_not_be_used_finds_nobody(prospects, officer, client_of, query):
    page = client_of(officer).get(f"{reverse('desk:outreach-board')}?{query}").content.decode()
    assert "A filter can’t be used" in page
    assert "slp-board__stage" not in page


def test_agencies_and_posts_do_not_see_it(prospects, coordinator, post_officer, client_of):
    for user in (coordinator, post_officer):
        assert client_of(user).get(reverse("desk:outreach-board")).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_however_many(officer, client_of, rows, django_assert_num_queries):
    for number in range(rows):
        agency = make_agency(f"Agency {number}", status="prospect")
        agency.outreach.create(kind="call", on=today(), summary="x", next_step="Call", next_step_on=today())
    client = client_of(officer)
    assert Agency.objects.count() == rows
    with django_assert_num_queries(3):
        assert client.get(reverse("desk:outreach-board")).status_code == 200
