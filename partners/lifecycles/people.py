"""Groups of roles that the lifecycles ask for, and who holds a role at an agency."""

from __future__ import annotations

from partners.models import Agency, Agreement
from slp.accounts.models import StaffRole, User

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


def inl_of(agreement: Agreement) -> list[User]:
    """Who negotiates it for INL: the officer who keeps it, else every officer."""
    if agreement.owner_id and agreement.owner.is_active:
        return [agreement.owner]
    return list(User.objects.filter(is_active=True, staff_role=StaffRole.OFFICER))


def directors() -> list[User]:
    return list(User.objects.filter(is_active=True, staff_role=StaffRole.DIRECTOR))
