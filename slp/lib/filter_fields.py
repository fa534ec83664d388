"""The filters above a list, drawn."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe

from slp.lib.forms import NOT_OFFERED


def filter_fields(filterset) -> list[SafeString]:
    """Each filter, drawn: by a template and Django's own widgets they would cost more than the rest of the page."""
    return [_filter_field(bound) for bound in (filterset.form.visible_fields() if filterset is not None else ())]


def _filter_field(bound: forms.BoundField) -> SafeString:
    """With nothing in it, it is drawn once: requests share the fields of choices that are constants."""
    if bound.errors or bound.value():
        return _drawn_filter(bound)
    if not hasattr(bound.field, "drawn"):
        bound.field.drawn = _drawn_filter(bound)
    return bound.field.drawn


def _drawn_filter(bound: forms.BoundField) -> SafeString:
    widget = bound.field.widget
    kind = "usa-checkbox__label" if isinstance(widget, forms.CheckboxInput) else "usa-label"
    label = f'<label class="{kind}" for="{bound.id_for_label}">{html.escape(bound.label)}</label>'
    drawn = _drawn(bound, widget)
    if isinstance(widget, forms.CheckboxInput):
        drawn, label = f'<div class="usa-checkbox">{drawn}{label}</div>', ""
    said = f'<p class="usa-error-message" id="{bound.id_for_label}_error">'
    errors = "".join(f"{said}{html.escape(_wrong(error))}</p>" for error in bound.errors.as_data()[:1])
    return mark_safe(f'<div class="slp-filter__field">{label}{drawn}{errors}</div>')  # noqa: S308 -- each part is escaped


def _drawn(bound: forms.BoundField, widget: forms.Widget) -> SafeString:
    if type(widget) is forms.Select:
        return _select(bound)
    if isinstance(widget, forms.TextInput):
        return _input(bound, widget)
    return bound.as_widget(attrs={"class": _css(widget)})


def _input(bound: forms.BoundField, widget: forms.TextInput) -> SafeString:
    """A plain input of one line."""
    value = "" if bound.value() is None else widget.format_value(bound.value()) or ""
    attrs = {"type": widget.input_type, "name": bound.html_name, "id": bound.id_for_label, "value": value}
    attrs |= widget.attrs | _refusal(bound)
    said = "".join(f' {name}="{html.escape(str(text))}"' for name, text in attrs.items())
    return mark_safe(f'<input class="usa-input"{said}>')  # noqa: S308 -- each part is escaped


def _wrong(error: ValidationError) -> str:
    return NOT_OFFERED if error.code == "invalid_choice" else str(error.messages[0])


def _refusal(bound: forms.BoundField) -> dict[str, str]:
    """How a field that was refused is tied to its error."""
    return {"aria-invalid": "true", "aria-describedby": f"{bound.id_for_label}_error"} if bound.errors else {}


def _css(widget: forms.Widget) -> str:
    return "usa-checkbox__input" if isinstance(widget, forms.CheckboxInput) else "usa-input"


@lru_cache(maxsize=64)
def _options(choices: tuple[tuple[Any, Any], ...]) -> str:
    """The choices, drawn. Hundreds of agencies are escaped as one text: NUL is in no name, PostgreSQL would not have
    it; and drawn once as long as they stay the same."""
    words = html.escape("\0;".join([f"{value}\0:{label}" for value, label in choices]))
    options = words.replace("\0;", '</option><option value="').replace("\0:", '">')
    return f'<option value="{options}</option>' if words else ""


def _select(bound: forms.BoundField) -> SafeString:
    """A plain select with its choices."""
    given = bound.value()
    options = _options(tuple(bound.field.choices))
    mark = f'<option value="{html.escape("" if given is None else str(given))}"'
    options = options.replace(f"{mark}>", f"{mark} selected>", 1)
    marks = "".join(f' {name}="{text}"' for name, text in _refusal(bound).items())
    start = f'<select class="usa-select" name="{bound.html_name}" id="{bound.id_for_label}"{marks}>'
    return mark_safe(f"{start}{options}</select>")  # noqa: S308 -- each part is escaped
