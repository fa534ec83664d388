"""A rule's no, said at the form: whole or nothing, and what was typed is kept."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.auth.models import Group

from slp.lib.answers import Refused, Stale
from slp.lib.forms import Form, refusal_about, refused_at

NO = "The academy has no place that week."


class PlaceForm(Form):
    name = forms.CharField()
    week = forms.DateField()


def filled():
    form = PlaceForm({"name": "ILEA", "week": "2026-11-30"})
    assert form.is_valid()
    return form


@pytest.mark.django_db
def test_what_a_refusal_leaves_behind_is_taken_back():
    form = filled()
    with refused_at(form):
        Group.objects.create(name="Half of it")
        raise Refused(NO)
    assert form.non_field_errors() == [NO]
    assert not Group.objects.filter(name="Half of it").exists()


@pytest.mark.django_db
def test_the_refusal_stands_at_the_answer_that_it_is_about():
    form = filled()
    with refused_at(form, "week"):
        raise Refused(NO)
    assert form.errors == {"week": [NO]}
    form = filled()
    with refused_at(form, "week"), refusal_about("name"):
        raise Refused(NO)
    assert form.errors == {"name": [NO]}


@pytest.mark.django_db
def test_rows_say_it_above_them():
    rows = forms.formset_factory(PlaceForm)({"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"})
    assert rows.is_valid()
    with refused_at(rows):
        raise Refused(NO)
    assert rows.non_form_errors() == [NO]


@pytest.mark.django_db
def test_who_comes_too_late_sees_the_page_that_says_so():
    with pytest.raises(Stale), refused_at(filled()):
        raise Stale("Somebody was faster.")
