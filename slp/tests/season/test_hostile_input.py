"""Whatever is typed, posted or stands in an address: a page, a refusal or "not found", never a broken page.

The forms are those that the pages themselves show, filled in with what no form expects. What a request changed is
taken back; a form that is refused says what is wrong and keeps what was typed.
"""

from __future__ import annotations

import uuid
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from slp.tests.season import matrix

VALUES = ("²", "-1", "9" * 30, "1e400", "99999-12-31", "\u202egnol\x00", "x" * 10_000)
KEPT_AS_SENT = ("csrfmiddlewaretoken",)
# Names that some page reads from its query string by itself.
NAMES = ("page", "q", "sort", "status", "from", "to", "agency", "tab", "for", "kind", "as_of", "older", "choose", "n")
KEYS = ("²", "-1", "9" * 400, "NEED-99-9999")
NOT_THERE = {400, 403, 404, 405}


class Fields(HTMLParser):
    """The fields of the posting forms of a page: their names, kinds and values, and where each form is sent to."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, tuple[str, str]]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = told.get("method", "").lower() == "post"
            if self.inside:
                self.forms.append((told.get("action", ""), {}))
        elif (
            self.inside
            and tag in ("input", "select", "textarea")
            and "__prefix__" not in told.get("name", "__prefix__")
        ):
            # "__prefix__" names the empty form that a script copies
            self.forms[-1][1][told["name"]] = (told.get("type", tag), told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


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
    """(role, address, its fields) of every posting form on every page, the signing out left aside."""
    found, seen = [], set()
    with django_db_blocker.unblock():
        for role, url in [*visited.opened, *(("administrator", url) for url in admin_forms())]:
            parser = Fields()
            parser.feed(matrix.get(season.client(role), url).content.decode())
            for action, fields in parser.forms:
                to = action or url
                if "logout" not in to and (role, to) not in seen and set(fields) - {"csrfmiddlewaretoken", "once"}:
                    seen.add((role, to))
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
    clients, broken = {}, []
    for role, url, fields in forms:
        client = clients.setdefault(role, season.client(role))
        answer = sent(client, url, filled(fields, value))
        if answer.status_code >= 500:
            broken.append((role, url, answer.status_code))
    assert broken == []


def test_a_refused_form_says_so_and_keeps_what_was_typed(season, forms):
    """Every text that was typed stands in the answer again, beside a summary of what is wrong."""
    clients, lost = {}, []
    for role, url, fields in forms:
        client = clients.setdefault(role, season.client(role))
        typed = {n: f"typed-{i}" for i, (n, (kind, _)) in enumerate(fields.items()) if kind in ("text", "textarea")}
        hidden = {n: value for n, (kind, value) in fields.items() if kind == "hidden" and n != "once"}
        answer = sent(client, url, filled(fields, "-1") | hidden | typed)
        if answer.status_code != 422:
            continue
        text = answer.content.decode()
        gone = [name for name, words in typed.items() if words not in text]
        if gone or "There is a problem" not in text:
            lost.append((role, url, gone))
    assert lost == []


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
