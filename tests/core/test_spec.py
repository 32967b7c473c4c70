"""What a body or a link asks for: read in full, or refused with the place."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid, Malformed, Refusal
from app.core.spec import ChartSpec, Series, canonical, parse_packed, parse_query, parse_spec
from tests.core.random_charts import bodies


def test_the_short_form_is_two_lists() -> None:
    spec = parse_spec(b'{"x": [1, "a", null], "y": [1.5, 2, null]}')
    assert (spec.x, spec.y) == ([1.0, "a", None], [1.5, 2.0, None])
    assert (spec.kind, spec.style, spec.dpr, spec.width) == ("line", "default", 1.0, None)


def test_a_series_has_a_look_of_its_own() -> None:
    spec = parse_spec(b'{"series": [{"y": [1], "name": "a", "kind": "bar", "colour": "red", "dash": "dotted"}]}')
    assert spec.series == [Series(y=[1.0], name="a", kind="bar", colour="red", dash="dotted")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"y": [1, 2], "title": "t"}', b'{"title":"t","y":[1.0,2e0]}'),
        (b'{"y": [1]}', b'{"y": [1], "kind": "line", "dpr": 1, "x": null, "legend": null}'),
        (b'{"y": [1], "title": "\\u00e9"}', '{"y": [1], "title": "é"}'.encode()),
    ],
)
def test_the_same_chart_has_the_same_canonical_bytes(one: bytes, other: bytes) -> None:
    assert canonical(parse_spec(one)) == canonical(parse_spec(other))


@pytest.mark.parametrize(
    "other",
    [b'{"y": [1, 3]}', b'{"y": [1, "2"]}', b'{"y": [1, 2], "dpr": 2}', b'{"series": [{"y": [1, 2]}]}'],
)
def test_another_chart_has_other_canonical_bytes(other: bytes) -> None:
    assert canonical(parse_spec(b'{"y": [1, 2]}')) != canonical(parse_spec(other))


@given(bodies())
def test_a_spec_survives_its_canonical_bytes(body: dict[str, object]) -> None:
    spec = parse_spec(json.dumps(body).encode())
    assert parse_spec(canonical(spec)) == spec


def test_every_key_is_documented_in_the_readme() -> None:
    keys = {field.name for field in msgspec.structs.fields(ChartSpec)} - {"format"}
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    table = readme.split("## The chart spec")[1].split("\n## ")[0]
    assert {key for key in keys if f"`{key}`" not in table} == set()


# --- Links


def test_a_link_holds_lists_and_words() -> None:
    spec = parse_query({"x": ["a,b,c"], "y": ["1,,-2.5e3"], "kind": ["bar"], "title": ["1,2"], "y_limits": ["0,"]})
    assert (spec.x, spec.y, spec.kind, spec.title) == (["a", "b", "c"], [1.0, None, -2500.0], "bar", "1,2")
    assert spec.y_limits == (0.0, None)


def test_several_y_are_several_series_named_in_their_order() -> None:
    spec = parse_query({"y": ["1,2", "3,4"], "name": ["first"]})
    assert spec.series == [Series(y=[1.0, 2.0], name="first"), Series(y=[3.0, 4.0])]


def test_one_name_makes_a_series() -> None:
    assert parse_query({"y": ["1"], "name": ["only"]}).series == [Series(y=[1.0], name="only")]


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_a_link_switches_the_legend(text: str, value: bool) -> None:
    assert parse_query({"y": ["1"], "legend": [text]}).legend is value


def test_a_link_asks_for_a_size() -> None:
    spec = parse_query({"y": ["1"], "width": ["640"], "height": ["480"], "dpr": ["1.5"]})
    assert (spec.width, spec.height, spec.dpr) == (640, 480, 1.5)


def test_an_empty_list_is_no_data_and_no_gap() -> None:
    assert parse_query({"x": [""], "y": [""]}).y == []


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1_000", "0x10", "1e"])
def test_what_only_python_takes_for_a_number_is_text(text: str) -> None:
    assert parse_query({"y": [text]}).y == [text]


@pytest.mark.parametrize(
    ("arguments", "path", "words"),
    [
        ({"y": ["1"], "kind": ["bar", "line"]}, "kind", "given 2 times; only y and name may repeat"),
        ({"y": ["1"], "name": ["a", "b"]}, "name", "2 names for 1 series"),
        ({"y": ["1"], "series": ["[]"]}, "series", "POST /plot"),
        ({"z": ["1"]}, "z", "POST /plot"),
        ({"y": ["1"], "knd": ["bar"]}, "knd", "did you mean kind?"),
        ({"y": ["1"], "width": ["wide"]}, "width", 'expected a whole number or null, got "wide"'),
        ({"y": ["1"], "width": ["10.5"]}, "width", "expected a whole number or null, got 10.5"),
        ({"y": ["1"], "legend": ["maybe"]}, "legend", 'expected true or false or null, got "maybe"'),
        ({"y": ["1"], "x_limits": ["1"]}, "x_limits", "length 2"),
    ],
)
def test_a_link_is_refused_by_its_parameter(arguments: dict[str, list[str]], path: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_query(arguments)
    assert caught.value.path == path
    assert words in caught.value.reason


@pytest.mark.parametrize("padding", ["", "=="])
def test_a_packed_link_is_base64url_with_or_without_padding(padding: str) -> None:
    body = b'{"y":[1],"title":"\xc3\xa9\xc3\xbf?>"}'
    text = base64.urlsafe_b64encode(body).decode().rstrip("=")
    assert parse_packed(text + padding[: -len(text) % 4]) == parse_spec(body)


@pytest.mark.parametrize("text", ["!", "e30*", "a", "e30=e30=", "ééé"])
def test_a_packed_link_that_is_not_base64url_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="base64url") as caught:
        parse_packed(text)
    assert caught.value.path == "spec"


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_spec_or_a_refusal(body: bytes) -> None:
    try:
        assert isinstance(parse_spec(body), ChartSpec)
    except Refusal as refusal:
        assert refusal.detail
        assert len(refusal.detail) < 500


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["y", "x", "name", "?"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([f.name for f in msgspec.structs.fields(ChartSpec)]), json_values, max_size=5))
def test_any_object_is_a_spec_or_a_refusal_that_names_a_place(body: dict[str, object]) -> None:
    try:
        parse_spec(json.dumps(body).encode())
    except Refusal as refusal:
        assert refusal.path
        assert refusal.path.split("[")[0].split(".")[0] in body
