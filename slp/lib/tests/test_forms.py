"""What every form of ours does, whoever wrote it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django import forms
from django.urls import get_resolver

from slp.lib.dates import today
from slp.lib.forms import DATES, Form, PlausibleDates

OURS = ("slp.", "partners.", "engagements.", "deployments.")


def every_form(base: type = forms.BaseForm) -> set[type]:
    found = set()
    for child in base.__subclasses__():
        found |= {child} | every_form(child)
    return found


def test_every_form_with_a_date_looks_for_a_slip_of_the_year():
    assert get_resolver().url_patterns  # every door is loaded, and with it every form
    dated = {
        form
        for form in every_form()
        if form.__module__.startswith(OURS) and ".tests" not in form.__module__
        if any(isinstance(f, DATES) for f in form.base_fields.values())
    }
    assert len(dated) > 15
    assert {form.__qualname__ for form in dated if not issubclass(form, PlausibleDates)} == set()


class Dated(Form):
    day = forms.DateField()
    moment = forms.DateTimeField(required=False)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("9999-12-31", "31 Dec 9999 is more than 10 years from now. Check the year."),
        ("0001-01-01", "1 Jan 1 is more than 100 years ago. Check the year."),
    ],
)
def test_a_slip_of_the_year_is_said_at_the_field(typed, sentence):
    form = Dated({"day": typed, "moment": f"{typed} 12:00"})
    assert not form.is_valid()
    assert form.errors == {"day": [sentence], "moment": [sentence]}


def test_a_passport_of_ten_years_and_a_partner_of_the_last_century_are_meant():
    for day in (today() + timedelta(days=3652), today() - timedelta(days=36_000)):
        assert Dated({"day": day.isoformat()}).is_valid()
