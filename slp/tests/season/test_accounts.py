"""Every account that `script/demo` prints signs in with the printed password and lands on its own door."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from slp.demo.accounts import ACCOUNTS, PASSWORD


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.key)
def test_the_sign_in_lands_on_the_door(season, account):
    cache.clear()  # the rate limit of sign-ins is per address
    client = Client(headers={"host": "localhost"})
    answer = client.post("/accounts/login/", {"login": account.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == account.door
    assert answer.status_code == 200
    assert account.name in answer.content.decode()
