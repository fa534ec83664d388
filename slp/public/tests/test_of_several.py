"""Pages of who has a role at each of several agencies or posts: what is theirs to do, and of which agency it is."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from conftest import make_agency, make_member, make_post_person
from deployments.tests.factories import make_claim, make_deployment, make_engagement, pdf
from engagements.tests.factories import make_addendum, make_invitation, make_need, make_report, make_seats
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


LISTS = ("experts", "agreements", "invitations", "claims", "reports", "deployments")
PAGES = {"agreements": ("", "contacts/"), "reports": ("", "write/", "more-time/")}
OF_REQUEST = {"sent": ("", "answer/"), "accepted": ("", "people/", "seats/1/release/")}


@pytest.fixture
def both(agency, other_agency, busy, coordinator):
    """The coordinator of two agencies that have something of everything."""
    for one in (agency, other_agency):
        busy(one)
    Membership.objects.create(user=coordinator, agency=other_agency, role="coordinator")
    return coordinator


@pytest.mark.parametrize("name", LISTS)
def test_each_list_and_its_file_have_a_column_for_the_agency(agency, other_agency, both, signatory, client_of, name):
    url = reverse(f"portal:{name.removesuffix('s')}-list")
    for client, several in ((client_of(both), True), (client_of(signatory), False)):
        file = b"".join(client.get(f"{url}?export=csv").streaming_content).decode()
        page = unescape(client.get(url).content.decode())
        assert ("Agency" in file.splitlines()[0].split(",")) is several
        for one in (agency, other_agency):
            assert (f'<td data-label="Agency">{one.name}</td>' in page) is several
            assert (f",{one.name}," in file) is several


def head(client, url: str) -> str:
    """The line above a page's title."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    found = re.search(r'class="slp-pagehead__eyebrow">(.*?)</p>', unescape(answer.content.decode()))
    return found.group(1) if found else ""


@pytest.mark.parametrize("name", LISTS)
def test_each_page_names_the_agency_in_its_head(agency, other_agency, both, signatory, client_of, name):
    for one in (agency, other_agency):
        for record in getattr(one, name).all():
            for part in OF_REQUEST[record.status] if name == "invitations" else PAGES.get(name, ("",)):
                url = f"/portal/{name}/{getattr(record, 'reference', record.pk)}/{part}"
                assert one.name in head(client_of(both), url), url
                if one == agency and not part:
                    assert one.name not in head(client_of(signatory), url), url


def test_an_addendum_and_a_roster_file_name_it_too(agency, other_agency, both, officer, signatory, haiti, client_of):
    document = keep(upload=pdf("roster.pdf"), slot="receipt", actor=officer)
    file = RosterImport.objects.create(agency=agency, document=document, uploaded_by=both, status="checked")
    addendum = make_addendum(make_engagement(haiti, agency, status="addendum"), agency)
    Membership.objects.create(user=signatory, agency=other_agency, role="traveller")
    assert agency.name in head(client_of(both), f"/portal/experts/import/{file.reference}/")
    assert agency.name in head(client_of(both), f"/portal/addenda/{addendum.pk}/")
    assert agency.name in head(client_of(signatory), f"/portal/addenda/{addendum.pk}/sign/")


def test_a_claim_is_started_for_the_agency_that_was_chosen(agency, other_agency, haiti, coordinator, client_of):
    engagement = make_engagement(haiti, agency, other_agency)
    url = f"/portal/claims/add/?engagement={engagement.reference}"
    assert "checked" in client_of(coordinator).get(url).content.decode()
    Membership.objects.create(user=coordinator, agency=other_agency, role="agency_finance")
    client = client_of(coordinator)
    page = unescape(client.get(url).content.decode())
    assert "checked" not in page
    for one in (agency, other_agency):
        assert f"{one}: {engagement.title}" in page
        client.post(url, {"part": engagement.participations.get(agency=one).pk})
        assert one.claims.count() == 1
    foreign = make_engagement(haiti, make_agency("Elsewhere")).participations.get()
    assert client.post(url, {"part": foreign.pk}).status_code == 422


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
