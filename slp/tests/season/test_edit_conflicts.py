"""Two people change the same record: the second is shown what the first did, and nothing of theirs is lost."""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction

from slp.tests.season import matrix
from slp.tests.season.forms import posting_forms

FIRST, TYPED = "Written by who was faster", "Typed while a colleague saved"
# What is worth typing again; other kinds can be chosen wrongly.
TEXTS = ("text", "textarea")
# Only one person ever changes these.
ALONE = ("/post/support/", "/admin/desk/support/")  # who logged an entry corrects it


def form_of(client, url: str):
    return first_form(matrix.get(client, url).content.decode())


def first_form(html: str):
    return next((form for form in posting_forms(html) if "logout" not in form.action and form.kinds), None)


def versioned(form) -> bool:
    return form is not None and any(name.endswith("seen_version") for name in form.kinds)


@pytest.fixture(scope="module")
def edits(visited):
    """(role, address, form) of every page that changes a record which others may have open too."""
    forms = [(role, url, first_form(html)) for (role, url), html in visited.opened.items() if "/add/" not in url]
    return [row for row in forms if versioned(row[2]) or (row[1].endswith("/edit/") and not row[1].startswith(ALONE))]


def sent(client, url: str, values: dict, **changes: str):
    body = values | {name: [text] for name, text in changes.items()} | {"once": [str(uuid.uuid4())]}
    return client.post(url, body)


def fields_that_take_text(client, url: str, form) -> tuple[dict, list[str]]:
    """What else the form wants, and the names of up to two fields that take a text as an answer."""
    texts = [n for n, kind in form.kinds.items() if kind in TEXTS]
    wants = {n: ["Because it was agreed"] for n in texts if not "".join(form.values.get(n, []))}
    for others in ({}, wants):
        taking = []
        for name in texts if others is not wants or wants else ():
            with transaction.atomic():
                if sent(client, url, form.values | others, **{name: TYPED}).status_code == 302:
                    again = form_of(client, url)
                    if again and again.values.get(name) == [TYPED]:
                        taking.append(name)
                transaction.set_rollback(True)
            if len(taking) == 2:
                return others, taking
        if taking:
            return others, taking
    return {}, []


def test_every_edit_knows_which_version_was_looked_at(edits):
    assert len(edits) > 10
    assert [url for _, url, form in edits if not versioned(form)] == []


def test_two_people_at_once_lose_nothing(season, edits):
    """The first one changes a field, the second one another: 409 with what changed, and the next save keeps both."""
    wrong, both = [], 0
    for role, url, form in edits:
        client = season.client(role)
        others, taking = fields_that_take_text(client, url, form)
        if not taking:
            continue
        first, second = taking[0], taking[-1]
        with transaction.atomic():
            sent(client, url, form.values | others, **{first: FIRST})
            late = sent(client, url, form.values | others, **{second: TYPED})
            page = late.content.decode()
            again = first_form(page)
            if late.status_code != 409 or "while you were editing" not in page or FIRST not in page:
                wrong.append((role, url, "not shown", late.status_code))
            elif again.values[second] != [TYPED]:
                wrong.append((role, url, "what was typed is gone", second))
            elif sent(client, url, again.values | others).status_code != 302:
                wrong.append((role, url, "can't be saved again", ""))
            elif (now := form_of(client, url).values)[second] != [TYPED] or (first != second and now[first] != [FIRST]):
                wrong.append((role, url, "undone", (first, second)))
            else:
                both += first != second
            transaction.set_rollback(True)
    assert wrong == []
    assert both > 5
