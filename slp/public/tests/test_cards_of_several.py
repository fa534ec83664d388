"""The start page of who has another role at each of several agencies or posts: what is theirs, and whose it is."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from conftest import make_member, make_post_person
from deployments.tests.factories import make_claim, make_deployment, make_engagement, pdf
from engagements.tests.factories import make_invitation, make_need, make_report, make_seats
from partners.models import Agency, Membership, RosterImport
from partners.permissions import agency_roles, post_roles
from partners.services.amendments import write_amendment
from partners.tests.factories import make_agreement, make_expert
from slp.documents.services import keep
from slp.lib.dates import today
from slp.places.models import PostAssignment
from slp.public import feeds, todo
from slp.public.todo import PROVED

pytestmark = pytest.mark.django_db


def cards(user) -> dict[str, list[todo.Todo]]:
    """What stands on the reader's start page, by its headings."""
    part, roles = (feeds.POST, post_roles(user)) if post_roles(user) else (feeds.PORTAL, agency_roles(user))
    return {group.title: group.cards for group in todo.groups(part, user, roles)}


@pytest.fixture
def busy(haiti, post_officer, officer, community_policing, coordinator, other_agency):
    """`busy(agency)`: something of every kind waits for its coordinator or its signatory."""

    def begin(agency: Agency) -> None:
        need = make_need(haiti, post_officer)
        make_seats(need, community_policing, 2)
        make_invitation(need, agency, officer)
        taken = make_need(haiti, post_officer, title="Taken")
        [seat] = make_seats(taken, community_policing)
        seat.held_by = make_invitation(taken, agency, officer, status="accepted")
        seat.save()
        make_agreement(agency, status="partner_review", kind="mou")
        amendment = write_amendment(
            actor=officer, agreement=make_agreement(agency), summary="More people", text="Nine.",
            changes={"max_people": 9}, effective_on=today(),
        )  # fmt: skip
        type(amendment).objects.update(status="partner_review")
        engagement = make_engagement(haiti, agency)
        make_report(engagement, agency)
        make_claim(engagement, agency, coordinator)
        make_deployment(engagement, make_expert(agency))
        make_deployment(make_engagement(haiti, agency), make_expert(agency, "Al Oz"), status="ready")

    return begin


EVERYTHING = {
    "INL asks for your help", "Say who goes", "Agreements with you", "Amendments with you", "Reports to write",
    "Claims with you", "In country", "Ready to travel",
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "theirs"),
    [
        ("coordinator", EVERYTHING),
        ("signatory", EVERYTHING - {"Say who goes", "Reports to write", "Claims with you"}),
    ],
)
def test_a_role_at_one_agency_makes_nothing_of_another_their_turn(agency, other_agency, busy, role, theirs):
    user = make_member("elsewhere", agency, role)
    Membership.objects.create(user=user, agency=other_agency, role="agency_finance")
    busy(other_agency)
    assert set(cards(user)) == {"Claims with you"}  # what a finance contact writes too
    busy(agency)
    found = cards(user)
    assert set(found) == theirs | {"Claims with you"}
    assert {len(rows) for heading, rows in found.items() if heading != "Claims with you"} == {1}


def test_each_card_names_its_agency_to_who_speaks_for_several(agency, other_agency, busy, coordinator):
    busy(agency)
    alone = cards(coordinator)
    assert set(alone) == EVERYTHING
    assert not [card for rows in alone.values() for card in rows if agency.name in card.text]
    busy(other_agency)
    Membership.objects.create(user=coordinator, agency=other_agency, role="coordinator")
    found = cards(type(coordinator).objects.get(pk=coordinator.pk))
    for heading in EVERYTHING:
        said = [card.text for card in found[heading]]
        assert sorted(text.split(": ")[0] for text in said) == sorted([agency.name, other_agency.name]), heading
    assert f"{agency.name}: Haiti" in [card.text for card in found["INL asks for your help"]]


def test_each_card_of_still_right_leads_to_its_agency(agency, other_agency, coordinator, client_of):
    Membership.objects.create(user=coordinator, agency=other_agency, role="coordinator")
    Agency.objects.update(status="partner", is_fictional=True, confirmed_on=today() - timedelta(days=190))
    for card in cards(coordinator)["Is everything still right?"]:
        page = unescape(client_of(coordinator).get(card.url).content.decode())
        assert f'slp-pagehead__eyebrow">{card.title}' in page


@pytest.mark.parametrize(("files", "more"), [(PROVED, False), (PROVED + 1, True)])
def test_cards_without_a_list_stand_here_and_lead_nowhere_else(agency, coordinator, client_of, files, more):
    document = keep(upload=pdf("roster.pdf"), slot="receipt", actor=coordinator)
    for _ in range(files):
        RosterImport.objects.create(agency=agency, document=document, uploaded_by=coordinator, status="checked")
    page = client_of(coordinator).get("/portal/").content.decode()
    assert page.count("Checked: look it over") == PROVED
    assert 'href=""' not in page
    assert "See all: roster files" not in page
    assert ("There are more. They stand here once some of these are done." in page) is more


def test_a_role_at_one_post_makes_nothing_of_another_their_turn(haiti, georgia, post_officer, agency):
    user = make_post_person("two", haiti, "rso")
    PostAssignment.objects.create(user=user, post=georgia.post, role="post_officer")
    make_need(haiti, post_officer, status="draft", title="In Haiti")
    make_need(georgia, post_officer, status="draft", title="In Georgia")
    for country in (haiti, georgia):
        make_deployment(make_engagement(country, agency), make_expert(agency, f"In {country}"))
    found = cards(user)
    assert [card.title for card in found["Needs to submit"]] == ["In Georgia"]
    assert [card.title for card in found["In country, not briefed yet"]] == ["In Haiti"]
