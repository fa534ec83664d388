"""Rows that belong to one record (contacts, languages, free days) and are edited together on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render

from partners.forms.common import Inline
from partners.pages.common import whose
from partners.pages.rows_merge import Merge, mark, marked
from partners.pages.rows_words import Row, standing, told
from partners.services.edits import save_rows
from slp.lib.answers import Answer, require
from slp.lib.forms import Conflict, refused_at


@dataclass(frozen=True)
class Rows:
    """What the page is about. `parent`: the record; `verb`: what its history says; `back`: the record's page;
    `in_full`: whether the history also says what was in the rows."""

    parent: Any
    formset_class: type[Inline]
    title: str
    verb: str
    back: str
    in_full: bool = True


def rows_page(request, door: str, rows: Rows, *, allowed: Answer):
    """Change the rows; what a colleague changed meanwhile is shown, and a second save applies what was typed."""
    require(allowed)
    if request.method == "POST":
        with transaction.atomic():  # two who save in the same moment come one after the other
            type(rows.parent)._base_manager.select_for_update().get(pk=rows.parent.pk)
            sent = _sent(request, rows, allowed)
        if sent is None:
            messages.success(request, "Saved.")
            return redirect(rows.back)
    else:
        formset = rows.formset_class(instance=rows.parent)
        sent = Sent(formset, standing(formset), 200)
    context = {
        "base": f"{door}/base.html",
        "formset": sent.formset,
        "rows": rows,
        "title": rows.title,
        "whose": whose(request.user, rows.parent) if door == "portal" else "",
        "seen": mark(sent.now, sent.formset),
        "conflict": sent.conflict,
    }
    return render(request, "partners/rows.html", context, status=sent.status)


@dataclass(frozen=True)
class Sent:
    """A form that is shown: with the rows as they stand, and what a colleague was faster with."""

    formset: Inline
    now: dict[str, Row]
    status: int
    conflict: Conflict | None = None


def _sent(request, rows: Rows, allowed: Answer) -> Sent | None:
    """Save what was sent; the form again if it is wrong or late."""
    looked_at = rows.formset_class(instance=rows.parent)
    now = standing(looked_at)
    before = marked(request.POST["seen_rows"], looked_at) if "seen_rows" in request.POST else now
    data = request.POST
    if before != now:
        merge = Merge(looked_at, before, now, data)
        data = merge.data()
        if merge.differs:  # else the rows only changed places
            return Sent(rows.formset_class(data, instance=rows.parent), now, 409, merge.conflict)
    formset = rows.formset_class(data, instance=rows.parent)
    if formset.is_valid():
        changes = told(formset, now, in_full=rows.in_full)
        with refused_at(formset):
            save_rows(
                formset=formset, parent=rows.parent, actor=request.user, allowed=allowed, verb=rows.verb, told=changes
            )
            return None
    return Sent(formset, now, 422)
