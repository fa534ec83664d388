"""The support log in a real Chromium without a line: kept, shown, sent once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright

from deployments.models import SupportEntry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = (
    "caches.keys().then(async (k) => k.length && (await (await caches.open(k[0])).keys())"
    ".some((r) => r.url.endsWith('/post/support/add/')))"
)


class Phone:
    """A phone at the post. Its browser lives in a thread of its own: Django's models stay in the test's."""

    def __init__(self, address: str, session: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._thread.submit(self._switch_on, address, session).result()

    def _switch_on(self, address: str, session: str) -> None:
        self._playwright = sync_playwright().start()
        executable = os.environ.get("SLP_CHROMIUM") or shutil.which("chromium")
        self._browser = self._playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        context = self._browser.new_context(viewport={"width": 360, "height": 780}, base_url=address)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
        self._page = context.new_page()

    def __call__(self, step: Callable, *args):
        """Do something with the page."""
        return self._thread.submit(step, self._page, *args).result()

    def switch_off(self) -> None:
        self._thread.submit(lambda: (self._browser.close(), self._playwright.stop())).result()
        self._thread.shutdown()


@pytest.fixture
def phone(live_server, post_officer, deployment):
    """Signed in, on the form; its worker has kept the pages."""
    if not (os.environ.get("SLP_CHROMIUM") or shutil.which("chromium")):
        pytest.fail("There is no Chromium. script/test installs one and names it in SLP_CHROMIUM.")
    client = Client()
    client.force_login(post_officer)
    phone = Phone(live_server.url, client.cookies[settings.SESSION_COOKIE_NAME].value)
    phone(open_form)
    yield phone
    phone.switch_off()


def open_form(page: Page) -> None:
    page.goto("/post/support/add/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function(KEPT)


def log(page: Page, note: str) -> None:
    page.locator("label", has_text="Transport").click()
    page.fill("[name=note]", note)
    page.get_by_role("button", name="Log it").click()


def waits(page: Page, count: int) -> None:
    expect(page.locator("#support-queue li")).to_have_count(count)


def says(page: Page, words: str) -> None:
    expect(page.locator("#support-queue")).to_contain_text(words)


def line(page: Page, works: bool) -> None:
    page.context.set_offline(not works)


def test_entries_made_offline_are_shown_and_sent_once_when_the_line_is_back(phone):
    phone(line, False)
    phone(lambda page: page.goto("/post/support/add/"))
    phone(log, "Two cars")
    phone(waits, 1)
    phone(log, "One car")
    phone(waits, 2)
    phone(says, "Waiting for the line")
    phone(lambda page: page.goto("/post/support/"))  # the list opens without a line too, with the queue
    phone(waits, 2)
    assert SupportEntry.objects.count() == 0

    phone(line, True)
    phone(waits, 0)
    assert sorted(SupportEntry.objects.values_list("note", flat=True)) == ["One car", "Two cars"]


def test_a_lost_answer_makes_no_second_entry(phone):
    lost = []

    def lose_the_first(route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())  # the server has it; the phone never hears of it
            route.abort()
        else:
            route.continue_()

    phone(lambda page: page.context.route("**/post/support/sync/", lose_the_first))
    phone(log, "Two cars")
    phone(says, "No line just now")
    phone(waits, 1)
    assert SupportEntry.objects.count() == 1

    phone(lambda page: page.get_by_role("button", name="Send now").click())
    phone(waits, 0)
    assert SupportEntry.objects.count() == 1


def test_with_a_line_the_entry_stands_in_the_log_at_once(phone):
    phone(log, "Two cars")

    phone(lambda page: page.wait_for_url("**/post/support/"))
    phone(lambda page: expect(page.locator("table")).to_contain_text("Two cars"))


def test_signed_out_the_entry_is_kept_and_says_what_to_do(phone):
    phone(lambda page: page.context.clear_cookies())
    phone(log, "Two cars")

    phone(says, "Sign in to send what is waiting.")
    phone(waits, 1)
    assert SupportEntry.objects.count() == 0
