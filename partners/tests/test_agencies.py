"""Agencies and who speaks for them: registering, duplicates, capacity, pause, roles."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners.models import Agency, Membership
from partners.services.agencies import (
    add_contact,
    offer_capacity,
    pause_requests,
    register_agency,
    similar_agencies,
)
from partners.services.outreach import record_outreach
from partners.services.people import add_membership, end_membership
from slp.accounts.models import User
from slp.lib.answers import Refused
from slp.lib.dates import today

pytestmark = pytest.mark.django_db


def test_the_same_name_in_a_state_is_refused_in_words(officer, agency):
    with pytest.raises(Refused, match="already an agency with this name"):
        register_agency(
            actor=officer, name=agency.name.upper(), kind="police", level="municipal", us_state=agency.us_state
        )


@pytest.mark.parametrize("who", ["finance", "auditor", "administrator", "coordinator"])
def test_only_officers_register(who, request):
    with pytest.raises(Refused, match="Only an INL/KM officer"):
        register_agency(actor=request.getfixturevalue(who), name="New", kind="police", level="municipal", us_state="NY")


def test_names_that_look_alike_are_found(agency):
    assert similar_agencies(name="Port Lincoln Police Dept", us_state="NY") == [agency]
    assert similar_agencies(name="Harbor Patrol", us_state="NY") == []


def test_a_duplicate_is_shown_before_it_is_entered(officer, agency, client_of):
    data = {"name": "Port Lincoln Police Dept", "kind": "police", "level": "municipal", "us_state": "NY"}
    url = reverse("desk:agency-add")
    refused = client_of(officer).post(url, data)
    assert refused.status_code == 422
    assert "This looks like: Port Lincoln Police Department, NY" in refused.content.decode()
    assert client_of(officer).post(url, data | {"not_a_duplicate": "on"}).status_code == 302
    assert Agency.objects.count() == 2


def test_a_state_is_asked_of_all_but_national_bodies(officer, client_of):
    data = {"name": "Nowhere Police", "kind": "police", "level": "municipal", "us_state": ""}
    answer = client_of(officer).post(reverse("desk:agency-add"), data)
    assert "Choose the state or territory" in answer.content.decode()


def test_two_people_editing_lose_nothing(agency, officer, second_officer, client_of):
    url = reverse("desk:agency-edit", args=[agency.pk])
    client = client_of(officer)
    seen = client.get(url).context["form"].initial["seen_version"]
    data = {"name": agency.name, "kind": agency.kind, "level": agency.level, "us_state": "NY", "seen_version": seen}
    assert client_of(second_officer).post(url, data | {"city": "Lincoln"}).status_code == 302
    late = client.post(url, data | {"website": "https://lincoln.example"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "https://lincoln.example" in page
    assert "Lincoln" in page
    form = late.context["form"]
    again = client.post(url, data | {"website": "https://lincoln.example", "city": "Lincoln"} | {
        "seen_version": form["seen_version"].value()
    })  # fmt: skip
    assert again.status_code == 302
    agency.refresh_from_db()
    assert (agency.city, agency.website) == ("Lincoln", "https://lincoln.example")


def test_a_new_first_contact_replaces_the_old_one(agency, coordinator):
    first = add_contact(actor=coordinator, agency=agency, name="A", is_primary=True)
    second = add_contact(actor=coordinator, agency=agency, name="B", is_primary=True)
    first.refresh_from_db()
    assert (first.is_primary, second.is_primary) == (False, True)


@pytest.mark.parametrize("engagements", [0, 31])
def test_capacity_is_one_to_thirty(agency, coordinator, engagements):
    with pytest.raises(Refused, match="between 1 and 30"):
        offer_capacity(actor=coordinator, agency=agency, fiscal_year=2027, engagements=engagements)


def test_a_changed_offer_replaces_the_first(agency, coordinator):
    offer_capacity(actor=coordinator, agency=agency, fiscal_year=2027, engagements=3)
    offer_capacity(actor=coordinator, agency=agency, fiscal_year=2027, engagements=5)
    assert agency.capacities.get().engagements == 5


def test_pausing_needs_no_reason_but_a_future_date(agency, coordinator):
    pause_requests(actor=coordinator, agency=agency, until=today() + timedelta(days=30))
    assert agency.paused_until
    with pytest.raises(Refused, match="has passed"):
        pause_requests(actor=coordinator, agency=agency, until=today() - timedelta(days=1))
    pause_requests(actor=coordinator, agency=agency, until=None)
    assert agency.paused_until is None


@pytest.mark.parametrize("name", ["eft_on_file_on", "partner_since"])
def test_what_has_happened_has_no_day_to_come(name, agency, officer, coordinator, client_of):
    for reader, url in ((officer, f"/admin/desk/agencies/{agency.pk}/edit/"), (coordinator, "/portal/agency/edit/")):
        if name == "partner_since" and reader == coordinator:
            continue  # INL enters it
        for days, refused in ((0, False), (1, True)):
            client = client_of(reader)
            sent = client.get(url).context["form"].initial | {name: today() + timedelta(days=days)}
            page = client.post(url, {key: value for key, value in sent.items() if value not in (None, "")})
            form = page.context["form"] if page.context else None
            assert (form is not None and "still to come" in str(form.errors.get(name))) is refused


def test_a_state_of_today_is_since_today(agency, officer, client_of):
    url = f"/admin/desk/agencies/{agency.pk}/"
    type(agency).objects.update(status="prospect", source=None, status_since=timezone.now())
    assert "Prospect since today." in client_of(officer).get(url).content.decode()
    type(agency).objects.update(status_since=timezone.now() - timedelta(days=3))
    assert "Prospect for 3 days." in client_of(officer).get(url).content.decode()


def test_outreach_is_recorded_afterwards(agency, officer):
    with pytest.raises(Refused, match="after it happened"):
        record_outreach(actor=officer, agency=agency, kind="call", on=today() + timedelta(days=1), summary="x")


# -- people ------------------------------------------------------------------------------------------
def test_a_colleague_gets_an_account_and_a_role(agency, coordinator, client_of):
    answer = client_of(coordinator).post(
        reverse("portal:membership-add"), {"name": "Ann Lee", "email": "Ann@Lee.example", "role": "signatory"}
    )
    assert answer.status_code == 302
    member = Membership.objects.get(user__email="ann@lee.example")
    assert (member.agency, member.role, member.user.has_usable_password()) == (agency, "signatory", False)


def test_nobody_sits_on_both_sides(agency, coordinator, officer):
    with pytest.raises(Refused, match="works for INL/KM"):
        add_membership(actor=coordinator, agency=agency, email=officer.email, name=officer.name, role="coordinator")


def test_naming_somebody_of_inl_is_said_at_the_address(agency, coordinator, officer, client_of):
    typed = {"name": "Typed Name", "email": officer.email.upper(), "role": "signatory"}
    answer = client_of(coordinator).post(reverse("portal:membership-add"), typed)
    assert answer.status_code == 422
    assert "somebody at INL/KM" in str(answer.context["form"].errors["email"])
    assert "Typed Name" in answer.content.decode()
    assert not Membership.objects.filter(user=officer).exists()


def test_access_ends_at_once(agency, coordinator, signatory, client_of):
    client = client_of(signatory)
    assert client.get(reverse("portal:agency-detail")).status_code == 200
    end_membership(actor=coordinator, membership=signatory.memberships.get())
    assert client.get(reverse("portal:agency-detail")).status_code == 302


def test_the_last_coordinator_stays(agency, coordinator):
    with pytest.raises(Refused, match="only coordinator"):
        end_membership(actor=coordinator, membership=coordinator.memberships.get())


def test_a_role_that_ended_begins_again(agency, coordinator, signatory):
    end_membership(actor=coordinator, membership=signatory.memberships.get())
    add_membership(actor=coordinator, agency=agency, email=signatory.email, name="x", role="signatory")
    assert signatory.memberships.get().is_active
    assert User.objects.filter(email=signatory.email).count() == 1


def test_another_agencys_people_are_out_of_reach(outsider, coordinator, client_of):
    url = reverse("portal:membership-end", args=[coordinator.memberships.get().pk])
    assert client_of(outsider).post(url).status_code == 404
    assert coordinator.memberships.get().is_active
