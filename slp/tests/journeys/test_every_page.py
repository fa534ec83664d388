"""Every page in a real browser: no accessibility violation, nothing blocked, nothing wider than a phone."""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from slp.tests.journeys.people import DESKTOP, PHONE, run_inside

AXE = Axe()
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],  # what passed would be most of what the browser sends back
}
# Colours are the dearest rule, and the same at every width but for the frame: one page of each door shows that.
SAME_COLOURS = RULES | {"rules": {"color-contrast": {"enabled": False}}}
MORE = [
    {"door": "public", "route": "not found", "role": "anonymous", "url": "/nothing/here/"},
    {"door": "desk", "route": "forbidden", "role": "coordinator", "url": "/admin/"},
]
FIND = """
import json
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
# Elements of one kind - tag, classes, colours, size, all that lies behind them - have one contrast: once it was found
# good it is not measured again. What axe could not decide, and what is wrong, is looked at each time.
LOOK = """async ([rules, known]) => {
    const good = new Set(known), fresh = [], below = new Map();
    const behind = element => {
        if (!element) return String(window.innerWidth);
        if (!below.has(element)) {
            const style = getComputedStyle(element);
            const own = [style.backgroundColor, style.backgroundImage, style.opacity];
            if (style.position !== "static") own.push(style.position, element.tagName, element.className);
            const plain = own.join() === "rgba(0, 0, 0, 0),none,1";
            below.set(element, behind(element.parentElement) + (plain ? "" : ">" + own));
        }
        return below.get(element);
    };
    const kind = element => {
        const style = getComputedStyle(element), few = element.textContent.trim().length < 2;
        const own = [style.color, style.fontSize, style.fontWeight, style.textShadow, few];
        return [element.tagName, element.className, ...own, behind(element)].join("|");
    };
    const check = axe._audit.checks["color-contrast"], measure = check.evaluate;
    check.evaluate = function (element, ...more) {
        const name = kind(element);
        const found = good.has(name) || measure.call(this, element, ...more);
        if (found && !good.has(name)) {
            good.add(name);
            fresh.push(name);
        }
        return found;
    };
    const found = rules ? (await axe.run(rules)).violations : [];
    check.evaluate = measure;
    return [found, document.documentElement.scrollWidth - window.innerWidth, fresh];
}"""
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
    """Beside pages that are only looked at, a sweep every two seconds would be a good part of the work."""
    with stack.without("beat"):
        yield


@pytest.fixture(scope="module")
def pages(stack, no_sweeps):
    out = run_inside(stack, FIND, timeout=600)
    return json.loads(out[out.index("PAGES") + 5 :]) + [row | {"shows": True, "refuses": False} for row in MORE]


class Eye:
    """Looks at pages, and remembers which kinds of elements have been found to have contrast."""

    def __init__(self) -> None:
        self.good: set[str] = set()

    def problems(self, page, where: str, *, examine: bool = True, first: bool = False) -> list[str]:
        """What is wider than the screen, on a desk and on a phone, and what axe finds on the page as it stands."""
        wrong = []
        # From the size that it has: a page is laid out anew for each change.
        for viewport in (DESKTOP, PHONE) if page.viewport_size == DESKTOP else (PHONE, DESKTOP):
            page.set_viewport_size(viewport)
            rules = RULES if viewport == DESKTOP or first else SAME_COLOURS
            found, wide, fresh = page.evaluate(LOOK, [rules if examine else None, sorted(self.good)])
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


@pytest.mark.parametrize("door", DOORS)
def test_every_page_on_a_desk_and_on_a_phone(browser, stack, company, pages, eye, door):
    wrong, anonymous = [], browser.new_context(base_url=stack.url).new_page()
    here = [row for row in pages if row["door"] == door]
    at_least, to_send = DOORS[door]
    readers = {row["role"]: anonymous if row["role"] == "anonymous" else company[row["role"]].page for row in here}
    for page in readers.values():
        page.add_init_script(AXE.axe_script)  # once: to hand it over for each page takes longer than to run it
    for number, row in enumerate(here):
        page = readers[row["role"]]
        where = f"{row['route']} as {row['role']}"
        answer = page.goto(row["url"])
        wrong += eye.problems(page, where, examine=row["shows"], first=number == 0)
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
