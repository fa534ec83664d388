"""Whatever is typed, posted or stands in an address: a page, a refusal or "not found", never a broken page.

The forms are those that the pages themselves show, filled in with what no form expects. What a request changed is
taken back; a form that is refused says what is wrong and keeps what was typed.
"""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import resolve, reverse

from slp.tests.season import matrix
from slp.tests.season.forms import posting_forms

VALUES = ("²", "-1", "9" * 30, "1e400", "99999-12-31", "\u202egnol\x00", "x" * 10_000)
KEPT_AS_SENT = ("csrfmiddlewaretoken",)
# Names that some page reads from its query string by itself.
NAMES = ("page", "q", "sort", "status", "from", "to", "agency", "tab", "for", "kind", "as_of", "older", "choose", "n")
KEYS = ("²", "-1", "9" * 400, "NEED-99-9999")
NOT_THERE = {400, 403, 404, 405}


def filled(fields: dict[str, tuple[str, str]], value: str) -> dict:
    body = {name: value for name in fields if name not in KEPT_AS_SENT}
    for name, (kind, _) in fields.items():
        if kind == "file":
            body[name] = SimpleUploadedFile(f"..%2f{'n' * 300}.pdf", b"" if value == "-1" else b"not a pdf")
    return body | ({"once": uuid.uuid4()} if "once" in fields else {})


def sent(client, url: str, body: dict):
    """The answer to a post whose effects are taken back."""
    with transaction.atomic():
        answer = client.post(url, body)
        if answer.streaming:
            list(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


@pytest.fixture(scope="module")
def forms(season, visited, django_db_blocker) -> list[tuple[str, str, dict[str, tuple[str, str]]]]:
    """(role, address, its fields) of every posting form on every page, the signing out left aside.

    Forms with the same fields at the same kind of address are tried once, sets of rows once for all doors.
    """
    found, seen, client = [], set(), season.client("administrator")
    with django_db_blocker.unblock():
        admins = {("administrator", url): matrix.get(client, url).content.decode() for url in admin_forms()}
    for (role, url), html in (visited.opened | admins).items():
        for form in posting_forms(html):
            fields = {name: (kind, form.values.get(name, [""])[0]) for name, kind in form.kinds.items()}
            to = form.action or url
            rows = any(name.endswith("-TOTAL_FORMS") for name in fields)
            same = (rows or resolve(to.partition("?")[0]).func, *sorted(fields))
            if "logout" not in to and same not in seen and set(fields) - {"csrfmiddlewaretoken", "once"}:
                seen.add(same)
                found.append((role, to, fields))
    return found


def admin_forms() -> list[str]:
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        for model in admin.site._registry
        if model._meta.app_label in ("accounts", "places", "partners", "engagements", "deployments")
    ]


def test_there_are_forms_to_try(forms):
    assert len(forms) > 60


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:12].encode("unicode_escape").decode())
def test_no_form_breaks_whatever_is_sent(season, forms, value):
    clients, broken = season.clients(), []
    for role, url, fields in forms:
        answer = sent(clients[role], url, filled(fields, value))
        if answer.status_code >= 500:
            broken.append((role, url, answer.status_code))
    assert broken == []


def test_a_refused_form_says_so_and_keeps_what_was_typed(season, forms):
    """Every text that was typed stands in the answer again, beside a summary of what is wrong."""
    clients, lost, refused = season.clients(), [], 0
    for role, url, fields in forms:
        typed = {n: f"typed-{i}" for i, (n, (kind, _)) in enumerate(fields.items()) if kind in ("text", "textarea")}
        hidden = {n: value for n, (kind, value) in fields.items() if kind == "hidden" and n != "once"}
        answer = sent(clients[role], url, filled(fields, "-1") | hidden | typed)
        if answer.status_code != 422:
            continue
        refused += 1
        text = answer.content.decode()
        gone = [name for name, words in typed.items() if words not in text]
        if gone or "There is a problem" not in text:
            lost.append((role, url, gone))
    assert lost == []
    assert refused > 30


@pytest.mark.parametrize("role", ["officer", "coordinator", "post", "anonymous"])
@pytest.mark.parametrize("value", ["²", "9" * 20])
def test_no_query_string_breaks_a_page(season, visited, role, value):
    client, broken = season.client(role), []
    for url in [url for opener, url in visited.opened if opener == role]:
        with transaction.atomic():
            status = matrix.get(client, f"{url}?{urlencode(dict.fromkeys(NAMES, value))}").status_code
            transaction.set_rollback(True)
        if status >= 500:
            broken.append(url)
    assert broken == []


def test_a_record_that_cannot_be_is_not_found(season):
    doors = {"desk": "officer", "portal": "coordinator", "post": "post"}
    clients, wrong = {door: season.client(role) for door, role in doors.items()}, []
    for route in matrix.routes():
        door = route.name.split(":")[0]
        if door not in doors or route.params != ("key",):
            continue
        base = reverse(route.name, kwargs={"key": 1})
        for key in KEYS:
            status = matrix.get(clients[door], base.replace("/1/", f"/{key}/")).status_code
            if status not in NOT_THERE:
                wrong.append((route.name, key[:20], status))
    assert wrong == []
