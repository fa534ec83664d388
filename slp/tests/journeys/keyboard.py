"""A person who has no mouse: Tab, Shift+Tab, Enter, Space, arrows and letters do everything."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from slp.tests.journeys.people import Person

FARTHEST = 150  # presses of Tab that a person would still put up with
HAS_FOCUS = "el => el === document.activeElement"
# Where the wanted element lies, seen from the focus: that decides between Tab and Shift+Tab.
IS_BEFORE = """el => document.activeElement !== document.body
    && !!(document.activeElement.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_PRECEDING)"""
# USWDS hides the inputs of check boxes and radio buttons and draws the focus on the label beside them.
SHOWS_FOCUS = """el => {
    const drawn = [el, el.nextElementSibling, el.labels && el.labels[0]].filter(Boolean);
    return drawn.some(one => [null, '::before'].some(part => {
        const style = getComputedStyle(one, part);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    }));
}"""


class KeyboardPerson(Person):
    """Does what a `Person` does, by keyboard alone. Addresses are typed, or come in mails."""

    # -- going to a place
    def go_to(self, wanted: Locator) -> None:
        """Tab until the element has the focus, and see that it shows."""
        target = wanted.first.element_handle()
        key = "Shift+Tab" if target.evaluate(IS_BEFORE) else "Tab"
        for _ in range(FARTHEST):
            if target.evaluate(HAS_FOCUS):
                assert target.evaluate(SHOWS_FOCUS), f"The focus on {wanted} can't be seen ({self.page.url})"
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{wanted} is not reached by {FARTHEST} presses of Tab ({self.page.url})")

    def skip_navigation(self) -> None:
        """The first stop of every page leads past its navigation."""
        if self.page.evaluate("document.activeElement === document.body"):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate("document.activeElement.className") == "usa-skipnav", self.page.url
            self.page.keyboard.press("Enter")

    def _field(self, label: str, *, exact: bool = False, nth: int = 0) -> Locator:
        main = self.page.get_by_role("main")
        field = main.get_by_label(label, exact=exact)
        if exact and not field.count():  # required fields carry a mark behind their label
            field = main.get_by_label(re.compile(rf"^{re.escape(label)}\W*$"))
        self.skip_navigation()
        return field.nth(nth)

    # -- doing
    def press(self, name: str, *, exact: bool = True) -> None:
        self.skip_navigation()
        main = self.page.get_by_role("main")
        self.go_to(
            main.get_by_role("button", name=name, exact=exact).or_(main.get_by_role("link", name=name, exact=exact))
        )
        self._enter()

    def press_last(self) -> None:
        self.skip_navigation()
        self.go_to(self.page.locator("main form[method=post] button[type=submit].usa-button").last)
        self._enter()

    def _enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fill(self, label: str, value: str, *, exact: bool = False) -> None:
        field = self._field(label, exact=exact)
        self.go_to(field)
        if field.get_attribute("type") == "date":
            year, month, day = value.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")
        else:
            self.page.keyboard.press("ControlOrMeta+a")
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
            self.page.keyboard.press("ArrowDown")

    def tick(self, label: str, *, nth: int = 0) -> None:
        self._check(self._field(label, nth=nth))

    def tick_all(self) -> None:
        self.skip_navigation()
        super().tick_all()

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
                self.page.keyboard.press("ArrowDown")
        else:
            self.go_to(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def upload(self, label: str, name: str, content: bytes, kind: str = "application/pdf") -> None:
        """The window that chooses the file is the system's own; up to it, it goes by keyboard."""
        self.skip_navigation()
        self.go_to(self.page.locator("main input[type=file]"))
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Space")
        chooser.value.set_files({"name": name, "mimeType": kind, "buffer": content})

    def move(self, label: str, reason: str = "") -> None:
        self.press(label)
        if reason:
            self.fill("Reason", reason)
        self.press(label)

    def sign_in(self) -> None:
        self._open("/accounts/login/")
        self._type_in("input[name=login]", self.address)
        self._type_in("input[name=password]", self.password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(r"/(admin|portal|post)/"))

    def _type_in(self, selector: str, text: str) -> None:
        self.skip_navigation()
        self.go_to(self.page.locator(f"main {selector}"))
        self.page.keyboard.insert_text(text)
