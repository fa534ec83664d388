"""The roster: people with what they know, speak and when they are free; kept by the agency and the person."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from partners.models import AgencyKind, Expert
from partners.services.experts import add_expert, confirm_expert
from partners.tests.factories import make_expert
from slp.history.models import PersonalDataRead
from slp.lib.answers import Refused
from slp.lib.dates import today
from slp.tests.season.forms import posting_forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert(agency, community_policing, creole) -> Expert:
    return make_expert(agency, skills=[(community_policing, 2)], languages=[(creole, 4)], emergency_name="Mia Jean")


def test_one_call_enters_everything(agency, coordinator, community_policing, creole, haiti):
    expert = add_expert(
        actor=coordinator,
        agency=agency,
        name="  Alix   Jean ",
        rank="Sergeant",
        skills=[(community_policing, 3)],
        languages=[(creole, 5, True)],
        availability=[(date(2027, 1, 1), date(2027, 3, 31), "available")],
        countries=[(haiti, "ties")],
    )
    assert expert.name == "Alix Jean"
    assert expert.languages.get().is_tested
    window = expert.availability.get().period
    assert (window.lower, window.upper) == (date(2027, 1, 1), date(2027, 4, 1))
    assert expert.confirmed_on == today()


def test_overlapping_windows_are_refused_in_words(agency, coordinator):
    windows = [(date(2027, 1, 1), date(2027, 3, 1), "available"), (date(2027, 2, 1), date(2027, 4, 1), "available")]
    with pytest.raises(Refused, match="overlaps another one"):
        add_expert(actor=coordinator, agency=agency, name="A", rank="Sgt", availability=windows)
    assert not Expert.objects.exists(), "nothing is half saved"


def test_associations_send_nobody(agency, officer):
    type(agency).objects.filter(pk=agency.pk).update(kind=AgencyKind.ASSOCIATION)
    agency.refresh_from_db()
    with pytest.raises(Refused, match="sends nobody"):
        add_expert(actor=officer, agency=agency, name="A", rank="x")


@pytest.mark.parametrize("who", ["outsider", "signatory", "finance", "auditor", "post_officer"])
def test_only_coordinator_and_officer_add(agency, who, request):
    with pytest.raises(Refused):
        add_expert(actor=request.getfixturevalue(who), agency=agency, name="A", rank="x")


def test_people_correct_their_own_entry(expert, traveller, client_of):
    Expert.objects.filter(pk=expert.pk).update(user=traveller)
    url = reverse("portal:expert-edit", args=[expert.pk])
    client = client_of(traveller)
    form = client.get(url).context["form"]
    data = {k: v for k, v in form.initial.items() if v is not None} | {"phone": "555-0199"}
    assert client.post(url, data).status_code == 302
    expert.refresh_from_db()
    assert expert.phone == "555-0199"


def test_a_traveller_sees_nobody_else(expert, traveller, client_of):
    assert client_of(traveller).get(reverse("portal:expert-detail", args=[expert.pk])).status_code == 404


@pytest.mark.parametrize(("who", "sees"), [("coordinator", True), ("signatory", False), ("agency_finance", False)])
def test_personal_data_is_for_the_coordinator(expert, who, sees, request, client_of):
    page = client_of(request.getfixturevalue(who)).get(reverse("portal:expert-detail", args=[expert.pk]))
    assert ("Mia Jean" in page.content.decode()) is sees


def test_reading_personal_data_is_recorded(expert, officer, auditor, finance, client_of):
    url = reverse("desk:expert-detail", args=[expert.pk])
    assert "Mia Jean" in client_of(officer).get(url).content.decode()
    assert "Mia Jean" in client_of(auditor).get(url).content.decode()
    assert "Mia Jean" not in client_of(finance).get(url).content.decode()
    kept = {(r.reader, r.subject) for r in PersonalDataRead.objects.all()}
    assert kept == {(reader, f"expert {expert.pk}") for reader in (officer, auditor)}


def test_who_is_on_another_agencys_roster_sees_both(expert, other_agency, coordinator):
    """A coordinator who is themselves offered by another agency: their office's people, and their own entry."""
    own = make_expert(other_agency, "Ada Moore")
    make_expert(other_agency, "Bo Cole")
    Expert.objects.filter(pk=own.pk).update(user=coordinator)
    assert set(Expert.objects.visible_to(coordinator)) == {expert, own}


def rows(prefix: str, initial: int, *forms: dict) -> dict:
    data = {f"{prefix}-TOTAL_FORMS": len(forms), f"{prefix}-INITIAL_FORMS": initial}
    for number, form in enumerate(forms):
        data |= {f"{prefix}-{number}-{key}": value for key, value in form.items()}
    return data


def test_windows_are_edited_as_two_days(expert, coordinator, client_of):
    url = reverse("portal:expert-availability", args=[expert.pk])
    window = {"kind": "available", "first_day": "2027-05-01", "last_day": "2027-06-30"}
    client = client_of(coordinator)
    assert client.post(url, rows("availability", 0, window)).status_code == 302
    kept = expert.availability.get()
    assert kept.period.upper == date(2027, 7, 1)
    clash = {"kind": "available", "first_day": "2027-06-30", "last_day": "2027-07-10"}
    refused = client.post(url, rows("availability", 1, window | {"id": kept.pk}, clash))
    assert refused.status_code == 422
    assert "overlaps another one" in refused.content.decode()
    moved = window | {"id": kept.pk, "last_day": "2027-06-01"}
    assert client.post(url, rows("availability", 1, moved)).status_code == 302
    kept.refresh_from_db()
    assert kept.period.upper == date(2027, 6, 2)
    backwards = {"kind": "blackout", "first_day": "2027-06-30", "last_day": "2027-06-01"}
    refused = client.post(url, rows("availability", 1, moved, backwards))
    assert "before the first one" in refused.content.decode()


def test_skills_are_added_and_taken_away(expert, coordinator, community_policing, client_of):
    url = reverse("portal:expert-skills", args=[expert.pk])
    skill = expert.skills.get()
    data = rows("skills", 1, {"id": skill.pk, "expertise": community_policing.pk, "depth": 3, "DELETE": "on"})
    assert client_of(coordinator).post(url, data).status_code == 302
    assert not expert.skills.exists()


def test_still_right_is_one_click(expert, coordinator, outsider, client_of):
    url = reverse("portal:expert-confirm", args=[expert.pk])
    assert client_of(outsider).post(url).status_code == 404
    assert client_of(coordinator).post(url).status_code == 302
    expert.refresh_from_db()
    assert expert.confirmed_on == today()
    with pytest.raises(Refused):
        confirm_expert(actor=outsider, expert=expert)


def test_off_the_roster_and_back(expert, coordinator, client_of):
    url = reverse("portal:expert-roster", args=[expert.pk])
    client_of(coordinator).post(url)
    expert.refresh_from_db()
    assert not expert.is_active
    client_of(coordinator).post(url)
    expert.refresh_from_db()
    assert expert.is_active


def test_the_page_says_whether_somebody_is_on_or_off_the_roster(expert, coordinator, client_of):
    url, client = reverse("portal:expert-roster", args=[expert.pk]), client_of(coordinator)
    assert "is off the roster" in client.post(url, follow=True).content.decode()
    assert "is back on the roster" in client.post(url, follow=True).content.decode()


def test_an_address_that_somebody_else_has_is_refused_at_its_field(agency, other_agency, coordinator, client_of):
    make_expert(agency, "Ann Lee", email="ann@x.example")
    make_expert(other_agency, "Bo Cole", email="bo@x.example")
    make_expert(other_agency, "Cy Day", email="cy@x.example", is_active=False)
    mine = make_expert(agency, "Di Fox", email="di@x.example")
    client, edit = client_of(coordinator), reverse("portal:expert-edit", args=[mine.pk])
    opened = next(f for f in posting_forms(client.get(edit).content.decode()) if "email" in f.values).values
    new = {"name": "Ed Gray", "rank": "Chief", "service": "serving", "rank_band": "", "years": "3"}
    for url, sent in ((edit, opened), (reverse("portal:expert-add"), new)):
        for address, words in (("ANN@x.example", "Somebody else on your roster"), ("bo@x.example", "another agency")):
            page = client.post(url, sent | {"email": address, "once": ""})
            assert page.status_code == 422, address
            assert words in str(page.context["form"].errors["email"])
    assert client.post(edit, opened | {"email": "cy@x.example"}).status_code == 302
