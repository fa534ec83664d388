"""Loads data once for a module of tests and takes it back; what a test changes is taken back after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction

from partners.services.taxonomy import load_expertise
from slp.demo.record import load_record
from slp.places.services import load_places


@contextmanager
def loaded(blocker, load: Callable[[], None]) -> Iterator[None]:
    with blocker.unblock(), transaction.atomic():
        load()
        yield
        transaction.set_rollback(True)


def whole_record() -> None:
    load_places()
    load_expertise()
    load_record()
