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
MORE = [
    {"route": "sign-in", "role": "anonymous", "url": "/accounts/login/"},
    {"route": "password reset", "role": "anonymous", "url": "/accounts/password/reset/"},
    {"route": "not found", "role": "anonymous", "url": "/nothing/here/"},
    {"route": "password change", "role": "officer", "url": "/accounts/password/change/"},
    {"route": "second factor", "role": "officer", "url": "/accounts/2fa/"},
    {"route": "forbidden", "role": "coordinator", "url": "/admin/"},
    {"route": "admin list", "role": "officer", "url": "/admin/partners/agency/"},
    {"route": "admin form", "role": "officer", "url": "/admin/partners/agency/add/"},
]
FIND = """
import json
from slp.tests.season import matrix
from slp.tests.season.world import World
print("PAGES" + json.dumps(matrix.reachable(World())))
"""


@pytest.fixture(scope="module")
def pages(stack):
    out = run_inside(stack, FIND)
    return json.loads(out[out.index("PAGES") + 5 :]) + MORE


def problems(page, where: str) -> list[str]:
    """What axe finds on the page as it stands."""
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{where}: {v['id']} ({len(v['nodes'])}) {v['nodes'][0]['html'][:160]}" for v in found]


def test_every_page_on_a_desk_and_on_a_phone(browser, stack, company, pages):
    assert len(pages) > 60
    wrong, anonymous = [], browser.new_context(base_url=stack.url).new_page()
    for row in pages:
        page = anonymous if row["role"] == "anonymous" else company[row["role"]].page
        page.goto(row["url"])
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            where = f"{row['route']} as {row['role']} at {viewport['width']}"
            wrong += problems(page, where)
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if wide > 0:
                wrong.append(f"{where}: {wide} px wider than the screen")
            if not page.title().endswith(" - SLP") and "/admin/" not in row["url"]:
                wrong.append(f"{where}: title is “{page.title()}”")
    anonymous.context.close()
    assert not wrong, "\n".join(wrong)


def test_every_page_says_what_it_allows(stack, browser, pages):
    """The Content-Security-Policy has no unsafe-inline and no unsafe-eval, on every page."""
    request = browser.new_context(base_url=stack.url).request
    for row in MORE[:3]:
        policy = request.get(row["url"]).headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
