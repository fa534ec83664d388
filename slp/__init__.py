"""SLP: the system of record for the State and Local Partnership Program."""

from slp.celery import app as celery_app

__all__ = ["celery_app"]
