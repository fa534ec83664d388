from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Countries, posts, academies, languages."""

    name = "slp.places"
    label = "places"
