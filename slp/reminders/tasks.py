"""Celery's way in: load nothing, call the service. Both may run twice without harm."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError


@shared_task(autoretry_for=(OperationalError, ConnectionError), retry_backoff=True, max_retries=5)
def sweep() -> None:
    """Every minute, by beat: what is due or overdue and not sent."""
    from slp.reminders import services

    services.sweep()


@shared_task(autoretry_for=(OperationalError, ConnectionError), retry_backoff=True, max_retries=5)
def deliver_due() -> None:
    """After a commit that owed somebody a notice."""
    from slp.reminders import services

    services.deliver_due()
