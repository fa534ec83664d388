"""Every page that somebody is shown, once for each structure: what a browser has to look at.

The Django client opens every address as every kind of reader who may; of pages whose `main` is the same markup once
words and numbers are taken out, the first one stands for all.
"""

from __future__ import annotations

import hashlib
import re
import uuid
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
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TOLD = {"class", "type", "role", "scope", "method", "aria-current", "aria-hidden", "aria-expanded", "tabindex"}


class Skeleton(HTMLParser):
    """The elements of `main`; like ones that follow each other count once."""

    def __init__(self) -> None:
        super().__init__()
        self.root: list = ["", []]
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs) -> None:
        said = sorted(f"{name}={value}" if name in TOLD else name for name, value in attrs)
        element = [re.sub(r"\d+", "", " ".join([tag, *said])), []]
        self.open[-1][1].append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or not any(element[0].split(" ")[0] == tag for element in self.open):
            return
        while len(self.open) > 1:
            closed = self.open.pop()
            closed[1] = [c for i, c in enumerate(closed[1]) if not i or c != closed[1][i - 1]]
            if closed[0].split(" ")[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.open[-1][1].append(["words", []])


def structure(html: str) -> str:
    main = re.search(r"<main\b.*</main>", html, re.DOTALL)
    skeleton = Skeleton()
    skeleton.feed(main.group() if main else html)
    return hashlib.sha256(repr(skeleton.root).encode()).hexdigest()


def pages(world: World) -> list[dict]:
    """The pages to look at: {"door", "route", "role", "url", "refuses": does it say no to an empty form}."""
    clients = {role: world.client(role) for role in READERS}
    seen, found = set(), []
    for route, role, url in _openings(world):
        answer = matrix.get(clients[role], url)
        if not matrix.is_page(answer):
            continue
        html = answer.content.decode()
        if (shape := structure(html)) in seen:
            continue
        seen.add(shape)
        door = route.split(":")[0] if ":" in route else "account"
        refuses = 'method="post"' in html.split("<main")[-1] and _refuses(clients[role], url)
        found.append({"door": door, "route": route, "role": role, "url": url, "refuses": refuses})
    return found


def _refuses(client, url: str) -> bool:
    return url.startswith("/accounts/") or matrix.taken_back(lambda: client.post(url, {"once": uuid.uuid4()})) == "422"


def _openings(world: World) -> Iterator[tuple[str, str, str]]:
    """(route, reader, address) for all that the tables promise to show."""
    table = matrix.read()
    for route, whose, url in matrix.addresses(world):
        for role in _may(matrix.COLUMNS, table.get((route.name, whose), ())):
            yield route.name, role, url
    table = matrix.read(site_matrix.TABLE)
    for route in site_matrix.routes():
        url = site_matrix.address(route)
        if url and not route.name.startswith("admin:"):
            for role in _may(site_matrix.COLUMNS, table.get((route.name, "GET"), ())):
                yield route.name, role, url


def _may(columns: list[str], codes) -> list[str]:
    return [role for role, code in zip(columns, codes, strict=False) if code == "200" and role in READERS]
