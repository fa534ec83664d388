"""Every named address x every role x one's own and somebody else's object.

The expected answers stand in `access_matrix.csv`, a line per address and object. An address that answers a GET with
405 has a second line, e.g. "own posted", for its form with nothing filled in. A route that is not in it fails the
test. After a reviewed change: `SLP_RENEW_MATRIX=1 script/test slp/tests/season/test_access_matrix.py`, then read the
difference.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest import mock

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache as memory
from django.db import transaction
from django.template.backends.django import Template
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from engagements.services.answer_links import answer_path
from partners.lifecycles import people_of
from slp.lib.lifecycle import LIFECYCLES
from slp.tests.bench.measure import statements
from slp.tests.season.world import NOUNS, ROLES, World, key, requirement_for

TABLE = Path(__file__).with_name("access_matrix.csv")
COLUMNS = ["anonymous", *ROLES]
# One of each kind of reader: who shares a door and a rule with them is shown the same page.
READERS = ("anonymous", "officer", "coordinator", "traveller", "post", "rso")
NAMESPACES = ("public", "portal", "post", "desk", "documents")
# Routes named otherwise than after the object in their address, and those that need a certain state.
SAMPLES: dict[str, dict] = {
    "engagement-open": {"noun": "need", "filters": {"status": "staffed"}},
    "need-match": {"filters": {"status": "validated"}},
    "need-team": {"filters": {"status": "validated"}},
    "invitation-add": {"noun": "need", "filters": {"status": "validated"}},
    "invitation-answer": {"filters": {"status": "sent"}},
    "invitation-link": {"filters": {"status": "sent"}},
    "nomination-add": {"noun": "invitation"},
    "addendum-sign": {"filters": {"engagement__status": "addendum"}},
    "addendum-edit": {"filters": {"engagement__status": "addendum"}},
    "extension-add": {"noun": "report"},
    "report-edit": {"filters": {"status": "drafting"}},
    "clearance-submit": {"filters": {"status": "not_started"}},
    "deployment-dates": {"filters": {"status": "preparing"}},
    "checkin-add": {"noun": "deployment", "filters": {"status": "in_country"}},
    "line-add": {"noun": "claim", "filters": {"status": "draft"}},
    "line-edit": {"filters": {"claim__status": "draft"}},
    "line-remove": {"filters": {"claim__status": "draft"}},
    "line-decide": {"filters": {"claim__status": "in_review"}},
    "claim-edit": {"filters": {"status": "draft"}},
    "claim-allow": {"filters": {"status": "in_review"}},
    "claim-certify": {"filters": {"status": "approved"}},
    "claim-pay": {"filters": {"status": "certified"}},
    "obligation-add": {"noun": "engagement"},
    "agreement-sign": {"filters": {"status": "signing"}},
    "agreement-edit": {"filters": {"status": "draft"}},
    "stay-add": {"noun": "deployment", "filters": {"status": "in_country"}},
    "team-move": {"filters": {"status": "preparing"}},
    "team-clear": {"filters": {"status": "preparing"}},
    "membership-add": {"noun": "agency"},
    "contact-add": {"noun": "agency"},
    "amendment-add": {"noun": "agreement", "filters": {"status": "active"}},
    "amendment-edit": {"filters": {"status": "draft"}},
    "amendment-sign": {"filters": {"status": "signing"}},
    "amendment-scan": {"filters": {"status": "signing"}},
    "agreement-contacts": {"filters": {"status": "active"}},
    "agreement-scan": {"filters": {"status": "signing"}},
    "agreement-notice": {"filters": {"status": "active", "notice_on": None}},
    "agreement-notice-back": {"noun": "agreement", "filters": {"notice_on__isnull": False}},
    "agreement-propose": {"filters": {"status": "partner_review"}},
    "agreement-approval": {"filters": {"status": "partner_review"}},
    "agreement-comment": {"filters": {"status": "partner_review"}},
    "expert-service-ask": {"noun": "expert"},
    "certificate-add": {"noun": "expert"},
    "service-record-sign": {"filters": {"status": "requested"}},
    "service-record-check": {"filters": {"status": "issued"}},
    "roster-import-add": {"noun": "agency"},
    "roster-import-detail": {"filters": {"status__in": ("checked", "applied")}},
    "roster-import-decide": {"filters": {"status": "checked"}},
    "roster-import-file": {"filters": {"status__in": ("checked", "applied")}},
}


@dataclass(frozen=True)
class Route:
    """One named address with the names of its parameters."""

    name: str  # "portal:claim-detail"
    params: tuple[str, ...]

    @property
    def local(self) -> str:
        return self.name.split(":")[1]

    @property
    def noun(self) -> str:
        return SAMPLES.get(self.local, {}).get("noun") or self.local.rsplit("-", 1)[0]


def routes() -> list[Route]:
    """All named routes of our own namespaces."""
    return sorted(set(_walk(get_resolver(), "")), key=lambda route: route.name)


def _walk(resolver, namespace: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, pattern.namespace or namespace)
        elif isinstance(pattern, URLPattern) and pattern.name and namespace in NAMESPACES:
            yield Route(f"{namespace}:{pattern.name}", tuple(pattern.pattern.converters))


def sample(route: Route, world: World, mine: bool):
    """The object that stands for the route: one's own or somebody else's."""
    model, filters = NOUNS[route.noun], SAMPLES.get(route.local, {}).get("filters", {})
    return _picked(world, mine, model, *filters.items()) or _picked(world, mine, model)


@cache
def _picked(world: World, mine: bool, model, *filters):
    """Asked once for all routes that one object stands for."""
    return (world.own if mine else world.others)(model, **dict(filters))


def verb_of(obj) -> str:
    """A verb of the object's lifecycle that has the generic page, from its present state if there is one."""
    moves = [m for m in LIFECYCLES[obj._meta.label_lower].moves if not m.form]
    return next((m.verb for m in moves if obj.status in m.source), moves[0].verb)


def address(route: Route, obj) -> str:
    """The route's address for an object."""
    values = (
        {"key": key(obj), "pk": obj.pk, "verb": "", "code": getattr(obj, "code", ""), "kind": "counsel"}
        if obj is not None
        else {}
    )
    if route.local == "team-move":
        values["verb"] = "ready"
    elif "verb" in route.params:
        values["verb"] = verb_of(obj)
    if "requirement" in route.params:
        values["requirement"] = requirement_for(obj)
    if "token" in route.params:
        values["token"] = answer_path(obj, people_of(obj.agency, "coordinator")[0]).split("/")[2]
    values["number"] = 1
    return reverse(route.name, kwargs={name: values[name] for name in route.params})


@dataclass
class Visits:
    """What the addresses answered. `codes`: (route, "own" | "other" | "-", with " posted" for a post) -> a status for
    each of COLUMNS; `queries`: (route, role) -> statements, for the pages that the readers opened on their own record;
    `opened`: (role, address) -> its text, for every page the first who may open it.
    """

    codes: dict[tuple[str, str], list[str]]
    queries: dict[tuple[str, str], int]
    opened: dict[tuple[str, str], str]


def visit(world: World) -> Visits:
    """Every address as every role. What the process keeps, such as content types, is fetched before."""
    ContentType.objects.get_for_models(*apps.get_models())
    memory.clear()
    clients = {role: world.client(role) for role in COLUMNS}
    found = Visits({}, {}, {})
    for route, whose, url in addresses(world):
        codes = []
        for role in COLUMNS:
            first = whose != "other" and "200" not in codes
            with statements() as seen, nullcontext() if first or role in READERS else unrendered():
                answer = get(clients[role], url)
            codes.append(str(answer.status_code))
            if first and is_page(answer):
                found.opened[role, url] = answer.content.decode()
            if role in READERS and whose != "other" and is_page(answer):
                found.queries[route.name, role] = len(seen)
        found.codes[route.name, whose] = codes
        if "405" in codes:
            with unrendered():
                found.codes[route.name, f"{whose} posted"] = [post(clients[role], url) for role in COLUMNS]
    return found


def count_queries(world: World, routes: set[str]) -> dict[tuple[str, str], int]:
    """(route, role) -> statements, for some routes."""
    memory.clear()
    clients, found = {role: world.client(role) for role in READERS}, {}
    for route, whose, url in addresses(world):
        for role in READERS if route.name in routes and whose != "other" else ():
            with statements() as seen:
                answer = get(clients[role], url)
            if is_page(answer):
                found[route.name, role] = len(seen)
    return found


@cache
def addresses(world: World) -> list[tuple[Route, str, str]]:
    """Every route with one's own object and with somebody else's; "-" where it has none. Looked up once for all."""
    return list(_addresses(world))


def _addresses(world: World) -> Iterator[tuple[Route, str, str]]:
    for route in routes():
        for whose in ("own", "other") if route.params else ("-",):
            obj = sample(route, world, whose == "own") if route.params else None
            if obj is not None or not route.params:
                yield route, whose, address(route, obj)


def _no_text(*_, **__) -> str:
    return ""


@contextmanager
def unrendered() -> Iterator[None]:
    """Answers have their status but no text: it is settled before a template is asked, which takes most of the time.

    The pages themselves are rendered for one of each kind of reader, and looked at by all kinds in a browser.
    """
    with mock.patch.object(Template, "render", _no_text):  # a MagicMock takes a millisecond to make
        yield


def is_page(answer) -> bool:
    return answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")


def get(client, url: str):
    """The answer; a file that it sends is read to its end, which closes it."""
    response = client.get(url)
    if response.streaming:
        list(response.streaming_content)
    return response


def post(client, url: str) -> str:
    """The status code of the form sent with nothing filled in; what it changed is taken back."""
    return taken_back(lambda: client.post(url, {"once": uuid.uuid4()}))


def taken_back(request: Callable) -> str:
    """The status code of a request whose effects are taken back."""
    with transaction.atomic():
        code = str(request().status_code)
        transaction.set_rollback(True)
    return code


def read(table: Path = TABLE) -> dict[tuple[str, str], list[str]]:
    with table.open(newline="") as file:
        rows = list(csv.reader(file))
    return {(row[0], row[1]): row[2:] for row in rows[1:]}


def write(table: dict[tuple[str, str], list[str]], to: Path = TABLE, columns: Iterable[str] = COLUMNS) -> None:
    with to.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["route", "object", *columns])
        writer.writerows([*names, *codes] for names, codes in sorted(table.items()))
