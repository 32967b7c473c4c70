"""A chart, understood: the spec's series as arrays on two typed axes, with stacks summed and bars given their room.

`understand` is the second half of validation: what can only be refused when values are seen together (lengths, a log
scale over negative numbers, a category twice in a bar chart) is refused here, with its place. What comes out has no
strings to parse and no choices left but those of style and size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.core import columns
from app.core.columns import Column, Floats
from app.core.errors import Invalid
from app.core.limits import Limits, check_counts, check_texts
from app.core.places import shown
from app.core.spec import AxisType, ChartSpec, Dash, Kind, Marker, Scale, Series, Value
from app.core.stacks import slot, stack_marks
from app.core.text import clean, one_line

DAY = 86400.0


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """One series, ready to draw. Arrays have shape (n,), in axis units; NaN is a gap."""

    kind: Kind
    index: int
    """Its place among the series: what palette, markers and dashes are cycled by."""
    name: str | None
    place: str
    """Where it stands in the spec."""
    x: Floats
    y: Floats
    base: Floats | None = None
    """The lower end of bars and areas."""
    color: str | None = None
    color_place: str = ""
    dash: Dash | None = None
    marker: Marker | None = None
    room: float = 1.0
    """Bars: the room along x that all bars of one place share."""
    rank: tuple[int, int] = (0, 1)
    """Bars: which of how many side by side."""
    stacked: bool = False

    @property
    def is_bar(self) -> bool:
        return self.kind in ("bar", "barh")

    def edges(self, share: float) -> tuple[Floats, Floats]:
        """The left and right ends of bars that fill `share` of their room, each of shape (n,)."""
        k, n = self.rank
        left = self.x + self.room * share * (k / n - 0.5)
        return left, left + self.room * share / n


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A heat map: cell edges, shapes (columns + 1,) and (rows + 1,); values, shape (rows, columns); NaN is a gap."""

    x_edges: Floats
    y_edges: Floats
    z: Floats
    low: float
    high: float
    label: str | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """One axis: what it holds, how it is scaled, and the ends that the caller asked for (None: by the data)."""

    type: AxisType
    scale: Scale
    label: str | None
    limits: tuple[float | None, float | None] = (None, None)
    categories: tuple[str, ...] = ()
    integral: bool = False
    """All its numbers are whole: a tick at 1.5 would name nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """What a picture shows, before style and size."""

    marks: tuple[Mark, ...]
    field: Field | None
    x: Dimension
    y: Dimension
    horizontal: bool
    """barh: x runs along the vertical axis."""
    title: str | None
    legend: bool | None


def understand(spec: ChartSpec, limits: Limits) -> Chart:
    """The chart that `spec` describes.

    Raises:
        Invalid: data that don't fit together, with their place.
        TooLarge: more points, series or text than `limits` allow.
    """
    series = _series(spec)
    check_counts(series, spec.z, limits)
    check_texts(spec, limits)
    _check_kinds(spec, series)
    if spec.kind == "heatmap":
        return _heatmap(spec, limits)
    xs, ys = _columns(spec, series)
    x, x_values = _dimension(spec, "x", xs, True, limits)
    y, y_values = _dimension(spec, "y", ys, False, limits)
    marks = []
    for i, one in enumerate(series):
        kind = one.kind or spec.kind
        marks.append(
            Mark(
                kind=kind,
                index=i,
                name=one_line(one.name) or None if one.name else None,
                place=ys[i].place,
                x=x_values[i],
                y=y_values[i],
                color=one.color or one.colour,
                color_place=f"series[{i}].{'colour' if one.colour else 'color'}",
                dash=one.dash,
                marker=one.marker,
            )
        )
    _check_bars(marks, x, y, xs)
    _check_scale(marks, x, y, xs, ys)
    marks = [_in_order(mark) if mark.kind == "area" else mark for mark in marks]
    marks = stack_marks(marks, spec.stack == "stacked", slot(marks, DAY if x.type == "date" else 1.0))
    return Chart(
        marks=tuple(marks),
        field=None,
        x=x,
        y=y,
        horizontal=any(mark.kind == "barh" for mark in marks),
        title=_text(spec.title),
        legend=spec.legend,
    )


def _in_order(mark: Mark) -> Mark:
    """An area's points from left to right: to and fro, its ground would have no inside."""
    order = np.argsort(mark.x, kind="stable")
    return replace(mark, x=mark.x[order], y=mark.y[order])


def _series(spec: ChartSpec) -> list[Series]:
    if spec.series is None:
        # A heat map's y are the names of its rows.
        return [Series(y=spec.y)] if spec.y is not None and spec.kind != "heatmap" else []
    if spec.y is not None:
        raise Invalid("give either y or series, not both", path="y")
    return spec.series


def _check_kinds(spec: ChartSpec, series: Sequence[Series]) -> None:
    kinds = [one.kind or spec.kind for one in series]
    if spec.kind == "heatmap":
        if series:
            raise Invalid("a heatmap takes z (rows of numbers), and x and y for its columns and rows", path="series")
        return
    if spec.z is not None:
        raise Invalid('only a heatmap takes z; set "kind" to "heatmap"', path="z")
    if not series:
        raise Invalid('no data: expected {"x": [...], "y": [...]}, or "series": [{"y": [...]}, ...]', path="y")
    for i, (one, kind) in enumerate(zip(series, kinds, strict=True)):
        if kind == "heatmap":
            raise Invalid("a heatmap is a chart of its own, not a series", path=f"series[{i}].kind")
        if one.color is not None and one.colour is not None:
            raise Invalid("give either color or colour, not both", path=f"series[{i}].colour")
    if "barh" in kinds and set(kinds) != {"barh"}:
        raise Invalid("barh can't be mixed with other kinds: its axes are turned", path="kind")
    if spec.stack == "stacked" and not {"bar", "barh", "area"} & set(kinds):
        raise Invalid("only bar, barh and area are stacked", path="stack")


def _columns(spec: ChartSpec, series: Sequence[Series]) -> tuple[list[Column], list[Column]]:
    """The x and the y column of every series, equally long."""
    xs, ys = [], []
    for i, one in enumerate(series):
        prefix = "" if spec.series is None else f"series[{i}]."
        y = Column(f"{prefix}y", one.y)
        if one.x is not None:
            x = Column(f"{prefix}x", one.x)
        elif spec.x is not None:
            x = Column("x", spec.x)
        else:
            counted: list[Value] = [float(n) for n in range(1, len(one.y) + 1)]
            x = Column(f"{prefix}x", counted)
        if len(x.values) != len(y.values):
            raise Invalid(
                f"{len(y.values)} values, but {x.place} has {len(x.values)}",
                path=y.place,
                expected=len(x.values),
                value=len(y.values),
            )
        xs.append(x)
        ys.append(y)
    return xs, ys


def _dimension(
    spec: ChartSpec, name: str, held: Sequence[Column], text_is_category: bool, limits: Limits
) -> tuple[Dimension, list[Floats]]:
    """The axis `name`, and its columns as arrays."""
    told: AxisType | None = getattr(spec, f"{name}_type")
    scale: Scale = getattr(spec, f"{name}_scale")
    kind = columns.axis_type(held, told, text_is_category)
    if kind != "number" and scale != "linear":
        raise Invalid(f"a {scale} scale is for numbers; this axis holds {_plural(kind)}", path=f"{name}_scale")
    names: tuple[str, ...] = ()
    if kind == "category":
        names = columns.categories(held, limits.text)
        arrays = [columns.positions(column, names, limits.text) for column in held]
    else:
        arrays = [columns.dates(column) if kind == "date" else columns.numbers(column) for column in held]
    label = _text(getattr(spec, f"{name}_label"))
    integral = kind == "number" and all(bool((np.isnan(a) | (a == np.floor(a))).all()) for a in arrays)
    return Dimension(kind, scale, label, _limits(spec, name, kind, scale), names, integral), arrays


def _limits(spec: ChartSpec, name: str, kind: AxisType, scale: Scale) -> tuple[float | None, float | None]:
    asked = getattr(spec, f"{name}_limits")
    if asked is None:
        return None, None
    place = f"{name}_limits"
    low, high = (columns.limit(value, kind, f"{place}[{i}]") for i, value in enumerate(asked))
    if low is not None and high is not None and abs(high - low) <= 1e-12 * max(abs(low), abs(high)):
        raise Invalid("both ends are the same; an axis needs a range", path=place)
    if scale == "log":
        for i, end in enumerate((low, high)):
            if end is not None and end <= 0:
                raise Invalid(f"a log scale has only numbers above 0, got {end:g}", path=f"{place}[{i}]")
    return low, high


def _check_bars(marks: Sequence[Mark], x: Dimension, y: Dimension, xs: Sequence[Column]) -> None:
    for mark, column in zip(marks, xs, strict=True):
        if mark.kind in ("bar", "barh", "area") and y.type != "number":
            raise Invalid(f"{mark.kind} needs numbers, this axis holds {_plural(y.type)}", path=mark.place)
        if not mark.is_bar:
            continue
        if x.scale != "linear":
            raise Invalid("bars stand on a linear axis: on another one their width says nothing", path="x_scale")
        _, first, counts = np.unique(mark.x, return_index=True, return_counts=True, equal_nan=False)
        if (counts > 1).any():
            value = mark.x[first[int(np.argmax(counts > 1))]]
            again = int(np.flatnonzero(mark.x == value)[1])
            raise Invalid(
                f"{shown(column.values[again])} stands here again; a bar chart has one bar for each x and series: "
                "sum them, or split them into series",
                path=f"{column.place}[{again}]",
            )


def _check_scale(marks: Sequence[Mark], x: Dimension, y: Dimension, xs: Sequence[Column], ys: Sequence[Column]) -> None:
    for dimension, held, values in ((x, xs, [m.x for m in marks]), (y, ys, [m.y for m in marks])):
        if dimension.scale != "log":
            continue
        for column, array in zip(held, values, strict=True):
            below = array <= 0
            if below.any():
                i = int(np.argmax(below))
                raise Invalid(
                    f'a log scale has only numbers above 0, got {array[i]:g}; "symlog" shows zero and negative numbers',
                    path=f"{column.place}[{i}]",
                )


def _heatmap(spec: ChartSpec, limits: Limits) -> Chart:
    if not spec.z or not spec.z[0]:
        raise Invalid("a heatmap needs z: a list of rows, each a list of numbers", path="z")
    width = len(spec.z[0])
    for i, row in enumerate(spec.z):
        if len(row) != width:
            raise Invalid(f"{len(row)} values, but z[0] has {width}", path=f"z[{i}]", expected=width, value=len(row))
    for name, count in (("x", width), ("y", len(spec.z))):
        held = getattr(spec, name)
        if held is not None and len(held) != count:
            what = "columns" if name == "x" else "rows"
            raise Invalid(f"{len(held)} values, but z has {count} {what}", path=name, expected=count, value=len(held))
    z = np.stack([columns.numbers(Column(f"z[{i}]", row)) for i, row in enumerate(spec.z)])
    x, x_edges = _cells(spec, "x", width, limits)
    y, y_edges = _cells(spec, "y", len(spec.z), limits)
    known = z[np.isfinite(z)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    grid = Field(x_edges, y_edges, z, low, high if high > low else low + 1.0, _text(spec.z_label))
    return Chart((), grid, x, y, False, _text(spec.title), False)


def _cells(spec: ChartSpec, name: str, count: int, limits: Limits) -> tuple[Dimension, Floats]:
    """An axis of a heat map and the edges of its cells: halfway between neighbours."""
    given: list[Value] | None = getattr(spec, name)
    counted: list[Value] = [float(n) for n in range(1, count + 1)]
    column = Column(name, counted if given is None else given)
    dimension, (centres,) = _dimension(spec, name, [column], True, limits)
    if dimension.scale != "linear":
        raise Invalid("a heatmap's axes are linear", path=f"{name}_scale")
    if len(dimension.categories) not in (0, count) or not (np.diff(centres) > 0).all() or np.isnan(centres).any():
        raise Invalid("a heatmap's columns and rows need ascending values, without gaps or repeats", path=name)
    unit = DAY if dimension.type == "date" else 1.0
    half = np.diff(centres) / 2 if count > 1 else np.array([unit / 2])
    edges = np.concatenate([[centres[0] - half[0]], centres[: count - 1] + half[: count - 1], [centres[-1] + half[-1]]])
    return dimension, edges


def _text(value: str | None) -> str | None:
    return clean(value) or None if value else None


def _plural(kind: AxisType) -> str:
    return {"number": "numbers", "date": "dates", "category": "categories"}[kind]
