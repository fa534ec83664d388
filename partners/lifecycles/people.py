"""Groups of roles that the lifecycles ask for, and who holds a role at an agency."""

from __future__ import annotations

from partners.models import Agency
from slp.accounts.models import User

OFFICER = frozenset({"officer", "director"})
DIRECTOR = frozenset({"director"})
PARTNER = frozenset({"coordinator", "signatory"})


def people_of(agency: Agency, *roles: str) -> list[User]:
    """The agency's active people who hold one of `roles`."""
    return list(
        User.objects.filter(
            is_active=True,
            memberships__agency=agency,
            memberships__is_active=True,
            memberships__role__in=roles,
        ).distinct()
    )
