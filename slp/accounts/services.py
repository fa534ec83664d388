"""Opening and closing accounts. Whom a person speaks for is decided where that is kept (agency, post)."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from slp.accounts.models import User
from slp.lib.answers import Answer, Refused, answer, require
from slp.lib.track import because


def can_manage_staff(user) -> Answer:
    """INL/KM's own accounts are the administrator's; `None` is the system itself."""
    return answer(user is None or user.is_administrator, "Only an administrator can change INL/KM accounts.")


def open_account(*, actor, email: str, name: str, password: str | None = None, **fields) -> User:
    """The account with this e-mail address, made if there is none. The caller has asked permission.

    Without a password nobody can sign in until the person sets one by the link that is mailed to them.
    An account that was closed is opened again.
    """
    email = email.strip().lower()
    found = User.objects.filter(email=email).first()
    if found is None:
        with because(actor, "Opened the account"):
            return User.objects.create_user(email, password, name=name, **fields)
    if not found.is_active:
        with because(actor, "Opened the account again"):
            User.objects.filter(pk=found.pk).update(is_active=True, version=F("version") + 1)
        found.refresh_from_db()
    return found


@transaction.atomic
def add_staff(*, actor, email: str, name: str, staff_role: str, password: str | None = None, **fields) -> User:
    """A person of INL/KM, with one role. Raises `Refused` if the person already has another one."""
    require(can_manage_staff(actor))
    user = open_account(actor=actor, email=email, name=name, password=password, staff_role=staff_role, **fields)
    if user.staff_role != staff_role:
        held = user.get_staff_role_display() or "no INL/KM role"
        raise Refused(f"{user} has an account already ({held}). One person holds one role: change it there.")
    return user


@transaction.atomic
def close_account(*, actor, user: User, reason: str) -> User:
    """The person can no longer sign in; sessions end with the next request. The record stays."""
    require(can_manage_staff(actor))
    if actor is not None and actor.pk == user.pk:
        raise Refused("You can't close your own account. Ask another administrator.")
    with because(actor, "Closed the account", reason):
        User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, version=F("version") + 1)
    user.refresh_from_db()
    return user


def password_link(user: User) -> str:
    """The address at which this person sets a password: good once, and for PASSWORD_RESET_TIMEOUT seconds.

    Whoever has it can sign in as the person: it goes into a mail to them and is kept nowhere.
    """
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=key)
