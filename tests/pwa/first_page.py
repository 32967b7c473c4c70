"""The first page as a test sees it: its controls, what it posts, and when its picture is another one."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Locator, Page, Request, Route, expect

TAG = re.compile(r'"\d+-[0-9a-f]+"')


class Held:
    """Charts that are asked for and not answered until the test says so: all of them, or the next one only."""

    def __init__(self, page: Page, only_the_next: bool = False) -> None:
        self.routes: list[Route] = []
        page.route("**/plot", lambda route: self.routes.append(route), times=1 if only_the_next else None)

    def release(self) -> None:
        """Let the first one go on to the server."""
        self.routes.pop(0).continue_()


class FirstPage:
    """`posted` has every spec that the page has sent, `requests` the URL of every request."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.posted: list[dict[str, Any]] = []
        self.requests: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)
        if request.url.endswith("/plot"):
            self.posted.append(request.post_data_json)

    def open(self) -> FirstPage:
        """Load it, until the example is drawn and the styles are listed."""
        self.page.goto(self.url)
        self.is_settled()
        expect(self.styles.first).to_be_attached()
        return self

    def is_settled(self) -> None:
        expect(self.picture).to_have_attribute("data-tag", TAG)
        expect(self.page.locator("#sheet")).to_have_attribute("data-state", "ready")

    @contextlib.contextmanager
    def redrawn(self) -> Iterator[None]:
        """What is done inside brings another picture."""
        before = self.tag
        yield
        expect(self.picture).not_to_have_attribute("data-tag", before)
        self.is_settled()

    def paste(self, text: str) -> None:
        """Replace the data by this text at one stroke, as a paste does."""
        self.data.focus()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)

    @property
    def tag(self) -> str:
        return self.picture.get_attribute("data-tag") or ""

    @property
    def data(self) -> Locator:
        return self.page.get_by_label("Data", exact=True)

    @property
    def picture(self) -> Locator:
        return self.page.locator("#picture")

    @property
    def error(self) -> Locator:
        return self.page.get_by_role("alert")

    @property
    def styles(self) -> Locator:
        return self.page.get_by_role("group", name="Style").get_by_role("radio")

    def style(self, name: str) -> Locator:
        return self.page.locator(f"input[name=style][value={name}]")

    def until(self, claim: str) -> None:
        """Wait until a JavaScript expression is true. (The page's policy forbids what `wait_for_function` does.)"""
        self.page.evaluate(
            f"""async () => {{
              for (let looks = 0; !({claim}); looks += 1) {{
                if (looks > 1200) throw new Error("it stayed false");
                await new Promise(requestAnimationFrame);
              }}
            }}"""
        )

    def is_shown(self) -> bool:
        """Whether there is a picture to be seen, of the size that its attributes give it."""
        return bool(self.picture.evaluate("img => img.complete && img.naturalWidth > 0 && img.checkVisibility()"))
