"""Marks as pixels: what shows, where, and what must never be lost or crash."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from app.core.chart import Mark
from app.draw.marks import look
from tests.draw.drawing import bounds, changed, chart_of, compiled, draw, is_color, laid, within

RED = (255, 0, 0)
BARE = {"palette": ["#ff0000"], "ticks": {"length": 0}, "axes": {"spines": [], "margins": 0.1}}
"""Red data on white, nothing else but labels."""
NO_MARKERS = {**BARE, "lines": {"marker": "none", "width": 2}}

SIZE = {"width": 480, "height": 320}


def red(spec: dict[str, Any], style: dict[str, Any] | None = None) -> np.ndarray:
    """Where the data's red is, within the axes' box; antialiased edges count."""
    style = style or BARE
    box = laid({**SIZE, **spec}, style).layout.box
    part = within(draw(spec, style), box).astype(int)
    return (part[..., 0] - part[..., 1]) > 60


def test_a_point_between_two_gaps_shows() -> None:
    lone = red({"y": [1, 2, None, 5, None, 2, 1]}, NO_MARKERS)
    without = red({"y": [1, 2, None, None, None, 2, 1], "y_limits": [0.6, 5.4]}, NO_MARKERS)
    assert lone.sum() > without.sum()
    left, _, right, _ = bounds(lone[: lone.shape[0] // 4])
    assert 0.4 * lone.shape[1] < (left + right) / 2 < 0.6 * lone.shape[1]


@pytest.mark.parametrize("kind", ["line", "step", "area"])
@pytest.mark.parametrize("values", [[7, None, None], [None, None, 7], [None, 7, None], [7]])
def test_a_point_that_stands_alone_shows(kind: str, values: list[Any]) -> None:
    assert red({"kind": kind, "y": values}, NO_MARKERS).any()


def test_a_gap_is_no_line() -> None:
    assert not red({"y": [1, 1, None, 1, 1]}, NO_MARKERS)[:, 180:220].any()
    assert red({"y": [1, 1, 1, 1, 1]}, NO_MARKERS)[:, 180:220].any()


def test_bars_thinner_than_a_pixel_do_not_fade_away() -> None:
    count = 2_000
    bars = red({"kind": "bar", "y": [1] * count, "y_limits": [0, 1]})
    assert bars.mean() > 0.9
    lone = red({"kind": "bar", "x": [0, 0.001, 10_000], "y": [1, None, 1], "y_limits": [0, 1]})
    assert lone.any(axis=0).sum() >= 2
    assert lone[:, lone.any(axis=0)].mean() > 0.9


def test_a_bar_stands_on_zero_and_is_as_high_as_its_value() -> None:
    bars = red({"kind": "bar", "x": ["a", "b"], "y": [4, -2], "y_limits": [-4, 4]})
    height, width = bars.shape
    left, top, _, bottom = bounds(bars[:, : width // 2])
    assert (top, bottom) == (0, pytest.approx(height / 2, abs=2))
    _, top, _, bottom = bounds(bars[:, width // 2 :])
    assert (top, bottom) == (pytest.approx(height / 2, abs=2), pytest.approx(0.75 * height, abs=2))
    assert left == pytest.approx(0.1 * width / 2, abs=2)


def test_bars_of_several_series_stand_side_by_side_and_stacked_ones_on_each_other() -> None:
    style = {**BARE, "palette": ["#ff0000", "#00ff00"]}
    spec = {"kind": "bar", "x": ["a"], "series": [{"y": [2]}, {"y": [3]}], "y_limits": [0, 5]}
    box = laid({**SIZE, **spec}, style).layout.box
    beside, stacked = (within(draw({**spec, "stack": stack}, style), box) for stack in ("none", "stacked"))
    first, second = (bounds(is_color(beside, color)) for color in (RED, (0, 255, 0)))
    assert first[2] == pytest.approx(second[0], abs=1)
    assert second[1] < first[1]
    first, second = (bounds(is_color(stacked, color)) for color in (RED, (0, 255, 0)))
    assert (first[0], first[2]) == (second[0], second[2])
    assert second[3] == pytest.approx(first[1], abs=1)
    assert second[1] == 0


def test_a_lying_bar_chart_is_the_standing_one_turned() -> None:
    spec = {"x": ["a", "b"], "y": [1, 3], "y_limits": [0, 4]}
    standing, lying = red({**spec, "kind": "bar"}), red({**spec, "kind": "barh"})
    # Categories read from the top down, values from the left.
    assert lying[: lying.shape[0] // 2].mean() == pytest.approx(standing[:, : standing.shape[1] // 2].mean(), abs=0.01)
    assert bounds(lying[lying.shape[0] // 2 :])[2] == pytest.approx(0.75 * lying.shape[1], abs=2)
    assert bounds(lying)[0] == 0


def test_bars_and_lines_share_one_chart() -> None:
    style = {**BARE, "palette": ["#ff0000", "#0000ff"], "lines": {"width": 3, "marker": "none"}}
    series = [{"kind": "bar", "y": [3, 4, 5]}, {"kind": "line", "y": [1, 2, 3]}]
    pixels = draw({"x": ["a", "b", "c"], "series": series}, style)
    assert is_color(pixels, RED).sum() > 5_000
    assert is_color(pixels, (0, 0, 255)).sum() > 500, "the line is in front of the bars"
    turned = draw({"x": ["a", "b", "c"], "series": series[::-1]}, {**style, "palette": ["#0000ff", "#ff0000"]})
    assert is_color(turned, (0, 0, 255)).sum() > 500, "in whatever order they are given"


def test_a_step_holds_its_value_until_the_next() -> None:
    steps = red({"kind": "step", "y": [0, 1], "x_limits": [1, 2], "y_limits": [-0.5, 1.5]}, NO_MARKERS)
    rows = np.flatnonzero(steps[:, : steps.shape[1] // 2].any(axis=1))
    assert rows.max() - rows.min() <= 4
    assert rows.mean() == pytest.approx(0.75 * steps.shape[0], abs=2)
    assert steps[:, -8:].any(axis=1).sum() > 0.4 * steps.shape[0]


def test_an_area_shines_through_unless_it_is_stacked() -> None:
    style = {**BARE, "bars": {"area_alpha": 0.3, "alpha": 1}}
    through = draw({"kind": "area", "y": [5, 5]}, style)
    full = draw({"kind": "area", "stack": "stacked", "series": [{"y": [5, 5]}]}, style)
    assert is_color(through, (255, 178, 178)).sum() > 10_000
    assert is_color(full, RED).sum() > 10_000


def test_fifty_series_can_be_told_apart() -> None:
    style = compiled({"lines": {"style": "-"}})
    looks = [look(Mark("line", i, None, "y", np.zeros(1), np.zeros(1)), style, None) for i in range(40)]
    assert len({(how.color, how.dash) for how in looks}) == 40
    many = compiled({"lines": {"style": ["-", "--", ":", "-."], "marker": ["o", "s", "^", "D", "v"]}})
    looks = [look(Mark("line", i, None, "y", np.zeros(1), np.zeros(1)), many, None) for i in range(50)]
    assert len({(how.color, how.dash, how.marker) for how in looks}) >= 40


def test_markers_melt_into_no_thick_line() -> None:
    style = {**BARE, "lines": {"marker": "o", "markersize": 8, "width": 1}}
    flat = {"y": [1.0] * 500}
    rows = red(flat, style).any(axis=1).sum()
    assert rows < 6, "500 markers of 8 points on 400 pixels are left out"
    asked = red({"series": [{**flat, "marker": "circle"}]}, style).any(axis=1).sum()
    assert asked > 10, "unless the series asks for them"
    assert red({"y": [1.0] * 8}, style).any(axis=1).sum() > 10


def test_a_series_own_look_is_put_over_the_styles() -> None:
    spec = {"series": [{"y": [1, 2, 3], "color": "#00f", "dash": "dotted", "marker": "none"}]}
    pixels = draw(spec, NO_MARKERS)
    blue = is_color(pixels, (0, 0, 255)).sum()
    assert 0 < blue < is_color(draw({"series": [{"y": [1, 2, 3], "colour": "blue"}]}, NO_MARKERS), (0, 0, 255)).sum()
    assert not is_color(pixels, RED).any()


def test_nothing_is_drawn_outside_the_axes_but_whole_markers_at_their_edge() -> None:
    style = {**BARE, "lines": {"marker": "o", "markersize": 12}}
    spec = {"y": [1, 50, 2, 3], "y_limits": [0, 10], "x_limits": [1, 4], **SIZE}
    pixels, box = draw(spec, style), laid(spec, style).layout.box
    mask = is_color(pixels, RED, tolerance=120)
    above = mask[: 320 - int(box.top) - 1]
    assert not above.any()
    beside = mask[:, : int(box.left) - 1]
    assert beside.any(), "the marker on the left edge is whole"


@pytest.mark.parametrize(
    "spec",
    [
        {"x": [], "y": []},
        {"y": [None, None]},
        {"y": [5]},
        {"x": [None, 2], "y": [1, None]},
        {"series": [{"y": []}, {"y": [1, 2], "x": [1, 2]}]},
        {"y": [0, 0, 0]},
        {"y": [1e300]},
        {"y": [-1e300, 1e300]},
        {"y": [1e-299, 2e-299]},
        {"x": ["2026-01-01"], "y": [1]},
        {"x": [""], "y": [1]},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["line", "scatter", "bar", "barh", "area", "step"])
@pytest.mark.parametrize("scale", ["linear", "symlog"])
def test_little_data_makes_a_chart(kind: str, spec: dict[str, Any], scale: str) -> None:
    if kind in ("bar", "barh", "area"):
        scale = "linear"
    pixels = draw({**spec, "kind": kind, "y_scale": scale, "width": 200, "height": 150})
    assert pixels.shape == (150, 200, 4)
    assert (pixels != pixels[0, 0]).any()


def test_one_cell_is_a_heat_map() -> None:
    for z in ([[1]], [[None]], [[0, 0], [0, 0]], [[-1e300, 1e300]]):
        assert draw({"kind": "heatmap", "z": z}).shape == (320, 480, 4)


def test_limits_from_above_turn_the_axis_round() -> None:
    rising = red({"y": [1, 2, 3], "y_limits": [0, 4]}, NO_MARKERS)
    falling = red({"y": [1, 2, 3], "y_limits": [4, 0]}, NO_MARKERS)
    assert (rising == falling[::-1]).mean() > 0.99
    assert (rising != falling).any()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["line", "scatter", "bar", "barh", "area", "step"])
def test_data_far_outside_the_limits_neither_crash_nor_hang(kind: str) -> None:
    spec = {"kind": kind, "x": [0, 0.5, 1], "y": [1e300, 0.5, -1e300], "y_limits": [0, 1]}
    assert red({**spec, "x_limits": [-1, 2]}).any()
    far = {"kind": kind, "x": [-1e300, 0.5, 1e300], "y": [0.2, 0.5, 0.8], "x_limits": [0, 1]}
    assert draw(far).shape == (320, 480, 4)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("dash", ["-", "--", ":"])
def test_a_dashed_line_that_runs_far_outside_is_drawn_in_time(dash: str) -> None:
    style = {**NO_MARKERS, "lines": {"style": dash, "marker": "none", "width": 1}}
    series = [{"y": [(-1) ** i * 1e200 for i in range(300)]}]
    draw({"series": series, "y_limits": [-1, 1]}, style)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["line", "area", "scatter", "step", "bar"])
def test_two_hundred_thousand_points_are_drawn(kind: str) -> None:
    values = np.round(np.sin(np.arange(200_000) * 1.7) * np.linspace(0.2, 1, 200_000), 3).tolist()
    ink = red({"kind": kind, "y": values}, {**BARE, "axes": {"spines": [], "margins": 0}})
    assert ink.any(axis=0).mean() > 0.98, "to the very end"
    assert ink.any(axis=1).mean() > 0.98


@pytest.mark.timeout(60)
def test_two_hundred_thousand_points_in_many_series_are_drawn() -> None:
    series = [{"y": [math.sin(i * 0.37 + k) + k for i in range(2_000)]} for k in range(100)]
    pixels = draw({"series": series, "width": 1200, "height": 720})
    assert changed(pixels, np.broadcast_to(pixels[0, 0], pixels.shape)).mean() > 0.3


def test_stacked_areas_fill_up_to_their_sum() -> None:
    series = [{"y": [1, 2, 3]}, {"y": [3, 2, 1]}]
    filled = red({"kind": "area", "stack": "stacked", "series": series, "y_limits": [0, 8]})
    assert filled.mean() == pytest.approx(0.5, abs=0.02)


def test_a_heat_map_has_its_cells_where_their_names_are() -> None:
    spec = {"kind": "heatmap", "z": [[0, 1], [2, 3]], "x": ["a", "b"], "y": ["top", "bottom"], **SIZE}
    pixels, one = draw(spec, {"heatmap": {"cmap": "gray"}}), laid(spec)
    part = within(pixels, one.layout.box)
    height, width = part.shape[:2]
    cells = [part[height * row // 4, width * column // 4, 0] for row in (1, 3) for column in (1, 3)]
    assert [round(cell / 85) for cell in cells] == [0, 1, 2, 3]
    gap = within(draw({**spec, "z": [[0, None], [2, 3]]}, {"heatmap": {"cmap": "gray"}}), one.layout.box)
    assert tuple(gap[height // 4, 3 * width // 4, :3]) == (255, 255, 255), "a gap shows the ground"


def test_no_seam_shows_between_cells() -> None:
    spec = {"kind": "heatmap", "z": [[5] * 37] * 23, **SIZE}
    part = within(draw(spec), laid(spec).layout.box, inset=2)
    assert len(np.unique(part.reshape(-1, 4), axis=0)) == 1


def test_marks_are_understood_once_for_layout_and_drawing() -> None:
    chart = chart_of({"kind": "bar", "stack": "stacked", "series": [{"y": [1, -1]}, {"y": [2, -2]}]})
    assert [mark.y.tolist() for mark in chart.marks] == [[1.0, -1.0], [3.0, -3.0]]
