"""Closed by default; the admin asks for the second factor too; secrets are not kept in clear."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from conftest import PASSWORD
from slp.accounts.models import User

pytestmark = pytest.mark.django_db


def test_sign_in_by_email_whatever_its_case(officer):
    client = Client()
    client.post("/accounts/login/", {"login": officer.email.upper(), "password": PASSWORD})
    assert client.session.get("_auth_user_id") == str(officer.pk)


def test_nobody_signs_up():
    assert b"Accounts are made by invitation" in Client().get("/accounts/signup/").content
    data = {"email": "new@pd.example", "password1": PASSWORD}
    Client().post("/accounts/signup/", data)
    assert not User.objects.filter(email="new@pd.example").exists()


def test_an_inactive_account_stays_out(officer):
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    client = Client()
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_leaver_is_out_at_once(client_of, officer):
    client = client_of(officer)
    assert client.get("/admin/").status_code == 200
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    assert client.get("/admin/").status_code == 302


def test_the_admin_has_no_sign_in_of_its_own(officer):
    answer = Client().get("/admin/login/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_staff_and_coordinators_need_a_second_factor_where_it_is_required(
    client_of, officer, coordinator, traveller, settings
):
    settings.REQUIRE_MFA = True
    assert client_of(officer).get("/admin/")["Location"] == "/accounts/2fa/"
    assert client_of(coordinator).get("/portal/")["Location"] == "/accounts/2fa/"
    assert client_of(traveller).get("/portal/").status_code == 200
    TOTP.activate(officer, "A" * 32)
    assert client_of(officer).get("/admin/").status_code == 200


def test_the_totp_secret_is_encrypted(officer):
    TOTP.activate(officer, "JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in str(Authenticator.objects.get().data)


def test_too_many_wrong_passwords_close_the_door(officer, settings):
    from django.core.cache import cache

    cache.clear()
    client = Client()
    for _ in range(6):
        client.post("/accounts/login/", {"login": officer.email, "password": "wrong"})
    client.post("/accounts/login/", {"login": officer.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    cache.clear()
