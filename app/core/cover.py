"""Where data lie in the picture, so that a legend is never put on top of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.core.chart import Chart, Mark
from app.core.columns import Floats
from app.core.metrics import Box
from app.core.view import FAR, View, bars_in_view


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """What a mark draws, as pieces with straight upper and lower edges, in pixels: arrays of shape (n,).

    A piece of a line is as low as it is high, a point as narrow as it is flat, a bar is a rectangle. `left` <= `right`.
    """

    left: Floats
    right: Floats
    low: tuple[Floats, Floats]
    """At the left and the right end."""
    high: tuple[Floats, Floats]
    reach: float
    """Half of what the line or the marker is wide: that far it reaches beyond its piece."""


def pieces(chart: Chart, views: tuple[View, View], box: Box, bar_share: float, reach: float) -> list[Pieces]:
    """What each mark covers, in pixels. `reach` is half of what a line or a marker is wide."""
    return [_pieces(mark, views, box, chart.horizontal, bar_share, reach) for mark in chart.marks]


def _pieces(mark: Mark, views: tuple[View, View], box: Box, horizontal: bool, bar_share: float, reach: float) -> Pieces:
    x_view, y_view = views
    base = _share(y_view, bars_in_view(mark, y_view)) if mark.base is not None else None
    x, y = _share(x_view, mark.x), _share(y_view, mark.y)
    if mark.is_bar and base is not None:
        sides = np.sort(np.stack([_share(x_view, edge) for edge in mark.edges(bar_share)]), axis=0)
        ends = np.sort(np.stack([base, y]), axis=0)
        if horizontal:
            sides, ends = ends, sides
        left, right = box.left + sides * box.width
        low, high = box.bottom + ends * box.height
        return Pieces(left, right, (low, low), (high, high), reach)
    px, top = box.left + x * box.width, box.bottom + y * box.height
    bottom = top if base is None else box.bottom + base * box.height
    if mark.kind == "scatter":
        return Pieces(px, px, (bottom, bottom), (top, top), reach)
    if mark.kind == "step":
        px, top = np.repeat(px, 2)[1:], np.repeat(top, 2)[:-1]
        bottom = top
    return _between(px, bottom, top, reach)


def _share(view: View, values: Floats) -> Floats:
    return np.clip(view.share(values), -FAR, FAR)


def _between(x: Floats, bottom: Floats, top: Floats, reach: float) -> Pieces:
    """The pieces from each point to the next one, and the points themselves, since one may stand alone between gaps."""
    turned = x[1:] < x[:-1]

    def ends(values: Floats) -> tuple[Floats, Floats]:
        before, after = values[:-1], values[1:]
        start, end = np.where(turned, after, before), np.where(turned, before, after)
        return np.concatenate([start, values]), np.concatenate([end, values])

    return Pieces(*ends(x), ends(np.minimum(bottom, top)), ends(np.maximum(bottom, top)), reach)


def is_covered(area: Box, marks: Sequence[Pieces]) -> bool:
    """Whether any mark reaches into `area`."""
    return any(_reaches_into(mark, area) for mark in marks)


def _reaches_into(mark: Pieces, area: Box) -> bool:
    left, right = area.left - mark.reach, area.right + mark.reach
    there = (mark.right > left) & (mark.left < right)
    if not there.any():
        return False
    start, wide = mark.left[there], (mark.right - mark.left)[there]
    upright, wide = wide == 0, np.where(wide == 0, 1.0, wide)
    # The part of each piece that lies below, in or above the area, in shares of the piece's width.
    enters = np.where(upright, 0.0, np.maximum((left - start) / wide, 0.0))
    leaves = np.where(upright, 1.0, np.minimum((right - start) / wide, 1.0))
    low_at, low_to = (ends[there] for ends in mark.low)
    high_at, high_to = (ends[there] for ends in mark.high)
    lowest = np.minimum(low_at + (low_to - low_at) * enters, low_at + (low_to - low_at) * leaves)
    highest = np.maximum(high_at + (high_to - high_at) * enters, high_at + (high_to - high_at) * leaves)
    return bool(((lowest < area.top + mark.reach) & (highest > area.bottom - mark.reach)).any())
