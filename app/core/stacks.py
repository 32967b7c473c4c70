"""Bars side by side and on top of each other, areas on top of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.core.columns import Floats
from app.core.errors import Invalid

if TYPE_CHECKING:
    from app.core.chart import Mark


def slot(marks: Sequence[Mark], alone: float) -> float:
    """The room along x that the bars of one place have: the smallest distance between places, `alone` for just one."""
    bars = [mark.x for mark in marks if mark.is_bar]
    if not bars:
        return alone
    places = np.unique(np.concatenate(bars))
    places = places[np.isfinite(places)]
    return float(np.diff(places).min()) if places.size > 1 else alone


def stack_marks(marks: Sequence[Mark], stacked: bool, room: float) -> list[Mark]:
    """The marks with their base: zero, or the sum of what lies below.

    Bars above zero stack upwards and bars below zero downwards, each from zero, so that no bar hides another.

    Raises:
        Invalid: stacked areas over different x.
    """
    bars = [mark for mark in marks if mark.is_bar]
    rank = {id(mark): (0, 1) if stacked else (k, len(bars)) for k, mark in enumerate(bars)}
    sums: dict[str, dict[float, float]] = {"up": {}, "down": {}, "area": {}}
    first_area: Mark | None = None
    out = []
    for mark in marks:
        if mark.is_bar:
            base = _bar_base(mark, sums) if stacked else np.zeros_like(mark.y)
            mark = replace(mark, base=base, y=base + mark.y, room=room, rank=rank[id(mark)], stacked=stacked)
        elif mark.kind == "area":
            if stacked and first_area is not None and not np.array_equal(mark.x, first_area.x, equal_nan=True):
                raise Invalid("stacked areas need the same x in every series", path=mark.place)
            first_area = first_area or mark
            base = _bases(mark.x, mark.y, sums["area"]) if stacked else np.zeros_like(mark.y)
            mark = replace(mark, base=base, y=base + mark.y, stacked=stacked)
        out.append(mark)
    return out


def _bar_base(mark: Mark, sums: dict[str, dict[float, float]]) -> Floats:
    up = mark.y >= 0
    base = np.zeros_like(mark.y)
    base[up] = _bases(mark.x[up], mark.y[up], sums["up"])
    base[~up] = _bases(mark.x[~up], mark.y[~up], sums["down"])
    return base


def _bases(x: Floats, y: Floats, sums: dict[float, float]) -> Floats:
    """What lies below each value so far, and the sums taken on; a gap adds nothing."""
    base = np.zeros_like(y)
    for i, (place, value) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        base[i] = sums.get(place, 0.0)
        if np.isfinite(value):
            sums[place] = base[i] + value
    return base
