"""The box and the labels around it: one pass of the layout, in the order that needs no settling.

What is taken from each edge first, what is only estimated then, and where labels can but become fewer, is told at the
top of `app.core.layout`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.core.axis_labels import AxisLabels, Fitter, depth_below, overhang, place_below, thinned
from app.core.bands import Bands, bands, place_title
from app.core.chart import Chart
from app.core.colorbar import colorbar_width
from app.core.metrics import Box, TextMetrics
from app.core.number_format import NumberFormat
from app.core.style import StyleDocument
from app.core.view import View

SHEDS = 5
"""Everything; without legend; without axis labels too; without title; without tick labels."""
GRID = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """One pass: the box and the labels around it."""

    box: Box
    across: AxisLabels
    up: AxisLabels
    bands: Bands


@dataclass(frozen=True, slots=True)
class Picture:
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
    def numbers(self) -> NumberFormat:
        """How values are written."""
        numbers = self.style.numbers
        return NumberFormat(numbers.thousands, numbers.decimals, numbers.percent)

    @property
    def offset(self) -> float:
        """Between the box and its tick labels."""
        ticks = self.style.ticks
        apart = max(3.5 * self.scale, 0.22 * self.metrics.line("tick").height)
        return ticks.length * (ticks.direction == "out") * self.scale + apart


def _is_enough(picture: Picture, box: Box, shed: int) -> bool:
    if shed == SHEDS - 1:
        return True
    least = 1.5 * picture.metrics.line("tick").height
    return box.width >= max(0.3 * picture.width, least) and box.height >= max(0.3 * picture.height, least)


def make_frame(picture: Picture, shed: int, legend: tuple[float, float]) -> Frame | None:
    """The box, with `legend` (width at the right, height below) left free."""
    edge = bands(picture.chart, picture.style, (picture.width, picture.height), picture.scale, picture.metrics,
                 picture.pad, picture.logo_shape, shed)  # fmt: skip
    bare = shed >= SHEDS - 1
    lower = edge.bottom + legend[1]
    top = picture.height - edge.top
    offset = 0.0 if bare else picture.offset
    lines = 2 if picture.across.dimension.type == "date" else 1
    guess = max(top - lower - offset - picture.metrics.line("tick").leading * lines, 1.0)
    beside = colorbar_width(picture.chart, guess, picture.metrics, picture.numbers, picture.scale, bare)
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
        return Frame(box, across.without_text(), up.without_text(), edge)
    across = thinned(across, lambda kept: _fits_across(kept, picture, box))
    taken = _taken(picture, edge, box, across)
    up = up.where(lambda share, lines: _is_free(share, lines, picture, box, taken))
    return Frame(box, across, thinned(up, lambda kept: _fits_up(kept, picture, box)), edge)


def _middle(picture: Picture) -> tuple[float, float, float, float]:
    """What is left of a picture of a few pixels: all of it but a rim."""
    return 1.0, max(picture.width - 1.0, 2.0), 1.0, max(picture.height - 1.0, 2.0)


def _wide(picture: Picture, labels: AxisLabels, bare: bool) -> float:
    return 0.0 if bare else picture.offset + max(map(picture.up.widest, labels.lines), default=0.0)


def _pulled_in(
    spans: list[tuple[float, float, float]], left: float, right: float, picture: Picture
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


def _on_grid(box: Box, picture: Picture) -> Box:
    """The box with its edges on the pixel grid, rounded inwards."""
    grid = GRID if box.width >= 20 * GRID and box.height >= 12 * GRID else 1
    return Box(
        math.ceil(box.left / grid) * grid,
        math.ceil(box.bottom / grid) * grid,
        max(math.floor(box.right / grid) * grid, math.ceil(box.left / grid) * grid + 1),
        max(math.floor(box.top / grid) * grid, math.ceil(box.bottom / grid) * grid + 1),
    )


def _fits_across(labels: AxisLabels, picture: Picture, box: Box) -> bool:
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


def _fits_up(labels: AxisLabels, picture: Picture, box: Box) -> bool:
    """Whether no label beside a vertical axis reaches into the next one."""
    reach = -math.inf
    for share, lines in zip(labels.shares, labels.lines, strict=True):
        place = _beside(share, lines, picture, box)
        if lines and place.bottom < reach:
            return False
        reach = place.top if lines else reach
    return True


def _beside(share: float, lines: Sequence[str], picture: Picture, box: Box) -> Box:
    """Where a label of the vertical axis stands."""
    line, end = picture.up.line, box.left - picture.offset
    half = (line.height + (len(lines) - 1) * line.leading) / 2
    middle = box.bottom + share * box.height
    return Box(end - picture.up.widest(lines), middle - half, end, middle + half)


def _is_free(share: float, lines: Sequence[str], picture: Picture, box: Box, taken: Sequence[Box]) -> bool:
    place = _beside(share, lines, picture, box)
    return place.bottom >= 0 and place.top <= picture.height and not any(place.overlaps(other) for other in taken)


def _taken(picture: Picture, edge: Bands, box: Box, across: AxisLabels) -> list[Box]:
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


def around(picture: Picture, frame: Frame) -> Box:
    """The box together with the tick labels at its left and below."""
    box = frame.box
    left = box.left - _wide(picture, frame.up, False)
    bottom = box.bottom - picture.offset - depth_below(frame.across, picture.across)
    return Box(left, bottom, box.right, box.top)
