"""Is this process alive; can it serve? For the launcher, a load balancer, a monitor."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from slp.celery import app
from slp.lib.track import triggers_not_in_force
from slp.reminders.models import SweepRun

log = logging.getLogger(__name__)
_schema = {"is_current": False, "has_triggers": False}  # what was so once stays so while this process runs


@login_not_required
@never_cache
def health_live(request):
    """The process answers."""
    return JsonResponse({"live": True})


@login_not_required
@never_cache
def health_ready(request):
    """The database answers, its schema is current, its triggers keep the history, the broker answers.

    The age of the last sweep is reported only.
    """
    checks = {"database": _database(), "migrations": False, "triggers": False, "broker": _broker()}
    checks["migrations"] = checks["database"] and _migrations()
    checks["triggers"] = checks["migrations"] and _triggers()
    ready = all(checks.values())
    body = {"ready": ready, **checks, "last_sweep_seconds": _sweep_age() if checks["migrations"] else None}
    return JsonResponse(body, status=200 if ready else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _migrations() -> bool:
    if not _schema["is_current"]:
        executor = MigrationExecutor(connection)
        _schema["is_current"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _schema["is_current"]


def _triggers() -> bool:
    """They come with `migrate`, not with the dump of a database: without them changes would leave no trace."""
    if not _schema["has_triggers"]:
        missing = triggers_not_in_force()
        if missing:
            log.error("%d triggers of the history are not in force, such as %s", len(missing), missing[0])
        _schema["has_triggers"] = not missing
    return _schema["has_triggers"]


def _broker() -> bool:
    try:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except Exception:  # kombu and redis raise several kinds; each means that the broker does not answer
        return False
    return True


def _sweep_age() -> int | None:
    last = SweepRun.objects.values_list("started_at", flat=True).first()
    return int((timezone.now() - last).total_seconds()) if last else None
