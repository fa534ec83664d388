"""The model pages open for staff, change nothing that has a work page, and hide what is personal."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from deployments.services.readiness import list_requirements
from deployments.services.support import log_support, report_incident
from deployments.tests.factories import make_claim, make_obligation

MODELS = [m for m in apps.get_app_config("deployments").get_models() if not hasattr(m, "pgh_tracked_model")]


def test_every_model_of_the_app_has_a_page():
    assert {m.__name__ for m in MODELS if not admin.site.is_registered(m)} == set()


@pytest.fixture
def full(engagement, deployment, agency, coordinator, finance, post_officer, rso, haiti, requirements, rates):
    list_requirements(deployment=deployment)
    make_claim(engagement, agency, coordinator, lines=1, status="submitted")
    make_obligation(engagement, finance)
    log_support(engagement=engagement, kind="transport", actor=post_officer, deployments=[deployment])
    report_incident(country=haiti, severity=1, summary="x", actor=rso)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_lists_and_rows_open(model, full, client_of, officer):
    client = client_of(officer)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200
    row = model._base_manager.first()
    if row is not None:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("who", ["finance", "administrator"])
def test_clearances_are_personal_here_too(full, client_of, who, request):
    client = client_of(request.getfixturevalue(who))

    assert client.get(reverse("admin:deployments_clearance_changelist")).status_code == 403


def test_nobody_adds_a_payment_or_a_decision_here(full, client_of, officer, finance, director):
    for user in (officer, finance, director):
        client = client_of(user)
        for model in ("payment", "claim", "claimline", "obligation", "clearance", "deployment"):
            assert client.get(reverse(f"admin:deployments_{model}_add")).status_code == 403, (user, model)


def test_rules_and_rates_are_the_administrators(full, client_of, administrator, officer):
    for model in ("requirement", "rate"):
        assert client_of(administrator).get(reverse(f"admin:deployments_{model}_add")).status_code == 200
        assert client_of(officer).get(reverse(f"admin:deployments_{model}_add")).status_code == 403


@pytest.mark.parametrize(
    ("model", "field"), [("requirement", "valid_until"), ("trainingsession", "ends_at"), ("rotation", "until")]
)
def test_a_slip_of_the_year_is_said_on_the_model_pages_too(client_of, director, model, field):
    data = {field: "9999-12-31", f"{field}_0": "9999-12-31", f"{field}_1": "12:00"}
    page = client_of(director).post(reverse(f"admin:deployments_{model}_add"), data)
    assert "31 Dec 9999 is more than 10 years from now. Check the year." in page.content.decode()
