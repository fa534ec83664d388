"""Who speaks for an agency, in which role."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import F

from partners.models import Agency, Expert, Membership
from partners.models.agency import AgencyRole
from partners.permissions import can_change_people
from slp.accounts.services import end_sessions, open_account
from slp.history.models import PersonalDataRead
from slp.lib.answers import Refused, require
from slp.lib.dates import today
from slp.lib.errors import readable_constraints
from slp.lib.track import because
from slp.reminders.models import Notice
from slp.reminders.services import tell


@transaction.atomic
def add_membership(
    *, actor, agency: Agency, email: str, name: str, role: str, password: str | None = None, **fields
) -> Membership:
    """A person speaks for the agency in a role; the account is opened if there is none.

    A role that had ended begins again. `Refused` for INL/KM's own people: nobody sits on both sides.
    """
    require(can_change_people(actor, agency))
    user = open_account(actor=actor, email=email, name=name, password=password, **fields)
    if user.is_staff or user.assignments.filter(is_active=True).exists():
        works = "for INL/KM" if user.is_staff else "at a post"
        raise Refused(f"{user} works {works} and can't speak for an agency as well.")
    with because(actor, "Gave a role at the agency"), readable_constraints(Membership):
        ended = Membership.objects.filter(user=user, agency=agency, role=role, is_active=False)
        if ended.update(is_active=True, version=F("version") + 1):
            membership = Membership.objects.get(user=user, agency=agency, role=role)
        else:
            membership = Membership.objects.create(user=user, agency=agency, role=role)
    if role == AgencyRole.TRAVELLER and user.last_login is not None:
        link_roster_entry(user)
    _invite(membership, actor)
    return membership


def signed_in(sender, user, **kwargs) -> None:
    """Whoever signs in has accepted their invitation."""
    if not user.is_staff:
        link_roster_entry(user)


def link_roster_entry(user) -> Expert | None:
    """A traveller who has accepted the invitation keeps their own roster entry: the agency's one with their address.

    Nothing happens where there is none, or more than one, or where they keep an entry already.
    """
    if Expert.objects.filter(user=user).exists():
        return None
    agencies = user.memberships.filter(role=AgencyRole.TRAVELLER, is_active=True).values("agency")
    found = list(Expert.objects.filter(agency__in=agencies, email__iexact=user.email, user=None)[:2])
    if len(found) != 1:
        return None
    with transaction.atomic(), because(user, "Accepted the invitation: keeps their own entry"):
        Expert.objects.filter(pk=found[0].pk, user=None).update(user=user, version=F("version") + 1)
        PersonalDataRead.objects.filter(subject=f"expert {found[0].pk}", person=None).update(person=user)
    return found[0]


@transaction.atomic
def invite_again(*, actor, membership: Membership) -> None:
    """Another mail with another link, for somebody who has not signed in yet. Once a day at most."""
    require(can_change_people(actor, membership.agency))
    if membership.user.last_login is not None:
        raise Refused(f"{membership.user} has signed in already. “Forgot your password?” sends a new link.")
    if not _invite(membership, actor):
        raise Refused("An invitation went out today. Ask the person to look for it, or try again tomorrow.")


def _invite(membership: Membership, actor) -> bool:
    """Tell a person that they speak for the agency; who has never signed in gets a link to set a password."""
    user, agency = membership.user, membership.agency
    new = user.last_login is None
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    how = (
        f"Set your password by the link below; it works once, for {days} days. After that “Forgot your password?” on "
        "the sign-in page sends you a new one."
        if new
        else "Sign in as you are used to."
    )
    key = f"account-invitation:{membership.pk}:{today()}"
    if Notice.objects.filter(key=f"{key}:{user.pk}").exists():
        return False
    tell(
        users=[user],
        rule="account-invitation" if new else "membership-added",
        key=key,
        subject=f"You speak for {agency}",
        body=f"{actor or 'INL/KM'} has named you {membership.get_role_display().lower()} of {agency} in the State and "
        f"Local Partnership Program.\n\n{how}",
        path="/portal/",
        why=f"You were named by somebody who may do so for {agency}. If this is a mistake, you need do nothing.",
    )
    return True


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
    if not membership.user.speaks_for_somebody:
        end_sessions(membership.user)
    return membership
