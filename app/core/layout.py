"""From a chart, a style and a measure of text to every place in the picture: one pure function.

The order is fixed, so nothing needs to settle:

1. Bands are taken from the edges: title and logo above, axis labels left and below, a legend outside, a colour bar.
2. The vertical axis' ticks are chosen for an estimated height; that gives the left band. The horizontal axis' labels
   are chosen for the length that is left; that gives the lower band and so the true height.
3. The vertical ticks are chosen for the true height. The box is pulled in until no label hangs over the picture's edge,
   and its edges go inwards to a grid of pixels, so that charts alike share a box (and later a template).
4. Labels are checked once more in the final box, where they can only become fewer.

A legend is tried inside first. Where it would cover data, everything is laid out once more with a band for it. In a
picture too small for all of this, decorations are shed one by one: legend, axis labels, title, tick labels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from app.core.axis_labels import AxisLabels, Fitter, place_below, place_left
from app.core.bands import place_axis_labels, place_title
from app.core.chart import Chart, Dimension
from app.core.colorbar import Colorbar, place_colorbar
from app.core.cover import is_covered, pieces
from app.core.frame import SHEDS, Frame, Picture, around, make_frame
from app.core.legend import Legend, block, entries, inside
from app.core.metrics import Box, Label, TextMetrics
from app.core.number_format import NumberFormat
from app.core.style import StyleDocument
from app.core.view import View, views


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is, in pixels from the lower left."""

    width: int
    height: int
    scale: float
    """Pixels a point."""
    box: Box
    across: AxisLabels
    """The horizontal axis' ticks."""
    up: AxisLabels
    """The vertical axis' ticks."""
    x_view: View
    y_view: View
    texts: tuple[Label, ...]
    legend: Legend | None
    colorbar: Colorbar | None
    logo: Box | None


def lay_out(
    chart: Chart,
    style: StyleDocument,
    size: tuple[int, int],
    scale: float,
    metrics: TextMetrics,
    logo_shape: float = 0.0,
) -> Layout:
    """The layout of `chart` in a picture of `size` device pixels at `scale` pixels a point.

    `logo_shape` is the logo's width over its height, 0 without one.
    """
    margins = style.axes.margins
    both = (margins, margins) if isinstance(margins, float | int) else (margins[0], margins[1])
    x_view, y_view = views(chart, both, style.bars.width)
    if chart.horizontal:
        x_view, y_view = _reading_down(chart.x, x_view), y_view
        across, up = (chart.y, y_view, True), (chart.x, x_view, False)
    else:
        y_view = _reading_down(chart.y, y_view)
        across, up = (chart.x, x_view, False), (chart.y, y_view, chart.field is None)
    picture = Picture(
        chart, style, *size, scale, metrics, (x_view, y_view), _fitter(chart, across, style, metrics),
        _fitter(chart, up, style, metrics), logo_shape,
    )  # fmt: skip
    for shed in range(SHEDS):
        layout = _attempt(picture, shed)
        if layout is not None:
            return layout
    raise AssertionError("the last shed always fits")


def _reading_down(dimension: Dimension, view: View) -> View:
    """Categories on a vertical axis read from the top down."""
    return replace(view, inverted=not view.inverted) if dimension.type == "category" else view


def _fitter(chart: Chart, axis: tuple[Dimension, View, bool], style: StyleDocument, metrics: TextMetrics) -> Fitter:
    """Percent and a fixed number of decimals are for values; years or places on the other axis stay as they are."""
    dimension, view, holds_values = axis
    numbers = style.numbers
    written = (
        NumberFormat(numbers.thousands, numbers.decimals, numbers.percent)
        if holds_values
        else NumberFormat(numbers.thousands)
    )
    bars = [mark.x for mark in chart.marks if mark.is_bar and not holds_values]
    places = np.unique(np.concatenate(bars)) if bars else np.array([])
    return Fitter(
        dimension,
        view,
        written,
        metrics,
        most=style.ticks.most,
        integral=dimension.integral and not holds_values,
        bars=tuple(places[np.isfinite(places)].tolist()),
    )


def _attempt(picture: Picture, shed: int) -> Layout | None:
    """The layout with what `shed` leaves, or None where that leaves too little room for the data."""
    rows = entries(picture.chart) if shed < 1 else []
    frame = make_frame(picture, shed, (0.0, 0.0))
    legend = None
    if rows and frame is not None:
        legend = _legend_inside(picture, frame, rows)
        if legend is None:
            frame, legend = _legend_outside(picture, shed, rows)
    if frame is None:
        return None
    return _finish(picture, frame, legend, shed)


def _legend_inside(picture: Picture, frame: Frame, rows: list[tuple[int, str]]) -> Legend | None:
    style = picture.style
    if style.legend.loc.startswith("outside"):
        return None
    box, pad = frame.box, 0.5 * picture.metrics.line("legend").height
    room = (0.6 * box.width, 0.7 * box.height)
    legend = block(rows, style.legend.ncols, room, picture.metrics, picture.sample)
    if legend is None or len(legend.swatches) < len(rows):
        return None
    # Not on the data, and not so close that the two are read as one.
    reach = max(style.lines.width, style.lines.markersize) * picture.scale / 2 + 0.4 * pad
    drawn = pieces(picture.chart, picture.views, box, style.bars.width, reach)
    for place in inside(legend, style.legend.loc, box, pad):
        if not is_covered(place.box, drawn):
            return place
    return None


def _legend_outside(picture: Picture, shed: int, rows: list[tuple[int, str]]) -> tuple[Frame | None, Legend | None]:
    """A frame with room for a legend at its right, or below where that leaves the data too narrow; without, at last."""
    blocks = [(_legend_at_right, _block_at_right(picture, rows, 0.75 * picture.height)),
              (_legend_below, _block_below(picture, rows))]  # fmt: skip
    if picture.style.legend.loc == "outside bottom":
        blocks.reverse()
    # Rather on the other side than with names cut short.
    for place, legend in sorted(blocks, key=lambda block: block[1] is not None and block[1].is_cut):
        found = None if legend is None else place(picture, shed, rows, legend)
        if found is not None:
            return found
    return make_frame(picture, shed, (0.0, 0.0)), None


def _legend_at_right(
    picture: Picture, shed: int, rows: list[tuple[int, str]], legend: Legend
) -> tuple[Frame, Legend] | None:
    """At the right of the box and no taller, so that it leaves the labels below alone."""
    gap = 0.6 * picture.metrics.line("legend").height
    frame = make_frame(picture, shed, (legend.box.width + gap, 0.0))
    if frame is not None and legend.box.height > frame.box.height:
        lower = _block_at_right(picture, rows, frame.box.height)
        if lower is None:
            return None
        legend, frame = lower, make_frame(picture, shed, (lower.box.width + gap, 0.0))
    if frame is None or legend.box.height > frame.box.height:
        return None
    left = picture.width - frame.bands.right - legend.box.width
    return frame, legend.moved(left, frame.box.top - legend.box.height)


def _legend_below(
    picture: Picture, shed: int, rows: list[tuple[int, str]], legend: Legend
) -> tuple[Frame, Legend] | None:
    """Below everything, in the middle of the box where the picture is wide enough."""
    frame = make_frame(picture, shed, (0.0, legend.box.height + 0.6 * picture.metrics.line("legend").height))
    if frame is None:
        return None
    centre = (frame.box.left + frame.box.right - legend.box.width) / 2
    left = min(max(centre, picture.pad), picture.width - picture.pad - legend.box.width)
    return frame, legend.moved(left, frame.bands.logo_below + picture.pad)


def _block_at_right(picture: Picture, rows: list[tuple[int, str]], tall: float) -> Legend | None:
    columns = max(1, math.ceil(len(rows) * picture.metrics.line("legend").leading / tall))
    room = (min(0.5, 0.3 * columns) * picture.width, tall)
    return block(rows, columns, room, picture.metrics, picture.sample)


def _block_below(picture: Picture, rows: list[tuple[int, str]]) -> Legend | None:
    line, wide = picture.metrics.line("legend"), picture.width - 2 * picture.pad
    longest = max(picture.metrics.width(name, "legend") for _, name in rows) + (picture.sample + 1.6) * line.height
    columns = max(1, min(len(rows), int(wide // min(longest, wide))))
    if picture.style.legend.ncols > 1:
        columns = min(columns, picture.style.legend.ncols)
    return block(rows, columns, (wide, 0.35 * picture.height), picture.metrics, picture.sample)


def _finish(picture: Picture, frame: Frame, legend: Legend | None, shed: int) -> Layout:
    """Everything at its place."""
    box, offset = frame.box, picture.offset
    texts = place_title(frame.bands, picture.style, box, picture.metrics)
    texts += place_below(frame.across, picture.across, box, offset)
    texts += place_left(frame.up, picture.up, box, offset)
    texts += place_axis_labels(frame.bands, box, around(picture, frame), picture.width, picture.pad, picture.metrics)
    bar = None
    if picture.chart.field is not None:
        right, bare = picture.width - frame.bands.right, shed >= SHEDS - 1
        field, numbers = picture.chart.field, picture.numbers
        bar, more = place_colorbar(field, box, right, picture.metrics, numbers, picture.scale, bare)
        texts += more
    return Layout(
        picture.width, picture.height, picture.scale, box, frame.across, frame.up, *picture.views, tuple(texts),
        legend, bar, frame.bands.logo,
    )  # fmt: skip
