"""What every page's frame needs: the door, its navigation, whether this is a demonstration.

No queries, and the navigation is drawn once for each entry that can be the current one: the frame is on every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from partners.permissions import agency_roles
from slp.demo import accounts


@dataclass(frozen=True)
class Item:
    """One entry of the navigation."""

    label: str
    url: str


DOOR_NAMES = {"public": "", "portal": "Partner portal", "post": "Embassy pages", "desk": "INL/KM desk"}
NAV: dict[str, tuple[tuple[str, str], ...]] = {
    "public": (
        ("Home", "public:home"),
        ("Accomplishments", "public:accomplishments"),
        ("Fact sheet", "public:fact-sheet"),
        ("Ask about joining", "public:enquiry"),
    ),
    "portal": (
        ("Your turn", "portal:home"),
        ("Invitations", "portal:invitation-list"),
        ("Engagements", "portal:engagement-list"),
        ("Travel", "portal:deployment-list"),
        ("Claims", "portal:claim-list"),
        ("Reports", "portal:report-list"),
        ("Roster", "portal:expert-list"),
        ("Agreements", "portal:agreement-list"),
        ("Our agency", "portal:agency-detail"),
    ),
    "post": (
        ("Today", "post:home"),
        ("Needs", "post:need-list"),
        ("Who is here", "post:deployment-list"),
        ("Support log", "post:support-list"),
        ("Incidents", "post:incident-list"),
        ("Engagements", "post:engagement-list"),
    ),
    "desk": (
        ("Desk", "admin:index"),
        ("Needs", "desk:need-list"),
        ("Invitations", "desk:invitation-list"),
        ("Engagements", "desk:engagement-list"),
        ("Travel", "desk:deployment-list"),
        ("Claims", "desk:claim-list"),
        ("Reports", "desk:report-list"),
        ("Agencies", "desk:agency-list"),
        ("Roster", "desk:expert-list"),
        ("Agreements", "desk:agreement-list"),
    ),
}
TRAVELLER_NAV = (("Your turn", "portal:home"), ("My travel", "portal:deployment-list"), ("Me", "portal:expert-list"))


def door_of(path: str) -> str:
    """Which of the four doors an address belongs to."""
    for door, prefix in (("desk", "/admin/"), ("portal", "/portal/"), ("post", "/post/")):
        if path.startswith(prefix):
            return door
    return "public"


@lru_cache(maxsize=1)
def _addresses() -> dict[str, str]:
    """Where header and footer lead, by name."""
    names = {
        "home_url": "public:home",
        "factsheet_url": "public:fact-sheet",
        "accessibility_url": "public:accessibility",
        "privacy_url": "public:privacy",
        "notices_url": "public:notices",
        "login_url": "account_login",
        "logout_url": "account_logout",
        "password_url": "account_change_password",
        "mfa_url": "mfa_index",
    }
    return {name: reverse(page) for name, page in names.items()}


@lru_cache(maxsize=16)
def _links(door: str) -> tuple[tuple[str, str], ...]:
    found = []
    for label, name in TRAVELLER_NAV if door == "traveller" else NAV[door]:
        try:
            found.append((label, reverse(name)))
        except NoReverseMatch:
            continue
    return tuple(found)


def _current(path: str, links: tuple[tuple[str, str], ...]) -> str:
    """The entry whose address is the longest beginning of this page's address."""
    fitting = [url for _, url in links if path == url or (path.startswith(url) and url.count("/") > 2)]
    return max(fitting, key=len, default="")


@lru_cache(maxsize=64)
def _nav(links: tuple[tuple[str, str], ...], current: str) -> tuple[SafeString, str]:
    """The list of links, drawn, and the label of the current one."""
    here = next((label for label, url in links if url == current), "")
    items = ((url, SafeString(' aria-current="page"' if url == current else ""), label) for label, url in links)
    return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}"{}>{}</a></li>', items)), here


def shell(request):
    """Context processor of every template."""
    door = door_of(request.path)
    user = getattr(request, "user", None)
    only_travels = door == "portal" and user.is_authenticated and agency_roles(user) == {"traveller"}
    links = _links("traveller" if only_travels else door)
    nav, here = _nav(links, _current(request.path, links)) if links else ("", "")
    doors = []
    if user is not None and user.is_authenticated and door == "public":
        doors = [Item("Go to your pages", reverse("public:door"))]
    context = {"demo": settings.DEMO, "door": door, "door_name": DOOR_NAMES[door], "doors": doors}
    context |= _addresses() | {"nav": nav, "nav_here": here}
    if settings.DEMO and request.path.startswith("/accounts/login"):
        context |= {"demo_accounts": accounts.ACCOUNTS, "demo_password": accounts.PASSWORD}
    return context
