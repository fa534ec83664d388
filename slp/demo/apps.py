from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo data: the real record and a living season."""

    name = "slp.demo"
    label = "demo"
