"""The whole system as real processes, a real mail server, and a signed-in Chromium per person."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from slp.local.stack import Stack
from slp.tests.journeys.people import Company, Mailbox

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker("browser")
            item.add_marker("stack")


# For this package only: while a browser lives, its event loop runs in this thread, and Django would give every
# query of later tests another connection than the one that the test database is made and dropped with.
@pytest.fixture(scope="package")
def browser():
    executable = os.environ.get("SLP_CHROMIUM") or shutil.which("chromium")
    if not executable:
        pytest.fail("There is no Chromium. script/test installs one and names it in SLP_CHROMIUM.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def mailbox():
    with Mailbox() as box:
        yield box


@pytest.fixture(scope="package")
def stack(request, mailbox):
    """Web, worker, beat, broker and database under a path with a space; the sweep runs every three seconds."""
    folder = Path(tempfile.mkdtemp(prefix="slp journeys "))
    folder.chmod(0o755)  # as root, the database runs as somebody who has to reach it
    clock = folder / "clock"
    clock.write_text("0")
    env = {
        "PYTHONPATH": str(Path(__file__).with_name("clock")),
        "SLP_TEST_CLOCK": str(clock),
        "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "SLP_SWEEP_SECONDS": "3",
        "SLP_MAIL_STALE_SECONDS": "10",
    }
    running = Stack(folder / "var", env).start()
    try:
        yield running
    finally:
        running.stop()
    if not request.session.testsfailed:
        running.discard()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def company(browser, stack, mailbox):
    """People by the name of their demo account: `company.officer`, `company.coordinator` ..."""
    people = Company(browser, stack, mailbox)
    yield people
    people.go_home()
