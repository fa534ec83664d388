"""Who speaks for an agency, in which role."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from partners.models import Agency, Membership
from partners.models.agency import AgencyRole
from partners.permissions import can_change_people
from slp.accounts.services import open_account
from slp.lib.answers import Refused, require
from slp.lib.errors import readable_constraints
from slp.lib.track import because


@transaction.atomic
def add_membership(
    *, actor, agency: Agency, email: str, name: str, role: str, password: str | None = None, **fields
) -> Membership:
    """A person speaks for the agency in a role; the account is opened if there is none.

    A role that had ended begins again. `Refused` for INL/KM's own people: nobody sits on both sides.
    """
    require(can_change_people(actor, agency))
    user = open_account(actor=actor, email=email, name=name, password=password, **fields)
    if user.is_staff:
        raise Refused(f"{user} works for INL/KM and can't speak for an agency as well.")
    with because(actor, "Gave a role at the agency"), readable_constraints(Membership):
        ended = Membership.objects.filter(user=user, agency=agency, role=role, is_active=False)
        if ended.update(is_active=True, version=F("version") + 1):
            return Membership.objects.get(user=user, agency=agency, role=role)
        return Membership.objects.create(user=user, agency=agency, role=role)


@transaction.atomic
def end_membership(*, actor, membership: Membership, reason: str = "") -> Membership:
    """The person no longer speaks for the agency: access ends with the next request.

    `Refused` for the last coordinator: somebody must be able to answer.
    """
    agency = Agency.objects.select_for_update().get(pk=membership.agency_id)
    require(can_change_people(actor, agency))
    left = agency.memberships.filter(role=AgencyRole.COORDINATOR, is_active=True).exclude(pk=membership.pk)
    if membership.role == AgencyRole.COORDINATOR and not left.exists():
        raise Refused("This is the agency's only coordinator. Name another one first.")
    with because(actor, "Ended a role at the agency", reason):
        Membership.objects.filter(pk=membership.pk, is_active=True).update(is_active=False, version=F("version") + 1)
    membership.refresh_from_db()
    return membership
