"""What a spec means: typed axes, gaps, stacks, bars, and the refusals that need values to be seen together."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from app.core.chart import Chart, understand
from app.core.errors import Refusal
from app.core.limits import Limits, pixel_size
from app.core.spec import canonical, parse_packed, parse_query, parse_spec


def chart(limits: Limits | None = None, **spec: Any) -> Chart:
    return understand(parse_spec(json.dumps(spec).encode()), limits or Limits())


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_numbers_on_both_axes_are_numbers_and_null_is_a_gap() -> None:
    (mark,) = chart(x=[1, 2.5, 3], y=[4, None, -1e300]).marks
    assert mark.x.tolist() == [1, 2.5, 3]
    assert np.isnan(mark.y).tolist() == [False, True, False]


def test_x_may_be_left_out_and_counts_from_one() -> None:
    assert chart(y=[5, 6, 7]).marks[0].x.tolist() == [1, 2, 3]


def test_series_share_the_specs_x_unless_they_have_their_own() -> None:
    first, second = chart(x=[1, 2], series=[{"y": [3, 4]}, {"x": [5, 6, 7], "y": [1, 2, 3]}]).marks
    assert (first.x.tolist(), second.x.tolist()) == ([1, 2], [5, 6, 7])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-31", moment("2026-01-31T00:00:00")),
        ("2026-01", moment("2026-01-01T00:00:00")),
        ("2026-01-31T12:30", moment("2026-01-31T12:30:00")),
        ("2026-01-31 12:30:05.250", moment("2026-01-31T12:30:05.250")),
        ("2026-01-31T12:00:00Z", moment("2026-01-31T12:00:00")),
        ("2026-01-31T12:00:00+08:00", moment("2026-01-31T04:00:00")),
        ("2026-01-31T12:00:00-0530", moment("2026-01-31T17:30:00")),
        ("0001-01-01", -62135596800.0),
        ("9999-12-31", 253402214400.0),
    ],
)
def test_iso_dates_are_seconds_and_no_offset_means_utc(text: str, seconds: float) -> None:
    understood = chart(x=[text], y=[1])
    assert understood.x.type == "date"
    assert understood.marks[0].x.tolist() == [pytest.approx(seconds, abs=1e-3)]


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        ([1, 2], "number"),
        (["2026-01-01", None], "date"),
        ([None, "2026-01"], "date"),
        (["a", "b"], "category"),
        (["2026", "2027"], "category"),
        ([None, None], "number"),
        ([], "number"),
    ],
)
def test_an_axis_type_is_inferred_from_what_it_holds(x: list[Any], kind: str) -> None:
    assert chart(x=x, y=[1.0] * len(x)).x.type == kind


def test_an_axis_type_may_be_told() -> None:
    assert chart(x=[2020, 2021], y=[1, 2], x_type="category").x.categories == ("2020", "2021")
    assert chart(x=["2026-01-01"], y=[1], x_type="category").x.type == "category"
    assert chart(y=["low", "high"], y_type="category").y.categories == ("low", "high")


def test_categories_are_one_for_all_series_in_the_order_they_appear() -> None:
    understood = chart(series=[{"x": ["b", "a"], "y": [1, 2]}, {"x": ["a", "c", None], "y": [3, 4, 5]}])
    assert understood.x.categories == ("b", "a", "c")
    assert understood.marks[1].x.tolist()[:2] == [1, 2]
    assert np.isnan(understood.marks[1].x[2])


def test_stacked_bars_go_up_above_zero_and_down_below_it_and_gaps_add_nothing() -> None:
    bars = chart(
        kind="bar",
        stack="stacked",
        x=["a", "b"],
        series=[{"y": [3, -1]}, {"y": [None, 2]}, {"y": [4, -5]}],
    ).marks
    first, second, third = (mark.base for mark in bars)
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.tolist(), second[1], third.tolist()) == ([0, 0], 0, [3, -1])
    assert bars[2].y.tolist() == [7, -6]
    assert np.isnan(bars[1].y[0])


def test_stacked_bars_with_other_places_stack_by_place() -> None:
    first, second = chart(
        kind="bar", stack="stacked", series=[{"x": ["a", "b"], "y": [1, 2]}, {"x": ["b", "c"], "y": [3, 4]}]
    ).marks
    assert second.base is not None
    assert second.base.tolist() == [2, 0]
    assert first.y.tolist() == [1, 2]


def test_bars_side_by_side_share_the_room_between_places() -> None:
    first, second = chart(kind="bar", x=[10, 12, 20], series=[{"y": [1, 2, 3]}, {"y": [1, 2, 3]}]).marks
    assert (first.room, first.rank, second.rank) == (2.0, (0, 2), (1, 2))
    left, right = first.edges(0.8)
    assert (left[0], right[0]) == (pytest.approx(9.2), pytest.approx(10.0))


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "y", "no data"),
    ({"y": [1], "series": [{"y": [1]}]}, "y", "either y or series"),
    ({"x": [1, 2], "y": [1]}, "y", "1 values, but x has 2"),
    ({"x": [1], "series": [{"y": [1]}, {"y": [1, 2]}]}, "series[1].y", "2 values, but x has 1"),
    ({"y": [1, "abc"]}, "y[1]", 'expected a number, got "abc"'),
    ({"y": ["1", "2"]}, "y[0]", 'expected a number, got "1"'),
    ({"series": [{"y": [1]}, {"y": [1]}, {"y": [1, "x"]}]}, "series[2].y[1]", "expected a number"),
    ({"x": [1, "a"], "y": [1, 2]}, "x[1]", "expected a number"),
    ({"x": ["2026-01-01", "soon"], "y": [1, 2]}, "x[1]", "expected an ISO date"),
    ({"x": ["2026-02-30"], "y": [1]}, "x[0]", "is no date"),
    ({"x": ["0001-01-01T00:00:00+14:00"], "y": [1]}, "x[0]", "outside the years"),
    ({"y": [1, 2e300]}, "y[1]", "within ±1e300"),
    ({"y": [1, 0, 2], "y_scale": "log"}, "y[1]", "above 0, got 0"),
    ({"series": [{"y": [1]}, {"y": [-1]}], "y_scale": "log"}, "series[1].y[0]", "symlog"),
    ({"x": [-1], "y": [1], "x_scale": "log"}, "x[0]", "above 0"),
    ({"x": ["a"], "y": [1], "x_scale": "log"}, "x_scale", "holds categories"),
    ({"y": [1], "y_limits": [3, 3]}, "y_limits", "needs a range"),
    ({"y": [1], "y_scale": "log", "y_limits": [0, 10]}, "y_limits[0]", "above 0"),
    ({"x": ["a"], "y": [1], "x_limits": [0, 1]}, "x_limits[0]", "no limits"),
    ({"x": ["2026-01-01"], "y": [1], "x_limits": ["2026", None]}, "x_limits[0]", "ISO date"),
    ({"kind": "bar", "x": ["a", "b", "a"], "y": [1, 2, 3]}, "x[2]", '"a" stands here again'),
    ({"kind": "bar", "x": [1, 10], "y": [1, 2], "x_scale": "log"}, "x_scale", "linear axis"),
    ({"kind": "bar", "x": ["2026-01-05", "2026-01-05"], "y": [1, 2]}, "x[1]", '"2026-01-05" stands here again'),
    ({"y": [1], "y_scale": "log", "y_limits": [1000, 1000.0000000000001]}, "y_limits", "needs a range"),
    ({"kind": "bar", "y": ["a"], "y_type": "category"}, "y", "needs numbers"),
    ({"kind": "line", "stack": "stacked", "y": [1]}, "stack", "only bar, barh and area"),
    ({"kind": "bar", "series": [{"y": [1]}, {"y": [1], "kind": "barh"}]}, "kind", "can't be mixed"),
    (
        {"kind": "area", "stack": "stacked", "series": [{"y": [1, 2]}, {"x": [1, 5], "y": [1, 2]}]},
        "series[1].y",
        "same x",
    ),
    ({"series": [{"y": [1], "color": "red", "colour": "red"}]}, "series[0].colour", "not both"),
    ({"series": [{"y": [1], "kind": "heatmap"}]}, "series[0].kind", "a chart of its own"),
    ({"y": [1], "z": [[1]]}, "z", "only a heatmap"),
    ({"kind": "heatmap"}, "z", "needs z"),
    ({"kind": "heatmap", "z": [[1, 2], [3]]}, "z[1]", "1 values, but z[0] has 2"),
    ({"kind": "heatmap", "z": [[1, 2]], "x": ["a"]}, "x", "z has 2 columns"),
    ({"kind": "heatmap", "z": [[1, 2]], "x": [2, 1]}, "x", "ascending"),
    ({"kind": "heatmap", "z": [[1]], "series": [{"y": [1]}]}, "series", "takes z"),
]


@pytest.mark.parametrize(("spec", "path", "words"), REFUSED)
def test_what_does_not_fit_is_refused_with_its_place(spec: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        chart(**spec)
    assert (refused.value.path, words in refused.value.reason) == (path, True), refused.value.detail


@pytest.mark.parametrize(
    ("spec", "limits", "path", "setting"),
    [
        ({"y": [1, 2, 3]}, Limits(points=2), "y", "LIMN_MAX_POINTS"),
        ({"series": [{"y": [1]}, {"y": [1]}, {"y": [1]}]}, Limits(series=2), "series", "LIMN_MAX_SERIES"),
        ({"kind": "heatmap", "z": [[1, 2, 3]]}, Limits(points=2), "z", "LIMN_MAX_POINTS"),
        ({"y": [1], "title": "long"}, Limits(text=3), "title", "LIMN_MAX_TEXT"),
        ({"series": [{"y": [1], "name": "long"}]}, Limits(text=3), "series[0].name", "LIMN_MAX_TEXT"),
        ({"x": ["a", "long"], "y": [1, 2]}, Limits(text=3), "x[1]", "LIMN_MAX_TEXT"),
    ],
)
def test_a_limits_refusal_says_the_limit_the_value_and_the_setting(
    spec: dict[str, Any], limits: Limits, path: str, setting: str
) -> None:
    with pytest.raises(Refusal) as refused:
        chart(limits, **spec)
    evidence = refused.value.evidence
    assert (refused.value.path, evidence["setting"]) == (path, setting)
    assert isinstance(evidence["value"], int)
    assert isinstance(evidence["limit"], int)
    assert evidence["value"] > evidence["limit"]
    assert setting in refused.value.detail


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"y":[1' + b" " * 300_000 + b"@]}", "y[0]"),
        (b'{"title":"' + b'\\"' * 200_000 + b'\\x"}', "title"),
        (b'{"y":[' + b'"", ' * 100_000 + b"@]}", "y[100000]"),
        (b'{"title":"' + b"a" * 2_000_000 + b'", @', None),
    ],
    ids=["blanks", "escapes", "strings", "far"],
)
def test_the_place_of_an_error_is_found_in_one_pass(body: bytes, path: str | None) -> None:
    """Found in a pass for each byte before it, the first of these takes hours."""
    with pytest.raises(Refusal) as refused:
        parse_spec(body)
    assert (refused.value.status, refused.value.path) in ((400, path), (422, path))


def test_arabic_digits_are_letters_of_a_category() -> None:
    assert chart(x=["٢٠٢٦-٠١-٠١"], y=[1]).x.type == "category"


def test_pixels_are_counted_with_dpr() -> None:
    assert pixel_size((1200, 720), 2.0, (1.0, 1.0), Limits()) == (2400, 1440)
    assert pixel_size((None, None), 1.0, (1200.0, 720.0), Limits()) == (1200, 720)
    with pytest.raises(Refusal) as refused:
        pixel_size((12_000, 12_000), 1.0, (1.0, 1.0), Limits())
    assert refused.value.evidence["value"] == 144_000_000


def test_both_forms_of_a_link_are_the_bodys_spec() -> None:
    body = parse_spec(
        b'{"x": [1, 2, 3], "y": [4, null, 6], "kind": "bar", "title": "T", "width": 300, "legend": false}'
    )
    query = {
        "x": ["1,2,3"],
        "y": ["4,,6"],
        "kind": ["bar"],
        "title": ["T"],
        "width": ["300"],
        "legend": ["false"],
    }
    packed = (
        "eyJ4IjogWzEsIDIsIDNdLCAieSI6IFs0LCBudWxsLCA2XSwgImtpbmQiOiAiYmFyIiwgInRpdGxlIjogIlQiLCAid2lkdGgiOiAzMDAsICJs"
    )
    packed += "ZWdlbmQiOiBmYWxzZX0"
    assert canonical(parse_query(query)) == canonical(parse_packed(packed)) == canonical(body)


def test_a_repeated_y_is_one_series_each() -> None:
    spec = parse_query({"y": ["1,2", "3,4"], "name": ["A"]})
    assert spec.series is not None
    assert [(one.name, one.y) for one in spec.series] == [("A", [1.0, 2.0]), (None, [3.0, 4.0])]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"y": ["1,nan"]}, "y[1]"),
        ({"y": ["1,inf"]}, "y[1]"),
        ({"y": ["1_000"]}, "y[0]"),
        ({"y": ["1,1e999,3"]}, "y[1]"),
        ({"y": ["1"], "width": ["1e999"]}, "width"),
        ({"title": ["a", "b"], "y": ["1"]}, "title"),
        ({"y": ["1"], "name": ["a", "b"]}, "name"),
        ({"y": ["1"], "series": ["[]"]}, "series"),
        ({"y": ["1"], "colour": ["red"]}, "colour"),
        ({"y": ["1"], "width": ["wide"]}, "width"),
    ],
)
def test_a_links_faults_name_the_parameter(query: dict[str, list[str]], path: str) -> None:
    with pytest.raises(Refusal) as refused:
        understand(parse_query(query), Limits())
    assert refused.value.path == path


def test_an_areas_points_run_from_left_to_right() -> None:
    (mark,) = chart(kind="area", x=[3, 1, 2], y=[30, 10, 20]).marks
    assert (mark.x.tolist(), mark.y.tolist()) == ([1, 2, 3], [10, 20, 30])
