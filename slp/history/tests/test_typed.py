"""A page that can't take what was typed gives it back."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from engagements.models import Need
from engagements.tests.factories import make_need

pytestmark = pytest.mark.django_db
TYPED = "The dates collide with the elections; please ask for spring."


def test_a_reason_for_a_step_that_somebody_took_first_is_given_back(client_of, officer, haiti, post_officer):
    need = make_need(haiti, post_officer, status="submitted")
    url = reverse("desk:need-move", args=[need.reference, "return"])
    Need.objects.filter(pk=need.pk).update(status="withdrawn")
    sent = {"once": uuid.uuid4(), "seen_status": "submitted", "reason": TYPED, "password": "never to be shown"}
    page = client_of(officer).post(url, sent)
    assert page.status_code in (403, 409)
    assert TYPED in page.content.decode()
    assert "never to be shown" not in page.content.decode()


def test_what_was_only_looked_at_is_not_repeated(client_of, coordinator):
    page = client_of(coordinator).get("/admin/desk/needs/?q=a+rather+long+search")
    assert page.status_code == 403
    assert "What you had typed" not in page.content.decode()
