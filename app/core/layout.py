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
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from app.core.axis_labels import (
    AxisLabels,
    Fitter,
    depth_below,
    overhang,
    place_below,
    place_left,
    thinned,
)
from app.core.bands import Bands, bands, place_axis_labels, place_title
from app.core.chart import Chart, Dimension
from app.core.colorbar import Colorbar, colorbar_width, place_colorbar
from app.core.cover import is_covered, pieces
from app.core.legend import Legend, block, entries, inside
from app.core.metrics import Box, Label, TextMetrics
from app.core.number_format import NumberFormat
from app.core.style import StyleDocument
from app.core.view import View, views

SHEDS = 5
GRID = 16


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


@dataclass(frozen=True, slots=True)
class _Frame:
    """One pass: the box and the labels around it."""

    box: Box
    across: AxisLabels
    up: AxisLabels
    bands: Bands


@dataclass(frozen=True, slots=True)
class _Picture:
    """What all passes share."""

    chart: Chart
    style: StyleDocument
    width: int
    height: int
    scale: float
    metrics: TextMetrics
    views: tuple[View, View]
    across: Fitter
    up: Fitter
    logo_shape: float

    @property
    def pad(self) -> float:
        """Between the picture's edge and anything in it."""
        return min(0.75 * self.style.font.size * self.scale, 0.05 * min(self.width, self.height))

    @property
    def sample(self) -> float:
        """The length of a line in the legend, in line heights: long enough to tell dashes apart where there are any."""
        lines = self.style.lines.style
        solid = lines == "-" and len(self.chart.marks) <= len(self.style.palette)
        return 1.7 if solid and not any(mark.dash for mark in self.chart.marks) else 2.8

    @property
    def offset(self) -> float:
        """Between the box and its tick labels."""
        ticks = self.style.ticks
        apart = max(3.5 * self.scale, 0.22 * self.metrics.line("tick").height)
        return ticks.length * (ticks.direction == "out") * self.scale + apart


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
    picture = _Picture(
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


def _attempt(picture: _Picture, shed: int) -> Layout | None:
    """The layout with what `shed` leaves, or None where that leaves too little room for the data."""
    rows = entries(picture.chart) if shed < 1 else []
    frame = _frame(picture, shed, (0.0, 0.0))
    legend = None
    if rows and frame is not None:
        legend = _legend_inside(picture, frame, rows)
        if legend is None:
            frame, legend = _legend_outside(picture, shed, rows)
    if frame is None:
        return None
    return _finish(picture, frame, legend, shed)


def _is_enough(picture: _Picture, box: Box, shed: int) -> bool:
    if shed == SHEDS - 1:
        return True
    least = 1.5 * picture.metrics.line("tick").height
    return box.width >= max(0.3 * picture.width, least) and box.height >= max(0.3 * picture.height, least)


def _frame(picture: _Picture, shed: int, legend: tuple[float, float]) -> _Frame | None:
    """The box, with `legend` (width at the right, height below) left free."""
    edge = bands(picture.chart, picture.style, (picture.width, picture.height), picture.scale, picture.metrics,
                 picture.pad, picture.logo_shape, shed)  # fmt: skip
    bare = shed >= SHEDS - 1
    lower = edge.bottom + legend[1]
    top = picture.height - edge.top
    offset = 0.0 if bare else picture.offset
    lines = 2 if picture.across.dimension.type == "date" else 1
    guess = max(top - lower - offset - picture.metrics.line("tick").leading * lines, 1.0)
    beside = colorbar_width(picture.chart, guess, picture.metrics, picture.scale, bare)
    right = picture.width - edge.right - legend[0] - beside
    widest = 0.35 * picture.width
    up = picture.up.up(guess, widest)
    left = edge.left + _wide(picture, up, bare)
    length = max(right - left, 1.0)
    across = picture.across.along(length, 0.35 * picture.height)
    bottom = lower + (0.0 if bare else offset + depth_below(across, picture.across))
    if not bare:
        up = picture.up.up(max(top - bottom, 1.0), widest)
        left = edge.left + _wide(picture, up, bare)
        half = picture.metrics.line("tick").height / 2
        top = min(top, picture.height - picture.pad - half)
        bottom = max(bottom, picture.pad + half)
        left, right = _pulled_in(overhang(across, picture.across), left, right, picture)
    if right - left < 1 or top - bottom < 1:
        left, right, bottom, top = _middle(picture) if bare else (0.0, 0.0, 0.0, 0.0)
    box = _on_grid(Box(left, bottom, right, top), picture)
    if not _is_enough(picture, box, shed):
        return None
    if bare:
        return _Frame(box, across.without_text(), up.without_text(), edge)
    across = thinned(across, lambda kept: _fits_across(kept, picture, box))
    taken = _taken(picture, edge, box, across)
    up = up.where(lambda share, lines: _is_free(share, lines, picture, box, taken))
    return _Frame(box, across, thinned(up, lambda kept: _fits_up(kept, picture, box)), edge)


def _middle(picture: _Picture) -> tuple[float, float, float, float]:
    """What is left of a picture of a few pixels: all of it but a rim."""
    return 1.0, max(picture.width - 1.0, 2.0), 1.0, max(picture.height - 1.0, 2.0)


def _wide(picture: _Picture, labels: AxisLabels, bare: bool) -> float:
    return 0.0 if bare else picture.offset + max(map(picture.up.widest, labels.lines), default=0.0)


def _pulled_in(
    spans: list[tuple[float, float, float]], left: float, right: float, picture: _Picture
) -> tuple[float, float]:
    """The box's sides, so that the labels below it stay inside the picture."""
    low, high = picture.pad / 2, picture.width - picture.pad / 2
    for share, before, _ in spans:
        if share < 1 and left + share * (right - left) - before < low:
            left = max(left, (low + before - share * right) / (1 - share))
    for share, _, after in spans:
        if share > 0 and left + share * (right - left) + after > high:
            right = min(right, (high - after - left * (1 - share)) / share)
    return left, right


def _on_grid(box: Box, picture: _Picture) -> Box:
    """The box with its edges on the pixel grid, rounded inwards."""
    grid = GRID if box.width >= 20 * GRID and box.height >= 12 * GRID else 1
    return Box(
        math.ceil(box.left / grid) * grid,
        math.ceil(box.bottom / grid) * grid,
        max(math.floor(box.right / grid) * grid, math.ceil(box.left / grid) * grid + 1),
        max(math.floor(box.top / grid) * grid, math.ceil(box.bottom / grid) * grid + 1),
    )


def _fits_across(labels: AxisLabels, picture: _Picture, box: Box) -> bool:
    if labels.angle:
        slots = [share * box.width for share, lines in zip(labels.shares, labels.lines, strict=True) if lines]
        least = picture.across.line.height / math.sin(math.radians(labels.angle))
        apart = all(after - before >= least for before, after in pairwise(slots))
    else:
        apart = picture.across.is_apart(labels, box.width)
    inside = all(
        box.left + share * box.width >= before and box.left + share * box.width + after <= picture.width
        for share, before, after in overhang(labels, picture.across)
    )
    return apart and inside


def _fits_up(labels: AxisLabels, picture: _Picture, box: Box) -> bool:
    """Whether no label beside a vertical axis reaches into the next one."""
    reach = -math.inf
    for share, lines in zip(labels.shares, labels.lines, strict=True):
        place = _beside(share, lines, picture, box)
        if lines and place.bottom < reach:
            return False
        reach = place.top if lines else reach
    return True


def _beside(share: float, lines: Sequence[str], picture: _Picture, box: Box) -> Box:
    """Where a label of the vertical axis stands."""
    line, end = picture.up.line, box.left - picture.offset
    half = (line.height + (len(lines) - 1) * line.leading) / 2
    middle = box.bottom + share * box.height
    return Box(end - picture.up.widest(lines), middle - half, end, middle + half)


def _is_free(share: float, lines: Sequence[str], picture: _Picture, box: Box, taken: Sequence[Box]) -> bool:
    place = _beside(share, lines, picture, box)
    return place.bottom >= 0 and place.top <= picture.height and not any(place.overlaps(other) for other in taken)


def _taken(picture: _Picture, edge: Bands, box: Box, across: AxisLabels) -> list[Box]:
    """What a label of the vertical axis could run into at the axis' ends: the title, the logo, the labels below.

    Each less the room that letters leave in their line, so that two zeros may meet at an origin.
    """
    numbers = picture.across.dimension.type == picture.up.dimension.type == "number"
    slack = (0.35 if numbers else 0.15) * picture.up.line.height
    labels = place_title(edge, picture.style, box, picture.metrics)
    if not across.angle:
        labels += place_below(across, picture.across, box, picture.offset)
    taken = [] if edge.logo is None else [edge.logo]
    for label in labels:
        line, wide = picture.metrics.line(label.role), picture.metrics.width(label.text, label.role)
        bottom, top = label.y - line.descent, label.y + line.ascent
        taken.append(Box(label.x, bottom + 0.15 * picture.up.line.height, label.x + wide, max(top - slack, bottom)))
    return taken


def _legend_inside(picture: _Picture, frame: _Frame, rows: list[tuple[int, str]]) -> Legend | None:
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


def _legend_outside(picture: _Picture, shed: int, rows: list[tuple[int, str]]) -> tuple[_Frame | None, Legend | None]:
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
    return _frame(picture, shed, (0.0, 0.0)), None


def _legend_at_right(
    picture: _Picture, shed: int, rows: list[tuple[int, str]], legend: Legend
) -> tuple[_Frame, Legend] | None:
    """At the right of the box and no taller, so that it leaves the labels below alone."""
    gap = 0.6 * picture.metrics.line("legend").height
    frame = _frame(picture, shed, (legend.box.width + gap, 0.0))
    if frame is not None and legend.box.height > frame.box.height:
        lower = _block_at_right(picture, rows, frame.box.height)
        if lower is None:
            return None
        legend, frame = lower, _frame(picture, shed, (lower.box.width + gap, 0.0))
    if frame is None or legend.box.height > frame.box.height:
        return None
    left = picture.width - frame.bands.right - legend.box.width
    return frame, legend.moved(left, frame.box.top - legend.box.height)


def _legend_below(
    picture: _Picture, shed: int, rows: list[tuple[int, str]], legend: Legend
) -> tuple[_Frame, Legend] | None:
    """Below everything, in the middle of the box where the picture is wide enough."""
    frame = _frame(picture, shed, (0.0, legend.box.height + 0.6 * picture.metrics.line("legend").height))
    if frame is None:
        return None
    centre = (frame.box.left + frame.box.right - legend.box.width) / 2
    left = min(max(centre, picture.pad), picture.width - picture.pad - legend.box.width)
    return frame, legend.moved(left, frame.bands.logo_below + picture.pad)


def _block_at_right(picture: _Picture, rows: list[tuple[int, str]], tall: float) -> Legend | None:
    columns = max(1, math.ceil(len(rows) * picture.metrics.line("legend").leading / tall))
    room = (min(0.45, 0.3 * columns) * picture.width, tall)
    return block(rows, columns, room, picture.metrics, picture.sample)


def _block_below(picture: _Picture, rows: list[tuple[int, str]]) -> Legend | None:
    line, wide = picture.metrics.line("legend"), picture.width - 2 * picture.pad
    longest = max(picture.metrics.width(name, "legend") for _, name in rows) + (picture.sample + 1.6) * line.height
    columns = max(1, min(len(rows), int(wide // min(longest, wide))))
    return block(rows, columns, (wide, 0.35 * picture.height), picture.metrics, picture.sample)


def _around(picture: _Picture, frame: _Frame) -> Box:
    """The box together with the tick labels at its left and below."""
    box = frame.box
    left = box.left - _wide(picture, frame.up, False)
    bottom = box.bottom - picture.offset - depth_below(frame.across, picture.across)
    return Box(left, bottom, box.right, box.top)


def _finish(picture: _Picture, frame: _Frame, legend: Legend | None, shed: int) -> Layout:
    """Everything at its place."""
    box, offset = frame.box, picture.offset
    texts = place_title(frame.bands, picture.style, box, picture.metrics)
    texts += place_below(frame.across, picture.across, box, offset)
    texts += place_left(frame.up, picture.up, box, offset)
    texts += place_axis_labels(frame.bands, box, _around(picture, frame), picture.width, picture.pad, picture.metrics)
    bar = None
    if picture.chart.field is not None:
        bar, more = place_colorbar(picture.chart.field, box, picture.width - frame.bands.right, picture.metrics,
                                   picture.scale, shed >= SHEDS - 1)  # fmt: skip
        texts += more
    return Layout(
        picture.width, picture.height, picture.scale, box, frame.across, frame.up, *picture.views, tuple(texts),
        legend, bar, frame.bands.logo,
    )  # fmt: skip
