"""`record`: the real record, loaded once per module. `season`: the whole demonstration."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from slp.demo.tests.loading import loaded, whole_record


@pytest.fixture(scope="module")
def _record(django_db_setup, django_db_blocker):
    with loaded(django_db_blocker, whole_record):
        yield


@pytest.fixture
def record(_record, db):
    return None


@pytest.fixture(scope="module")
def _season(django_db_setup, django_db_blocker):
    with loaded(django_db_blocker, lambda: call_command("seed_demo", stdout=io.StringIO())):
        yield


@pytest.fixture
def season(_season, db):
    return None
