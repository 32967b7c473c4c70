"""The colour bar beside a heat map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from app.core.chart import Chart, Field
from app.core.metrics import Box, Label, Line, TextMetrics
from app.core.number_format import NumberFormat
from app.core.text import wrap
from app.core.ticks import linear_ticks

MOST_LINES = 2
"""Of the bar's title."""
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Colorbar:
    """The bar and the shares of its height at which it has ticks."""

    box: Box
    ticks: tuple[float, ...]


def _labels(field: Field, most: int, numbers: NumberFormat) -> tuple[tuple[float, ...], tuple[str, ...]]:
    ticks = linear_ticks(field.low, field.high, most, numbers)
    shares = (np.array(ticks.positions) / 2 - field.low / 2) / (field.high / 2 - field.low / 2)
    return tuple(float(share) for share in shares), ticks.labels


def _most(length: float, line: Line) -> int:
    return max(1, min(MOST_TICKS, int(length / (2 * line.height))))


def _title(field: Field, length: float, most: int, metrics: TextMetrics) -> list[str]:
    return wrap(field.label or "", length, most, partial(metrics.width, role="label"))


def colorbar_width(
    chart: Chart, length: float, metrics: TextMetrics, numbers: NumberFormat, scale: float, bare: bool
) -> float:
    """What the bar takes at the right of the box, in pixels; 0 without a heat map.

    `length` is about how long the bar will be: its title is wrapped to it.
    """
    if chart.field is None or bare:
        return 0.0
    line = metrics.line("tick")
    em = line.height
    texts = max(
        (metrics.width(text, "tick") for text in _labels(chart.field, _most(length, line), numbers)[1]), default=0.0
    )
    title = _title(chart.field, length, MOST_LINES, metrics)
    return 2.0 * em + 6 * scale + texts + (len(title) * metrics.line("label").leading + 0.3 * em if title else 0.0)


def place_colorbar(
    field: Field, box: Box, right: float, metrics: TextMetrics, numbers: NumberFormat, scale: float, bare: bool
) -> tuple[Colorbar | None, list[Label]]:
    """The bar at its place, and its texts, none of them beyond `right`."""
    if bare:
        return None, []
    line, label = metrics.line("tick"), metrics.line("label")
    left = round(box.right + 0.9 * line.height)
    bar = Box(left, box.bottom, left + round(1.1 * line.height), box.top)
    out, start = [], bar.right + 6 * scale
    for most in range(_most(box.height, line), -1, -1):
        shares, texts = _labels(field, most, numbers)
        wide = max((metrics.width(text, "tick") for text in texts), default=0.0)
        if start + wide <= right:
            break
    for share, text in zip(shares, texts, strict=True):
        y = box.bottom + share * box.height - (line.ascent - line.descent) / 2
        out.append(Label(text, round(start), round(y), "tick"))
    x = start + wide + 0.3 * line.height
    most = min(MOST_LINES, int((right - x + 1) / label.leading))
    for i, text in enumerate(_title(field, box.height, most, metrics)):
        middle = (box.bottom + box.top - metrics.width(text, "label")) / 2
        out.append(Label(text, round(x + label.ascent + i * label.leading), round(middle), "label", 90))
    return Colorbar(bar, shares), out
