"""Where data lie in the picture, so that a legend is never put on top of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.core.chart import Chart, Mark
from app.core.columns import Floats
from app.core.metrics import Box
from app.core.view import View, bars_in_view


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Upright strokes in pixels that together cover what a mark draws: arrays of shape (n,)."""

    x: Floats
    low: Floats
    high: Floats


def spans(chart: Chart, views: tuple[View, View], box: Box, bar_share: float, reach: float) -> list[Spans]:
    """What each mark covers, in pixels. `reach` is half of what a line or a marker is wide.

    Lines and areas are filled in between their points at every few pixels, so that a long segment counts all along.
    """
    out = []
    for mark in chart.marks:
        x, low, high = _mark(mark, views, bar_share)
        if chart.horizontal:
            # A bar lying on its side, as strokes along x: from its base to its end.
            start, end, at = box.left + low * box.width, box.left + high * box.width, box.bottom + x * box.height
            out.append(_lying(np.minimum(start, end), np.maximum(start, end), at, reach))
            continue
        px, bottom, top = box.left + x * box.width, box.bottom + low * box.height, box.bottom + high * box.height
        if not (mark.is_bar or mark.kind == "scatter"):
            px, bottom, top = _filled_in(px, bottom, top)
        out.append(Spans(px, np.minimum(bottom, top) - reach, np.maximum(bottom, top) + reach))
    return out


def _mark(mark: Mark, views: tuple[View, View], bar_share: float) -> tuple[Floats, Floats, Floats]:
    """A mark's x, lower and upper ends as shares of the axes; a bar gives its two sides and its middle."""
    x_view, y_view = views
    high = y_view.share(mark.y)
    if mark.is_bar:
        left, right = mark.edges(bar_share)
        sides = [left + (right - left) * part for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
        low = y_view.share(bars_in_view(mark, y_view))
        return x_view.share(np.concatenate(sides)), np.tile(low, 5), np.tile(high, 5)
    low = y_view.share(bars_in_view(mark, y_view)) if mark.base is not None else high
    return x_view.share(mark.x), low, high


def _lying(start: Floats, end: Floats, at: Floats, reach: float) -> Spans:
    parts = [start + (end - start) * part for part in np.linspace(0, 1, 40)]
    y = np.tile(at, len(parts))
    return Spans(np.concatenate(parts), y - reach, y + reach)


def _filled_in(x: Floats, low: Floats, high: Floats, step: float = 4.0) -> tuple[Floats, Floats, Floats]:
    """Points with more between them, at most `step` pixels apart along x; gaps stay gaps."""
    if x.size < 2:
        return x, low, high
    run = np.abs(np.diff(x)) + np.abs(np.diff(high))
    counts = np.where(np.isfinite(run), np.clip(np.nan_to_num(run) // step, 1, 500), 1).astype(np.int64)
    if counts.sum() > 200_000:
        return x, low, high
    index = np.repeat(np.arange(x.size - 1), counts)
    offset = np.arange(index.size) - np.repeat(np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    part = offset / np.repeat(counts, counts)

    def between(values: Floats) -> Floats:
        dense = values[index] + part * (values[index + 1] - values[index])
        # A segment's own start is known even where its end is a gap.
        dense[offset == 0] = values[index[offset == 0]]
        return np.append(dense, values[-1])

    return between(x), between(low), between(high)


def is_covered(area: Box, marks: Sequence[Spans]) -> bool:
    """Whether any mark reaches into `area`."""
    for mark in marks:
        inside = (mark.x > area.left) & (mark.x < area.right) & (mark.low < area.top) & (mark.high > area.bottom)
        if inside.any():
            return True
    return False
