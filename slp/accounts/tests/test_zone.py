"""Times are shown in the reader's own zone."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from slp.accounts.middleware import PersonMiddleware
from slp.accounts.models import User


@pytest.mark.parametrize(
    ("reader", "zone"),
    [
        (User(time_zone="Asia/Tbilisi"), "Asia/Tbilisi"),
        (User(time_zone="Nowhere/Land"), "America/New_York"),
        (AnonymousUser(), "America/New_York"),
    ],
)
def test_the_zone_of_a_page_is_its_readers(reader, zone):
    request = RequestFactory().get("/verify/")
    request.user = reader
    shown = PersonMiddleware(lambda request: timezone.get_current_timezone_name())(request)
    assert shown == zone
