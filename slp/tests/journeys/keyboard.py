"""A person without a mouse: Tab, Shift+Tab, Enter, Space, arrows and typing, and nothing else.

No script of the test focuses, clicks or fills anything. Addresses are typed, or come in mails.
"""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from slp.tests.journeys.people import Person

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
HAS_FOCUS = "el => el === document.activeElement"
# Where the wanted element lies, seen from the focus: that decides between Tab and Shift+Tab.
IS_BEFORE = """el => document.activeElement !== document.body
    && !!(document.activeElement.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_PRECEDING)"""


class KeyboardPerson(Person):
    """Does what a `Person` does, by keyboard alone; `go` and `tab_to` also find what stands outside of `main`."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # The browser hands over its window for files only while somebody listens; beginning with the press is too late.
        self.page.on("filechooser", lambda chooser: None)

    def sign_in(self) -> None:
        self._open("/accounts/login/")
        for selector, text in (("input[name=login]", self.address), ("input[name=password]", self.password)):
            self.go_to(self.page.locator(f"main {selector}"))
            self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(r"/(admin|portal|post)/"))

    # -- going to a place
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

    def go_to(self, wanted: Locator) -> None:
        """Tab, or Shift+Tab, until that element has the focus, and see that it shows."""
        self.skip_navigation()
        target = wanted.first.element_handle()
        back = target.evaluate(IS_BEFORE)
        for _ in range(FAR):
            if target.evaluate(HAS_FOCUS):
                here = self.focus()
                assert here["ring"], f"nothing shows that {wanted} has the focus on {self.page.url}"
                assert here["inView"], f"{wanted} has the focus out of sight on {self.page.url}"
                return
            self.key("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{wanted} is not reached by {FAR} presses of Tab ({self.page.url})")

    def skip_navigation(self) -> None:
        """From the top of a page into its main part."""
        if self.page.evaluate("document.activeElement === document.body"):
            self.skip()

    def skip(self) -> None:
        """The first stop of every page leads past the navigation."""
        self.key("Tab")
        here = self.focus()
        assert (here or {}).get("name") == "Skip to main content", here
        assert here["ring"]
        assert here["inView"]
        self.key("Enter")
        assert self.page.evaluate("document.activeElement.id") == "main", self.page.url

    def go(self, words: str) -> None:
        """Follow the link, or press the button, of that name."""
        self.tab_to(words)
        self.key("Enter", leaves=True)

    def _field(self, label: str, *, exact: bool = False, nth: int = 0) -> Locator:
        main = self.page.get_by_role("main")
        field = main.get_by_label(label, exact=exact)
        if exact and not field.count():  # required fields carry a mark behind their label
            field = main.get_by_label(re.compile(rf"^{re.escape(label)}\W*$"))
        return field.nth(nth)

    # -- doing
    def press(self, name: str, *, exact: bool = True) -> None:
        main = self.page.get_by_role("main")
        self.go_to(
            main.get_by_role("button", name=name, exact=exact).or_(main.get_by_role("link", name=name, exact=exact))
        )
        self.key("Enter", leaves=True)

    def press_last(self) -> None:
        self.go_to(self.page.locator("main form[method=post] button[type=submit].usa-button").last)
        self.key("Enter", leaves=True)

    def fill(self, label: str, value: str, *, exact: bool = False) -> None:
        field = self._field(label, exact=exact)
        self.go_to(field)
        if field.get_attribute("type") == "date":
            year, month, day = value.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")
        else:
            self.key("ControlOrMeta+a")
            self.page.keyboard.insert_text(value)

    def choose(self, label: str, option: str, *, nth: int = 0) -> None:
        select = self._field(label, nth=nth)
        self.go_to(select)
        words = [text.strip() for text in select.locator("option").all_text_contents()]
        wanted = next((w for w in words if w == option), None) or next(w for w in words if option in w)
        self.page.keyboard.type(wanted)
        assert select.evaluate("el => el.selectedOptions[0].text.trim()") == wanted

    def pick(self, label: str, number: int) -> None:
        select = self._field(label)
        self.go_to(select)
        for _ in range(number):
            self.key("ArrowDown")

    def tick(self, label: str, *, nth: int = 0) -> None:
        self._check(self._field(label, nth=nth))

    def _check(self, box: Locator) -> None:
        """Tab stops once at a group of radio buttons; arrows go from one to the next."""
        if box.get_attribute("type") == "radio":
            name = box.get_attribute("name")
            group = self.page.locator(f"main input[type=radio][name='{name}']")
            checked = self.page.locator(f"main input[type=radio][name='{name}']:checked")
            self.go_to(checked if checked.count() else group)
            for _ in range(group.count()):
                if box.evaluate(HAS_FOCUS):
                    break
                self.key("ArrowDown")
        else:
            self.go_to(box)
        if not box.is_checked():
            self.key("Space")
        assert box.is_checked()

    def upload(self, label: str, name: str, content: bytes, kind: str = "application/pdf") -> None:
        """The window that chooses the file is the system's own; up to it, it goes by keyboard."""
        self.go_to(self.page.locator("main input[type=file]"))
        with self.page.expect_file_chooser() as chooser:
            self.key("Space")
        chooser.value.set_files({"name": name, "mimeType": kind, "buffer": content})

    def move(self, label: str, reason: str = "") -> None:
        self.press(label)
        if reason:
            self.fill("Reason", reason)
        self.press(label)


def is_called(name: str, words: str) -> bool:
    """Its whole name or the beginning of it; required fields carry a mark behind their label."""
    return name.casefold().startswith(words.casefold())
