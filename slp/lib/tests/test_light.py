"""Records of which only some columns were read."""

import pytest

from slp.accounts.models import User
from slp.lib.light import light

pytestmark = pytest.mark.django_db


def test_a_light_record_reads_what_it_does_not_hold(officer, django_assert_num_queries):
    with django_assert_num_queries(0):
        person = light(User, {"id": officer.pk, "email": "somebody@example.org"})
        assert (person.pk, person.email, person == officer) == (officer.pk, "somebody@example.org", True)
        assert "name" in person.get_deferred_fields()
    with django_assert_num_queries(1):
        assert person.name == officer.name


def test_a_light_record_is_saved_over_the_row_and_writes_no_more_than_it_holds(officer):
    person = light(User, {"id": officer.pk, "name": "Another"})
    assert not person._state.adding
    person.save()
    officer.refresh_from_db()
    assert (officer.name, User.objects.filter(pk=officer.pk).count()) == ("Another", 1)
