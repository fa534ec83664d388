"""Every change of a business row is kept by a database trigger, with the actor and the reason in its context.

Thin helpers over django-pghistory, so that there is one way to track a model and one way to ask who changed it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pghistory
import pgtrigger
from django.contrib.auth import get_user_model
from django.db import connection, models

ROWS = "rows"  # the snapshot of a record of which only rows were changed that belong to it


def tracked(*, exclude: list[str] | None = None, in_bulk: bool = False):
    """Class decorator: keep a snapshot of each insert, update and delete, append-only.

    `in_bulk`: one statement may write thousands of rows. Its snapshots are then taken together: a trigger for each
    row would write the context again for each, and every time through all that it has left behind before.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(condition=pghistory.AnyChange()),
        pghistory.DeleteEvent(),
        pghistory.ManualEvent(ROWS),
        exclude=exclude or [],
        level=pghistory.Statement if in_bulk else pghistory.Row,
        obj_field=pghistory.ObjForeignKey(related_name="events", related_query_name="events", db_index=True),
        meta={"ordering": ["pgh_id"]},
        append_only=True,
    )


def because(actor: Any, verb: str = "", reason: str = "") -> AbstractContextManager:
    """The context of a change that is no lifecycle move: who, doing what, why."""
    context = {"verb": verb, "reason": reason, "name": str(actor or "SLP")}
    if actor is not None:
        context["user"] = actor.pk
    return pghistory.context(**context)


def event_model(model: type[models.Model]) -> type[models.Model]:
    """The model of a tracked model's snapshots."""
    return model._meta.get_field("events").related_model


def snapshot_at(instance: Any, version: int) -> Any | None:
    """The row as it stood at `version` (an event object with the same fields), or None if not known."""
    return event_model(type(instance)).objects.filter(pgh_obj_id=instance.pk, version=version).last()


def note_rows(parent: Any, told: list[tuple[str, str, str]]) -> None:
    """Say in the history of `parent` what became of rows that belong to it: (what, was, now) of each change."""
    with pghistory.context(**{ROWS: told}):
        pghistory.create_event(parent, label=ROWS)


def who_changed(instance: Any, version: int) -> tuple[str, datetime | None]:
    """The name of whoever made `version`, and when."""
    return _who(event_model(type(instance)).objects.filter(pgh_obj_id=instance.pk, version=version).order_by("pgh_id"))


def who_changed_rows(model: type[models.Model], **of: Any) -> tuple[str, datetime | None]:
    """The name of whoever last changed one of these rows, and when. `of`: lookups of what they belong to."""
    return _who(event_model(model).objects.filter(**of).order_by("-pgh_id"))


def _who(events: models.QuerySet) -> tuple[str, datetime | None]:
    event = events.select_related("pgh_context").first()
    if event is None:
        return "Someone", None
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    user = get_user_model().objects.filter(pk=metadata.get("user")).first()
    return str(user or metadata.get("name") or "Someone"), event.pgh_created_at


def triggers_not_in_force() -> list[str]:
    """The history's triggers that the database lacks, has switched off or has in an older form. One query.

    The same question as pgtrigger's own `get_installation_status`, which asks the database once for each of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgname, obj_description(pg_trigger.oid, 'pg_trigger') FROM pg_trigger "
            "JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal AND tgenabled = 'O' "
            "AND relnamespace = current_schema()::regnamespace"
        )
        found = {(table, name): digest for table, name, digest in cursor.fetchall()}
    return [
        trigger.get_uri(model)
        for model, trigger in pgtrigger.registered()
        if found.get((model._meta.db_table, trigger.get_pgid(model))) != trigger.compile(model).hash
    ]
