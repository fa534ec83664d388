"""Rows that belong to one record (contacts, languages, free days) and are edited together on one page."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.forms import BaseInlineFormSet
from django.forms.models import model_to_dict
from django.shortcuts import redirect, render

from partners.services.edits import save_rows
from slp.lib.answers import Answer, require
from slp.lib.forms import refused_at


@dataclass(frozen=True)
class Rows:
    """What the page is about. `parent`: the record; `verb`: what the history says; `back`: the record's page."""

    parent: Any
    formset_class: type[BaseInlineFormSet]
    title: str
    verb: str
    back: str


def rows_page(request, door: str, rows: Rows, *, allowed: Answer):
    """Change the rows; when a colleague changed them meanwhile, as they are now, with what was typed beside them."""
    require(allowed)
    formset, typed, status = rows.formset_class(instance=rows.parent), [], 200
    if request.method == "POST":
        if request.POST.get("seen_rows", seen(formset)) != seen(formset):
            typed, status = typed_rows(request.POST, formset), 409
        else:
            formset, status = rows.formset_class(request.POST, instance=rows.parent), 422
            if formset.is_valid():
                with refused_at(formset):
                    save_rows(formset=formset, parent=rows.parent, actor=request.user, allowed=allowed, verb=rows.verb)
                    messages.success(request, "Saved.")
                    return redirect(rows.back)
    context = {
        "base": f"{door}/base.html",
        "formset": formset,
        "rows": rows,
        "title": rows.title,
        "seen": request.POST.get("seen_rows", "") if status == 422 else seen(formset),
        "overtaken": status == 409,
        "typed": typed,
    }
    return render(request, "partners/rows.html", context, status=status)


def seen(formset: BaseInlineFormSet) -> str:
    """A mark of the rows as they stand in an unbound formset: it changes with any of them."""
    rows = [(form.instance.pk, sorted(model_to_dict(form.instance).items())) for form in formset.initial_forms]
    return sha256(repr(rows).encode()).hexdigest()[:24]


def typed_rows(post: Any, formset: BaseInlineFormSet) -> list[str]:
    """What was sent, a line for each row, in words: "Name: Ann Lee, E-mail: ann@example.org"."""
    fields, found = formset.empty_form.fields, []
    for number in range(formset.absolute_max):
        said = []
        for name, field in fields.items():
            value = post.get(f"{formset.prefix}-{number}-{name}", "").strip()
            if value and not field.widget.is_hidden:
                choices = {str(key): str(label) for key, label in getattr(field, "choices", None) or ()}
                word = "yes" if value == "on" else choices.get(value, value)
                said.append(f"{field.label or name.replace('_', ' ').capitalize()}: {word}")
        if said:
            found.append(", ".join(said))
    return found
