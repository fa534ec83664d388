"""The Celery application: worker and beat import `slp.celery:app`."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slp.settings")

app = Celery("slp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def _start_local_services(**_kwargs) -> None:
    """On a workstation the broker is ours to start; elsewhere REDIS_URL names it."""
    from django.conf import settings

    if not settings.REDIS_URL:
        from slp.local import valkey

        valkey.ensure()
