"""The headers that every page carries, at every door."""

from __future__ import annotations

import pytest

PAGES = [
    ("anonymous", "/"),
    ("officer", "/admin/"),
    ("coordinator", "/portal/"),
    ("post", "/post/"),
    ("anonymous", "/x/"),
]


@pytest.mark.parametrize(("role", "url"), PAGES)
def test_strict_headers(season, role, url):
    headers = season.client(role).get(url).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'self'", "object-src 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_session_cookie_is_out_of_reach_of_scripts(season):
    from slp.demo.accounts import ACCOUNTS, PASSWORD

    client = season.client("anonymous")
    client.post("/accounts/login/", {"login": ACCOUNTS[0].email, "password": PASSWORD})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
