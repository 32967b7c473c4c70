"""Today's style: fresh at each request, and never nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import NotFound
from app.flows.styles import BUILT_IN, Styles
from tests.flows.conftest import Consul

Make = Callable[..., Styles]

FAULTY = {
    "bad JSON": (b'{"title": ', "not JSON"),
    "an array": (b"[]", "expected a JSON object, got a list"),
    "an empty value": (b"", "the document is empty"),
    "text": (b'"blue"', "expected a JSON object, got text"),
    "not UTF-8": (b'{"title": {"color": "\xff"}}', "not UTF-8"),
    "NaN": (b'{"font": {"size": NaN}}', "NaN"),
    "nested too deeply": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested"),
    "a colour that does not exist": (b'{"title": {"color": "blurple"}}', "title.color: 'blurple' is not a colour"),
    "a palette's colour": (b'{"palette": ["red", "#12"]}', "palette[1]: '#12' is not a colour"),
    "a size out of all bounds": (b'{"font": {"size": 1e9}}', "font.size: expected a number <= 400"),
    "a picture out of all bounds": (b'{"figure": {"figsize": [1e6, 6]}}', "figure.figsize"),
    "the wrong type": (b'{"axes": {"grid": "yes"}}', 'axes.grid: expected true or false, got "yes"'),
    "a section that is none": (b'{"axes": []}', "axes: expected an object"),
    "a colour map that does not exist": (b'{"heatmap": {"cmap": "turquoise"}}', "no colour map 'turquoise'"),
    "a font that is nowhere": (b'{"font": {"family": "Comic Neue"}}', "'Comic Neue'"),
    "a logo that is no PNG": (b'{"logo": {"data": "AAAA"}}', "logo.data: not a PNG"),
    "half a character": (b'{"watermark": {"text": "\\ud800"}}', "watermark.text: half of a surrogate pair"),
    "a picture larger than any allowed": (b'{"figure": {"dpi": 600, "figsize": [40, 40]}}', "LIMN_MAX_PIXELS"),
    "a parent that does not exist": (b'{"extends": "nobody"}', "there is no style 'nobody'"),
    "a parent's name that is none": (b'{"extends": "../x"}', "extends: expected a style's name"),
    "itself as parent": (b'{"extends": "brand"}', "goes in a circle: brand -> brand"),
}


def color(styles: Styles, name: str = "brand") -> str:
    return styles.today(name).style.document.title.color


def test_the_very_next_read_has_a_put(make: Make, consul: Consul) -> None:
    styles = make()
    for shade in ("#111111", "#222222", "#333333"):
        consul.put("brand", {"title": {"color": shade}})
        today = styles.today("brand")
        assert today.style.document.title.color == shade
        assert today.index == consul.index
        assert (today.source, today.fault) == ("consul", None)


def test_an_unchanged_style_costs_one_read_and_is_not_made_again(make: Make, consul: Consul) -> None:
    styles = make()
    consul.put("brand", {"extends": "house"})
    consul.put("house", {})
    first = styles.today("brand")
    consul.reads.clear()
    assert styles.today("brand") is first
    assert consul.reads == [("brand", "house")]


@pytest.mark.parametrize("case", FAULTY)
def test_a_bad_put_keeps_the_last_good_style(make: Make, consul: Consul, case: str) -> None:
    document, words = FAULTY[case]
    styles = make()
    consul.put("brand", {"title": {"color": "#111111"}})
    good = styles.today("brand")
    consul.put("brand", document)
    today = styles.today("brand")
    assert today.style.digest == good.style.digest
    assert today.index == good.index
    assert today.fault is not None
    assert today.fault.startswith("consul: brand: ")
    assert words in today.fault
    consul.put("brand", {"title": {"color": "#444444"}})
    assert (color(styles), styles.today("brand").fault) == ("#444444", None)


@pytest.mark.parametrize("case", FAULTY)
def test_a_style_that_was_never_good_is_the_embedded_one_of_that_name(make: Make, consul: Consul, case: str) -> None:
    consul.put("default", FAULTY[case][0].replace(b'"brand"', b'"default"'))
    today = make().today("default")
    assert (today.source, today.style.document.title.color) == ("files", "#010101")
    assert today.fault is not None


def test_without_an_embedded_one_the_built_in_style_serves(make: Make, consul: Consul) -> None:
    consul.put("brand", b"[]")
    today = make().today("brand")
    assert (today.source, today.index) == (BUILT_IN, 0)
    assert today.style.document.title.color == "#333333"


def test_a_circle_through_several_styles_is_named(make: Make, consul: Consul) -> None:
    for child, parent in ("ab", "bc", "ca"):
        consul.put(child, {"extends": parent})
    assert "a -> b -> c -> a" in str(make().today("a").fault)


@pytest.mark.parametrize("before", [None, b"[]", b'{"extends": "brand"}', b'{"title": {"color": "blurple"}}'])
def test_a_repaired_parent_reaches_its_child_at_once(make: Make, consul: Consul, before: bytes | None) -> None:
    styles = make()
    consul.put("brand", {"extends": "house"})
    if before is not None:
        consul.put("house", before)
    assert styles.today("brand").fault is not None
    consul.put("house", {"title": {"color": "#123456"}})
    assert (color(styles), styles.today("brand").fault) == ("#123456", None)


def test_a_chain_may_be_long_but_not_endless(make: Make, consul: Consul) -> None:
    for i in range(8):
        consul.put(f"s{i}", {"extends": f"s{i + 1}"})
    consul.put("s8", {"title": {"color": "#777777"}})
    assert color(make(), "s0") == "#777777"
    consul.put("s8", {"extends": "s9"})
    consul.put("s9", {})
    assert "more than 8 styles" in str(make().today("s0").fault)


def test_a_parents_change_is_seen_through_its_child_and_raises_the_index(make: Make, consul: Consul) -> None:
    styles = make()
    consul.put("brand", {"extends": "house", "lines": {"width": 3}})
    consul.put("house", {"title": {"color": "#111111"}, "lines": {"width": 1}})
    before = styles.today("brand")
    assert (before.index, before.chain) == (consul.indexes["house"], ("house",))
    consul.put("house", {"title": {"color": "#222222"}})
    after = styles.today("brand")
    assert after.style.document.title.color == "#222222"
    assert after.style.document.lines.width == 3
    assert after.index == consul.indexes["house"] > before.index


def test_a_parent_may_be_embedded_until_it_is_put(make: Make, consul: Consul) -> None:
    styles = make()
    consul.put("brand", {"extends": "default", "lines": {"width": 3}})
    assert (color(styles), styles.today("brand").index) == ("#010101", consul.indexes["brand"])
    consul.put("default", {"title": {"color": "#222222"}})
    assert color(styles) == "#222222"


def test_an_absent_key_is_no_fault_and_the_embedded_style_serves(make: Make) -> None:
    today = make().today("default")
    assert (today.source, today.fault, today.style.document.title.color) == ("files", None, "#010101")


def test_a_name_that_nobody_has_is_refused_with_the_names_there_are(make: Make, consul: Consul) -> None:
    consul.put("brand", {})
    with pytest.raises(NotFound) as refused:
        make().today("brnad")
    assert refused.value.evidence["allowed"] == ["brand", "default"]
    assert "brand, default" in refused.value.detail


def test_a_deleted_key_is_told_and_charts_keep_coming(make: Make, consul: Consul) -> None:
    styles = make()
    consul.put("brand", {"title": {"color": "#111111"}})
    good = styles.today("brand")
    del consul.documents["brand"]
    today = styles.today("brand")
    assert (today.index, today.style.digest) == (good.index, good.style.digest)
    assert "deleted" in str(today.fault)


def test_a_deleted_key_of_an_embedded_name_goes_back_to_the_embedded_style_and_is_told(
    make: Make, consul: Consul
) -> None:
    styles = make()
    consul.put("default", {"title": {"color": "#111111"}})
    styles.today("default")
    del consul.documents["default"]
    today = styles.today("default")
    assert (today.source, today.style.document.title.color) == ("files", "#010101")
    assert "deleted" in str(today.fault)
    consul.put("default", {"title": {"color": "#222222"}})
    assert (color(styles, "default"), styles.today("default").fault) == ("#222222", None)


def test_an_outage_serves_the_last_good_style_and_says_why(make: Make, consul: Consul) -> None:
    styles = make()
    consul.put("brand", {"title": {"color": "#111111"}})
    good = styles.today("brand")
    consul.outage = "Consul at 127.0.0.1:8500 did not answer within 0.5 s"
    today = styles.today("brand")
    assert (today.style.digest, today.index, today.fault) == (good.style.digest, good.index, consul.outage)
    consul.outage = None
    assert styles.today("brand").fault is None


def test_an_outage_from_the_start_serves_the_embedded_style(make: Make, consul: Consul) -> None:
    consul.outage = "down"
    styles = make()
    assert (styles.today("default").source, color(styles, "default")) == ("files", "#010101")
    assert styles.today("brand").source == BUILT_IN


def test_the_last_good_style_is_shared_by_workers_and_outlives_them(make: Make, consul: Consul) -> None:
    first, second = make(), make()
    consul.put("brand", {"title": {"color": "#111111"}})
    second.today("brand")
    consul.put("brand", {"title": {"color": "#222222"}})
    first.today("brand")
    consul.outage = "down"
    # The second never saw the newer version itself; the third was not even alive.
    assert [color(worker) for worker in (second, make())] == ["#222222", "#222222"]


def test_a_state_folder_that_can_not_be_written_costs_no_chart(
    make: Make, consul: Consul, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("a file in the way")
    styles = make()
    consul.put("brand", {"title": {"color": "#111111"}})
    assert color(styles) == "#111111"
    consul.outage = "down"
    assert color(styles) == "#111111"
    assert [record.message for record in caplog.records if "LIMN_STATE" in record.message]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"index": 1, "source": "x", "document": {"font": {"size": -1}}}'])
def test_a_broken_state_file_costs_no_chart(make: Make, consul: Consul, tmp_path: Path, content: str) -> None:
    styles = make()
    consul.put("default", {"title": {"color": "#111111"}})
    styles.today("default")
    (kept,) = (tmp_path / "state").rglob("default.json")
    kept.write_text(content)
    consul.outage = "down"
    assert make().today("default").source == "files"


def test_an_unknown_key_is_a_warning_with_the_nearest_known_one(make: Make, consul: Consul) -> None:
    consul.put("brand", {"extends": "house", "axes": {"gird": True}})
    consul.put("house", {"colour": "red"})
    today = make().today("brand")
    assert today.fault is None
    assert today.warnings[0] == "axes.gird: no such key; did you mean grid?"
    assert today.warnings[1].startswith("house: colour: no such key")


def test_a_fault_is_logged_once_when_it_comes_and_once_when_it_goes(
    make: Make, consul: Consul, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    styles = make()
    for document in ({}, b"[]", {}):
        consul.put("brand", document)
        for _ in range(3):
            styles.today("brand")
    told = [record.message for record in caplog.records if record.name == "app.flows.styles"]
    assert len(told) == 2
    assert "expected a JSON object, got a list" in told[0]
    assert told[1] == "style brand: good again"


def test_a_source_that_hangs_is_asked_once_for_the_whole_list(make: Make, consul: Consul) -> None:
    styles = make()
    for name in ("a", "b", "c"):
        consul.put(name, {})
        styles.today(name)
    consul.outage = "hung"
    consul.reads.clear()
    listed, fault = styles.all()
    assert fault == "hung"
    assert [one.name for one in listed] == ["a", "b", "c", "default"]
    assert consul.reads == []


def test_a_source_that_hangs_in_the_middle_of_the_list_is_not_asked_again(make: Make, consul: Consul) -> None:
    styles = make()
    for name in ("a", "b", "c"):
        consul.put(name, {})
        styles.today(name)
    consul.reads.clear()
    consul.outage_after = 1
    listed, fault = styles.all()
    assert fault == "hung"
    assert [one.fault for one in listed] == [None, "hung", "hung", "hung"]
    assert consul.reads == [("a",), ("b",)]


def test_a_deleted_style_that_still_serves_is_in_the_list(make: Make, consul: Consul) -> None:
    styles = make()
    consul.put("brand", {})
    styles.today("brand")
    del consul.documents["brand"]
    listed = {one.name: one.fault for one in styles.all()[0]}
    assert "deleted" in str(listed["brand"])


def test_a_style_that_is_deleted_while_the_list_is_made_is_left_out(make: Make, consul: Consul) -> None:
    consul.put("a", {})
    consul.names = lambda: ["a", "gone"]  # type: ignore[method-assign]
    assert [one.name for one in make().all()[0]] == ["a", "default"]


def test_the_list_has_good_and_faulty_styles(make: Make, consul: Consul) -> None:
    consul.put("good", {})
    consul.put("bad", b"[]")
    listed, fault = make().all()
    assert fault is None
    assert {one.name: one.fault is None for one in listed} == {"bad": False, "default": True, "good": True}


def test_files_alone_keep_the_last_good_style_too(make: Make, embedded: Path) -> None:
    from app.edge.file_styles import FileStyles

    styles = make(FileStyles(embedded))
    assert color(styles, "default") == "#010101"
    (embedded / "default.json").write_text("[]")
    assert color(styles, "default") == "#010101"
    assert "expected a JSON object" in str(styles.today("default").fault)


def test_two_documents_that_say_the_same_have_one_digest(make: Make, consul: Consul) -> None:
    def digest(document: Any) -> str:
        consul.put("brand", document)
        return make().today("brand").style.digest

    said = json.dumps({"title": {"color": "#333333"}, "lines": {"width": 1.5}}, indent=4).encode()
    assert digest(said) == digest({}) != digest({"lines": {"width": 2}})
