"""Nobody gives their own account another address to sign in with."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_the_address_of_an_account_is_not_changed_by_its_owner(client_of, coordinator):
    page = client_of(coordinator).get("/accounts/email/")
    sent = client_of(coordinator).post("/accounts/email/", {"action_add": "", "email": "other@else.example"})
    assert (page.status_code, sent.status_code) == (404, 404)
    assert not coordinator.emailaddress_set.filter(email="other@else.example").exists()
