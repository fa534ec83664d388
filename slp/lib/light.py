"""Records of which only a few columns were read: what a page shows, no more."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import OuterRef, Subquery
from django.db.models.base import ModelState


@cache
def columns(model: type[models.Model]) -> tuple[str, ...]:
    """All of a model's own columns, for `light`."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def light(model: type[models.Model], values: dict[str, Any]) -> Any:
    """A record of which only these columns were read; what is asked of it beside them is read then.

    As `from_db` makes it, without the walk over all columns that are not there: a page has a hundred of them.
    """
    record = model.__new__(model)
    record._state = ModelState()
    record._state.adding, record._state.db = False, DEFAULT_DB_ALIAS
    vars(record).update(values)
    return record


def named(model: type[models.Model], key: Any, name: str | None) -> Any:
    """The record behind a key, of which a page says no more than its name."""
    return None if key is None else light(model, {model._meta.pk.attname: key, "name": name})


def has_read(record: models.Model, relation: str, rows: list) -> None:
    """Give a record the rows of a relation that were read for it, as `prefetch_related` does."""
    found = getattr(record, relation).all()
    found._result_cache = rows
    if not hasattr(record, "_prefetched_objects_cache"):
        record._prefetched_objects_cache = {}
    record._prefetched_objects_cache[relation] = found


def of(model: type[models.Model], key: str, field: str = "name") -> Subquery:
    """One word of the record that `key` points to: for a page of one record, cheaper than a join."""
    return Subquery(model._base_manager.filter(pk=OuterRef(key)).values(field))
