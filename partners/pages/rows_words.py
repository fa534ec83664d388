"""What stands in rows that are edited together, as a browser sends it and as people read it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from django import forms

from partners.forms.common import Inline
from slp.lib.dates import show

Row = dict[str, str]  # what a browser sends of a row, by the names of its fields
Told = tuple[str, str, str]  # what changed, what stood there, what stands there now


def as_sent(form: forms.BaseForm) -> Row:
    """What a browser sends of a row as it is shown."""
    shown = {name for name, field in form.fields.items() if not field.widget.is_hidden} - {"DELETE"}
    return {name: _sent(form[name]) for name in form.fields if name in shown}


def _sent(bound: forms.BoundField) -> str:
    widget, value = bound.field.widget, bound.value()
    if isinstance(widget, forms.CheckboxInput):
        return "on" if value else ""
    said = widget.format_value(value)
    if isinstance(widget, forms.Select):
        known = [str(key) for key, _ in bound.field.choices]
        return next((key for key in said if key in known), known[0] if known else "")
    return plain(said or "")


def plain(text: str) -> str:
    """Browsers send lines with CR LF, and fields are stripped."""
    return text.replace("\r\n", "\n").strip()


def standing(formset: Inline) -> dict[str, Row]:
    """The rows of an unbound formset as they are, by their keys."""
    return {str(form.instance.pk): as_sent(form) for form in formset.initial_forms}


class RowWords:
    """Rows of one formset in words."""

    def __init__(self, formset: Inline) -> None:
        self.empty, self.called_by = formset.empty_form, formset.called_by()
        self.fresh = as_sent(self.empty)

    def label(self, name: str) -> str:
        return str(self.empty[name].label)

    def word(self, name: str, text: str) -> str:
        one = self.empty.fields[name]
        if isinstance(one, forms.DateField) and text:
            with suppress(ValueError):
                return show(date.fromisoformat(text))
        choices = {str(key): str(label) for key, label in getattr(one, "choices", None) or ()}
        return "Yes" if text == "on" else choices.get(text, text)

    def title(self, row: Row) -> str:
        words = [self.word(name, row.get(name, "")) for name in self.called_by if row.get(name)]
        return ", ".join(words) or "A row"

    def row(self, row: Row) -> str:
        return ", ".join(f"{self.label(name)}: {self.word(name, text)}" for name, text in row.items() if text)


def told(formset: Inline, before: dict[str, Row], *, in_full: bool = True) -> list[Told]:
    """What a checked formset changes of the rows that stood `before`. Not `in_full`: only which rows, not what is in
    them."""
    words, found = RowWords(formset), []
    for form in formset.forms:
        key, row = str(form.instance.pk or ""), as_sent(form)
        was = before.get(key)
        if form.cleaned_data.get("DELETE"):
            found += [(words.title(was), words.row(was) if in_full else "", "removed")] if was else []
        elif was is None:
            found += [(words.title(row), "", words.row(row) if in_full else "added")] if form.has_changed() else []
        elif not in_full:
            found += [(words.title(was), "", "changed")] if row != was else []
        else:
            found += [
                (f"{words.title(was)}: {words.label(name)}", words.word(name, was[name]), words.word(name, text))
                for name, text in row.items()
                if text != was[name]
            ]
    return found
