"""Filters of a list, which cost little to make for each request, with choices that are rows read by one statement.

django-filter makes its filters, fields and choices anew for each request, and copies each of them twice. What differs
between requests is made anew here, the rest is shared.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast
from django.utils.choices import BaseChoiceIterator
from django_filters.conf import settings

from slp.lib.lifecycle import Lifecycle


class Shared(dict):
    """The filters of a class. Where each request would copy all of it, it gets filters of its own, nothing deeper."""

    def __deepcopy__(self, memo: dict) -> dict[str, django_filters.Filter]:
        return {name: _own(one) for name, one in self.items()}


def _own(one: django_filters.Filter) -> django_filters.Filter:
    if type(one) is django_filters.ChoiceFilter:
        one.field  # noqa: B018 -- made once: a choice among constants, which nobody changes
    own = copy.copy(one)
    own.extra = dict(one.extra)
    own.method = one.method  # its method is bound to the copy
    return own


class Own(dict):
    """The fields of a form class that is made for one request: its one form may have them as they are."""

    def __deepcopy__(self, memo: dict) -> Own:
        return self


class FilterSet(django_filters.FilterSet):
    """What every list's filters derive from."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in self.choices().items():
            self.filters[name].extra["choices"] = choices

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """The rows that the reader may choose among, by the name of the `PairsFilter`."""
        return {}

    @classmethod
    def get_filters(cls) -> Shared:
        return Shared(super().get_filters())

    def get_form_class(self) -> type[forms.Form]:
        form = super().get_form_class()
        form.base_fields = Own(form.base_fields)
        return form


def by_states(rows: models.QuerySet, name: str, value: str) -> models.QuerySet:
    """The rows in the states of one choice of `Lifecycle.choices`, which may hold several."""
    return rows.filter(status__in=value.split(",")) if "," in value else rows.filter(status=value)


def state_filter(lifecycle: Lifecycle, *, plain: bool = False, without: Iterable[str] = ()):
    """The filter of a status, in the words of the rows."""
    choices = lifecycle.choices(plain=plain, without=without)
    return django_filters.ChoiceFilter(label="State", choices=choices, method=by_states)


class Pairs(BaseChoiceIterator):
    """Choices that are known to be pairs of text: nobody needs to look each of them over."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs = list(pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)


class PairsField(forms.ChoiceField):
    """A choice among rows, or none of them."""

    def __init__(self, *, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(choices=Pairs([("", settings.EMPTY_CHOICE_LABEL), *choices]), **kwargs)


class PairsFilter(django_filters.ChoiceFilter):
    """A choice among named rows, which its filter set gives it."""

    field_class = PairsField


class RowFilter(django_filters.ChoiceFilter):
    """A choice among named rows. `named(request)` gives them; the value is a key that is among them."""

    def __init__(self, *args, named: Callable[[Any], models.QuerySet], **kwargs) -> None:
        super().__init__(*args, choices=[], **kwargs)
        self.named = named


class ListFilter(FilterSet):
    """A filter set that asks once for the rows of all its `RowFilter`s, however many there are."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        wanted = {name: one for name, one in self.filters.items() if isinstance(one, RowFilter)}
        choices: dict[str, list] = {name: [] for name in wanted}
        for name, key, label in _rows_of(self.request, wanted):
            choices[name].append((key, label))
        for name, one in wanted.items():
            one.extra["choices"] = sorted(choices[name], key=lambda pair: pair[1])

    def only(self, rows: models.QuerySet, name: str, value: Any) -> models.QuerySet:
        """For a filter that says more about another one: `filter_queryset` takes both together."""
        return rows


def _rows_of(request, wanted: dict[str, RowFilter]) -> models.QuerySet | list:
    parts = [
        one.named(request)
        .order_by()
        .annotate(of=Value(name, output_field=models.CharField()), key_text=Cast("pk", output_field=models.CharField()))
        .values_list("of", "key_text", "name")
        for name, one in wanted.items()
    ]
    return parts[0].union(*parts[1:], all=True) if parts else []
