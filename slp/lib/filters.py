"""Filters of a list: choices that are rows of the database, all of them read with one statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast


class RowFilter(django_filters.ChoiceFilter):
    """A choice among named rows. `named(request)` gives them; the value is a key that is among them."""

    def __init__(self, *args, named: Callable[[Any], models.QuerySet], **kwargs) -> None:
        super().__init__(*args, choices=[], **kwargs)
        self.named = named


class ListFilter(django_filters.FilterSet):
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
