"""The model pages are no way around the rules: what has a lifecycle is read there; roles go by the services."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from engagements.tests.factories import make_need
from partners.models import Membership
from slp.lib.lifecycle import LIFECYCLES
from slp.places.models import PostAssignment

pytestmark = pytest.mark.django_db

LIVED = [m for m in admin.site._registry if m._meta.label_lower in LIFECYCLES]
WORDS_ONLY = {"engagements.engagement"}  # may be worded on the model page; everything else is read only


@pytest.mark.parametrize("model", LIVED, ids=lambda m: m._meta.label)
@pytest.mark.parametrize("who", ["officer", "director", "finance", "administrator", "auditor"])
def test_what_has_a_lifecycle_is_not_edited_on_its_model_page(model, who, request):
    asked = RequestFactory().get("/")
    asked.user = request.getfixturevalue(who)
    page = admin.site._registry[model]
    assert not page.has_add_permission(asked)
    if model._meta.label_lower not in WORDS_ONLY or who not in page.edited_by:
        assert not page.has_change_permission(asked)
    assert {"status", "status_since"} <= {*page.get_readonly_fields(asked, model())}


def test_every_lifecycle_has_a_model_page():
    assert {m._meta.label_lower for m in LIVED} == set(LIFECYCLES)


def _post(client, row, **data):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return client.post(reverse(name, args=[row.pk]), {"seen_version": row.version} | data)


def test_the_last_coordinator_is_not_ended_here(client_of, administrator, coordinator):
    role = coordinator.memberships.get()
    answer = _post(client_of(administrator), role)
    assert answer.status_code == 403
    assert "only coordinator" in answer.content.decode()
    role.refresh_from_db()
    assert role.is_active


def test_a_role_that_ends_here_ends_by_the_service(client_of, administrator, coordinator, signatory):
    browser = client_of(signatory)
    role = signatory.memberships.get()
    assert _post(client_of(administrator), role).status_code == 302
    role.refresh_from_db()
    assert not role.is_active
    assert browser.get(reverse("portal:home")).status_code == 302


def test_inl_people_are_not_given_a_role_at_an_agency_here(client_of, administrator, officer, agency):
    sent = {"user": officer.pk, "agency": agency.pk, "role": "coordinator"}
    answer = client_of(administrator).post(reverse("admin:partners_membership_add"), sent)
    assert answer.status_code == 403
    assert "speak for an agency as well" in answer.content.decode()
    assert not Membership.objects.filter(user=officer).exists()


def test_a_role_is_given_here_by_the_service(client_of, administrator, signatory, agency, coordinator):
    sent = {"user": signatory.pk, "agency": agency.pk, "role": "agency_finance"}
    answer = client_of(administrator).post(reverse("admin:partners_membership_add"), sent)
    assert answer.status_code == 302
    assert Membership.objects.get(user=signatory, role="agency_finance").is_active


def test_an_agencys_people_are_not_assigned_to_a_post_here(client_of, administrator, coordinator, haiti):
    sent = {"user": coordinator.pk, "post": haiti.post.pk, "role": "rso"}
    answer = client_of(administrator).post(reverse("admin:places_postassignment_add"), sent)
    assert answer.status_code == 403
    assert not PostAssignment.objects.filter(user=coordinator).exists()


def test_an_assignment_that_ends_here_ends_the_session(client_of, administrator, rso):
    browser = client_of(rso)
    assert _post(client_of(administrator), PostAssignment.objects.get(user=rso)).status_code == 302
    assert browser.get(reverse("post:home")).status_code == 302


def test_the_model_page_leads_to_the_work_page(client_of, officer, haiti):
    need = make_need(haiti, officer)
    page = client_of(officer).get(reverse("admin:engagements_need_change", args=[need.pk])).content.decode()
    assert reverse("desk:need-detail", args=[need.reference]) in page
