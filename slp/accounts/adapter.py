"""How allauth behaves here: no sign-up, and secrets of the second factor encrypted at rest."""

from __future__ import annotations

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator or an agency's coordinator."""

    def is_open_for_signup(self, request) -> bool:
        return False

    def populate_username(self, request, user) -> None:
        """Accounts have no user name."""


class MFAAdapter(DefaultMFAAdapter):
    """allauth stores the TOTP secret in clear by default; here it is encrypted with a key from SECRET_KEY."""

    def _fernet(self) -> Fernet:
        digest = hashlib.sha256(b"slp.mfa:" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(digest))

    def encrypt(self, text: str) -> str:
        return self._fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._fernet().decrypt(encrypted_text.encode()).decode()
