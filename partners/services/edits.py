"""One way to save a checked form: in one transaction, with who and what in the history."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from slp.lib.answers import Answer, Stale, require
from slp.lib.errors import readable_constraints
from slp.lib.track import because, note_rows


@transaction.atomic
def save_edit(*, form: Any, actor: Any, allowed: Answer, verb: str = "Edited") -> Any:
    """Write the changed fields of a valid `EditForm`. Raises `Refused`, or `Stale` when somebody was faster."""
    require(allowed)
    with because(actor, verb), readable_constraints(type(form.instance)):
        return form.save_changes()


@transaction.atomic
def save_rows(
    *, formset: Any, parent: Any, actor: Any, allowed: Answer, verb: str, told: list[tuple[str, str, str]]
) -> int:
    """Add, change and remove the rows of a valid inline formset, the parent row locked. Returns how many.

    `told`: (what, was, now) of each change, for the history of the parent.
    """
    require(allowed)
    held = type(parent)._base_manager.select_for_update().get(pk=parent.pk)
    _still_there(formset)
    with because(actor, verb), readable_constraints(formset.model):
        formset.save(commit=False)
        for row in formset.deleted_objects:
            row.delete()
        moved = _make_room(formset)
        for row, changed in formset.in_order(formset.changed_objects):
            columns = _columns(row, changed)
            if row.pk in moved:
                row.save(force_insert=True)
            else:
                row.save(update_fields=columns)
        for row in formset.new_objects:
            row.save(force_insert=True)
        if told:
            note_rows(held, told)
    return len(formset.deleted_objects) + len(formset.changed_objects) + len(formset.new_objects)


def _make_room(formset: Any) -> set[int]:
    """Two rows that change places, or windows that move on, stand in each other's way while they are written one by
    one: they are taken away first, and written anew under their own keys. Returns the keys.

    Only where nothing points to such rows: what does would lose them.
    """
    moved = {row.pk for row, changed in formset.changed_objects if formset.at_odds() & set(changed)}
    if len(moved) < 2:
        return set()
    formset.model._base_manager.filter(pk__in=moved).delete()
    return moved


def _still_there(formset: Any) -> None:
    """Rows that a colleague removed while the page was open can't be changed any more."""
    known = {form.instance.pk for form in formset.initial_forms if form.instance.pk}
    if formset.model._base_manager.filter(pk__in=known).count() < len(known):
        raise Stale("Somebody removed one of these rows while you had the page open.")


def _columns(row: Any, changed: list[str]) -> list[str] | None:
    """The columns behind the changed form fields; None (all) when a field is no column of its own."""
    known = {f.name for f in row._meta.concrete_fields}
    if not set(changed) <= known:
        return None
    if "version" not in known:
        return changed
    row.version += 1
    return [*changed, "version"]
