"""References come from a sequence: never the same number twice, whoever saves at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from partners.models import Enquiry
from slp.lib.dates import fiscal_year, today
from slp.lib.refs import next_reference


def enquiry(**fields):
    return Enquiry(
        name="A. Chief", email="chief@pd.example", agency_name="PD", us_state="VA", message="Hello", **fields
    )


@pytest.mark.django_db
def test_a_row_takes_its_reference_when_it_is_first_saved():
    row = enquiry()
    assert row.reference == ""
    row.save()
    assert row.reference.startswith(f"ENQ-{fiscal_year(today()) % 100:02d}-")
    before = row.reference
    row.save(update_fields=["name"])
    assert row.reference == before


@pytest.mark.django_db
def test_bulk_created_rows_take_references_too():
    rows = Enquiry.objects.bulk_create([enquiry(), enquiry()])
    assert len({row.reference for row in rows}) == 2


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_get_forty_numbers():
    def take(_):
        try:
            return next_reference("NEED")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(take, range(40)))) == 40
