"""Model fields that differ from Django's in one thing."""

from django.db import models


class HttpsURLField(models.URLField):
    """A web address; one typed without a scheme is taken as https."""

    def formfield(self, **kwargs):
        return super().formfield(**({"assume_scheme": "https"} | kwargs))

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.URLField", args, kwargs
