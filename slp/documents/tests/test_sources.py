"""A publication is recorded once, and the history says that the system did it."""

from datetime import date

import pytest

from slp.documents.services import record_source
from slp.history.services import timeline

pytestmark = pytest.mark.django_db


def test_a_source_is_recorded_once():
    first = record_source(code="note-2010", title="Media note", issued_on=date(2010, 12, 20))
    again = record_source(code="note-2010", title="Another title")
    assert again == first
    assert again.title == "Media note"


def test_its_history_says_where_it_comes_from():
    source = record_source(code="note-2010", title="Media note")
    entry = timeline(source)[-1]
    assert (entry.who, entry.what) == ("SLP", "Recorded from a publication")
