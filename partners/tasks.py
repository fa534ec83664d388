"""Celery's way in: load nothing, call the service. Each may run twice without harm."""

from __future__ import annotations

from celery import shared_task
from django.db import OperationalError


@shared_task(autoretry_for=(OperationalError, ConnectionError), retry_backoff=True, max_retries=5)
def check_roster(roster_import_id: int) -> None:
    """A roster was uploaded."""
    from partners.services.roster_import.imports import check_upload

    check_upload(roster_import_id=roster_import_id)


@shared_task(autoretry_for=(OperationalError, ConnectionError), retry_backoff=True, max_retries=5)
def take_over_roster(roster_import_id: int) -> None:
    """Somebody has decided to take a checked roster over."""
    from partners.services.roster_import.imports import carry_out

    carry_out(roster_import_id=roster_import_id)
