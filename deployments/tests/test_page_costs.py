"""What the pages of this app cost: as many queries for three rows as for one, and few bytes for a post."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.models import CheckIn, Payment, TrainingEnrolment, TrainingSession
from deployments.services.readiness import list_requirements
from deployments.services.support import log_support, report_incident
from deployments.tests.factories import (
    make_claim,
    make_deployment,
    make_line,
    make_obligation,
    make_receipt,
)
from partners.tests.factories import make_expert
from slp.lib.dates import today


def _fill(rows, engagement, agency, coordinator, rso, post_officer, finance, deployment):
    for n in range(rows):
        mate = make_deployment(engagement, make_expert(agency, f"Mate {n}"), status="preparing",
                               starts_on=today() + timedelta(days=9), ends_on=today() + timedelta(days=19))  # fmt: skip
        list_requirements(deployment=mate)
        make_deployment(engagement, make_expert(agency, f"Here {n}"))
        log_support(engagement=engagement, kind="transport", actor=post_officer, deployments=[deployment])
        report_incident(country=engagement.country, severity=1, summary="x", actor=rso)
        make_claim(engagement, agency, coordinator, lines=2, status="submitted", submitted_at=timezone.now())
        make_obligation(engagement, finance)
        session = TrainingSession.objects.create(
            title=f"T{n}", starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1)
        )
        TrainingEnrolment.objects.create(session=session, deployment=deployment)
        CheckIn.objects.create(deployment=deployment, author=rso)


LIST_QUERIES = [
    ("officer", "desk:deployment-list", 6),
    ("officer", "desk:training-list", 4),
    ("officer", "desk:claim-list", 4),
    ("finance", "desk:obligation-list", 4),
    ("officer", "desk:support-list", 4),
    ("officer", "desk:incident-list", 4),
    ("coordinator", "portal:deployment-list", 8),
    ("traveller", "portal:deployment-list", 5),
    ("coordinator", "portal:claim-list", 5),
    ("post_officer", "post:deployment-list", 5),
    ("post_officer", "post:deployment-all", 5),
    ("post_officer", "post:support-list", 5),
    ("rso", "post:incident-list", 5),
]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("who", "name", "count"), LIST_QUERIES)
def test_lists_take_a_constant_number_of_queries(
    who, name, count, rows, request, client_of, django_assert_num_queries, engagement, agency, coordinator, rso,
    post_officer, finance, deployment, requirements,
):  # fmt: skip
    _fill(rows, engagement, agency, coordinator, rso, post_officer, finance, deployment)
    client = client_of(request.getfixturevalue(who))
    with django_assert_num_queries(count):
        assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("who", "door", "count"),
    [("officer", "desk", 6), ("coordinator", "portal", 7), ("traveller", "portal", 6), ("rso", "post", 8)],
)
def test_a_journey_takes_a_constant_number_of_queries(
    who, door, count, rows, request, client_of, django_assert_num_queries, engagement, agency, coordinator, rso,
    post_officer, finance, leaving,
):  # fmt: skip
    _fill(rows, engagement, agency, coordinator, rso, post_officer, finance, leaving)
    client = client_of(request.getfixturevalue(who))
    with django_assert_num_queries(count):
        assert client.get(reverse(f"{door}:deployment-detail", args=[leaving.reference])).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("who", "door", "count"), [("officer", "desk", 8), ("coordinator", "portal", 7)])
def test_a_claim_takes_a_constant_number_of_queries(
    who, door, count, rows, request, client_of, django_assert_num_queries, in_review, deployment, coordinator, finance2
):
    for n in range(rows):
        make_line(
            in_review, category="lodging", deployment=deployment, receipt=make_receipt(coordinator), vendor="Hotel"
        )
        Payment.objects.create(claim=in_review, voucher=f"V{n}", amount=1, paid_on=today(), recorded_by=finance2)
    client = client_of(request.getfixturevalue(who))
    with django_assert_num_queries(count):
        assert client.get(reverse(f"{door}:claim-detail", args=[in_review.reference])).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_of_a_journey_takes_a_constant_number_of_queries(
    rows, client_of, officer, leaving, django_assert_num_queries
):
    for n in range(rows):
        leaving.city = f"City {n}"
        leaving.save(update_fields=["city"])
    client = client_of(officer)
    with django_assert_num_queries(6):
        client.get(reverse("desk:deployment-detail", args=[leaving.reference]), {"tab": "history"})


def test_pages_at_the_post_are_light(client_of, post_officer, engagement, agency, deployment):
    for n in range(20):
        make_deployment(engagement, make_expert(agency, f"Here {n}"))
    client = client_of(post_officer)
    for name in ("post:deployment-list", "post:support-add", "post:support-list"):
        assert len(gzip.compress(client.get(reverse(name)).content)) < 20_000, name
