from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    """What is asked, agreed and achieved."""

    name = "engagements"

    def ready(self) -> None:
        """The state tables register themselves, and what the sweep finds."""
        from engagements import (
            lifecycles,  # noqa: F401 -- needs loaded models
            reminders,  # noqa: F401
        )
