"""The legend's block: swatches and names in columns, and the corners it may stand in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.chart import Chart, Mark
from app.core.metrics import Box, Label, Line, TextMetrics
from app.core.text import fit


@dataclass(frozen=True, slots=True)
class Swatch:
    """A small sample of a mark: `mark` counts the chart's marks."""

    mark: int
    box: Box


@dataclass(frozen=True, slots=True)
class Legend:
    """A legend at its place."""

    box: Box
    swatches: tuple[Swatch, ...]
    labels: tuple[Label, ...]

    def moved(self, left: float, bottom: float) -> Legend:
        """The same legend with its lower left corner there, on whole pixels."""
        dx, dy = round(left - self.box.left), round(bottom - self.box.bottom)
        return Legend(
            _shift(self.box, dx, dy),
            tuple(replace(swatch, box=_shift(swatch.box, dx, dy)) for swatch in self.swatches),
            tuple(replace(label, x=label.x + dx, y=label.y + dy) for label in self.labels),
        )


def _shift(box: Box, dx: float, dy: float) -> Box:
    return Box(box.left + dx, box.bottom + dy, box.right + dx, box.top + dy)


def entries(chart: Chart) -> list[tuple[int, str]]:
    """(the mark's place, its name) for each entry. Asked for by default where several series or a name need telling."""
    if chart.legend is False:
        return []
    named = [(i, mark.name) for i, mark in enumerate(chart.marks) if mark.name]
    if chart.legend is None:
        return named
    return [(i, mark.name or _fallback(mark)) for i, mark in enumerate(chart.marks)]


def _fallback(mark: Mark) -> str:
    return f"series {mark.index + 1}"


def block(
    rows: Sequence[tuple[int, str]], columns: int, room: tuple[float, float], metrics: TextMetrics
) -> Legend | None:
    """A legend of `columns` columns within `room` (width, height in pixels), at (0, 0); None if not one entry fits.

    Names are cut to their column; entries that don't fit are counted in a last line ("+12").
    """
    line = metrics.line("legend")
    em, pad = line.height, 0.45 * line.height
    sample, gap, between = 1.7 * em, 0.45 * em, 1.1 * em
    columns = max(1, min(columns, len(rows)))
    per_column = min(math.ceil(len(rows) / columns), int((room[1] - 2 * pad + line.leading - em) // line.leading))
    widest = (room[0] - 2 * pad - (columns - 1) * between) / columns - sample - gap
    if per_column < 1 or widest < 1.5 * em:
        return None
    shown = list(rows)
    hidden = len(rows) - per_column * columns
    if hidden > 0:
        shown = shown[: per_column * columns - 1]
    names = [fit(name, widest, lambda text: metrics.width(text, "legend")) for _, name in shown]
    widths = [metrics.width(name, "legend") for name in names]
    swatches, labels = [], []
    left, height = pad, 2 * pad + (per_column - 1) * line.leading + em
    for first in range(0, len(shown), per_column):
        for k in range(first, min(first + per_column, len(shown))):
            top = height - pad - (k - first) * line.leading
            swatches.append(Swatch(shown[k][0], Box(left, top - em, left + sample, top)))
            labels.append(Label(names[k], round(left + sample + gap), round(top - line.ascent), "legend"))
        if first + per_column < len(shown):
            left += sample + gap + max(widths[first : first + per_column]) + between
    last = (len(shown) - 1) // per_column * per_column if shown else 0
    right = left + sample + gap + max(widths[last:], default=0.0) + pad
    if hidden > 0:
        labels.append(_more(hidden + 1, len(shown), per_column, left + sample + gap, height - pad, line))
    return Legend(Box(0, 0, math.ceil(right), math.ceil(height)), tuple(swatches), tuple(labels))


def _more(hidden: int, count: int, per_column: int, x: float, top: float, line: Line) -> Label:
    return Label(f"+{hidden}", round(x), round(top - (count % per_column) * line.leading - line.ascent), "legend")


PLACES = (
    "upper right",
    "upper left",
    "lower right",
    "lower left",
    "center right",
    "center left",
    "upper center",
    "lower center",
)
"""Where "best" looks, in this order."""


def inside(legend: Legend, loc: str, box: Box, pad: float) -> Iterator[Legend]:
    """The legend at each place inside `box` that `loc` allows."""
    for place in PLACES if loc == "best" else (loc,):
        up, _, side = place.partition(" ") if " " in place else ("center", "", "center")
        x = {"left": box.left + pad, "right": box.right - pad - legend.box.width}.get(
            side, (box.left + box.right - legend.box.width) / 2
        )
        y = {"upper": box.top - pad - legend.box.height, "lower": box.bottom + pad}.get(
            up, (box.bottom + box.top - legend.box.height) / 2
        )
        moved = legend.moved(x, y)
        if moved.box.left >= box.left and moved.box.bottom >= box.bottom and moved.box.right <= box.right:
            yield moved
