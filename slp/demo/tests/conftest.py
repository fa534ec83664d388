"""`record`: the real record, loaded once per module."""

from __future__ import annotations

import pytest

from slp.demo.tests.loading import loaded, whole_record


@pytest.fixture(scope="module")
def _record(django_db_setup, django_db_blocker):
    with loaded(django_db_blocker, whole_record):
        yield


@pytest.fixture
def record(_record, db):
    return None
