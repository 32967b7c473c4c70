"""What must hold of every layout, whatever the chart: one list of what is wrong with it, in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np

from app.core.layout import Layout
from app.core.metrics import Box, Label

Corners = np.ndarray
"""A rectangle that may be turned: shape (4, 2), in order round it."""

Ink = Callable[[Label], tuple[float, float, float]]
"""The width, height and descent of a label's letters, in pixels."""

ROUNDING = 1.5
"""Pixels: places are rounded to whole ones."""


def corners(label: Label, ink: Ink) -> Corners:
    """The rectangle that a label's letters fill, turned about the start of its baseline."""
    wide, tall, descent = ink(label)
    flat = np.array([(0, -descent), (wide, -descent), (wide, tall - descent), (0, tall - descent)])
    cos, sin = math.cos(math.radians(label.angle)), math.sin(math.radians(label.angle))
    return flat @ np.array([[cos, sin], [-sin, cos]]) + (label.x, label.y)


def of_box(box: Box) -> Corners:
    return np.array([(box.left, box.bottom), (box.right, box.bottom), (box.right, box.top), (box.left, box.top)])


def depth(one: Corners, other: Corners) -> float:
    """How far two rectangles reach into each other, in pixels (separating axis theorem); 0 or less when they don't."""
    depths = []
    for shape in (one, other):
        for side in (shape[1] - shape[0], shape[3] - shape[0]):
            length = np.hypot(*side)
            if length == 0:
                return 0.0
            a, b = one @ side / length, other @ side / length
            depths.append(min(a.max(), b.max()) - max(a.min(), b.min()))
    return min(depths)


def is_inside(inner: Corners, outer: Box, tolerance: float = ROUNDING) -> bool:
    (left, bottom), (right, top) = inner.min(axis=0), inner.max(axis=0)
    return (
        left >= outer.left - tolerance
        and bottom >= outer.bottom - tolerance
        and right <= outer.right + tolerance
        and top <= outer.top + tolerance
    )


def faults(layout: Layout, ink: Ink) -> list[str]:
    """Everything that is cut off, covered or misplaced in `layout`."""
    picture = Box(0, 0, layout.width, layout.height)
    found = [f"the box is empty: {layout.box}"] if layout.box.width < 1 or layout.box.height < 1 else []
    texts = {f"{label.role} {label.text[:20]!r}@{i}": corners(label, ink) for i, label in enumerate(layout.texts)}
    things = {"the box": layout.box, "the legend": layout.legend and layout.legend.box,
              "the colour bar": layout.colorbar and layout.colorbar.box, "the logo": layout.logo}  # fmt: skip
    solid = {name: of_box(box) for name, box in things.items() if box is not None}
    everything = {**solid, **texts}
    found += [f"{name} is cut off" for name, shape in everything.items() if not is_inside(shape, picture)]
    for (a, one), (b, other) in combinations(everything.items(), 2):
        if {a, b} == {"the box", "the legend"} and is_inside(other, layout.box, 0):
            continue
        if (into := depth(one, other)) > ROUNDING:
            found.append(f"{b} covers {a} by {into:.1f} px")
    return found + _legend_faults(layout, ink) + _tick_faults(layout)


def _legend_faults(layout: Layout, ink: Ink) -> list[str]:
    if layout.legend is None:
        return []
    parts = {f"swatch {i}": of_box(swatch.box) for i, swatch in enumerate(layout.legend.swatches)}
    parts |= {f"name {label.text[:20]!r}@{i}": corners(label, ink) for i, label in enumerate(layout.legend.labels)}
    found = [f"{name} leaves the legend" for name, part in parts.items() if not is_inside(part, layout.legend.box)]
    for (a, one), (b, other) in combinations(parts.items(), 2):
        if depth(one, other) > ROUNDING:
            found.append(f"in the legend {b} covers {a}")
    return found


def _tick_faults(layout: Layout) -> list[str]:
    found = []
    for name, axis in (("across", layout.across), ("up", layout.up)):
        shares = [*axis.shares, *axis.minor]
        if not all(-1e-9 <= share <= 1 + 1e-9 for share in shares):
            found.append(f"a tick {name} is off the axis: {min(shares)} to {max(shares)}")
        if not all(before <= after for before, after in pairwise(axis.shares)):
            found.append(f"the ticks {name} are in disorder")
        if len(axis.lines) != len(axis.shares):
            found.append(f"{len(axis.shares)} ticks {name} have {len(axis.lines)} labels")
    return found
