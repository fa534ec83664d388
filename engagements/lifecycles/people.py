"""Who is told, and who moves things, in the lifecycles of this app."""

from __future__ import annotations

from slp.accounts.models import User
from slp.lib.lifecycle import SYSTEM

POST = frozenset({"post_officer"})
COORDINATOR = frozenset({"coordinator"})
AUTOMATIC = frozenset({SYSTEM})


def staff(*roles: str) -> list[User]:
    """Active INL/KM people in one of the roles."""
    return list(User.objects.filter(is_active=True, staff_role__in=roles))


def post_people(country, *roles: str) -> list[User]:
    """The people of the post that serves `country`."""
    return list(
        User.objects.filter(
            is_active=True,
            assignments__post=country.post_id,
            assignments__is_active=True,
            assignments__role__in=roles or ("post_officer",),
        ).distinct()
    )
