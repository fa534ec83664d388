from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in, their staff role, sign-in policy."""

    name = "slp.accounts"
    label = "accounts"
