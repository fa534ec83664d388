from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Private files and published sources."""

    name = "slp.documents"
    label = "documents"
