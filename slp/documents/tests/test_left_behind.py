"""A file whose row was taken back goes; a document's file stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.db import transaction

from slp.documents.models import Document, Slot
from slp.documents.services import keep_file
from slp.documents.tasks import drop_left_behind

pytestmark = pytest.mark.django_db
STORAGE = Document._meta.get_field("file").storage


def kept(officer) -> Document:
    return keep_file(content=b"%PDF-1.7", name="a.pdf", content_type="application/pdf", slot=Slot.SIGNED, actor=officer)


def aged(name: str) -> str:
    path, then = Path(STORAGE.path(name)), time.time() - 3 * 24 * 3600
    os.utime(path, (then, then))
    return name


@pytest.fixture(autouse=True)
def own_storage(tmp_path, settings):
    own = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path, "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": own}


def test_the_file_of_a_refused_post_goes_after_a_day(officer):
    stays = aged(kept(officer).file.name)
    with transaction.atomic():
        name = kept(officer).file.name
        transaction.set_rollback(True)
    assert STORAGE.exists(name)
    assert drop_left_behind() == 0, "a post may still be under way"
    aged(name)
    assert drop_left_behind() == 1
    assert not STORAGE.exists(name)
    assert STORAGE.exists(stays)


def test_what_is_not_named_as_ours_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("Whose is this?")
    aged("notes.txt")
    assert drop_left_behind() == 0
    assert (tmp_path / "notes.txt").exists()
