"""Every page in a real browser: no accessibility violation, nothing blocked, nothing wider than a phone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from slp.tests.journeys.people import DESKTOP, PHONE, run_inside

AXE = Axe()
LOOK = Path(__file__).with_name("look.js").read_text()
BASIC = {
    "resultTypes": ["violations"],  # what passed would be most of what the browser sends back
    "preload": {"assets": ["media"]},  # the one rule that reads style sheets is an experiment, and not among these
}
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = "color-contrast"
LAYOUT = ["target-size", "scrollable-region-focusable", "link-in-text-block"]
MORE = [
    {"door": "public", "route": "not found", "role": "anonymous", "url": "/nothing/here/"},
    {"door": "desk", "route": "forbidden", "role": "coordinator", "url": "/admin/"},
]
FIND = """
import json
import re
from slp.tests.season.pages import pages
from slp.tests.season.world import World
print("PAGES" + json.dumps(pages(World())))
"""
# door -> how many pages there are at least, and how many forms are sent empty.
DOORS = {
    "public": (10, 1),
    "account": (8, 2),
    "portal": (40, 8),
    "post": (15, 4),
    "desk": (60, 8),
    "admin": (60, 0),
}
SEND_EMPTY = """form => {
    form.noValidate = true;
    for (const field of form.elements) {
        if (["hidden", "submit", "button", "file"].includes(field.type)) continue;
        if (["checkbox", "radio"].includes(field.type)) field.checked = false;
        else field.value = "";
    }
    form.querySelector("[type=submit]").click();
}"""


@pytest.fixture(scope="module")
def eye():
    return Eye()


@pytest.fixture(scope="module")
def no_sweeps(stack):
    """Beside pages that are only looked at, a sweep every three seconds would be a good part of the work."""
    with stack.without("beat"):
        yield


@pytest.fixture(scope="module")
def pages(stack, no_sweeps):
    out = run_inside(stack, FIND, timeout=600)
    return json.loads(out[out.index("PAGES") + 5 :]) + [row | {"shows": True, "refuses": False} for row in MORE]


def rules(viewport: dict, first: bool) -> list[dict]:
    """All of axe's rules that we go by, and those of them that the layout alone may break.

    Colours are the dearest, and the same at every width but for the frame: one page of each door shows that.
    """
    colours = viewport == DESKTOP or first
    every = {"runOnly": TAGS, "rules": {COLOURS: {"enabled": colours}}}
    return [BASIC | every, BASIC | {"runOnly": {"type": "rule", "values": LAYOUT + [COLOURS] * colours}}]


class Eye:
    """Looks at pages, and remembers what has been found good: see look.js."""

    def __init__(self) -> None:
        self.good: set[str] = set()

    def problems(self, page, where: str, *, examine: bool = True, first: bool = False) -> list[str]:
        """What is wider than the screen, on a desk and on a phone, and what axe finds on the page as it stands."""
        wrong = []
        # From the size that it has: a page is laid out anew for each change.
        for viewport in (DESKTOP, PHONE) if page.viewport_size == DESKTOP else (PHONE, DESKTOP):
            page.set_viewport_size(viewport)
            by = rules(viewport, first) if examine else [None, None]
            found, wide, fresh = page.evaluate(LOOK, [*by, sorted(self.good)])
            self.good.update(fresh)
            at = f"{where} at {viewport['width']}"
            wrong += [f"{at}: {v['id']} ({len(v['nodes'])}) {v['nodes'][0]['html'][:160]}" for v in found]
            if wide > 0:
                wrong.append(f"{at}: {wide} px wider than the screen")
        if not page.title().endswith(" - SLP") and "/admin/" not in page.url:
            wrong.append(f"{where}: title is “{page.title()}”")
        return wrong


def permits_too_much(answer) -> bool:
    """The Content-Security-Policy has no unsafe-inline and no unsafe-eval."""
    policy = answer.headers.get("content-security-policy", "")
    wanted = {"default-src 'self'", "script-src 'self'", "object-src 'none'", "frame-ancestors 'none'"}
    return "unsafe" in policy or not wanted <= set(policy.split("; "))


# What is wrong, on a page after one that is like it and good; the phone comes second -> axe's rules.
WRONG = {
    '<p style="color: #ccc">Too pale to read</p>': ["color-contrast at 1280"],
    '<button class="phone"></button>': ["button-name at 360"],
    '<h4 class="phone">Too deep</h4>': ["heading-order at 360"],
    '<a class="small" href="#a">a</a><br><a class="small" href="#b">b</a>': [
        "target-size at 1280",
        "target-size at 360",
    ],
    '<a class="near" href="#a">a</a><a class="near" href="#b">b</a>': ["target-size at 360"],
    '<a class="under" href="#a">a</a><a class="over" href="#b">b</a>': ["target-size at 1280", "target-size at 360"],
    '<p>Words with <a class="plain" href="#a">a link</a> in them</p>': [
        "link-in-text-block at 1280",
        "link-in-text-block at 360",
    ],
    '<img src="data:,">': ["image-alt at 1280"],
}
BOARD = """<!doctype html><html lang="en"><title>Board - SLP</title><meta name="viewport" content="width=device-width">
<style>
    body { background: white; color: black } button { min-height: 44px; min-width: 44px }
    .small, .near { display: inline-block; font-size: 6px; height: 8px; width: 8px } .near { margin: 20px }
    .under, .over { display: block; height: 40px; width: 40px } .over { margin-top: -30px; position: relative }
    .plain { color: #222; text-decoration: none }
    @media (max-width: 500px) { .near { margin: 0 } } @media (min-width: 500px) { .phone { display: none } }
</style><body><main><h1>Board</h1><p>Words</p>%s</main>"""


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_on_a_page_is_seen(browser, wrong):
    page, eye = browser.new_page(viewport=DESKTOP), Eye()
    page.add_init_script(AXE.axe_script)
    page.route("**/board/*", lambda route: route.fulfill(body=BOARD % ("" if "good" in route.request.url else wrong)))
    seen = {}
    for name in ("good", "wrong"):
        page.set_viewport_size(DESKTOP)
        page.goto(f"http://slp.example/board/{name}")
        seen[name] = eye.problems(page, name)
    page.close()
    assert seen["good"] == []
    told = [re.match(r"wrong (at \d+): (\S+)", line) for line in seen["wrong"]]
    assert sorted(f"{found[2]} {found[1]}" for found in told) == WRONG[wrong]


@pytest.mark.parametrize("door", DOORS)
def test_every_page_on_a_desk_and_on_a_phone(browser, stack, company, pages, eye, door):
    wrong, anonymous = [], browser.new_context(base_url=stack.url).new_page()
    here = sorted((row for row in pages if row["door"] == door), key=lambda row: row["shows"])  # the rest needs no axe
    at_least, to_send = DOORS[door]
    readers = {row["role"]: anonymous if row["role"] == "anonymous" else company[row["role"]].page for row in here}
    with_axe = set()
    for row in here:
        page = readers[row["role"]]
        where = f"{row['route']} as {row['role']}"
        first = row["shows"] and not with_axe
        if row["shows"] and page not in with_axe:
            page.add_init_script(AXE.axe_script)  # once: to hand it over for each page takes longer than to run it
            with_axe.add(page)
        answer = page.goto(row["url"])
        wrong += eye.problems(page, where, examine=row["shows"], first=first)
        wrong += [f"{where}: the policy permits too much"] * permits_too_much(answer)
        if row["refuses"] and to_send and send_empty(page):
            to_send -= 1
            wrong += eye.problems(page, f"{where}, refused,")
    anonymous.context.close()
    assert not wrong, "\n".join(wrong)
    assert len(here) >= at_least
    assert to_send <= 0, "forms that say no to an empty post are missing"


def send_empty(page) -> bool:
    """Send the page's form with nothing in it. Whether the answer says what is wrong."""
    with page.expect_navigation():
        page.locator("main form[method=post]").first.evaluate(SEND_EMPTY)
    return page.locator("main [data-error-summary]").count() > 0
