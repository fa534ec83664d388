"""The admin's lists stay cheap however long they are: counted to a limit, searched by an index."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deployments.models import Deployment
from engagements.models import Engagement, Need
from partners.models import Agency, Expert
from slp.lib.admin import RecordAdmin

pytestmark = pytest.mark.django_db
SEARCHED = {
    Agency: "agency_search", Deployment: "deployment_search", Engagement: "engagement_search", Expert: "expert_search",
    Need: "need_search",
}  # fmt: skip
PER_PAGE = RecordAdmin.list_per_page


@pytest.fixture
def agencies(db):
    """`agencies(n)`: n agencies."""

    def make(count: int) -> None:
        Agency.objects.bulk_create(
            Agency(name=f"Agency {n:04}", kind="police", level="municipal", us_state="OH", status="partner")
            for n in range(count)
        )

    return make


@pytest.fixture
def asked(rf, officer):
    request = rf.get("/")
    request.user = officer
    return request


@pytest.mark.parametrize("model", SEARCHED)
def test_a_search_can_use_the_trigram_index(model, asked):
    """Few rows are read faster without an index, so the planner is kept from that."""
    model_admin = admin.site._registry[model]
    rows, _ = model_admin.get_search_results(asked, model_admin.get_queryset(asked), "Haiti MENTORS")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # the primary key's order would do too
        plan = rows.order_by().explain()
    assert f"Bitmap Index Scan on {SEARCHED[model]}" in plan, plan
    assert "%haiti%" in plan
    assert "%mentors%" in plan


def test_no_search_hides_the_index_behind_upper_case(asked):
    shown = {
        name
        for model_admin in admin.site._registry.values()
        for name in model_admin.get_search_fields(asked)
        if "search_text" in name and not name.endswith("search_text__contains")
    }
    assert shown == set()


def test_a_search_finds_whatever_its_case(agency, client, officer):
    client.force_login(officer)
    page = client.get("/admin/partners/agency/", {"q": "LINCOLN poLice"}).content.decode()
    assert "Port Lincoln Police Department" in page
    assert "1 found" in page


def test_a_long_list_is_counted_to_the_limit_only(agencies, client, officer, monkeypatch):
    monkeypatch.setattr("slp.lib.admin.COUNT_LIMIT", 2 * PER_PAGE)
    agencies(4 * PER_PAGE)
    client.force_login(officer)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/admin/partners/agency/").content.decode()
    assert "100+ agencies" in page
    counts = [q["sql"] for q in queries if "COUNT(*)" in q["sql"]]
    assert len(counts) == 1
    assert "LIMIT 101" in counts[0]


def test_every_page_is_reached_from_the_one_before(agencies, client, officer, monkeypatch):
    monkeypatch.setattr("slp.lib.admin.COUNT_LIMIT", PER_PAGE)
    agencies(4 * PER_PAGE + 7)
    client.force_login(officer)
    seen, number = [], 1
    while True:
        page = client.get("/admin/partners/agency/", {"p": number})
        shown = page.context["cl"]
        seen += [row.pk for row in shown.result_list]
        if number == shown.paginator.num_pages:
            break
        assert f'href="?p={number + 1}"' in page.content.decode()
        number += 1
    assert number == 5
    assert len(seen) == len(set(seen)) == 4 * PER_PAGE + 7
    assert "207 agencies" in page.content.decode()


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999", "1.5"])
def test_a_page_that_is_none_is_no_error(number, agencies, client, officer):
    agencies(PER_PAGE + 1)
    client.force_login(officer)
    assert client.get("/admin/partners/agency/", {"p": number}, follow=True).status_code == 200
