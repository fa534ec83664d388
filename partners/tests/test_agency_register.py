"""The register of agencies: each filter; what is offered and taken; agreements over the years; a pause in sight."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from conftest import make_agency
from engagements.tests.factories import make_engagement
from partners.models import Agency
from partners.pages.charts import agreement_timeline
from partners.services.capacity import loads
from partners.tests.factories import make_agreement
from slp.history.services import timeline
from slp.lib.dates import fiscal_year, fiscal_year_span, today

pytestmark = pytest.mark.django_db

YEAR = fiscal_year(today())


def of_year(country, agency, *, kind="mentoring", **fields):
    """An engagement that begins in this fiscal year."""
    start = fiscal_year_span(YEAR)[0] + timedelta(days=5)
    return make_engagement(
        country, agency=agency, kind=kind, starts_on=start, ends_on=start + timedelta(days=9), **fields
    )


@pytest.fixture
def register(haiti):
    """Five bodies, each different in every way that can be asked for."""
    day = today()
    made = {
        "Ash PD": make_agency("Ash PD", confirmed_on=day, sectors="POL"),
        "Elm PD": make_agency("Elm PD", us_state="TX", status="prospect", paused_until=day + timedelta(days=9)),
        "Fir PD": make_agency("Fir PD", not_before=day + timedelta(days=9), origin="conference"),
        "Oak PD": make_agency("Oak PD", paused_until=day - timedelta(days=1), confirmed_on=day - timedelta(days=400)),
        "Union": make_agency("Union", kind="association", level="association", us_state=""),
    }
    make_agreement(made["Ash PD"])
    make_agreement(made["Oak PD"], ends_on=day + timedelta(days=30))
    make_agreement(made["Elm PD"], status="partner_review")
    made["Ash PD"].capacities.create(fiscal_year=YEAR, engagements=2)
    made["Oak PD"].capacities.create(fiscal_year=YEAR, kind="mentoring", engagements=1)
    made["Fir PD"].capacities.create(fiscal_year=YEAR - 1, engagements=5)
    made["Ash PD"].ties.create(country=haiti)
    for name in ("Ash PD", "Oak PD"):
        of_year(haiti, made[name])
    of_year(haiti, made["Ash PD"], status="cancelled")
    return made


CASES = {
    "?sends=yes": "Ash Elm Fir Oak",
    "?sends=no": "Union",
    "?agreement=force": "Ash Oak",
    "?agreement=ending": "Oak",
    "?agreement=negotiation": "Elm",
    "?agreement=none": "Elm Fir Union",
    "?capacity=left": "Ash",  # what was cancelled takes nothing
    "?capacity=used": "Oak",
    "?capacity=unsaid": "Elm Fir Union",
    "?paused=yes": "Elm Fir",
    "?paused=no": "Ash Oak Union",
    "?tie=HT": "Ash",
    "?origin=conference": "Fir",
    "?confirmed=fresh": "Ash",
    "?us_state=TX": "Elm",
    "?status=prospect&paused=yes": "Elm",
}


@pytest.mark.parametrize("query", CASES)
def test_each_filter_narrows_to_whom_it_says(query, register, officer, client_of):
    page = client_of(officer).get(reverse("desk:agency-list") + query).content.decode()
    assert {name.split()[0] for name in register if f">{name}</a>" in page} == set(CASES[query].split())


def test_what_is_offered_and_taken_by_year_and_kind(register, haiti):
    ash = register["Ash PD"]
    ash.capacities.create(fiscal_year=YEAR, kind="training", engagements=3)
    of_year(haiti, ash, kind="mentoring")
    assert [(load.year, load.label, load.offered, load.taken, load.left) for load in loads(ash)] == [
        (YEAR, "All kinds together", 5, 2, "3"),
        (YEAR, "Of any kind", 2, None, "Used by every kind"),
        (YEAR, "Training course", 3, 0, "3"),
        (YEAR, "Mentoring and advising", 0, 2, "Not offered by itself"),
    ]


@pytest.mark.parametrize("door", ["desk", "portal"])
def test_the_picture_has_its_table_beneath(door, agency, haiti, officer, coordinator, client_of):
    agency.capacities.create(fiscal_year=YEAR, engagements=4)
    of_year(haiti, agency)
    make_agreement(agency, title="Standing terms", ends_on=None)
    client = client_of(officer if door == "desk" else coordinator)
    args = [agency.pk] if door == "desk" else []
    page = client.get(reverse(f"{door}:agency-detail", args=args)).content.decode()
    assert page.count('<svg viewBox="0 0 400') == 2
    assert page.count('<td data-label="Left">3</td>') == 1
    assert '<td data-label="Taken" class="slp-number"></td><td data-label="Left">Used by every kind</td>' in page
    assert "until it is ended" in page
    assert "style=" not in page


def test_bars_stand_where_their_days_are(agency):
    day = today()
    old = make_agreement(agency, starts_on=day.replace(day=1, month=1, year=day.year - 2), ends_on=day)
    new = make_agreement(agency, kind="letter", starts_on=day + timedelta(days=1), ends_on=None)
    draft = make_agreement(agency, kind="informal", status="draft", starts_on=None, ends_on=None)
    drawn = agreement_timeline([new, draft, old])
    assert [row.agreement for row in drawn.rows] == [old, new]
    first, second = drawn.rows
    assert first.x == 0
    assert abs(first.x + first.width - drawn.now) <= 1
    assert second.x + second.width == 400
    assert agreement_timeline([draft]) is None


def test_the_board_over_the_years_begins_with_what_ends_first(register, officer, client_of):
    page = client_of(officer).get(reverse("desk:agreement-terms")).content.decode()
    assert page.index("MOU with Oak PD") < page.index("MOU with Ash PD")
    assert "MOU with Elm PD" not in page


def test_a_pause_stands_on_the_start_page_with_its_end(agency, coordinator, signatory, client_of):
    url, words = reverse("portal:home"), "Requests to your agency are paused until"
    assert words not in client_of(coordinator).get(url).content.decode()
    Agency.objects.filter(pk=agency.pk).update(paused_until=today() + timedelta(days=20))
    assert "End the pause now" in client_of(coordinator).get(url).content.decode()
    assert "Your coordinator can end the pause" in client_of(signatory).get(url).content.decode()
    Agency.objects.filter(pk=agency.pk).update(paused_until=today() - timedelta(days=1))
    assert words not in client_of(coordinator).get(url).content.decode()


def test_the_coordinator_ends_a_pause_with_one_click(agency, coordinator, signatory, client_of):
    ahead = today() + timedelta(days=20)
    Agency.objects.filter(pk=agency.pk).update(paused_until=ahead, not_before=ahead)
    url = reverse("portal:agency-resume")
    assert client_of(signatory).post(url).status_code == 403
    page = client_of(coordinator).post(url, follow=True).content.decode()
    assert "Requests may reach you again" in page
    assert "End the pause now" not in page
    agency.refresh_from_db()
    assert agency.pause is None
    assert timeline(agency)[0].what == "Takes requests again"


def test_a_new_name_that_looks_like_another_agencys_is_asked_about(agency, other_agency, officer, client_of):
    client, url = client_of(officer), reverse("desk:agency-edit", args=[agency.pk])
    form = client.get(url).context["form"]
    sent = {name: value for name, value in form.initial.items() if value not in (None, "") and name != "expertise"}
    sent |= {"us_state": other_agency.us_state, "name": f"{other_agency.name}t"}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"][0].startswith(f"This looks like: {other_agency.name}")
    assert client.post(url, sent | {"not_a_duplicate": "on"}).status_code == 302
    agency.refresh_from_db()
    assert agency.name == f"{other_agency.name}t"
    assert client.post(url, sent | {"city": "Elsewhere", "seen_version": agency.version}).status_code == 302, (
        "asked once"
    )


def test_an_agency_is_not_merged_with_itself(agency, officer, client_of):
    page = client_of(officer).get(f"/admin/desk/agencies/{agency.pk}/merge/?stays={agency.pk}").content.decode()
    assert "can&#x27;t be merged with itself" in page
