"""The stretch of an axis that a picture shows, and where a value lies on it.

All scales are applied here, so whoever draws sees shares of the axis from 0 to 1 and never a logarithm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from app.core.chart import DAY, Chart, Dimension, Mark
from app.core.columns import Floats
from app.core.spec import Scale

LINEAR_WIDTH = 1.0
"""A symlog scale is linear within +- this value."""

FAR = 1e9
"""Shares of an axis: values beyond are drawn there, since a rasteriser counts pixels in 32 bits."""


def scaled(values: Floats, scale: Scale) -> Floats:
    """`values` on a scale's own ruler: unchanged, as log10, or linear near zero and log10 beyond."""
    if scale == "linear":
        return values
    if scale == "log":
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log10(values)
    size = np.abs(values) / LINEAR_WIDTH
    return np.sign(values) * np.where(size <= 1, size, 1 + np.log10(np.maximum(size, 1)))


@dataclass(frozen=True, slots=True)
class View:
    """An axis from `low` to `high`, in axis units (low < high); `inverted` runs it the other way round."""

    low: float
    high: float
    scale: Scale = "linear"
    inverted: bool = False

    def share(self, values: Floats) -> Floats:
        """Where `values` lie, shape kept: 0 at the start of the axis, 1 at its end; NaN stays NaN."""
        ends = scaled(np.array([self.low, self.high]), self.scale)
        # Halves, because the difference of two numbers near 1e300 would still fit but their doubles would not.
        share: Floats = (scaled(values, self.scale) / 2 - ends[0] / 2) / (ends[1] / 2 - ends[0] / 2)
        return 1 - share if self.inverted else share


def views(chart: Chart, margins: tuple[float, float], bar_share: float) -> tuple[View, View]:
    """What the x and the y axis show: the data with `margins` (shares of their range) around them, or the asked ends.

    Bars and areas stand on zero, so there is no margin below them (or above, where all hang down).
    """
    if chart.field is not None:
        x = _ends(chart.x, float(chart.field.x_edges[0]), float(chart.field.x_edges[-1]))
        y = _ends(chart.y, float(chart.field.y_edges[0]), float(chart.field.y_edges[-1]))
        return x, y
    return _x_view(chart, margins[0], bar_share), _y_view(chart, margins[1])


def _x_view(chart: Chart, margin: float, bar_share: float) -> View:
    if chart.x.type == "category":
        return _ends(chart.x, -0.5, max(len(chart.x.categories), 1) - 0.5)
    lows_highs = []
    for mark in chart.marks:
        if mark.is_bar:
            half = mark.room / 2 if chart.x.scale == "linear" else mark.room * bar_share / 2
            lows_highs.append((mark.x - half, mark.x + half))
        else:
            lows_highs.append((mark.x, mark.x))
    low, high = _extent(lows_highs, chart.x)
    flush = bool(chart.marks) and all(mark.kind in ("bar", "barh", "area") for mark in chart.marks)
    return _widen(chart.x, low, high, (0.0, 0.0) if flush and high > low else (margin, margin))


def _y_view(chart: Chart, margin: float) -> View:
    if chart.y.type == "category":
        return _ends(chart.y, -0.5, max(len(chart.y.categories), 1) - 0.5)
    standing = [mark for mark in chart.marks if mark.base is not None]
    if chart.y.scale == "log":
        low, high = _extent([(mark.y, mark.y) for mark in chart.marks], chart.y)
        if standing:
            low = 10.0 ** (np.ceil(np.log10(low)) - 1)
        return _widen(chart.y, float(low), high, (0.0 if standing else margin, margin))
    spans = [(mark.y, mark.y if mark.base is None else _where_known(mark.base, mark.y)) for mark in chart.marks]
    low, high = _extent(spans, chart.y)
    below, above = margin, margin
    if standing and low == 0:
        below = 0.0
    if standing and high == 0:
        above = 0.0
    return _widen(chart.y, low, high, (below, above))


def _where_known(base: Floats, y: Floats) -> Floats:
    return np.where(np.isfinite(y), base, np.nan)


def _extent(spans: list[tuple[Floats, Floats]], dimension: Dimension) -> tuple[float, float]:
    """The least and the greatest of all values that the scale can show."""
    parts = [part[np.isfinite(part)] for span in spans for part in span]
    if dimension.scale == "log":
        parts = [part[part > 0] for part in parts]
    known = np.concatenate(parts) if parts else np.array([])
    if not known.size:
        return {"number": (1.0, 10.0) if dimension.scale == "log" else (0.0, 1.0)}.get(dimension.type, (0.0, DAY))
    return float(known.min()), float(known.max())


def _widen(dimension: Dimension, low: float, high: float, margins: tuple[float, float]) -> View:
    """The extent with its margins, in the scale's own measure, and never a point."""
    if dimension.scale == "log":
        if high / low < 1 + 1e-9:
            low, high = low / 3, high * 3
        start, end = math.log10(low), math.log10(high)
        room = end - start
        # A double ends at 1e308, and subnormal numbers begin at 1e-308.
        start, end = max(start - margins[0] * room, -305.0), min(end + margins[1] * room, 305.0)
        return _ends(dimension, 10.0**start, 10.0**end)
    least = 1e-13 * max(abs(low), abs(high))
    if high - low <= least:
        whole = dimension.integral and abs(low) < 1e12
        around = DAY / 2 if dimension.type == "date" else 0.5 if whole else (abs(low) * 0.1 or 0.5)
        stands = margins[0] == 0 and low == 0
        return _ends(dimension, low if stands else low - around, high + around)
    if dimension.scale == "symlog":
        ends = scaled(np.array([low, high]), "symlog")
        room = ends[1] - ends[0]
        low = float(_unscaled_symlog(ends[0] - margins[0] * room))
        high = float(_unscaled_symlog(ends[1] + margins[1] * room))
        return _ends(dimension, low, high)
    room = high - low
    return _ends(dimension, low - margins[0] * room, high + margins[1] * room)


def _unscaled_symlog(value: float) -> float:
    size = abs(value)
    return float(np.sign(value) * LINEAR_WIDTH * (size if size <= 1 else 10 ** min(size - 1, 300.0)))


def _ends(dimension: Dimension, low: float, high: float) -> View:
    """The view with the ends that the caller asked for; one end alone keeps its side of the other."""
    asked_low, asked_high = dimension.limits
    if asked_low is not None and asked_high is not None:
        return View(min(asked_low, asked_high), max(asked_low, asked_high), dimension.scale, asked_low > asked_high)
    if asked_low is not None:
        low, high = asked_low, high if high > asked_low else _beyond(asked_low, 1, dimension)
    elif asked_high is not None:
        low, high = low if low < asked_high else _beyond(asked_high, -1, dimension), asked_high
    return View(low, high, dimension.scale)


def _beyond(end: float, direction: int, dimension: Dimension) -> float:
    """An end for an axis of which the other end leaves no data in view."""
    if dimension.scale == "log":
        return end * 10.0**direction
    return end + direction * (DAY if dimension.type == "date" else (abs(end) * 0.1 or 1.0))


def bars_in_view(mark: Mark, view: View) -> Floats:
    """The lower ends of bars and areas; on a log scale, which has no zero, the start of the axis."""
    base = mark.base if mark.base is not None else np.zeros_like(mark.y)
    return np.where(base > 0, base, view.low) if view.scale == "log" else base
