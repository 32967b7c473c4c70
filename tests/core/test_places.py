"""A refusal names the place and the value, and says what is allowed there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid, Malformed, Refusal
from app.core.places import shown
from app.core.spec import parse_spec


def refused(body: bytes | dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_spec(body if isinstance(body, bytes) else json.dumps(body).encode())
    return caught.value


@pytest.mark.parametrize(
    ("body", "path", "words"),
    [
        (b"", None, "the body is empty"),
        (b" \n ", None, "the body is empty"),
        (b'{"y": [1, 2', None, "the body is not whole"),
        (b"nonsense", None, "not JSON at byte"),
        (b"{'y': [1]}", None, "not JSON at byte 1"),
        (b'{"y": [1, NaN]}', "y[1]", "NaN is not JSON; a gap is null"),
        (b'{"y": [Infinity]}', "y[0]", "Infinity is not JSON; a gap is null"),
        (b'{"series": [{"y": [1]}, {"y": [1, 2, -Infinity]}]}', "series[1].y[2]", "-Infinity is not JSON"),
        (b'{"title": "a, [b", "z": [[1], [2, NaN]]}', "z[1][1]", "NaN is not JSON"),
        (b'{"title": "say \\"NaN\\"", "y": [0, NaN]}', "y[1]", "NaN is not JSON"),
        (b'{"y": [1,,2]}', "y[1]", 'unexpected ","'),
        (b'{"y": [1, 2,]}', "y[2]", 'unexpected "]"'),
        (b'{"series": [{"y": [1]}, {"y" [1]}]}', "series[1]", 'unexpected "["'),
        (b'{"y": [1, tru]}', "y", "not JSON at byte"),
        (b'{"y": [1]} and more', None, "something follows the end of the JSON"),
        (b"\xff\xfe\x00", None, "not JSON at byte 0"),
        (b'{"y": [1], "title": "\xff"}', "title", "not UTF-8"),
    ],
)
def test_what_is_not_json_is_malformed_and_says_where(body: bytes, path: str | None, words: str) -> None:
    refusal = refused(body)
    assert isinstance(refusal, Malformed)
    assert refusal.status == 400
    assert words in refusal.detail
    assert refusal.path == path


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        (b"[]", None, "expected an object, got []"),
        (b'"text"', None, 'expected an object, got "text"'),
        (b"null", None, "expected an object"),
        ({"y": 5}, "y", "expected a list or null, got 5"),
        ({"y": "1,2"}, "y", 'expected a list or null, got "1,2"'),
        ({"y": [1, True]}, "y[1]", "expected a number or text or null, got true"),
        ({"y": [1, [2]]}, "y[1]", "expected a number or text or null, got [2]"),
        ({"series": {}}, "series", "expected a list or null, got {}"),
        ({"series": [{"y": [1]}, {"y": [1, {}]}]}, "series[1].y[1]", "expected a number or text or null, got {}"),
        ({"z": [[1], [2, "three"]]}, "z[1][1]", 'expected a number or null, got "three"'),
        ({"y": [1], "width": "100"}, "width", 'expected a whole number or null, got "100"'),
        ({"y": [1], "width": 99.5}, "width", "expected a whole number or null, got 99.5"),
        ({"y": [1], "height": 15}, "height", "expected a whole number >= 16, got 15"),
        ({"y": [1], "dpr": 8.5}, "dpr", "expected a number <= 8.0, got 8.5"),
        ({"y": [1], "dpr": 0}, "dpr", "expected a number >= 0.25, got 0"),
        ({"y": [1], "legend": "yes"}, "legend", 'expected true or false or null, got "yes"'),
        ({"y": [1], "title": 5}, "title", "expected text or null, got 5"),
        ({"y": [1], "x_limits": [1]}, "x_limits", "expected a list of length 2, got [1]"),
        ({"series": [{"x": [1]}]}, "series[0].y", "is required"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(body: bytes | dict[str, Any], path: str | None, reason: str) -> None:
    refusal = refused(body)
    assert isinstance(refusal, Invalid)
    assert refusal.status == 422
    assert (refusal.path, refusal.reason) == (path, reason)
    assert refusal.detail == (f"{path}: {reason}" if path else reason)


@pytest.mark.parametrize(
    ("body", "path", "near"),
    [
        ({"y": [1], "tittle": "t"}, "tittle", "title"),
        ({"y": [1], "xlabel": "t"}, "xlabel", "x_label"),
        ({"series": [{"y": [1]}, {"y": [1], "colur": "red"}]}, "series[1].colur", "colour"),
    ],
)
def test_a_misspelled_key_is_refused_with_the_nearest(body: dict[str, Any], path: str, near: str) -> None:
    refusal = refused(body)
    assert refusal.path == path
    assert refusal.reason == f"no such key; did you mean {near}?"


def test_a_key_like_no_other_is_refused_with_all_there_are() -> None:
    refusal = refused({"series": [{"y": [1], "zzzz": 1}]})
    assert refusal.path == "series[0].zzzz"
    assert refusal.reason == "no such key; the keys are y, x, name, kind, color, colour, dash, marker"
    assert refusal.evidence["allowed"] == ["y", "x", "name", "kind", "color", "colour", "dash", "marker"]


@pytest.mark.parametrize(
    ("body", "path", "words"),
    [
        ({"y": [1], "kind": "barr"}, "kind", '"barr" is not allowed here; allowed: "area", "bar"'),
        ({"series": [{"y": [1], "dash": "wavy"}]}, "series[0].dash", 'allowed: "dashdot", "dashed", "dotted", "solid"'),
        ({"y": [1], "x_scale": "ln"}, "x_scale", 'allowed: "linear", "log", "symlog"'),
    ],
)
def test_a_word_that_is_not_allowed_is_refused_with_those_that_are(body: dict[str, Any], path: str, words: str) -> None:
    refusal = refused(body)
    assert refusal.path == path
    assert words in refusal.reason


def test_a_deeply_nested_body_is_refused() -> None:
    assert refused(b'{"y": [' + b"[" * 100_000).status in (400, 422)
    assert refused(b'{"?": ' + b'{"a":' * 100_000).status in (400, 422)


def test_a_refusal_never_echoes_a_flood() -> None:
    refusal = refused({"y": ["1"], "title": ["x" * 10_000]})
    assert len(refusal.detail) < 120
    assert refusal.detail.endswith("…")


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=30))
def test_a_shown_value_is_short_and_on_one_line(value: object) -> None:
    text = shown(value)
    assert len(text) <= 40
    assert "\n" not in text


@given(st.integers(0, 300), st.text(alphabet='ab"\\[]{},: \n', max_size=8))
def test_the_place_is_found_behind_any_text(count: int, title: str) -> None:
    values = ", ".join(["1.5"] * count + ["NaN"])
    body = (
        f'{{"title": {json.dumps(title)}, "series": [{{"y": []}}, {{"name": {json.dumps(title)}, "y": [{values}]}}]}}'
    )
    assert refused(body.encode()).path == f"series[1].y[{count}]"
