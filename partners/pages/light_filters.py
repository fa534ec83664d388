"""Filter sets that cost little to make for each request: django-filter copies every filter, field and choice, twice."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import django_filters
from django import forms
from django.utils.choices import BaseChoiceIterator
from django_filters.conf import settings


class LightFilters:
    """Put before `FilterSet`: what differs between requests is made anew, the rest is shared."""

    @classmethod
    def get_filters(cls) -> Shared:
        return Shared(super().get_filters())

    def get_form_class(self) -> type[forms.Form]:
        form = super().get_form_class()
        form.base_fields = Own(form.base_fields)
        return form


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
