"""The legend's block: swatches and names in columns, and the corners it may stand in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.core.chart import Chart, Mark
from app.core.metrics import Box, Label, TextMetrics
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
    is_cut: bool = False
    """A name is cut short, or not every entry is there."""

    def moved(self, left: float, bottom: float) -> Legend:
        """The same legend with its lower left corner there, on whole pixels."""
        dx, dy = round(left - self.box.left), round(bottom - self.box.bottom)
        return Legend(
            _shift(self.box, dx, dy),
            tuple(replace(swatch, box=_shift(swatch.box, dx, dy)) for swatch in self.swatches),
            tuple(replace(label, x=label.x + dx, y=label.y + dy) for label in self.labels),
            self.is_cut,
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
    rows: Sequence[tuple[int, str]], columns: int, room: tuple[float, float], metrics: TextMetrics, sample_ems: float
) -> Legend | None:
    """A legend of `columns` columns within `room` (width, height in pixels), at (0, 0); None if not one entry fits.

    Names are cut to their column; entries that don't fit are counted in the last cell ("+12"), which has no swatch.
    """
    line = metrics.line("legend")
    em, pad = line.height, 0.45 * line.height
    sample, gap, between = sample_ems * em, 0.45 * em, 1.1 * em
    columns = max(1, min(columns, len(rows)))
    deep = min(math.ceil(len(rows) / columns), int((room[1] - 2 * pad + line.leading - em) // line.leading))
    widest = (room[0] - 2 * pad - (columns - 1) * between) / columns - sample - gap
    if deep < 1 or widest < 1.5 * em:
        return None
    cells, is_cut = _cells(rows, columns * deep, widest, metrics)
    swatches, labels = [], []
    left, height = pad, 2 * pad + (deep - 1) * line.leading + em
    for first in range(0, len(cells), deep):
        column = cells[first : first + deep]
        for k, (mark, name) in enumerate(column):
            top = height - pad - k * line.leading
            if mark is not None:
                swatches.append(Swatch(mark, Box(left, top - em, left + sample, top)))
            labels.append(Label(name, round(left + sample + gap), round(top - line.ascent), "legend"))
        left += sample + gap + max(metrics.width(name, "legend") for _, name in column) + between
    box = Box(0, 0, math.ceil(left - between + pad), math.ceil(height))
    return Legend(box, tuple(swatches), tuple(labels), is_cut) if swatches else None


def _cells(
    rows: Sequence[tuple[int, str]], most: int, widest: float, metrics: TextMetrics
) -> tuple[list[tuple[int | None, str]], bool]:
    """(mark, name) for each cell, at most `most`, names at most `widest` pixels wide; and whether anything is cut."""
    shown = list(rows) if len(rows) <= most else list(rows[: most - 1])
    cells: list[tuple[int | None, str]] = []
    for mark, name in shown:
        cells.append((mark, fit(name, widest, lambda text: metrics.width(text, "legend"))))
    is_cut = any(cell[1] != row[1] for cell, row in zip(cells, shown, strict=True))
    if len(shown) < len(rows):
        cells.append((None, f"+{len(rows) - len(shown)}"))
        is_cut = True
    return cells, is_cut


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
