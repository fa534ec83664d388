"""Who may open which page, and what a page costs, whatever the number of rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from conftest import make_agency
from partners.models import (
    Agency,
    Agreement,
    AgreementVersion,
    Amendment,
    Enquiry,
    Expert,
    Expertise,
    Membership,
    Outreach,
)
from partners.services.agreements import draft_agreement
from partners.tests.factories import make_agreement, make_expert
from slp.lib.dates import today

pytestmark = pytest.mark.django_db

STAFF = ("officer", "finance", "director", "administrator", "auditor")
OFFICE = ("coordinator", "agency_finance", "signatory")
POST = ("post_officer", "rso", "other_post_officer")


@pytest.fixture
def keys(agency, officer, community_policing, creole) -> dict:
    """One of everything."""
    make_agreement(agency)
    draft = draft_agreement(actor=officer, agency=agency, title="D", kind="mou", text="x", starts_on=today())
    expert = make_expert(agency, skills=[(community_policing, 2)], languages=[(creole, 4)])
    enquiry = Enquiry.objects.create(name="A", email="a@b.example", agency_name="B", us_state="NY", message="m")
    Outreach.objects.create(agency=agency, kind="call", on=today(), summary="s", next_step="n")
    return {
        "agency": agency.pk, "agreement": draft.reference, "expert": expert.pk, "enquiry": enquiry.reference,
    }  # fmt: skip


DESK = (
    ("desk:agency-list", None), ("desk:agency-detail", "agency"), ("desk:expert-list", None),
    ("desk:expert-detail", "expert"), ("desk:agreement-list", None), ("desk:agreement-detail", "agreement"),
    ("desk:outreach-list", None), ("desk:enquiry-list", None), ("desk:enquiry-detail", "enquiry"),
)  # fmt: skip
OFFICERS = (
    ("desk:agency-add", None), ("desk:agency-edit", "agency"), ("desk:agreement-add", None),
    ("desk:agreement-edit", "agreement"), ("desk:outreach-add", None),
)  # fmt: skip
PORTAL = (("portal:agency-detail", None), ("portal:expert-list", None), ("portal:agreement-list", None))
OURS = (("portal:expert-detail", "expert"), ("portal:agreement-detail", "agreement"))
COORDINATORS = (
    ("portal:agency-edit", None), ("portal:agency-contacts", None), ("portal:agency-capacity", None),
    ("portal:agency-ties", None), ("portal:membership-add", None), ("portal:expert-add", None),
    ("portal:expert-edit", "expert"), ("portal:expert-skills", "expert"), ("portal:expert-languages", "expert"),
    ("portal:expert-availability", "expert"), ("portal:expert-countries", "expert"),
)  # fmt: skip


def url_of(name: str, key: str | None, keys: dict) -> str:
    return reverse(name, args=[keys[key]] if key else [])


@pytest.fixture
def codes(keys, client_of, request):
    """`codes(people, page)` -> what each of them gets. One of everything serves all pages: making it takes longest."""
    clients = {}

    def ask(people, page: tuple[str, str | None]) -> list[int]:
        for who in set(people) - set(clients):
            clients[who] = client_of(request.getfixturevalue(who))
        return [clients[who].get(url_of(*page, keys)).status_code for who in people]

    return ask


def test_staff_read_the_desk_and_nobody_else(codes):
    others = (*OFFICE, "traveller", "outsider", *POST)
    for page in DESK:
        assert codes(STAFF, page) == [200] * 5, page
        assert codes(others, page) == [403] * len(others), page


def test_officers_change_records_at_the_desk(codes):
    for page in OFFICERS:
        assert codes(STAFF, page) == [200, 403, 200, 403, 403], page


def test_the_agencys_office_reads_its_own_records(codes):
    for page in (*PORTAL, *OURS):
        assert codes(OFFICE, page) == [200] * 3, page
        assert codes((*STAFF, *POST), page) == [403] * 8, page


def test_another_agency_gets_404(codes):
    for page in OURS:
        assert codes(["outsider"], page) == [404], page


def test_only_the_coordinator_changes_the_agencys_records(codes):
    for page in COORDINATORS:
        assert codes(OFFICE, page) == [200, 403, 403], page


def test_without_a_session_everything_leads_to_the_sign_in(client, keys):
    for name, key in (*DESK, *OFFICERS, *PORTAL, *OURS, *COORDINATORS):
        answer = client.get(url_of(name, key, keys))
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_login"))


# -- what a page costs ---------------------------------------------------------------------------------
@pytest.fixture
def many(agency, officer, community_policing, creole):
    """`many(n)`: n more of everything that lists and pages show."""

    def make(count: int) -> None:
        for number in range(count):
            other = make_agency(f"Agency {number}", us_state="OH")
            draft_agreement(actor=officer, agency=agency, title=f"D{number}", kind="letter", text="x")
            expert = make_expert(agency, f"Expert {number}", languages=[(creole, 3)])
            expert.skills.create(expertise=community_policing)
            agency.contacts.create(name=f"C{number}")
            Outreach.objects.create(agency=other, kind="call", on=today(), summary="s")
            Enquiry.objects.create(name="A", email="a@b.example", agency_name="B", us_state="NY", message="m")

    return make


COST = {
    "desk:agency-list": 5, "desk:expert-list": 5, "desk:agreement-list": 5, "desk:outreach-list": 4,
    "desk:enquiry-list": 4, "desk:agency-detail": 10, "desk:expert-detail": 10, "desk:agreement-detail": 10,
    "desk:enquiry-detail": 4, "portal:expert-list": 6, "portal:agreement-list": 5, "portal:agency-detail": 10,
    "portal:expert-detail": 11, "portal:agreement-detail": 11,
}  # fmt: skip


@pytest.mark.parametrize("rows", [1, 3])
def test_query_counts_do_not_grow(rows, keys, many, officer, coordinator, client_of):
    many(rows)
    desk, portal, counts = client_of(officer), client_of(coordinator), {}
    for name in COST:
        client = desk if name.startswith("desk:") else portal
        noun = name.split(":")[1].split("-")[0]
        url = url_of(name, noun if "detail" in name and name != "portal:agency-detail" else None, keys)
        client.get(url)  # content types are looked up once
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts[name] = len(queries)
    assert counts == COST


def test_formsets_ask_for_their_choices_once(keys, coordinator, agency, client_of):
    client = client_of(coordinator)
    counts = []
    url = reverse("portal:expert-skills", args=[keys["expert"]])
    expert = agency.experts.get(pk=keys["expert"])
    for code in ("POL-01", "POL-02", "POL-03"):
        if code != "POL-01":
            field = Expertise.objects.create(code=code, name=code, sector="POL")
            expert.skills.create(expertise=field)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts == [6, 6, 6]


def test_the_board_counts_and_filters(agency, other_agency, officer, client_of):
    make_agreement(agency, title="Ends soon", ends_on=today() + timedelta(days=90))
    make_agreement(other_agency, title="Goes on", ends_on=today() + timedelta(days=900))
    client = client_of(officer)
    board = {row["label"]: row["value"] for row in client.get(reverse("desk:agreement-list")).context["board"]}
    assert board == {
        "In negotiation": "0", "In force": "2", "Ending within 180 days": "1", "Notice given": "0",
        "Lapsed with activity under way": "0", "Ended": "0",
    }  # fmt: skip
    page = client.get(reverse("desk:agreement-list") + "?board=ending").content.decode()
    assert "Ends soon" in page
    assert "Goes on" not in page


def test_every_model_of_the_app_is_in_the_admin():
    from django.apps import apps

    models = [m for m in apps.get_app_config("partners").get_models() if not m.__name__.endswith("Event")]
    copies = ["ExpertFacts", "ExpertStrength"]  # of rows that are there
    assert [m.__name__ for m in models if m not in admin.site._registry] == copies


@pytest.mark.parametrize("who", STAFF)
def test_admin_pages_open_for_staff(who, keys, request, client_of):
    client = client_of(request.getfixturevalue(who))
    for name in ("agency", "agreement", "expert", "enquiry", "outreach", "expertise"):
        assert client.get(reverse(f"admin:partners_{name}_changelist")).status_code == 200
    page = client.get(reverse("admin:partners_agency_change", args=[Agency.objects.first().pk]))
    assert page.status_code == 200
    assert "_save" not in page.content.decode()  # it is worked on at its own page


def test_the_board_counts_from_the_index_and_not_to_the_end(agency, officer, client_of):
    client = client_of(officer)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("desk:agreement-list"))
    (counted,) = [q["sql"] for q in queries if q["sql"].startswith("SELECT (SELECT count(*)")]
    assert counted.count("LIMIT 1001") == 6
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {counted}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    # What is in force has two indexes to choose from; what is over only grows.
    assert plan.count("Index Only Scan using agreement_by_status") >= 2, plan


def test_who_only_travels_sees_neither_the_agencys_page_nor_its_terms(
    keys, agency, traveller, coordinator, officer, client_of
):
    """Design: a traveller sees their own journeys. Another role at the agency opens both again."""
    amendment = Amendment.objects.create(
        agreement=agency.agreements.get(reference=keys["agreement"]), number=1, summary="More people",
        effective_on=today(), text="x", author=officer,
    )  # fmt: skip
    pages = [
        (403, reverse("portal:agency-detail")),
        (403, reverse("portal:agreement-list")),
        (403, reverse("portal:invitation-list")),
        (403, reverse("portal:claim-list")),
        (404, reverse("portal:agreement-detail", args=[keys["agreement"]])),
        (404, reverse("portal:agreement-pdf", args=[keys["agreement"]])),
        (404, reverse("portal:amendment-detail", args=[amendment.reference])),
    ]
    client = client_of(traveller)
    assert [client.get(url).status_code for _, url in pages] == [code for code, _ in pages]
    for model in (Agreement, AgreementVersion, Amendment):
        assert not model.objects.visible_to(traveller).exists()
        assert model.objects.visible_to(coordinator).exists()
    Membership.objects.create(user=traveller, agency=agency, role="signatory")
    client = client_of(type(traveller).objects.get(pk=traveller.pk))
    assert [client.get(url).status_code for _, url in pages] == [200] * len(pages)


def test_who_keeps_the_records_of_two_agencies_chooses_which(agency, other_agency, coordinator, outsider, client_of):
    Membership.objects.create(user=coordinator, agency=other_agency, role="coordinator")
    client = client_of(coordinator)
    first = client.get(reverse("portal:agency-detail"))
    other = next(one for one in (agency, other_agency) if one != first.context["agency"])
    url = f"{reverse('portal:agency-detail')}?agency={other.pk}"
    assert f'You also speak for <a class="usa-link" href="{url}">{escape(other.name)}</a>' in first.content.decode()
    for name in ("agency-contacts", "agency-edit"):
        assert f'href="{reverse(f"portal:{name}")}?agency={other.pk}"' in client.get(url).content.decode()
    added = client.post(
        f"{reverse('portal:agency-contacts')}?agency={other.pk}",
        {"contacts-TOTAL_FORMS": 1, "contacts-INITIAL_FORMS": 0, "contacts-0-name": "Al Oz"},
    )
    assert added.url == url
    assert [row.name for row in other.contacts.all()] == ["Al Oz"]
    roster = client.get(reverse("portal:expert-list")).content.decode()
    assert f"Add a person to {escape(other.name)}" in roster
    person = {"name": "Bo Lund", "service": "serving", "rank_band": "", "rank": "Sergeant", "years": 3}
    assert client.post(f"{reverse('portal:expert-add')}?agency={other.pk}", person).status_code == 302
    assert Expert.objects.get(name="Bo Lund").agency == other


def test_each_pause_is_told_by_name_and_ended_by_its_own_button(agency, other_agency, coordinator, client_of):
    Membership.objects.create(user=coordinator, agency=other_agency, role="coordinator")
    Agency.objects.update(paused_until=today() + timedelta(days=9))
    client = client_of(coordinator)
    for one in (agency, other_agency):
        page = client.get(reverse("portal:home")).content.decode()
        assert f"Requests to {escape(one.name)} are paused until" in page
        resume = f"{reverse('portal:agency-resume')}?agency={one.pk}"
        assert f'action="{resume}"' in page
        client.post(resume)
        one.refresh_from_db()
        assert one.pause is None
