"""Every page that somebody is shown: what a browser has to look at.

The Django client opens every address as every kind of reader who may. A page is looked at once, and again for each
reader to whom it shows an element, by its place and attributes, that no page before has shown.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

from slp.tests.season import matrix, site_matrix
from slp.tests.season.world import World

READERS = (
    "anonymous",
    "officer",
    "finance",
    "director",
    "administrator",
    "auditor",
    "coordinator",
    "agency-finance",
    "signatory",
    "traveller",
    "post",
    "rso",
)
EVERYBODYS = ("officer", "administrator")  # who is shown what is somebody else's; to other staff it looks the same
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
ENOUGH = 16  # forms of a door that say no to an empty post: the browser sends half as many, and none of the admin's
TOLD = {"class", "type", "role", "scope", "method", "aria-current", "aria-hidden", "aria-expanded", "tabindex"}


NAMED = re.compile(r"\d+|\b(field|column|model)-[\w-]+")  # what tells one row or field of a page from another
# The admin's are made from one template each: they are opened all, and examined where they show something new.
MODEL_PAGES, MODEL_READERS = ("_changelist", "_change"), ("administrator", "officer")


class Elements(HTMLParser):
    """The elements of `main`, each with those around it and its attributes; words and numbers left out."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs) -> None:
        said = sorted(f"{name}={value}" if name in TOLD else name for name, value in attrs)
        self.found.add(NAMED.sub("", ">".join([*self.open, " ".join([tag, *said])])))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def elements(html: str) -> set[str]:
    main = re.search(r"<main\b.*</main>", html, re.DOTALL)
    reader = Elements()
    reader.feed(main.group() if main else html)
    return reader.found


def pages(world: World) -> list[dict]:
    """The pages to look at: {"door", "route", "role", "url", "shows": something that no page before it has shown,
    "refuses": does it say no to an empty form; of each door the first of those}.
    """
    clients = {role: world.client(role) for role in READERS}
    routes, seen, found, refusing = set(), set(), [], Counter(admin=ENOUGH)
    for route, role, url in _openings(world):
        answer = matrix.get(clients[role], url)
        if not matrix.is_page(answer):
            continue
        html = answer.content.decode()
        new = elements(html) - seen
        again = route in routes or (route.startswith("admin:") and not route.endswith(MODEL_PAGES))
        if again and not new:
            continue
        routes.add(route)
        seen |= new
        door = route.split(":")[0] if ":" in route else "account"
        sends = refusing[door] < ENOUGH and 'method="post"' in html.split("<main")[-1]
        refuses = sends and _refuses(clients[role], url)
        refusing[door] += refuses
        shows = bool(new) or door != "admin"
        found.append({"door": door, "route": route, "role": role, "url": url, "shows": shows, "refuses": refuses})
    return found


def _refuses(client, url: str) -> bool:
    return url.startswith("/accounts/") or matrix.taken_back(lambda: client.post(url, {"once": uuid.uuid4()})) == "422"


def _openings(world: World) -> Iterator[tuple[str, str, str]]:
    """(route, reader, address) for all that the tables promise to show."""
    table = matrix.read()
    for route, whose, url in matrix.addresses(world):
        for role in _may(matrix.COLUMNS, table.get((route.name, whose), ())):
            if whose != "other" or role in EVERYBODYS:
                yield route.name, role, url
    table = matrix.read(site_matrix.TABLE)
    for route in site_matrix.routes():
        url = site_matrix.address(route)
        for role in _may(site_matrix.COLUMNS, table.get((route.name, "GET"), ())) if url else ():
            if role in MODEL_READERS or not route.name.startswith("admin:"):
                yield route.name, role, url


def _may(columns: list[str], codes) -> list[str]:
    return [role for role, code in zip(columns, codes, strict=False) if code == "200" and role in READERS]
