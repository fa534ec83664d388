"""Opening and closing accounts. Whom a person speaks for is decided where that is kept (agency, post)."""

from __future__ import annotations

from importlib import import_module

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from slp.accounts.models import User
from slp.lib.answers import Answer, Refused, answer, require
from slp.lib.track import because


def can_manage_staff(user) -> Answer:
    """INL/KM's own accounts are the administrator's; `None` is the system itself."""
    return answer(user is None or user.is_administrator, "Only an administrator can change INL/KM accounts.")


def can_reopen(user) -> Answer:
    """Somebody had a reason to close it."""
    return answer(
        user is None or user.is_administrator, "This account was closed. Only an administrator can open it again."
    )


def end_sessions(user: User) -> None:
    """Sign the person out everywhere; a link by which they have not set a password yet leads nowhere any more."""
    store = import_module(settings.SESSION_ENGINE).SessionStore  # it forgets the cached copy as well
    for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            store(session.session_key).delete()
    if user.last_login is None:
        user.set_unusable_password()
        User.objects.filter(pk=user.pk).update(password=user.password)


def open_account(*, actor, email: str, name: str, password: str | None = None, **fields) -> User:
    """The account with this e-mail address, made if there is none. The caller has asked permission.

    Without a password nobody can sign in until the person sets one by the link that is mailed to them.
    An account that was closed is opened again by an administrator only.
    """
    email = email.strip().lower()
    found = User.objects.filter(email=email).first()
    if found is None:
        with because(actor, "Opened the account"):
            return User.objects.create_user(email, password, name=name, **fields)
    if not found.is_active:
        reopen_account(actor=actor, user=found)
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
    end_sessions(user)
    return user


@transaction.atomic
def reopen_account(*, actor, user: User, reason: str = "") -> User:
    """The person may sign in again, with the roles that have not ended."""
    require(can_reopen(actor))
    with because(actor, "Opened the account again", reason):
        User.objects.filter(pk=user.pk, is_active=False).update(is_active=True, version=F("version") + 1)
    user.refresh_from_db()
    return user


def password_link(user: User) -> str:
    """The address at which this person sets a password: good once, and for PASSWORD_RESET_TIMEOUT seconds.

    Whoever has it can sign in as the person: it goes into a mail to them and is kept nowhere.
    """
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=key)
