"""Persons who use SLP in a browser, and the mail server that keeps what they are sent."""

from __future__ import annotations

import logging
import re
import socket
import subprocess
import sys
import time
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import psycopg
from aiosmtpd.controller import Controller
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, expect
from redis import Redis

from slp.demo.accounts import PASSWORD
from slp.lib import dates
from slp.local import paths
from slp.local.stack import Stack

DOMAIN = "demo.example"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


class Mailbox:
    """A real SMTP server; everything that arrives is kept."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> Mailbox:
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self._controller.start()
        return self

    def __exit__(self, *_) -> None:
        self._controller.stop()

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self, account: str, words: str) -> list[EmailMessage]:
        """Mails to a demo account, or an address, whose subject or body holds `words`."""
        address = account if "@" in account else f"{account}@{DOMAIN}"
        return [m for m in self.mails if address in str(m["To"]) and words in f"{m['Subject']} {m.get_content()}"]

    def wait_for(self, account: str, words: str, *, timeout: float = 40.0) -> EmailMessage:
        deadline = time.monotonic() + timeout
        while not (found := self.to(account, words)):
            if time.monotonic() > deadline:
                heard = [f"{m['To']}: {m['Subject']}" for m in self.mails[-15:]]
                raise AssertionError(f"No mail to {account} with “{words}”. The last ones: {heard}")
            time.sleep(0.2)
        return found[0]

    def doubled(self) -> list[str]:
        """Message ids that arrived more than once."""
        ids = [str(m["Message-ID"]) for m in self.mails]
        return sorted({i for i in ids if ids.count(i) > 1})


def link_in(mail: EmailMessage) -> str:
    return re.search(r"https?://\S+", mail.get_content()).group()


class Person:
    """One person at their browser, signed in unless `account` is empty. `account`: a demo account or an address."""

    def __init__(self, browser, stack: Stack, account: str, viewport: dict) -> None:
        self.stack, self.account, self.password = stack, account, PASSWORD
        self.context = browser.new_context(viewport=viewport, base_url=stack.url)
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        if account:
            self.sign_in()

    @property
    def address(self) -> str:
        return self.account if "@" in self.account else f"{self.account}@{DOMAIN}"

    def _listen(self, message) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def sign_in(self) -> None:
        self.open("/accounts/login/")
        self.page.get_by_label("E-mail").or_(self.page.locator("input[name=login]")).first.fill(self.address)
        self.page.locator("input[name=password]").fill(self.password)
        self.page.locator("input[name=password]").press("Enter")
        self.page.wait_for_url(re.compile(r"/(admin|portal|post)/"))

    def open(self, path: str) -> None:
        """Go to an address; sign in again where the session is over."""
        self._open(path)
        if "/accounts/login/" in self.page.url and "/accounts/login/" not in path:
            self.sign_in()
            self._open(path)

    def _open(self, path: str) -> None:
        """Go to an address, trying again while the server comes back, as a person would."""
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = self.page.goto(path)
                if answer is None or answer.status < 500:
                    return
            except BrowserError:
                if time.monotonic() > deadline:
                    raise
            if time.monotonic() > deadline:
                raise AssertionError(f"{path} still answers with an error: {self.text()[:300]}")
            time.sleep(0.5)

    # -- doing
    def press(self, name: str, *, exact: bool = True) -> None:
        """Press the button or follow the link of that name."""
        scope = self.page.get_by_role("main")
        target = scope.get_by_role("button", name=name, exact=exact).or_(
            scope.get_by_role("link", name=name, exact=exact)
        )
        target.first.click()
        self.page.wait_for_load_state("load")

    def press_last(self) -> None:
        """Press the button that carries out the page's form."""
        self.page.locator("main form[method=post] button[type=submit].usa-button").last.click()
        self.page.wait_for_load_state("load")

    def fill(self, label: str, value: str, *, exact: bool = False) -> None:
        field = self.page.get_by_role("main").get_by_label(label, exact=exact)
        if exact and not field.count():  # required fields carry a mark behind their label
            field = self.page.get_by_role("main").get_by_label(re.compile(rf"^{re.escape(label)}\W*$"))
        field.first.fill(value)

    def has_field(self, label: str) -> bool:
        return self.page.get_by_role("main").get_by_label(label).count() > 0

    def pick(self, label: str, number: int) -> None:
        """The option at that place, after the empty one."""
        self.page.get_by_role("main").get_by_label(label, exact=False).first.select_option(index=number)

    def upload(self, label: str, name: str, content: bytes, kind: str = "application/pdf") -> None:
        file = {"name": name, "mimeType": kind, "buffer": content}
        self.page.locator("main input[type=file]").first.set_input_files(file)

    def tick_all(self) -> None:
        """Every box of the page's form; of radio buttons the first."""
        boxes = self.page.locator("main form[method=post] input[type=checkbox]")
        for number in range(boxes.count()):
            self._check(boxes.nth(number))
        radios = self.page.locator("main form[method=post] input[type=radio]")
        if radios.count():
            self._check(radios.first)

    def choose_team(self, reference: str, title: str) -> None:
        """The team in the support log: a list, or radio buttons, named by title or reference."""
        main = self.page.get_by_role("main")
        select = main.locator("select[name=engagement]")
        if select.count():
            words = select.locator("option").all_text_contents()
            select.select_option(label=next(w for w in words if reference in w or title in w))
        else:
            self._check(main.get_by_label(re.compile(f"{re.escape(reference)}|{re.escape(title)}")).first)

    def choose(self, label: str, option: str, *, nth: int = 0) -> None:
        """Pick an option of a select by its words (or the beginning of them)."""
        select = self.page.get_by_role("main").get_by_label(label, exact=False).nth(nth)
        words = [text.strip() for text in select.locator("option").all_text_contents()]
        match = next((w for w in words if w == option), None) or next(w for w in words if option in w)
        select.select_option(label=match)

    def tick(self, label: str, *, nth: int = 0) -> None:
        """Tick a box or a radio button, by keyboard: USWDS draws its own over the hidden input."""
        self._check(self.page.get_by_role("main").get_by_label(label, exact=False).nth(nth))

    def _check(self, box) -> None:
        if not box.is_checked():
            box.focus()
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def move(self, label: str, reason: str = "") -> None:
        """A lifecycle verb: its button, then the confirmation page."""
        self.press(label)
        if reason:
            self.fill("Reason", reason)
        self.page.get_by_role("main").get_by_role("button", name=label, exact=True).click()
        self.page.wait_for_load_state("load")

    # -- looking
    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def sees(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words, timeout=10_000)

    def does_not_see(self, words: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(words)

    def reference(self, prefix: str) -> str:
        """The reference that the page shows, e.g. NEED-27-0012."""
        found = re.search(rf"{prefix}-\d\d-\d{{4,}}", self.page.url) or re.search(
            rf"{prefix}-\d\d-\d{{4,}}", self.text()
        )
        assert found, f"No {prefix} reference on {self.page.url}: {self.text()[:500]}"
        return found.group()


class Company:
    """Everybody: `company.officer` is signed in when first needed, `company["agency-finance"]` too."""

    def __init__(self, browser, stack: Stack, mailbox: Mailbox, kind: type[Person] = Person) -> None:
        self.browser, self.stack, self.mailbox, self.kind = browser, stack, mailbox, kind
        self._here: dict[str, Person] = {}

    def __getitem__(self, account: str) -> Person:
        if account not in self._here:
            viewport = PHONE if account in ("post", "rso", "traveller") else DESKTOP
            self._here[account] = self.kind(self.browser, self.stack, account, viewport)
        return self._here[account]

    def guest(self, name: str, viewport: dict = DESKTOP) -> Person:
        """Somebody who has no account yet, or does not sign in; known by that name from then on."""
        self._here[name] = self.kind(self.browser, self.stack, "", viewport)
        return self._here[name]

    def __getattr__(self, account: str) -> Person:
        if account.startswith("_"):
            raise AttributeError(account)
        return self[account]

    def go_home(self) -> None:
        complaints = [c for person in self._here.values() for c in person.complaints]
        for person in self._here.values():
            person.context.close()
        assert not complaints

    def what_they_see(self) -> str:
        """For a failed journey: each person's address and words; pictures are kept beside the stack's logs."""
        seen = []
        for account, person in self._here.items():
            picture = self.stack.var.parent / f"{account}.png"
            person.page.screenshot(path=picture, full_page=True)
            words = " ".join(person.page.locator("main").inner_text().split())[:900]
            seen.append(f"{account} at {person.page.url} ({picture})\n    {words}")
        return "\n".join(seen)

    def days_pass(self, days: int) -> None:
        """For every process of the stack it is that many days later; everybody signs in again."""
        Path(self.stack.env["SLP_TEST_CLOCK"]).write_text(str(self.days_later + days))
        self.go_home()
        self._here.clear()

    @property
    def days_later(self) -> int:
        """How far the stack's clock is ahead of ours."""
        return int(Path(self.stack.env["SLP_TEST_CLOCK"]).read_text())

    def today(self) -> date:
        """The date in Washington, by the stack's clock."""
        return dates.today() + timedelta(days=self.days_later)

    def rows(self, sql: str, *params: object) -> list[tuple]:
        """What stands in the running system's database."""
        with database(self.stack) as connection:
            return connection.execute(sql, params).fetchall()

    def manage(self, *words: str) -> str:
        return manage(self.stack, *words)


def database(stack: Stack) -> psycopg.Connection:
    """A connection of our own to the stack's database, tried again while it restarts."""
    sockets, _ = places(stack)
    deadline = time.monotonic() + 60
    while True:
        try:
            return psycopg.connect(host=sockets, user="slp", dbname="slp", autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


def waiting_tasks(stack: Stack) -> int:
    """How many lie in the broker."""
    _, broker = places(stack)
    with Redis.from_url(broker) as connection:
        return connection.llen("celery")


def places(stack: Stack) -> list[str]:
    """Where the stack's database and broker are: asked once."""
    if not hasattr(stack, "places"):
        code = "from slp.local import paths; print(paths.postgres_sockets(), paths.valkey_cache_url(db=0), sep='\\n')"
        asked = [sys.executable, "-c", code]
        done = subprocess.run(asked, cwd=paths.CHECKOUT, env=stack.env, capture_output=True, text=True, check=True)
        stack.places = done.stdout.splitlines()
    return stack.places


def run_inside(stack: Stack, code: str, *, timeout: float = 120) -> str:
    """Run Python in the running system, to look at rows. Returns what it prints."""
    return manage(stack, "shell", "--no-imports", "-c", code, timeout=timeout)


def manage(stack: Stack, *words: str, timeout: float = 120) -> str:
    """A management command against the running system."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=paths.CHECKOUT,
        env=stack.env | {"SLP_DEMO": "true"},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()
