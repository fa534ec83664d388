"""Two records of one agency become one; a model that points to agencies can't be forgotten."""

from __future__ import annotations

from datetime import timedelta

import pghistory
import pytest
from django.apps import apps
from django.urls import reverse
from django.utils.html import escape

from conftest import make_agency, make_member
from engagements.tests.factories import make_engagement, make_invitation, make_need, make_seats
from partners.models import Agency, Membership
from partners.services.merge import merge_agencies, pointers, preview
from partners.tests.factories import make_agreement, make_expert
from slp.history.services import timeline
from slp.lib.answers import Refused
from slp.lib.dates import today
from slp.tests.season.forms import posting_forms


@pytest.fixture
def twin(db) -> Agency:
    """The same department, entered a second time, in the words of somebody else."""
    return make_agency("Port Lincoln PD", status="prospect", city="Port Lincoln", population_served=9)


def merge(officer, stays, goes):
    return merge_agencies(actor=officer, stays=stays, goes=goes, reason="Same chief, same address.")


def test_no_foreign_key_to_an_agency_is_forgotten():
    """Asked from the other side: every model of the project, whatever it calls the field."""
    keys = {
        (model._meta.label, f.name)
        for model in apps.get_models()
        for f in model._meta.concrete_fields
        if f.is_relation and f.related_model is Agency and not issubclass(model, pghistory.models.Event)
    }
    assert {(f.model._meta.label, f.name) for f in pointers()} == keys


def test_everything_moves_and_the_history_says_so(agency, twin, officer, haiti, post_officer, community_policing):
    expert = make_expert(twin)
    agreement = make_agreement(twin)
    member = make_member("twin", twin, "coordinator")
    engagement = make_engagement(haiti, agency=twin, agreement=agreement)
    need = make_need(haiti, post_officer)
    make_seats(need, community_policing)
    invitation = make_invitation(need, twin, officer)
    moved = {row.label: row.count for row in preview(twin)}
    assert moved["Experts"] == moved["Agreements"] == moved["Invitations"] == 1
    merge(officer, agency, twin)
    for row in (expert, agreement, invitation, engagement.participations.get(), member.memberships.get()):
        row.refresh_from_db()
        assert row.agency == agency
    assert timeline(expert)[0].what == f"Merged from {twin}"
    assert timeline(expert)[0].reason == "Same chief, same address."
    assert not preview(twin)


def test_the_other_record_ends_and_leads_to_the_one_that_stays(agency, twin, officer, client_of):
    merge(officer, agency, twin)
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into) == ("former", agency)
    answer = client_of(officer).get(reverse("desk:agency-detail", args=[twin.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("desk:agency-detail", args=[agency.pk])
    assert "was merged into this record" in answer.content.decode()
    assert len(timeline(twin)) >= 2


def test_an_address_that_names_the_other_record_leads_its_people_to_the_one_that_stays(
    agency, twin, other_agency, officer, coordinator, client_of
):
    merge(officer, agency, twin)
    client = client_of(coordinator)
    for name in ("agency-detail", "agency-edit", "agency-contacts"):
        page = client.get(reverse(f"portal:{name}"), {"agency": twin.pk})
        assert page.status_code == 200
        assert escape(agency.name) in page.content.decode()
    assert client.get(reverse("portal:agency-detail"), {"agency": other_agency.pk}).status_code == 404


@pytest.mark.parametrize("name", ["agency-edit", "agency-contacts", "agency-confirm", "membership-add", "expert-add"])
def test_what_was_written_for_the_other_record_is_not_saved_into_the_one_that_stays(
    agency, twin, officer, coordinator, client_of, name
):
    """Its form shows another agency's values: a save would put all of them over the facts that stay."""
    Membership.objects.create(user=coordinator, agency=twin, role="coordinator")
    client, url = client_of(coordinator), f"{reverse(f'portal:{name}')}?agency={twin.pk}"
    opened = posting_forms(client.get(url).content.decode())[-1].values
    merge(officer, agency, twin)
    before = Agency.objects.values().get(pk=agency.pk)
    answer = client.post(url, opened | {"population_served": "9"})
    assert answer.status_code == 409
    assert f"was merged into {agency}" in answer.content.decode()
    assert Agency.objects.values().get(pk=agency.pk) == before


def test_what_both_have_is_settled(agency, twin, officer, haiti, traveller):
    for record, many in ((agency, 3), (twin, 9)):
        record.ties.create(country=haiti)
        record.capacities.create(fiscal_year=2027, engagements=many)
        record.contacts.create(name=f"Contact of {record.pk}", is_primary=True)
    twin.memberships.create(user=traveller, role="traveller")
    traveller.memberships.filter(agency=agency).update(is_active=False)
    merge(officer, agency, twin)
    assert agency.ties.count() == 1
    assert agency.capacities.get().engagements == 9
    assert agency.contacts.get(is_primary=True).name == f"Contact of {agency.pk}"
    assert agency.contacts.count() == 2
    assert agency.memberships.get(user=traveller).is_active


def test_what_the_staying_record_does_not_say_it_takes_over(agency, twin, officer, community_policing):
    Agency.objects.filter(pk=agency.pk).update(population_served=500, partner_since=today())
    Agency.objects.filter(pk=twin.pk).update(partner_since=today() - timedelta(days=900))
    twin.expertise.add(community_policing)
    stays = merge(officer, agency, twin)
    assert (stays.city, stays.population_served) == ("Port Lincoln", 500)
    assert stays.partner_since == today() - timedelta(days=900)
    assert list(stays.expertise.all()) == [community_policing]


def test_two_agreements_in_force_cannot_stand_beside_each_other(agency, twin, officer):
    for record in (agency, twin):
        make_agreement(record)
    make_expert(twin)
    with pytest.raises(Refused, match="Another agreement of this kind is in force"):
        merge(officer, agency, twin)
    assert twin.experts.count() == 1
    assert Agency.objects.get(pk=twin.pk).merged_into is None


def test_two_open_invitations_for_one_need(agency, twin, officer, haiti, post_officer, community_policing):
    need = make_need(haiti, post_officer)
    make_seats(need, community_policing)
    for record in (agency, twin):
        make_invitation(need, record, officer)
    with pytest.raises(Refused, match="Both have invitations"):
        merge(officer, agency, twin)


def test_what_is_never_one_agency(agency, twin, other_agency, officer):
    with pytest.raises(Refused, match="merged with itself"):
        merge(officer, agency, agency)
    Agency.objects.filter(pk=other_agency.pk).update(is_fictional=True)
    with pytest.raises(Refused, match="never one agency"):
        merge(officer, agency, Agency.objects.get(pk=other_agency.pk))
    merge(officer, agency, twin)
    with pytest.raises(Refused, match="was merged already"):
        merge(officer, agency, twin)


@pytest.mark.parametrize("who", ["coordinator", "finance", "administrator", "auditor"])
def test_others_cannot_merge(agency, twin, who, request):
    with pytest.raises(Refused, match="Only an INL/KM officer"):
        merge(request.getfixturevalue(who), agency, twin)


def test_on_the_page(agency, twin, haiti, officer, client_of):
    make_expert(twin)
    client, url = client_of(officer), reverse("desk:agency-merge", args=[twin.pk])
    page = client.get(url).content.decode()
    assert "Experts: 1" in page
    assert "Merge the records" not in page, "first the record that stays"
    assert client.get(f"{url}?stays={twin.pk}").status_code == 422, "not itself"
    chosen = f"{url}?stays={agency.pk}"
    assert "t be undone" in client.get(chosen).content.decode()
    assert client.post(url, {"reason": "Same."}).status_code == 422
    without = client.post(chosen, {"reason": ""})
    assert "reason" in without.context["form"].errors
    assert client.post(chosen, {"reason": "Same."}).status_code == 302
    assert client.get(url).status_code == 403


def test_what_is_lost_is_said_before(agency, twin, haiti, officer, client_of):
    for record, number in ((agency, 3), (twin, 5)):
        record.ties.create(country=haiti)
        record.capacities.create(fiscal_year=2030, engagements=number)
        record.contacts.create(name=f"First of {record.pk}", is_primary=True)
    Agency.objects.filter(pk=agency.pk).update(city="Lincoln", population_served=None)
    page = client_of(officer).get(reverse("desk:agency-merge", args=[twin.pk]) + f"?stays={agency.pk}").context["lost"]
    assert f"Haiti: both have this community tie; the note of {agency} stays" in page
    assert "FY2030: both offer; 5 stays, the larger number" in page
    assert f"First of {twin.pk}: no longer the first contact" in page
    assert "City: Lincoln stays, Port Lincoln is dropped" in page
    assert not any("Population" in line for line in page), "it is taken over"


def test_what_stands_in_the_way_is_said_before_the_button(agency, twin, officer, client_of):
    for record in (agency, twin):
        make_agreement(record)
    url = reverse("desk:agency-merge", args=[twin.pk]) + f"?stays={agency.pk}"
    page = client_of(officer).get(url).content.decode()
    assert "They can&#x27;t be merged yet" in page or "They can't be merged yet" in page
    assert "Another agreement of this kind is in force" in page
    assert "Merge the records" not in page
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into) == ("prospect", None), "it was only tried"
    assert twin.agreements.count() == 1


@pytest.mark.parametrize(
    "name", ["agency-contacts", "agency-capacity", "agency-edit", "membership-add", "roster-import-add"]
)
def test_nothing_can_be_written_on_a_record_that_was_merged(agency, twin, officer, client_of, name):
    client, url = client_of(officer), reverse(f"desk:{name}", args=[twin.pk])
    assert client.get(url).status_code == 200
    merge(officer, agency, twin)
    for page in (client.get(url), client.post(url, {"contacts-TOTAL_FORMS": 0, "contacts-INITIAL_FORMS": 0})):
        assert page.status_code == 403
        assert "merged into another one" in page.content.decode()
