from django.apps import AppConfig


class RemindersConfig(AppConfig):
    """The ledger of notices, its rules and their delivery."""

    name = "slp.reminders"
    label = "reminders"
