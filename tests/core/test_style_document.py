"""The style document: bounds, merging, misspelled keys, and the schema made from it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest

from app.config import ROOT
from app.core.spec import ChartSpec
from app.core.style import (
    StyleDocument,
    StyleFault,
    check_document,
    json_schema,
    merge,
    parent_name,
    parse_document,
    unknown_keys,
)

SHIPPED = sorted((ROOT / "consul" / "styles").glob("*.json"))


def test_an_empty_document_is_the_sketchs_style() -> None:
    style = check_document({})
    assert style.palette[0] == "#007ACC"
    assert (style.lines.marker, style.lines.style, style.watermark.rotation) == ("o", "-", 30.0)
    assert (style.figure.figsize, style.figure.dpi) == ((10.0, 6.0), 120.0)


def test_the_default_style_is_accepted_as_it_is() -> None:
    document = parse_document((ROOT / "consul" / "styles" / "default.json").read_bytes())
    style = check_document(document)
    assert unknown_keys(document) == []
    assert (style.axes.grid, style.axes.grid_linestyle, style.axes.grid_alpha) == (True, "--", 0.6)
    assert (style.legend.fontsize, style.legend.frameon) == ("small", False)
    assert style.watermark.text == "Internal Use Only"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_style_fits_the_schema_and_has_no_unknown_key(path: Any) -> None:
    document = parse_document(path.read_bytes())
    jsonschema.validate(document, json_schema())
    assert unknown_keys(document) == []


def test_there_are_five_styles() -> None:
    assert [path.stem for path in SHIPPED] == ["colorblind", "dark", "default", "presentation", "print"]


def test_the_schema_in_the_repository_is_the_one_the_structs_make() -> None:
    committed = json.loads((ROOT / "consul" / "style.schema.json").read_text())
    assert committed == json.loads(json.dumps(json_schema())), (
        "run: python -m app style schema > consul/style.schema.json"
    )


def test_the_schema_underlines_a_misspelled_key() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    with pytest.raises(jsonschema.ValidationError, match="gird"):
        jsonschema.validate({"axes": {"gird": True}}, json_schema())


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"font": {"size": 0}}, "font.size: expected a number >= 1"),
        ({"font": {"size": True}}, "font.size"),
        ({"title": {"fontsize": "huge"}}, "title.fontsize"),
        ({"axes": {"margins": [0.1, 2]}}, "axes.margins[1]"),
        ({"axes": {"margins": [0.1]}}, "axes.margins"),
        ({"axes": {"spines": ["middle"]}}, "axes.spines[0]"),
        ({"legend": {"loc": "somewhere"}}, "legend.loc"),
        ({"palette": []}, "palette"),
        ({"palette": ["red", 3]}, "palette[1]"),
        ({"figure": {"figsize": [10]}}, "figure.figsize"),
        ({"watermark": {"alpha": 1.5}}, "watermark.alpha"),
        ({"bars": {"width": 0}}, "bars.width"),
        ({"numbers": {"decimals": 99}}, "numbers.decimals"),
        ({"title": []}, "title: expected an object, got []"),
        ({"extends": 5}, "extends"),
    ],
)
def test_a_value_out_of_bounds_is_a_fault_with_its_place(document: dict[str, Any], words: str) -> None:
    with pytest.raises(StyleFault) as fault:
        check_document(document)
    assert str(fault.value).startswith(words)


def test_objects_merge_key_by_key_and_everything_else_is_replaced() -> None:
    parent = {"axes": {"grid": True, "spines": ["left", "bottom"]}, "palette": ["red", "green"]}
    child = {"axes": {"spines": ["left"]}, "palette": ["blue"], "title": {"loc": "left"}}
    assert merge(parent, child) == {
        "axes": {"grid": True, "spines": ["left"]},
        "palette": ["blue"],
        "title": {"loc": "left"},
    }
    assert parent == {"axes": {"grid": True, "spines": ["left", "bottom"]}, "palette": ["red", "green"]}


def test_null_goes_back_to_the_default() -> None:
    merged = merge({"axes": {"grid": True}, "palette": ["red"]}, {"axes": {"grid": None}, "palette": None})
    assert check_document(merged) == check_document({})


@pytest.mark.parametrize("name", [5, "", "Brand", "../x", "a" * 65, "a\n", [], {}])
def test_what_is_no_styles_name_can_not_be_extended(name: object) -> None:
    with pytest.raises(StyleFault, match="extends"):
        parent_name({"extends": name})


def test_an_unknown_key_is_named_with_the_nearest() -> None:
    warnings = unknown_keys({"colour": 1, "axes": {"gird": True, "xyzzy": 1}})
    assert "axes.gird: no such key; did you mean grid?" in warnings
    assert "axes.xyzzy: no such key" in warnings


@pytest.mark.parametrize("root", [StyleDocument, ChartSpec])
def test_no_union_holds_a_bounded_number_beside_a_tuple_of_fixed_length(root: type) -> None:
    """msgspec 0.22 mixes the two up in memory and crashes the process, at some garbage collection later."""
    waiting, seen = [msgspec.inspect.type_info(root)], set()
    while waiting:
        info = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls not in seen:
                seen.add(info.cls)
                waiting += [field.type for field in info.fields]
        elif isinstance(info, msgspec.inspect.UnionType):
            waiting += info.types
            numbers = [t for t in info.types if isinstance(t, msgspec.inspect.FloatType | msgspec.inspect.IntType)]
            bounded = any(b is not None for t in numbers for b in (t.ge, t.gt, t.le, t.lt, t.multiple_of))
            assert not (bounded and any(isinstance(t, msgspec.inspect.TupleType) for t in info.types)), info
        elif isinstance(info, msgspec.inspect.ListType):
            waiting.append(info.item_type)
        elif isinstance(info, msgspec.inspect.TupleType):
            waiting += info.item_types
    assert len(seen) > 1
