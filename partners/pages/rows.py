"""Rows that belong to one record (contacts, languages, free days) and are edited together on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseInlineFormSet
from django.shortcuts import redirect, render

from partners.pages.rows_merge import Merge, mark, marked
from partners.pages.rows_words import standing, told
from partners.services.edits import save_rows
from slp.lib.answers import Answer, require
from slp.lib.forms import refused_at


@dataclass(frozen=True)
class Rows:
    """What the page is about. `parent`: the record; `verb`: what its history says; `back`: the record's page;
    `in_full`: whether the history also says what was in the rows."""

    parent: Any
    formset_class: type[BaseInlineFormSet]
    title: str
    verb: str
    back: str
    in_full: bool = True


def rows_page(request, door: str, rows: Rows, *, allowed: Answer):
    """Change the rows; what a colleague changed meanwhile is shown, and a second save applies what was typed."""
    require(allowed)
    formset, conflict, status = rows.formset_class(instance=rows.parent), None, 200
    now = standing(formset)
    if request.method == "POST":
        before = marked(request.POST["seen_rows"], formset) if "seen_rows" in request.POST else now
        if before != now:
            merge = Merge(formset, before, now, request.POST)
            formset, conflict, status = rows.formset_class(merge.data(), instance=rows.parent), merge.conflict, 409
        else:
            formset, status = rows.formset_class(request.POST, instance=rows.parent), 422
            if formset.is_valid():
                changes = told(formset, now, in_full=rows.in_full)
                with refused_at(formset):
                    save_rows(
                        formset=formset,
                        parent=rows.parent,
                        actor=request.user,
                        allowed=allowed,
                        verb=rows.verb,
                        told=changes,
                    )
                    messages.success(request, "Saved.")
                    return redirect(rows.back)
    context = {
        "base": f"{door}/base.html",
        "formset": formset,
        "rows": rows,
        "title": rows.title,
        "seen": mark(now, formset),
        "conflict": conflict,
    }
    return render(request, "partners/rows.html", context, status=status)
