"""A kept text holds nothing of the person for whom it was made."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import F, Value

from partners.models import Agency, Contact
from slp.lib import statements
from slp.lib.statements import AnyOf, Key, Statement, kept, text_of

pytestmark = pytest.mark.django_db


@kept
def names(reader, like: str):
    return Agency.objects.visible_to(reader).filter(name__contains=like).order_by("name").values_list("name")


@kept
def agencies(reader):
    return Agency.objects.visible_to(reader).order_by("name").values_list("name")


@kept
def number(reader, key: int):
    return Agency.objects.visible_to(reader).filter(pk=key).values_list("name")


@kept
def nothing(reader):
    return Agency.objects.none().values_list("name")


@pytest.fixture(autouse=True)
def fresh():
    statements._text.cache_clear()


def test_each_reader_gets_their_own_rows_whoever_was_first(agency, other_agency, coordinator, outsider, officer):
    for reader, seen in [(coordinator, [agency]), (outsider, [other_agency]), (officer, [agency, other_agency])] * 2:
        assert {name for (name,) in agencies(reader)} == {a.name for a in seen}
    assert statements._text.cache_info().currsize == 2, "one text for who has no staff role, one for officers"


def test_a_key_is_filled_in_each_time(agency, other_agency, officer, coordinator):
    assert number(officer, agency.pk) == [(agency.name,)]
    assert number(officer, other_agency.pk) == [(other_agency.name,)]
    assert number(coordinator, other_agency.pk) == []


def test_the_rows_are_read_anew(agency, officer):
    assert number(officer, agency.pk) == [(agency.name,)]
    Agency.objects.filter(pk=agency.pk).update(name="Another name")
    assert number(officer, agency.pk) == [("Another name",)]


def test_a_key_that_would_be_lost_in_the_text_is_refused(officer):
    with pytest.raises(ValueError, match="stands for a key"):
        names(officer, "Police")


def test_who_sees_nothing_by_rule_asks_nothing(officer, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert nothing(officer) == []


def test_rows_of_a_record_by_its_key(agency, other_agency, officer):
    for owner in (agency, agency, other_agency):
        Contact.objects.create(agency=owner, name=f"Of {owner.name}", email="a@b.example")
    rows = Statement(lambda: Contact.objects.filter(agency=Key("agency")).order_by("pk").values("name"))
    assert [row["name"] for row in rows.of(agency=other_agency.pk)] == [f"Of {other_agency.name}"]
    assert rows.count(agency=agency.pk) == 2
    assert rows.count(agency=-1) == 0


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_column_among_any_number_of_values(agency, other_agency, count):
    rows = Statement(
        lambda: Agency.objects.order_by("pk").filter(AnyOf(F("pk"), Key("ids"))).values("pk", kind_of=Value("agency"))
    )
    ids = sorted([agency.pk, other_agency.pk])[:count]
    assert [row["pk"] for row in rows.of(ids=ids)] == ids


def test_postgresql_keeps_the_plan_of_what_is_asked_again_and_again(agency, other_agency, officer):
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        connection.connection._prepared.clear()
        for _ in range(4):
            assert number(officer, agency.pk) == [(agency.name,)]
        cursor.execute("SELECT statement, parameter_types::text FROM pg_prepared_statements")
        (text, types), *others = cursor.fetchall()
    assert not others
    assert '"partners_agency"."id" = $1' in text
    assert types in ("{smallint}", "{integer}")


def test_constants_are_written_into_the_text(agency, officer):
    """Where a condition is known, an index of just these rows can be used; and per cent signs stay what they are."""
    Agency.objects.filter(pk=agency.pk).update(name="100% O'Neil")
    rows = Agency.objects.filter(name__contains="% O'", pk=Key("pk"), us_state__in=["CT", agency.us_state])
    text = text_of(rows.values_list("name"))
    assert text.opened == ("pk",)
    with text.run({"pk": agency.pk}) as cursor:
        assert cursor.fetchall() == [("100% O'Neil",)]
