"""Second factors and addresses in the admin: only what an administrator needs, and no secret."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin
from django.contrib.auth.models import Group, Permission

pytestmark = pytest.mark.django_db
LIST = "/admin/mfa/authenticator/"


@pytest.fixture
def lost(traveller) -> Authenticator:
    """The second factor of somebody who has lost their phone."""
    return TOTP.activate(traveller, "JBSWY3DPEHPK3PXP").instance


def test_the_stock_pages_that_any_member_of_the_staff_could_edit_are_gone():
    assert not {Group, Permission, EmailAddress} & set(admin.site._registry)


def test_an_administrator_takes_a_lost_second_factor_away(client_of, administrator, lost):
    client = client_of(administrator)
    assert str(lost.user) in client.get(LIST).content.decode()
    page = client.get(f"{LIST}{lost.pk}/change/").content.decode()
    assert 'name="data"' not in page
    assert str(lost.data["secret"]) not in page
    client.post(f"{LIST}{lost.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("role", ["officer", "finance", "director", "auditor"])
def test_nobody_else_sees_or_touches_one(client_of, request, role, lost):
    client = client_of(request.getfixturevalue(role))
    for path in ("", "add/", f"{lost.pk}/change/", f"{lost.pk}/delete/", f"{lost.pk}/history/"):
        assert client.get(LIST + path).status_code == 403, path
    assert client.post(f"{LIST}{lost.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Authenticator.objects.filter(pk=lost.pk).exists()


def test_an_administrator_adds_and_changes_none(client_of, administrator, lost):
    client = client_of(administrator)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{lost.pk}/change/", {"type": "webauthn"}).status_code == 403
