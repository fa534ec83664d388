"""Forms that two people may have open at once: narrow writes, and a conflict that loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms.models import model_to_dict
from django.utils.html import format_html
from django.utils.text import capfirst

from slp.lib.answers import Refused, Stale
from slp.lib.dates import plausible_date
from slp.lib.track import snapshot_at, who_changed


@contextmanager
def refused_at(form: Any, field: str | None = None) -> Iterator[None]:
    """Inside, what a valid form asks for is carried out whole or not at all.

    A rule's no becomes an error of the form (or formset), at `field` where it is about one answer, and the page
    comes back with what was typed. `Stale` passes: its page says that somebody was faster.

    Usage: `if request.method == "POST" and form.is_valid():`, and under it `with refused_at(form):` around the
    service, the message and `return redirect(...)`; after it stands the page.
    """
    try:
        with transaction.atomic():
            yield
    except Stale:
        raise
    except Refused as refusal:
        if isinstance(form, forms.BaseFormSet):
            form.non_form_errors().append(refusal.reason)
        else:
            form.add_error(refusal.about or field, refusal.reason)


@contextmanager
def refusal_about(field: str) -> Iterator[None]:
    """One of several things that a form asks for: a no inside is an error of its own field."""
    try:
        yield
    except Refused as refusal:
        refusal.about = field
        raise


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self, attrs=None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs=None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


@dataclass(frozen=True)
class ConflictRow:
    """One field that both people changed or that changed under the second one."""

    field: str
    was: str
    now: str
    yours: str


@dataclass(frozen=True)
class Conflict:
    """What somebody else changed while a form was open, for `ui/conflict.html`."""

    who: str
    when: datetime | None
    rows: list[ConflictRow]


DATES = (forms.DateField, forms.DateTimeField, forms.SplitDateTimeField)


class PlausibleDates:
    """Every date of the form is checked for a slip of the year, with a sentence at its field."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for bound in self.fields.values():
            if isinstance(bound, DATES):
                bound.validators = [*bound.validators, plausible_date]


NOT_OFFERED = "This is not offered, or not any more: choose again."


class ReadableChoices:
    """What is not among the choices is said in plain words, without what the browser sent."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for bound in self.fields.values():
            if bound.error_messages.get("invalid_choice") in STOCK_WORDS:
                bound.error_messages["invalid_choice"] = NOT_OFFERED


STOCK_WORDS = {
    one.default_error_messages["invalid_choice"]
    for one in (forms.ChoiceField, forms.MultipleChoiceField, forms.ModelChoiceField, forms.ModelMultipleChoiceField)
}


class CrispyMixin(PlausibleDates, ReadableChoices):
    """A helper without the <form> element: templates write it, with the csrf and once inputs."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        for bound in self.fields.values():
            if isinstance(bound.widget, forms.DateTimeInput):
                bound.widget = DateTimeInput()
            elif isinstance(bound.widget, forms.DateInput):
                bound.widget = DateInput()


class Form(CrispyMixin, forms.Form):
    """The project's plain form."""


class ModelForm(CrispyMixin, forms.ModelForm):
    """A form that makes a new row; `EditForm` changes one."""


class ConflictMixin:
    """A form that can say that somebody else was faster, and what they did."""

    conflict: Conflict | None = None

    def report_conflict(
        self, instance: Any, current: int, rows: list[ConflictRow], *, key: str = "seen_version"
    ) -> None:
        """Refuse the form once: what was typed stays, and a second save applies it on top of version `current`.

        `key`: the hidden field that says which version of `instance` was looked at.
        """
        who, when = who_changed(instance, current)
        self.conflict = Conflict(who, when, rows)
        self.data = self.data.copy()
        self.data[self.add_prefix(key)] = str(current)
        raise ValidationError(
            format_html(
                "{} changed this record while you were editing. Nothing of yours is lost: compare below, correct "
                "what you want, and save again to apply your entries.",
                who,
            ),
            code="conflict",
        )

    def take_over(self, name: str, value: Any) -> None:
        """Show `value` in the field when the form comes back."""
        field, key = self.fields[name], self.add_prefix(name)
        widget, value = field.widget, field.prepare_value(value)
        if isinstance(widget, forms.MultiWidget):
            for end, part, one in zip(widget.widgets_names, widget.widgets, widget.decompress(value), strict=True):
                self.data[f"{key}{end}"] = part.format_value(one) or ""
        elif isinstance(widget, forms.CheckboxInput):
            self.data.setlist(key, ["on"] if value else [])
        else:
            said = widget.format_value(value)
            self.data.setlist(key, said if isinstance(said, list) else [said or ""])


class VersionedForm(ConflictMixin, Form):
    """A plain form that changes a record, and knows which version of it the person was looking at.

    `instance`: the record; `standing` says what the fields begin with, for it or for a snapshot of it. When the record
    has moved on, the form is refused once, as an `EditForm` is.
    """

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, instance: Any, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.instance = instance
        if instance is not None:
            self.initial |= self.standing(instance) | {"seen_version": instance.version}

    def standing(self, row: Any) -> dict[str, Any]:
        """Field name -> value."""
        return {name: getattr(row, name) for name in self.fields if name != "seen_version"}

    def clean(self):
        cleaned = super().clean()
        seen, row = cleaned.get("seen_version"), self.instance
        if row is not None and seen not in (None, row.version):
            self.data = self.data.copy()
            self.report_conflict(row, row.version, self._differences(snapshot_at(row, seen)))
        return cleaned

    def _differences(self, before: Any | None) -> list[ConflictRow]:
        """What the other person changed, beside what was typed here."""
        was = self.standing(before) if before else {}
        rows = []
        for name, value in self.standing(self.instance).items():
            field, yours = self.fields[name], self.cleaned_data.get(name)
            old, new, yours = said(field, was.get(name)), said(field, value), in_words(field, yours)
            if name in was and old != new and same_words(old, yours):
                yours = new
                self.take_over(name, value)
            if old != new and (name in was or new != yours):
                rows.append(ConflictRow(capfirst(field.label or name.replace("_", " ")), old, new, yours))
        return rows


class VersionMixin(ConflictMixin, forms.ModelForm):
    """A model form that knows which version of the row the person was looking at.

    When the row has moved on, the form is refused once with `conflict` filled: it keeps what was typed, shows
    what the other person did, and takes the new version along, so a second save applies these entries on top.
    A field that this person had left as it was now holds what the other one entered: nobody's work is undone.
    """

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = getattr(self.instance, "version", None)

    def clean(self):
        cleaned = super().clean()
        instance = self.instance
        if not instance.pk or not self.changed_fields():
            return cleaned
        seen = self.cleaned_data.get("seen_version")
        current = type(instance)._base_manager.filter(pk=instance.pk).values_list("version", flat=True).first()
        if seen is not None and current is not None and seen != current:
            self._report_conflict(seen, current)
        return cleaned

    def changed_fields(self) -> list[str]:
        """Names of the model's own fields that this person changed."""
        concrete = {f.name for f in self._meta.model._meta.get_fields() if isinstance(f, models.Field)}
        return [name for name in self.changed_data if name in concrete]

    def _report_conflict(self, seen: int, current: int) -> None:
        now = type(self.instance)._base_manager.get(pk=self.instance.pk)
        self.data = self.data.copy()
        rows = self.differences(snapshot_at(self.instance, seen), now)
        self.report_conflict(self.instance, current, rows)

    def differences(self, before: Any | None, now: Any) -> list[ConflictRow]:
        """What changed from the version `before` (None where it is not known) to `now`, beside what was typed."""
        rows = []
        for name in self._meta.fields or self.fields:
            if name not in self.fields or not hasattr(now, name):
                continue
            known = before is not None and hasattr(before, name)  # snapshots have no many-to-many fields
            was, is_now = _shown(before if known else None, name), _shown(now, name)
            yours = in_words(self.fields[name], self.cleaned_data.get(name))
            if known and was != is_now and same_words(was, yours):
                yours = is_now
                self.take_over(name, model_to_dict(now, [name]).get(name))
            if (known and was != is_now) or (not known and is_now != yours):
                rows.append(ConflictRow(capfirst(self.fields[name].label or name), was, is_now, yours))
        return rows


def same_words(one: str, other: str) -> bool:
    """Browsers send lines with CR LF."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def _shown(instance: Any, name: str) -> str:
    if instance is None:
        return ""
    display = getattr(instance, f"get_{name}_display", None)
    if display:
        return str(display())
    field = instance._meta.get_field(name)
    if field.many_to_many:
        return ", ".join(sorted(str(x) for x in getattr(instance, name).all())) if instance.pk else ""
    value = getattr(instance, name, "")
    return "" if value is None else str(value)


def said(field: forms.Field, value: Any) -> str:
    """A stored value as `in_words` would have it from the form."""
    try:
        return in_words(field, field.clean(value))
    except ValidationError:
        return in_words(field, value)


def in_words(field: forms.Field, value: Any) -> str:
    """A cleaned value of a form's field as people read it."""
    if value is None:
        return ""
    if isinstance(value, models.QuerySet):
        return ", ".join(sorted(str(x) for x in value))
    choices = dict(getattr(field, "choices", None) or [])
    if isinstance(value, list):
        return ", ".join(str(choices.get(x, x)) for x in value)
    return str(choices.get(value, value)) if not isinstance(value, models.Model) else str(value)


class EditForm(CrispyMixin, VersionMixin):
    """Edits an existing row: writes only what changed, only if nobody else was faster."""

    def save_changes(self, **also: Any) -> Any:
        """Write the changed fields and raise the version by one. Call it inside the service's transaction.

        `also`: columns that the form has no field for, such as the document that an upload became.
        """
        instance, names = self.instance, self.changed_fields()
        if not names and not also:
            return instance
        plain = [n for n in names if not instance._meta.get_field(n).many_to_many]
        with transaction.atomic():
            seen = self.cleaned_data.get("seen_version") or instance.version
            values = {n: getattr(instance, n) for n in plain} | also
            rows = type(instance)._base_manager.filter(pk=instance.pk, version=seen)
            if not rows.update(**values, version=models.F("version") + 1):
                raise Stale("Someone saved this record in the same moment. Go back, reload and save again.")
            for name in set(names) - set(plain):
                getattr(instance, name).set(self.cleaned_data[name])
            instance.version = seen + 1
        return instance
