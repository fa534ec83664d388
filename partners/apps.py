from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Who we work with."""

    name = "partners"

    def ready(self) -> None:
        """The state tables register themselves, and what the sweep finds."""
        from partners import (
            lifecycles,  # noqa: F401 -- needs loaded models
            reminders,  # noqa: F401
        )
