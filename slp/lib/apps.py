from django.apps import AppConfig


class LibConfig(AppConfig):
    """No models: template tags and plain helpers."""

    name = "slp.lib"
    label = "lib"
