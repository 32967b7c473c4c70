"""Tick labels that fit: fewer ticks, then wrapped, then turned, then every k-th, never cut off and never overlapping.

The labels of an axis are chosen against a length in pixels that is still an estimate, and checked once more against the
final one, where they can only become fewer. That makes the layout a straight line instead of a loop that may not settle
(of 500 random charts laid out until stable, one never was).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.core.chart import Dimension
from app.core.columns import Floats
from app.core.date_ticks import date_ticks, ticks_at
from app.core.metrics import Box, Label, Line, TextMetrics
from app.core.number_format import NumberFormat, decimal_labels
from app.core.text import fit, is_whole, wrap
from app.core.ticks import Ticks, linear_ticks, log_ticks, symlog_ticks
from app.core.view import LINEAR_WIDTH, View

TURNED = 45
MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class AxisLabels:
    """Ticks along one axis. `shares` are their places from 0 to 1; `lines` each one's label, empty for a bare tick."""

    shares: tuple[float, ...]
    lines: tuple[tuple[str, ...], ...]
    minor: tuple[float, ...] = ()
    angle: int = 0

    def without_text(self) -> AxisLabels:
        return replace(self, lines=tuple(() for _ in self.lines), angle=0)

    def where(self, fits: Callable[[float, tuple[str, ...]], bool]) -> AxisLabels:
        """The labels of which `fits` holds, given their share and lines; the other ticks stay bare."""
        pairs = zip(self.shares, self.lines, strict=True)
        return replace(self, lines=tuple(lines if fits(share, lines) else () for share, lines in pairs))


def ticks_for(dimension: Dimension, view: View, most: int, numbers: NumberFormat) -> Ticks:
    """At most `most` ticks for an axis of numbers or dates."""
    if dimension.type == "date":
        return date_ticks(view.low, view.high, most)
    if view.scale == "log":
        return log_ticks(view.low, view.high, most, numbers)
    if view.scale == "symlog":
        return symlog_ticks(view.low, view.high, most, numbers, LINEAR_WIDTH)
    return linear_ticks(view.low, view.high, most, numbers)


def _labels(ticks: Ticks, view: View) -> AxisLabels:
    shares = view.share(np.array(ticks.positions, dtype=np.float64))
    minor = view.share(np.array(ticks.minor, dtype=np.float64))
    order = np.argsort(shares, kind="stable")
    return AxisLabels(
        tuple(float(shares[i]) for i in order),
        tuple(tuple(ticks.labels[i].split("\n")) for i in order),
        tuple(float(share) for share in minor if 0 <= share <= 1),
    )


@dataclass(frozen=True, slots=True)
class Fitter:
    """Fits the labels of one axis with one font."""

    dimension: Dimension
    view: View
    numbers: NumberFormat
    metrics: TextMetrics
    most: int = 9
    """Ticks at the most, even where more would fit."""
    integral: bool = False
    bars: tuple[float, ...] = ()
    """Where bars stand: on an axis of dates they are named by their own, if all of them can be."""
    widths: dict[str, float] = field(default_factory=dict)

    @property
    def line(self) -> Line:
        return self.metrics.line("tick")

    @property
    def gap(self) -> float:
        """Between two labels on one line: they are told apart without looking twice."""
        return 0.7 * self.line.height

    def width(self, text: str) -> float:
        if text not in self.widths:
            self.widths[text] = self.metrics.width(text, "tick")
        return self.widths[text]

    def widest(self, lines: Sequence[str]) -> float:
        return max((self.width(line) for line in lines), default=0.0)

    def along(self, length: float, depth: float) -> AxisLabels:
        """Labels for a horizontal axis of `length` pixels, reaching at most `depth` pixels down."""
        if self.dimension.type == "category":
            return self._categories_along(length, depth)
        start = max(1, min(self.most, int(length / (2.5 * self.line.height))))
        return self._fewer_until(start, lambda labels: self.is_apart(labels, length))

    def up(self, length: float, depth: float) -> AxisLabels:
        """Labels for a vertical axis of `length` pixels, each at most `depth` pixels wide."""
        if self.dimension.type == "category":
            return self._categories_up(length, depth)
        lines = 2 if self.dimension.type == "date" else 1
        least = 2 if length > 2.5 * lines * self.line.height else 1
        labels = self._ticks(max(least, min(self.most, int(length / (self.line.height * (lines + 1))))))
        cut = tuple(tuple(fit(line, depth, self.width) for line in lines) for lines in labels.lines)
        return replace(labels, lines=cut)

    def _ticks(self, most: int) -> AxisLabels:
        if self.integral and self.view.scale == "linear":
            for step in (1, 2, 5):
                first, last = math.ceil(self.view.low / step), math.floor(self.view.high / step)
                if 1 <= last - first + 1 <= most:
                    whole = range(first * step, last * step + 1, step)
                    return _labels(Ticks(tuple(map(float, whole)), decimal_labels(whole, 0, self.numbers)), self.view)
        return _labels(ticks_for(self.dimension, self.view, most, self.numbers), self.view)

    def _fewer_until(self, most: int, fits: Callable[[AxisLabels], bool]) -> AxisLabels:
        if self.dimension.type == "date" and 0 < len(self.bars) <= MOST_BARS:
            labels = _labels(ticks_at(self.bars), self.view)
            if fits(labels):
                return labels
        for count in range(most, 0, -1):
            labels = self._ticks(count)
            if fits(labels):
                return labels
        return labels.without_text()

    def is_apart(self, labels: AxisLabels, length: float) -> bool:
        """Whether horizontal labels, each centred on its tick, keep their distance."""
        reach = -math.inf
        for share, lines in zip(labels.shares, labels.lines, strict=True):
            half = self.widest(lines) / 2
            if not lines or not half:
                continue
            if share * length - half < reach:
                return False
            reach = share * length + half + self.gap
        return True

    def _categories_along(self, length: float, depth: float) -> AxisLabels:
        shares, names, every = self._shown(length / (1.5 * self.line.height))
        slot = length * (shares[1] - shares[0]) if len(shares) > 1 else length
        plain = AxisLabels(shares, tuple((name,) for name in names))
        if every == 1:
            if self.is_apart(plain, length):
                return plain
            wrapped = tuple(tuple(wrap(name, slot - self.gap, 4, self.width)) for name in names)
            whole = all(is_whole(name, lines) for name, lines in zip(names, wrapped, strict=True))
            if whole and max(map(len, wrapped)) * self.line.leading <= depth:
                return AxisLabels(shares, wrapped)
        slope = math.sin(math.radians(TURNED))
        room = max(depth / slope - self.line.height, 0.0)
        return AxisLabels(shares, tuple(self._cut(name, room) for name in names), angle=TURNED)

    def _cut(self, name: str, room: float) -> tuple[str, ...]:
        """A name cut to `room`, or no label where so little would be left that it names nothing."""
        cut = fit(name, room, self.width)
        return (cut,) if cut == name or len(cut) > 3 else ()

    def _categories_up(self, length: float, depth: float) -> AxisLabels:
        shares, names, _ = self._shown(length / (1.1 * self.line.height))
        slot = length * abs(shares[1] - shares[0]) if len(shares) > 1 else length
        most = max(1, min(3, int(slot / self.line.leading)))
        lines = tuple(tuple(wrap(name, depth, most, self.width)) for name in names)
        return AxisLabels(shares, lines)

    def _shown(self, most: float) -> tuple[tuple[float, ...], list[str], int]:
        """The shares and names of every k-th category, ascending along the axis, so that at most `most` are shown."""
        names = self.dimension.categories
        every = max(1, math.ceil(len(names) / max(most, 1)))
        kept = np.arange(0, len(names), every)
        shares: Floats = self.view.share(kept.astype(np.float64))
        order = np.argsort(shares, kind="stable")
        inside = [int(i) for i in order if 0 <= shares[i] <= 1]
        return tuple(float(shares[i]) for i in inside), [names[int(kept[i])] for i in inside], every


def depth_below(labels: AxisLabels, fitter: Fitter) -> float:
    """How far the labels of a horizontal axis reach down, in pixels."""
    line = fitter.line
    if labels.angle:
        slope = math.sin(math.radians(labels.angle))
        longest = max((fitter.widest(lines) for lines in labels.lines), default=0.0)
        return slope * (longest + line.height)
    count = max(map(len, labels.lines), default=0)
    return line.height + (count - 1) * line.leading if count else 0.0


def overhang(labels: AxisLabels, fitter: Fitter) -> list[tuple[float, float, float]]:
    """(share, pixels to its left, pixels to its right) for each label of a horizontal axis."""
    spans = []
    for share, lines in zip(labels.shares, labels.lines, strict=True):
        wide = fitter.widest(lines)
        if not lines or not wide:
            continue
        if labels.angle:
            slope = math.cos(math.radians(labels.angle))
            spans.append((share, slope * wide + slope * fitter.line.ascent, slope * fitter.line.height))
        else:
            spans.append((share, wide / 2, wide / 2))
    return spans


def place_below(labels: AxisLabels, fitter: Fitter, box: Box, offset: float) -> list[Label]:
    """The labels under a horizontal axis, `offset` pixels below the box."""
    line, out = fitter.line, []
    top = box.bottom - offset
    for share, lines in zip(labels.shares, labels.lines, strict=True):
        x = box.left + share * box.width
        if labels.angle:
            out += [_turned(text, x, top, labels.angle, fitter) for text in lines if text]
            continue
        for i, text in enumerate(lines):
            y = top - line.ascent - i * line.leading
            if text:
                out.append(Label(text, round(x - fitter.width(text) / 2), round(y), "tick"))
    return out


def _turned(text: str, x: float, top: float, angle: int, fitter: Fitter) -> Label:
    """A turned label whose upper right corner points at the tick."""
    radians = math.radians(angle)
    wide, ascent = fitter.width(text), fitter.line.ascent
    # The middle of the text's end, at half its height, lies under the tick; its upper corner touches `top`.
    end_x = x + math.sin(radians) * ascent / 2
    end_y = top - math.cos(radians) * ascent
    return Label(text, round(end_x - math.cos(radians) * wide), round(end_y - math.sin(radians) * wide), "tick", angle)


def place_left(labels: AxisLabels, fitter: Fitter, box: Box, offset: float) -> list[Label]:
    """The labels left of a vertical axis, ending `offset` pixels before the box, centred on their ticks."""
    line, out = fitter.line, []
    for share, lines in zip(labels.shares, labels.lines, strict=True):
        middle = box.bottom + share * box.height
        first = middle + (len(lines) - 1) * line.leading / 2 - (line.ascent - line.descent) / 2
        for i, text in enumerate(lines):
            if text:
                x = box.left - offset - fitter.width(text)
                out.append(Label(text, round(x), round(first - i * line.leading), "tick"))
    return out


def thinned(labels: AxisLabels, fits: Callable[[AxisLabels], bool]) -> AxisLabels:
    """The labels, or as many of them as fit: every second, every third, ..."""
    for every in range(1, len(labels.lines) + 1):
        kept = replace(labels, lines=tuple(lines if i % every == 0 else () for i, lines in enumerate(labels.lines)))
        if fits(kept):
            return kept
    return labels.without_text()
