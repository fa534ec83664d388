from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    """Who travels, how they are kept safe, what it cost."""

    name = "deployments"

    def ready(self) -> None:
        """The state tables register themselves, and what the sweep finds."""
        from deployments import (
            lifecycles,  # noqa: F401 -- needs loaded models
            panels,  # noqa: F401
            reminders,  # noqa: F401
        )
