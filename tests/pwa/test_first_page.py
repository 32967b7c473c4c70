"""The first page, as somebody uses it: a real browser in front of the real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pwa.conftest import Complaints
from tests.pwa.first_page import FirstPage, Held
from tests.serving import Served

PWA = Path(__file__).resolve().parents[2] / "pwa"
TSV = "Day\tOslo\tRome\nMon\t3\t14\nTue\t5\t16\nWed\t\t15\n"
REFUSED = "status of 422"


# The picture


def test_the_example_is_drawn_on_load(page: Page, unopened: FirstPage) -> None:
    with page.expect_response("**/plot") as answer:
        unopened.open()
    assert unopened.is_shown()
    assert unopened.tag == answer.value.headers["etag"]
    expect(unopened.picture).to_have_attribute("alt", "What the house uses")
    expect(page.locator("#version")).to_have_text(answer.value.headers["limn-style"])


def test_the_room_is_kept_before_the_picture_is_there(page: Page, unopened: FirstPage) -> None:
    held = Held(page)
    with page.expect_request("**/plot"):
        page.goto(unopened.url)
    below = page.locator("#styles")
    before = below.evaluate("one => one.getBoundingClientRect().y")
    held.release()
    unopened.is_settled()
    assert below.evaluate("one => one.getBoundingClientRect().y") == pytest.approx(before, abs=0.5)


def test_typing_changes_the_picture(app: FirstPage) -> None:
    with app.redrawn():
        app.data.press("ControlOrMeta+End")
        app.data.press_sequentially("Extra\t1\t2\t3")
    assert app.is_shown()
    assert len(app.posted) == 2, "one chart for a burst of keys"
    assert app.posted[-1]["x"][-1] == "Extra"


def test_pasted_tabs_with_a_header_name_the_series(app: FirstPage) -> None:
    with app.redrawn():
        app.paste(TSV)
    posted = app.posted[-1]
    assert posted["x"] == ["Mon", "Tue", "Wed"]
    assert posted["series"] == [{"name": "Oslo", "y": [3, 5, None]}, {"name": "Rome", "y": [14, 16, 15]}]
    assert posted["x_label"] == "Day"


def test_the_examples_words_go_with_its_data(app: FirstPage) -> None:
    with app.redrawn():
        app.paste(TSV)
    assert "title" not in app.posted[-1]
    expect(app.picture).to_have_attribute("alt", "Line chart: Oslo, Rome")


def test_kind_stack_and_labels_are_posted(app: FirstPage, page: Page) -> None:
    stacked = page.get_by_label("Stacked")
    expect(stacked).to_be_disabled()
    with app.redrawn():
        page.get_by_label("Area").check()
    with app.redrawn():
        stacked.check()
    with app.redrawn():
        page.get_by_label("Title").fill("New")
        page.get_by_label("x label").fill("from")
        page.get_by_label("y label").fill("to")
    posted = app.posted[-1]
    assert {key: posted[key] for key in ("kind", "stack", "title", "x_label", "y_label")} == {
        "kind": "area", "stack": "stacked", "title": "New", "x_label": "from", "y_label": "to",
    }  # fmt: skip
    with app.redrawn():
        page.get_by_label("Step").check()
    assert "stack" not in app.posted[-1]


def test_a_json_spec_is_posted_as_it_is(app: FirstPage, page: Page) -> None:
    own = {"kind": "heatmap", "z": [[1, 2], [3, 4]], "width": 500, "height": 400, "style": "print"}
    with app.redrawn():
        app.paste(json.dumps(own))
    assert app.posted[-1] == {**own, "dpr": 1}
    expect(app.picture).to_have_attribute("height", "400")
    for control in ("Line", "Title"):
        expect(page.get_by_label(control, exact=True)).to_be_disabled()
    expect(app.style("default")).to_be_disabled()


def test_the_picture_fits_its_room(app: FirstPage, page: Page) -> None:
    room = page.locator("#sheet").evaluate("sheet => sheet.clientWidth")
    assert (app.posted[-1]["width"], app.posted[-1]["height"], app.posted[-1]["dpr"]) == (room, round(room * 0.6), 1)
    with app.redrawn():
        page.set_viewport_size({"width": 1100, "height": 900})
    assert app.posted[-1]["width"] == page.locator("#sheet").evaluate("sheet => sheet.clientWidth") < room


def test_each_pixel_of_a_sharp_screen_is_drawn(browser: Browser, server: Served, complaints: Complaints) -> None:
    phone = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page = phone.new_page()
    complaints.watch(page)
    app = FirstPage(page, server.url).open()
    room, drawn = app.picture.evaluate("img => [img.clientWidth, img.naturalWidth]")
    phone.close()
    assert drawn == 2 * room
    assert app.posted[-1]["width"] == 560, "a phone's picture is a whole chart made smaller"


def test_the_picture_can_be_downloaded(app: FirstPage, page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PNG").click()
    assert download.value.suggested_filename == "What the house uses.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG\r\n")


def test_no_picture_but_the_shown_one_is_kept_in_memory(page: Page, unopened: FirstPage) -> None:
    page.add_init_script(
        """window.kept = new Set();
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (blob) => { const url = createObjectURL(blob); kept.add(url); return url; };
        URL.revokeObjectURL = (url) => { kept.delete(url); revokeObjectURL(url); };"""
    )
    app = unopened.open()
    for kind in ("Bar", "Area", "Step"):
        with app.redrawn():
            page.get_by_label(kind, exact=True).check()
    expect(page.locator(".sample img[src]")).to_have_count(app.styles.count())
    app.until("kept.size === 1")
    assert page.evaluate("[...kept]") == [app.picture.get_attribute("src")]


# What goes wrong


def test_an_error_names_the_cell_and_keeps_the_last_picture(app: FirstPage, page: Page) -> None:
    before = app.tag
    app.paste("Day\tOslo\nMon\t3\nTue\tabc\n")
    expect(app.error).to_have_text("row 3, column B: expected a number, got “abc”")
    expect(page.locator("#state")).to_have_text("the last good chart")
    assert app.is_shown()
    assert (app.tag, len(app.posted)) == (before, 1)
    with app.redrawn():
        app.paste(TSV)
    expect(app.error).to_be_empty()
    expect(page.locator("#state")).to_be_empty()


def test_what_the_server_refuses_names_the_cell_too(app: FirstPage, complaints: Complaints) -> None:
    complaints.expect(REFUSED)
    app.paste("Day\tOslo\n2026-02-28\t3\n2026-02-30\t4\n")
    expect(app.error).to_contain_text('row 3, column A: "2026-02-30" is no date')
    assert app.is_shown()


def test_many_errors_are_counted_not_listed(app: FirstPage) -> None:
    app.paste("1,2\n" + "2,x\n" * 9)
    expect(app.error.locator("p")).to_have_count(6)
    expect(app.error).to_contain_text("and 4 more")


def test_html_is_text(app: FirstPage, page: Page, complaints: Complaints) -> None:
    complaints.expect(REFUSED)
    html = "<img src=x onerror=alert(1)>"
    images = page.locator("img").count()
    with app.redrawn():
        page.get_by_label("Title").fill(html)
    expect(app.picture).to_have_attribute("alt", html)
    app.paste(f"1,2\n2,{html}")
    expect(app.error).to_have_text(f"row 2, column B: expected a number, got “{html}”")
    app.paste(f'{{"{html}": 1}}')
    expect(app.error).to_contain_text(html)
    assert page.locator("img").count() == images


def test_no_module_knows_how_to_read_html() -> None:
    reads_html = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|DOMParser|eval\(")
    modules = {module.name: module.read_text() for module in PWA.glob("*.js")}
    assert "app.js" in modules
    assert [name for name, text in modules.items() if reads_html.search(text)] == []


def test_a_server_that_is_away_is_named_and_tried_again(app: FirstPage, page: Page, complaints: Complaints) -> None:
    complaints.expect("net::ERR")
    page.route("**/plot", lambda route: route.abort())
    app.paste(TSV)
    expect(app.error).to_contain_text("The server did not answer")
    assert app.is_shown()
    page.unroute("**/plot")
    with app.redrawn():
        page.get_by_label("Step").check()
    expect(app.error).to_be_empty()


def test_a_busy_server_is_asked_again(browser: Browser, server: Served, complaints: Complaints) -> None:
    complaints.expect("status of 503")
    context = browser.new_context()  # a profile's pages share its clock
    page = context.new_page()
    complaints.watch(page)
    page.clock.install()
    app = FirstPage(page, server.url).open()
    busy = '{"title": "Busy", "status": 503, "detail": "every place is taken"}'
    headers = {"Content-Type": "application/problem+json", "Retry-After": "40"}
    page.route("**/plot", lambda route: route.fulfill(status=503, body=busy, headers=headers), times=1)
    page.get_by_label("Step").check()
    expect(app.error).to_have_text("every place is taken (trying again in 40 s)")
    with app.redrawn():
        page.clock.fast_forward(40_000)
    expect(app.error).to_be_empty()
    context.close()


# One after the other


def test_the_old_picture_stays_until_the_new_one_is_there(app: FirstPage, page: Page) -> None:
    held = Held(page)
    before = app.picture.get_attribute("src")
    with page.expect_request("**/plot"):
        page.get_by_label("Step").check()
    expect(page.locator("#state")).to_have_text("updating")
    assert app.picture.get_attribute("src") == before
    assert app.is_shown()
    with app.redrawn():
        held.release()
    expect(page.locator("#state")).to_be_empty()


def test_a_request_that_is_overtaken_is_aborted(app: FirstPage, page: Page) -> None:
    Held(page, only_the_next=True)
    with page.expect_request("**/plot"):
        page.get_by_label("Step").check()
    with page.expect_event("requestfailed") as failed, app.redrawn():
        page.get_by_label("Bar", exact=True).check()
    assert failed.value.post_data_json["kind"] == "step"


def test_the_latest_of_two_requests_wins_though_the_older_answer_comes_last(page: Page, unopened: FirstPage) -> None:
    # An abort that comes too late to stop an answer is one that does nothing.
    page.add_init_script(
        """AbortController.prototype.abort = () => {};
        window.answers = 0;
        const { blob } = Response.prototype;
        Response.prototype.blob = async function () {
          const read = await blob.call(this);
          answers += this.url.endsWith("/plot");
          return read;
        };"""
    )
    app = unopened.open()
    held = Held(page, only_the_next=True)
    with page.expect_request("**/plot"):
        page.get_by_label("Title").fill("older")
    with app.redrawn():
        page.get_by_label("Title").fill("newer")
    newer = app.picture.get_attribute("src")
    held.release()
    app.until("answers === 3")  # the example's, the newer one's, and now the older one's
    assert app.picture.get_attribute("src") == newer
    expect(app.picture).to_have_attribute("alt", "newer")
    assert [spec["title"] for spec in app.posted[1:]] == ["older", "newer"]


def test_an_answer_to_an_older_text_does_not_wipe_out_an_error(app: FirstPage, page: Page) -> None:
    Held(page)
    with page.expect_request("**/plot"), page.expect_event("requestfailed"):
        app.paste(TSV)
        expect(page.locator("#state")).to_have_text("updating")
        app.paste("1,x\n2,y\n3,z")
    expect(app.error).to_contain_text("row 2, column B")
    expect(page.locator("#state")).to_have_text("the last good chart")


def test_nor_does_a_picture_that_was_being_decoded(page: Page, unopened: FirstPage) -> None:
    page.add_init_script(
        """const { decode } = HTMLImageElement.prototype;
        HTMLImageElement.prototype.decode = async function () {
          await decode.call(this);
          if (this.id !== "picture" || !window.gate) return;
          window.isDecoding = true;
          await gate;
        };"""
    )
    app = unopened.open()
    before = app.tag
    page.evaluate("window.gate = new Promise((open) => { window.openGate = open; }); undefined")
    page.get_by_label("Step").check()
    app.until("window.isDecoding")
    app.paste("1,2\n2,x")
    expect(app.error).to_have_text("row 2, column B: expected a number, got “x”")
    page.evaluate("openGate()")
    expect(app.picture).not_to_have_attribute("data-tag", before)
    expect(app.error).not_to_be_empty()
    expect(page.locator("#state")).to_have_text("the last good chart")


# Styles


def test_choosing_a_style_posts_that_style(app: FirstPage, page: Page) -> None:
    with app.redrawn():
        page.get_by_role("group", name="Style").get_by_text("dark", exact=True).click()
    assert app.posted[-1]["style"] == "dark"
    expect(app.style("dark")).to_be_checked()
    expect(page.locator("#version")).to_have_text(re.compile(r"dark@\d+"))


def test_every_style_shows_a_sample(app: FirstPage, page: Page) -> None:
    samples = page.locator(".sample img[src]")
    expect(samples).to_have_count(app.styles.count())
    expect(samples.last).to_be_visible()
    assert set(samples.evaluate_all("all => all.map(one => one.naturalWidth)")) == {240}


@pytest.fixture
def own_styles(browser: Browser, tmp_path: Path) -> Iterator[tuple[Served, Path]]:
    """A server with a folder of styles that a test may write to."""
    (tmp_path / "default.json").write_text('{"palette": ["#112233"]}')
    (tmp_path / "torn.json").write_text('{"palette": [')
    with Served({"LIMN_STYLES": str(tmp_path), "LIMN_DRAIN": "0"}) as served:
        yield served, tmp_path


def test_a_faulty_style_is_marked_and_a_changed_one_is_seen(page: Page, own_styles: tuple[Served, Path]) -> None:
    served, folder = own_styles
    app = FirstPage(page, served.url).open()
    expect(page.get_by_role("radio", name="torn faulty")).to_be_attached()
    expect(page.get_by_role("radio", name="default", exact=True)).to_be_attached()
    with app.redrawn():
        page.get_by_text("torn", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("This style has a fault")
    with app.redrawn():
        (folder / "torn.json").write_text('{"palette": ["#445566"]}')
        page.evaluate("dispatchEvent(new Event('focus'))")  # somebody comes back from the editor
    expect(page.get_by_role("status")).to_be_empty()
    expect(page.get_by_role("radio", name="torn", exact=True)).to_be_checked()


def test_characters_that_no_font_has_are_named(app: FirstPage, page: Page) -> None:
    with app.redrawn():
        page.get_by_label("Title").fill("Eye 𓂀")
    expect(page.get_by_role("status")).to_have_text("No font has these characters: 𓂀")
