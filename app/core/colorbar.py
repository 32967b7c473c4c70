"""The colour bar beside a heat map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.core.chart import Chart, Field
from app.core.metrics import Box, Label, TextMetrics
from app.core.ticks import linear_ticks


@dataclass(frozen=True, slots=True)
class Colorbar:
    """The bar and the shares of its height at which it has ticks."""

    box: Box
    ticks: tuple[float, ...]


def _labels(field: Field) -> tuple[tuple[float, ...], tuple[str, ...]]:
    ticks = linear_ticks(field.low, field.high, 7)
    shares = (np.array(ticks.positions) / 2 - field.low / 2) / (field.high / 2 - field.low / 2)
    return tuple(float(share) for share in shares), ticks.labels


def colorbar_width(chart: Chart, metrics: TextMetrics, scale: float, bare: bool) -> float:
    """What the bar, its labels and its title take at the right of the box, in pixels; 0 without a heat map."""
    if chart.field is None or bare:
        return 0.0
    em = metrics.line("tick").height
    texts = max((metrics.width(text, "tick") for text in _labels(chart.field)[1]), default=0.0)
    title = metrics.line("label").leading + 0.3 * em if chart.field.label else 0.0
    return 2.0 * em + 6 * scale + texts + title


def place_colorbar(
    field: Field, box: Box, metrics: TextMetrics, scale: float, bare: bool
) -> tuple[Colorbar | None, list[Label]]:
    """The bar at its place, and its texts."""
    if bare:
        return None, []
    line = metrics.line("tick")
    left = round(box.right + 0.9 * line.height)
    bar = Box(left, box.bottom, left + round(1.1 * line.height), box.top)
    shares, texts = _labels(field)
    out = []
    start = bar.right + 6 * scale
    for share, text in zip(shares, texts, strict=True):
        y = box.bottom + share * box.height - (line.ascent - line.descent) / 2
        out.append(Label(text, round(start), round(y), "tick"))
    if field.label:
        label = metrics.line("label")
        wide = metrics.width(field.label, "label")
        x = start + max((metrics.width(text, "tick") for text in texts), default=0.0) + 0.3 * line.height
        middle = (box.bottom + box.top - wide) / 2
        out.append(Label(field.label, round(x + label.ascent), round(max(middle, 1.0)), "label", 90))
    return Colorbar(bar, shares), out
