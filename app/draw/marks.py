"""From marks to Matplotlib artists, in pixels: one function a kind, in `KINDS`. A new kind is one more of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from app.core.chart import Chart, Mark
from app.core.columns import Floats
from app.core.layout import Layout
from app.core.metrics import Box
from app.core.view import FAR, bars_in_view
from app.draw.colours import Rgba, rgba
from app.draw.compile import CompiledStyle

DASHES = {"solid": "-", "dashed": "--", "dotted": ":", "dashdot": "-."}
MARKERS = {
    "none": "none",
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
    "cross": "x",
    "plus": "+",
    "star": "*",
    "point": ".",
}
CYCLE = ("-", "--", ":", "-.")
"""Past the palette's end colours come again, each time with another dash."""


THIN = 4.0
"""Pixels: bars below have no hatch."""
TOGETHER = 250
"""Bars in one path: what a rasteriser sorts grows faster than their number."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one mark is drawn; lengths in points."""

    color: Rgba
    width: float
    dash: str
    marker: str
    size: float
    hatch: str


def look(mark: Mark, style: CompiledStyle, color: Rgba | None) -> Look:
    """The style's look for the mark's place in the cycle, with what its series asks for put over it."""
    lines, palette = style.document.lines, style.palette
    turn, place = divmod(mark.index, len(palette))
    dash = _cycled(lines.style, mark.index)
    if turn and dash != "none":
        dash = CYCLE[(CYCLE.index(dash) + turn) % len(CYCLE)]
    marker = _cycled(lines.marker, mark.index)
    if mark.kind == "scatter" and marker == "none":
        marker = "o"
    return Look(
        color=color or palette[place],
        width=lines.width,
        dash=DASHES[mark.dash] if mark.dash else dash,
        marker=MARKERS[mark.marker] if mark.marker else marker,
        size=lines.markersize,
        hatch=_cycled(style.document.bars.hatch, mark.index),
    )


def _cycled(value: str | Sequence[str], index: int) -> str:
    return value if isinstance(value, str) else value[index % len(value)]


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where a mark is drawn."""

    chart: Chart
    layout: Layout
    style: CompiledStyle

    def place(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Axis units to pixels, for x along the chart's own x axis."""
        across = np.clip(self.layout.x_view.share(x), -FAR, FAR)
        up = np.clip(self.layout.y_view.share(y), -FAR, FAR)
        if self.chart.horizontal:
            across, up = up, across
        box = self.layout.box
        return box.left + across * box.width, box.bottom + up * box.height

    def base(self, mark: Mark) -> Floats:
        """The lower ends of bars and areas, in axis units."""
        return bars_in_view(mark, self.layout.y_view)


def line(mark: Mark, canvas: Canvas, how: Look) -> Iterator[Artist]:
    """A line through the points, interrupted by gaps, with markers where they can be told apart."""
    x, y = canvas.place(mark.x, mark.y)
    yield from _stroke(x, y, how)
    yield from _points(mark, x, y, canvas, how)


def step(mark: Mark, canvas: Canvas, how: Look) -> Iterator[Artist]:
    """A value that holds until the next one."""
    x, y = canvas.place(mark.x, mark.y)
    yield from _stroke(np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1], how)
    yield from _points(mark, x, y, canvas, how)


def scatter(mark: Mark, canvas: Canvas, how: Look) -> Iterator[Artist]:
    """Points alone."""
    x, y = canvas.place(mark.x, mark.y)
    yield _markers(*_inside(x, y, canvas), how)


def bar(mark: Mark, canvas: Canvas, how: Look) -> Iterator[Artist]:
    """Bars from their base, upright or lying."""
    bars = canvas.style.document.bars
    left, right = mark.edges(bars.width)
    known = np.isfinite(mark.x) & np.isfinite(mark.y)
    x0, y0 = canvas.place(left[known], canvas.base(mark)[known])
    x1, y1 = canvas.place(right[known], mark.y[known])
    if canvas.chart.horizontal:
        y0, y1 = _at_least_a_pixel(y0, y1)
    else:
        x0, x1 = _at_least_a_pixel(x0, x1)
    corners = np.stack([x0, y0, x1, y0, x1, y1, x0, y1, x0, y0], axis=1).reshape(-1, 2)
    wide = np.abs(y1 - y0 if canvas.chart.horizontal else x1 - x0)
    # No hatch shows in a bar of a few pixels; a path of very many bars takes longer than its parts.
    look = replace(how, hatch="") if wide.size and float(wide.max()) < THIN else how
    for first in range(0, len(x0), TOGETHER):
        part = corners[5 * first : 5 * (first + TOGETHER)]
        codes = np.tile([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], len(part) // 5)
        yield _patch(Path(part, codes), canvas.style, look, bars.alpha)


def area(mark: Mark, canvas: Canvas, how: Look) -> Iterator[Artist]:
    """The ground between a line and its base; stacked areas are full, others let what is behind shine through."""
    bars = canvas.style.document.bars
    base = canvas.base(mark)
    x, top = canvas.place(mark.x, mark.y)
    _, bottom = canvas.place(mark.x, base)
    for run in _runs(np.isfinite(x) & np.isfinite(top)):
        there = np.stack([x[run], top[run]], axis=1)
        back = np.stack([x[run], bottom[run]], axis=1)[::-1]
        alpha = bars.alpha if mark.stacked else bars.area_alpha
        yield _patch(Path(np.concatenate([there, back]), closed=False), canvas.style, how, alpha, outlined=False)
    yield from _stroke(x, top, _area_edge(mark, canvas.style, how))
    # The ground says where the points are; markers only where the series asks for them, or where a point stands alone.
    yield from _points(mark, x, top, canvas, how if mark.marker else replace(how, marker="none"))


def _area_edge(mark: Mark, style: CompiledStyle, how: Look) -> Look:
    """The look of an area's upper edge: its own line, or between stacked ones the edge that bars have too."""
    bars = style.document.bars
    if not mark.stacked:
        return how
    return replace(how, color=rgba(bars.edgecolor), width=bars.linewidth if bars.edgecolor != "none" else 0.0)


KINDS: dict[str, Callable[[Mark, Canvas, Look], Iterator[Artist]]] = {
    "line": line,
    "step": step,
    "scatter": scatter,
    "bar": bar,
    "barh": bar,
    "area": area,
}


def sample(mark: Mark, box: Box, style: CompiledStyle, how: Look) -> Iterator[Artist]:
    """The mark's sample in a legend."""
    middle = (box.bottom + box.top) / 2
    if mark.is_bar or mark.kind == "area":
        inset = 0.12 * box.height
        low, high = box.bottom + inset, box.top - inset
        outline = [(box.left, low), (box.right, low), (box.right, high), (box.left, high), (box.left, low)]
        bars = style.document.bars
        alpha = bars.area_alpha if mark.kind == "area" and not mark.stacked else bars.alpha
        yield _patch(Path(np.array(outline), closed=True), style, how, alpha, outlined=mark.is_bar)
        if mark.kind == "area":
            ends = np.array([box.left, box.right])
            yield from _stroke(ends, np.full(2, high), _area_edge(mark, style, how), cap="butt")
        return
    if mark.kind != "scatter":
        yield from _stroke(np.array([box.left, box.right]), np.full(2, middle), how)
    if how.marker != "none":
        yield _markers(np.array([(box.left + box.right) / 2]), np.array([middle]), how)


def as_drawn(mark: Mark, canvas: Canvas, how: Look) -> Look:
    """The look without the markers that `_points` leaves out: a legend promises nothing that the line does not have."""
    if mark.kind == "scatter" or mark.marker is not None:
        return how
    x, y = canvas.place(mark.x, mark.y)
    return how if _told_apart(x[np.isfinite(x) & np.isfinite(y)], canvas, how) else replace(how, marker="none")


def is_marker(artist: Artist) -> bool:
    """Whether the artist is markers alone: those in the axes are drawn whole, those outside were left out before."""
    return isinstance(artist, Line2D) and artist.get_linestyle() == "None"


def _stroke(x: Floats, y: Floats, how: Look, cap: Literal["round", "butt"] = "round") -> Iterator[Artist]:
    if how.dash == "none" or how.width == 0 or not len(x):
        return
    yield Line2D(
        x,
        y,
        color=how.color,
        linewidth=how.width,
        linestyle=how.dash,  # type: ignore[arg-type]
        solid_joinstyle="round",
        solid_capstyle=cap,
        transform=IdentityTransform(),
    )


def _points(mark: Mark, x: Floats, y: Floats, canvas: Canvas, how: Look) -> Iterator[Artist]:
    """A line's markers, unless they would melt into each other; a point between two gaps always shows."""
    known = np.isfinite(x) & np.isfinite(y)
    if how.marker != "none" and (mark.marker is not None or _told_apart(x[known], canvas, how)):
        yield _markers(*_inside(x, y, canvas), how)
        return
    alone = known & ~np.roll(known, 1) & ~np.roll(known, -1)
    if known.size:
        alone[0] = known[0] and not known[1:2].any()
        alone[-1] = known[-1] and not known[-2:-1].any()
    if alone.any():
        dot = Look(how.color, how.width, how.dash, "o", max(2.5 * how.width, 3.0), how.hatch)
        yield _markers(*_inside(x[alone], y[alone], canvas), dot)


def _inside(x: Floats, y: Floats, canvas: Canvas) -> tuple[Floats, Floats]:
    """The points within the axes, half a pixel allowed: their markers are drawn whole, even across the edge."""
    box = canvas.layout.box
    there = (x >= box.left - 0.5) & (x <= box.right + 0.5) & (y >= box.bottom - 0.5) & (y <= box.top + 0.5)
    return x[there], y[there]


def _told_apart(x: Floats, canvas: Canvas, how: Look) -> bool:
    """Whether markers stand at least half their size apart on average."""
    wide = float(np.ptp(x)) if len(x) > 1 else np.inf
    return len(x) * 1.5 * how.size * canvas.layout.scale <= max(wide, 1.0) or len(x) <= 2


def _markers(x: Floats, y: Floats, how: Look) -> Artist:
    return Line2D(
        x,
        y,
        color=how.color,
        linestyle="none",
        marker=how.marker,
        markersize=how.size,
        markeredgewidth=max(how.width, 1.0) if how.marker in ("x", "+") else 0.8,
        transform=IdentityTransform(),
    )


def _patch(path: Path, style: CompiledStyle, how: Look, alpha: float, outlined: bool = True) -> Artist:
    bars = style.document.bars
    edge = bars.edgecolor
    patch = PathPatch(
        path,
        facecolor=(*how.color[:3], how.color[3] * alpha),
        edgecolor=edge if outlined else "none",
        linewidth=bars.linewidth if outlined and edge != "none" else 0.0,
        hatch=how.hatch or None,
        hatchcolor=edge if edge != "none" else style.document.axes.facecolor,
        transform=IdentityTransform(),
    )
    patch.set_hatch_linewidth(max(bars.linewidth, 0.3))
    return patch


def _at_least_a_pixel(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Bars thinner than a pixel would fade away."""
    thin = np.abs(high - low) < 1
    middle = (low + high) / 2
    return np.where(thin, middle - 0.5, low), np.where(thin, middle + 0.5, high)


def _runs(known: npt.NDArray[np.bool_]) -> Iterator[slice]:
    """The stretches without a gap."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(start), int(stop))
