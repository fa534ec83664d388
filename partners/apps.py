from django.apps import AppConfig, apps


class PartnersConfig(AppConfig):
    """Who we work with."""

    name = "partners"

    def ready(self) -> None:
        """The state tables register themselves, and what the sweep finds."""
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_migrate

        from partners import (
            lifecycles,  # noqa: F401 -- needs loaded models
            reminders,  # noqa: F401
        )
        from partners.services.facts import after_migrate
        from partners.services.people import signed_in

        user_logged_in.connect(signed_in, dispatch_uid="partners.signed_in")
        # Its turn comes after pgtrigger's: from then on the triggers are in force.
        post_migrate.connect(
            after_migrate, sender=apps.get_app_config("pghistory"), dispatch_uid="partners.after_migrate"
        )
