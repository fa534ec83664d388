from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Who we work with."""

    name = "partners"

    def ready(self) -> None:
        """The state tables register themselves, and what the sweep finds."""
        from django.contrib.auth.signals import user_logged_in

        from partners import (
            lifecycles,  # noqa: F401 -- needs loaded models
            reminders,  # noqa: F401
        )
        from partners.services.people import signed_in

        user_logged_in.connect(signed_in, dispatch_uid="partners.signed_in")
