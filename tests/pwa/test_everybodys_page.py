"""The first page for everybody: its own origin alone, any screen and scheme, the keyboard, a screen reader."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.pwa.first_page import FirstPage


def test_nothing_leaves_the_pages_origin(app: FirstPage, page: Page) -> None:
    expect(page.locator(".sample img[src]")).to_have_count(app.styles.count())
    with app.redrawn():
        app.paste("Day\tOslo\nMon\t3\n")
    assert len(app.requests) > 10
    assert [url for url in app.requests if not url.startswith((f"{app.url}/", f"blob:{app.url}/"))] == []


def test_nothing_is_inline(app: FirstPage, page: Page) -> None:
    assert page.locator("script:not([src]), style, [style]").count() == 0
    attributes = page.locator("*").evaluate_all("all => all.flatMap(one => one.getAttributeNames())")
    assert [name for name in attributes if name.startswith("on")] == []


LUMINANCE = """(css) => {
  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = css.match(/[\\d.]+/g).map((part) => linear(part / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""


def luminance(page: Page, selector: str, what: str) -> float:
    css = page.locator(selector).first.evaluate(f"one => getComputedStyle(one).{what}")
    return float(page.evaluate(LUMINANCE, css))


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_the_ground_follows_the_scheme_and_text_is_legible_on_it(
    page: Page, unopened: FirstPage, scheme: str, is_dark: bool
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    unopened.open()
    ground = luminance(page, "body", "backgroundColor")
    assert (ground < 0.05) is is_dark
    for selector in ("body", "#hint", "#state", "#words label", ".kinds label:has(:checked)", "#download"):
        low, high = sorted((ground, luminance(page, selector, "color")))
        assert (high + 0.05) / (low + 0.05) >= 4.5, selector


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440, 2560])
def test_no_width_scrolls_sideways(page: Page, unopened: FirstPage, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    unopened.open()
    unopened.paste("1,2\n2," + "y" * 99)
    expect(unopened.error).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_keyboard_alone_reaches_every_control(app: FirstPage, page: Page) -> None:
    with app.redrawn():
        page.get_by_label("Bar", exact=True).check()
    page.locator("h1").click()  # where the Tab key starts from
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        one = page.evaluate("document.activeElement.id || document.activeElement.name || null")
        if one is None:
            break
        reached.append(one)
        outline = "getComputedStyle(document.activeElement.closest('.card, .kinds label') ?? document.activeElement)"
        ring = page.evaluate(
            f"[{outline}.outlineStyle, document.activeElement.closest('.card')?.querySelector('.sample')]"
            ".map(one => typeof one === 'string' || !one ? one : getComputedStyle(one).outlineStyle)"
        )
        assert "solid" in ring, f"{one} does not show that it has the focus"
    assert reached == ["data", "download", "style", "kind", "stack", "title", "x-label", "y-label"]
    page.get_by_label("Bar", exact=True).focus()
    with app.redrawn():
        page.keyboard.press("ArrowRight")
    assert app.posted[-1]["kind"] == "barh"


def test_every_control_has_a_name(app: FirstPage, page: Page) -> None:
    nameless = page.locator("input, textarea").evaluate_all(
        "all => all.filter(one => ![...one.labels].some(label => label.textContent.trim())).map(one => one.outerHTML)"
    )
    assert nameless == []
    for group in ("Kind", "Style", "Labels"):
        expect(page.get_by_role("group", name=group)).to_be_visible()


def test_nothing_moves_for_those_who_ask_for_that(page: Page, unopened: FirstPage) -> None:
    page.emulate_media(reduced_motion="reduce")
    unopened.open()
    moving = "all => all.filter(one => getComputedStyle(one).transitionDuration !== '0s').length"
    assert page.locator("*").evaluate_all(moving) == 0
