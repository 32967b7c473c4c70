"""The web app as its users have it: the real server, and a real Chromium in front of it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.pwa.browser import Unavailable, chromium
from tests.pwa.first_page import FirstPage
from tests.serving import Served

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Complaints(list[str]):
    """What the page said on its console as an error or threw; a test that expects some says so."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: tuple[str, ...] = ()

    def expect(self, *parts: str) -> None:
        """Complaints with one of these in them are what the test is about."""
        self.expected += parts

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: message.type == "error" and self.append(message.text))
        page.on("pageerror", lambda error: self.append(str(error)))

    def unexpected(self) -> list[str]:
        return [one for one in self if not any(part in one for part in self.expected)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A machine that can't get Chromium skips the tests that need it; CI may not."""
    try:
        path = chromium()
    except Unavailable as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def server(browser: Browser) -> Iterator[Served]:
    """One server that all tests share; it has the embedded styles. Without a browser it does not start."""
    with Served({"LIMN_DRAIN": "0"}) as served:
        yield served


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails its test for what the page complains of."""
    heard = Complaints()
    yield heard
    assert heard.unexpected() == []


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile, 1280 x 900. All tests share its HTTP cache, which asks the server each time."""
    # Requests that a service worker makes go past `page.route`.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
    yield context
    context.close()


@pytest.fixture
def page(profile: BrowserContext, complaints: Complaints) -> Iterator[Page]:
    """An empty page of this test alone; its errors fail the test."""
    page = profile.new_page()
    complaints.watch(page)
    yield page
    page.evaluate("new Promise(requestAnimationFrame)")  # what it has said by now is heard before it is judged
    page.close()


@pytest.fixture
def app(page: Page, server: Served) -> FirstPage:
    """The page, with its example drawn."""
    return FirstPage(page, server.url).open()


@pytest.fixture
def unopened(page: Page, server: Served) -> FirstPage:
    """The page before it is loaded, for tests that stand in its way."""
    return FirstPage(page, server.url)
