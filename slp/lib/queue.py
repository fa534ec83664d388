"""Handing work to Celery: after the commit, by name, and without the broker nothing is lost but time."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)


def after_commit(task: str, *args: int) -> None:
    """Queue `task` ("partners.tasks.check_roster") once this transaction has committed.

    Every task here is found again by the sweep, so a broker that is down delays the work and loses none.
    """
    transaction.on_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[int, ...]) -> None:
    try:
        current_app.send_task(task, args=args, retry=False)
    except Exception as error:  # kombu raises several kinds
        log.warning("The broker did not take %s (%s); the next sweep will.", task, error)
