"""A person without a mouse: Tab, Shift+Tab, Enter, Space, arrows and typing, and nothing else.

No script of the test focuses, clicks or fills anything. Addresses are typed once, at the sign-in page.
"""

from __future__ import annotations

import re

from slp.demo.accounts import PASSWORD
from slp.tests.journeys.people import DOMAIN, Person

FAR = 200  # more presses of Tab than anybody would bear
# What has the focus: its name as it is read out, its kind, and whether a ring is drawn around it. USWDS hides the boxes
# of radio buttons and ticks and draws its own beside their labels.
FOCUS = r"""() => {
    const it = document.activeElement;
    if (!it || it === document.body) return null;
    const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
    const labels = [...(it.labels || [])];
    const by = (it.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id));
    const named = by.filter(Boolean).map(words).join(" ") || it.getAttribute("aria-label");
    const ring = (node, part) => {
        const style = getComputedStyle(node, part);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    };
    const group = it.type === "radio" ? [...document.getElementsByName(it.name)] : [];
    const box = (labels[0] || it).getBoundingClientRect();
    return {
        name: named || labels.map(words).join(" ") || words(it) || it.value || "",
        kind: it.type || it.tagName.toLowerCase(),
        id: it.id,
        group: group.map((one) => [...one.labels].map(words).join(" ")),
        checked: Boolean(it.checked),
        ring: ring(it) || labels.some((label) => ring(label) || ring(label, "::before")),
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


class KeyboardPerson(Person):
    """Signs in and works with the keys of a keyboard."""

    def _sign_in(self) -> None:
        self.page.goto("/accounts/login/")
        self.type("Email", f"{self.account}@{DOMAIN}")
        self.type("Password", PASSWORD)
        self.key("Enter", leaves=True)
        self.page.wait_for_url(re.compile(r"/(admin|portal|post)/"))

    def key(self, name: str, *, leaves: bool = False) -> None:
        if not leaves:
            self.page.keyboard.press(name)
            return
        with self.page.expect_navigation():
            self.page.keyboard.press(name)

    def focus(self) -> dict | None:
        """What has the focus; the skip link needs a moment to slide in."""
        here = self.page.evaluate(FOCUS)
        if here and not here["inView"]:
            self.page.wait_for_timeout(400)
            here = self.page.evaluate(FOCUS)
        return here

    def tab_to(self, words: str, *, back: bool = False) -> dict:
        """Press Tab until what has the focus is called so. Each stop on the way must be seen."""
        stops = []
        for _ in range(FAR):
            self.key("Shift+Tab" if back else "Tab")
            here = self.focus()
            if here is None:
                continue
            stops.append(here["name"][:60])
            assert here["ring"], f"nothing shows that “{here['name'][:80]}” has the focus on {self.page.url}"
            assert here["inView"], f"“{here['name'][:80]}” has the focus out of sight on {self.page.url}"
            if any(is_called(name, words) for name in [here["name"], *here["group"]]):
                return here
        raise AssertionError(f"Tab never comes to “{words}” on {self.page.url}: {stops[:80]}")

    def skip(self) -> None:
        """The first stop of every page leads past the navigation."""
        self.key("Tab")
        here = self.focus()
        assert (here or {}).get("name") == "Skip to main content", here
        assert here["ring"]
        assert here["inView"]
        self.key("Enter")
        self.key("Tab")
        assert self.page.evaluate("document.querySelector('main').contains(document.activeElement)")
        self.key("Shift+Tab")

    def go(self, words: str) -> None:
        """Follow the link, or press the button, of that name."""
        self.tab_to(words)
        self.key("Enter", leaves=True)

    def type(self, label: str, value: str) -> None:
        """Fill a field. A date is typed as the browser asks for it: month, day, year."""
        here = self.tab_to(label)
        if here["kind"] == "date":
            year, month, day = value.split("-")
            self.page.keyboard.type(month + day + year)
            return
        self.key("ControlOrMeta+a")
        self.page.keyboard.type(value)

    def choose(self, label: str, option: str, *, nth: int = 0) -> None:
        """An option of a list, by typing how it begins."""
        here = self.tab_to(label)
        assert here["kind"] == "select-one", here
        self.page.keyboard.type(option)
        chosen = self.page.evaluate("document.activeElement.selectedOptions[0].textContent")
        assert option in chosen, f"typing “{option}” chose “{chosen}”"

    def tick(self, label: str, *, nth: int = 0) -> None:
        """A box with Space; a radio button with the arrows, from whichever of its group has the focus."""
        here = self.tab_to(label)
        for _ in range(len(here["group"]) + 1):
            if is_called(here["name"], label):
                if not here["checked"]:
                    self.key("Space")
                assert self.focus()["checked"]
                return
            self.key("ArrowDown")
            here = self.focus()
        raise AssertionError(f"the arrows never come to “{label}”: {here['group']}")


def is_called(name: str, words: str) -> bool:
    """Its whole name or the beginning of it; required fields carry a mark behind their label."""
    return name.casefold().startswith(words.casefold())
