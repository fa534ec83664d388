from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """Who changed what, when and why; what was sent once."""

    name = "slp.history"
    label = "history"
