"""Two people change the same record: the second is shown what the first did, and nothing of theirs is lost."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction

from slp.tests.season import matrix
from slp.tests.season.forms import posting_forms

TYPED = "Typed while a colleague saved"
# What is worth typing again; other kinds can be chosen wrongly.
TEXTS = ("text", "textarea")
# Only one person ever changes these.
ALONE = ("/post/support/", "/admin/desk/support/")  # who logged an entry corrects it


def shared_edits(visited) -> list[tuple[str, str]]:
    """(role, address) of every page that changes a record."""
    return [(role, url) for role, url in visited.opened if url.endswith("/edit/") and not url.startswith(ALONE)]


def form_of(client, url: str):
    forms = posting_forms(matrix.get(client, url).content.decode())
    return next(form for form in forms if "logout" not in form.action)


@pytest.fixture(scope="module")
def edits(season, visited, django_db_blocker):
    with django_db_blocker.unblock():
        return [(role, url, form_of(season.client(role), url)) for role, url in shared_edits(visited)]


def test_every_edit_knows_which_version_was_looked_at(edits):
    assert len(edits) > 10
    assert [url for _, url, form in edits if not any(n.endswith("seen_version") for n in form.kinds)] == []


def test_the_second_one_is_shown_what_changed_and_keeps_what_was_typed(season, edits):
    wrong = []
    for role, url, form in edits:
        text = next((n for n, kind in form.kinds.items() if kind in TEXTS and form.values.get(n)), None)
        text = text or next((n for n, kind in form.kinds.items() if kind in TEXTS), None)
        body = form.values | {"seen_version": ["0"], "once": [str(uuid.uuid4())]}
        if text:
            body[text] = [TYPED]
        with transaction.atomic():
            answer = season.client(role).post(url, body)
            transaction.set_rollback(True)
        page = answer.content.decode()
        kept = text is None or TYPED in page
        if answer.status_code != 409 or "while you were editing" not in page or not kept:
            wrong.append((role, url, text, answer.status_code, kept))
    assert wrong == []
