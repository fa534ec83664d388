from django.apps import AppConfig


class PublicConfig(AppConfig):
    """The public pages, the frame of every page, health."""

    name = "slp.public"
    label = "public"

    def ready(self) -> None:
        """The start-up checks register themselves."""
        from slp import checks  # noqa: F401 -- needs loaded settings
