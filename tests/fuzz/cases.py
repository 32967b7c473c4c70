"""Requests and style documents of every sort: well formed with nasty values, nearly well formed, and broken."""

from __future__ import annotations

import json
from typing import Any, get_args
from urllib.parse import quote

import msgspec
from hypothesis import strategies as st

from app.core.spec import ChartSpec, Kind
from app.core.style import StyleDocument

EXTREMES = [
    0,
    -0.0,
    5e-324,
    -1e-300,
    1e-12,
    0.1,
    1 / 3,
    1e15,
    1e16 + 2,
    2**53 + 1,
    -(2**63),
    1e300,
    -1e300,
    1e301,
    1e308,
]
NASTY = [
    "",
    " ",
    "\x00\x07\x1b[31m",
    "a\nb\r\nc",
    "\u202eright to left\u202c",
    "مرحبا بالعالم",
    "שלום",
    "财务报表，2026年。",
    "売上高の推移（前年比）",
    "매출",
    "हिन्दी",
    "e\u0301" * 30,
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "\ud83d",
    "\U00013000",
    "$\\frac{",
    "$x^2$",
    "W" * 400,
    "一" * 200,
    "word " * 90,
    "</svg><script>",
    "%s%n{}{0}",
    "1,234.5",
    "NaN",
    "-",
]
DATES = [
    "0001-01-01",
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01T00:00+14:00",
    "9999-12-31T23:59-14:00",
    "2024-02-29",
    "2026-02-30",
    "1969-12-31T23:59:60Z",
    "2026-03-29T02:30:00+01:00",
    "2026-01",
    "2026-1-1",
    "2026-01-01T24:00Z",
]

texts = st.sampled_from(NASTY) | st.text(max_size=40) | st.sampled_from(["A", "B", "Q1", "North", "财务"])
numbers = st.integers(-50, 200) | st.floats(-1e6, 1e6) | st.sampled_from(EXTREMES) | st.floats(allow_nan=False)
values = numbers | st.none()
dates = st.sampled_from(DATES) | st.datetimes(timezones=st.none() | st.timezones()).map(
    lambda moment: moment.replace(fold=0).isoformat()
)
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
sides = st.integers(16, 400) | st.sampled_from([16, 17, 31, 64, 1200])


@st.composite
def columns(draw: st.DrawFn, count: int) -> list[Any]:
    """x values of one kind, or of several."""
    kind = draw(st.sampled_from(["numbers", "ascending", "dates", "names", "names", "mixed"]))
    if kind == "ascending":
        step = draw(st.sampled_from([1, 0.1, 1e-9, 1e9, 86_400]))
        return [i * step for i in range(count)]
    if kind == "names":
        return [f"{draw(texts)}{i}" for i in range(count)]
    element = {"numbers": values, "dates": dates, "mixed": values | dates | texts}[kind]
    return draw(st.lists(element, min_size=count, max_size=count))


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A chart that is mostly well formed."""
    kind = draw(st.sampled_from(get_args(Kind)))
    count = draw(st.sampled_from([0, 1, 2, 3, 7, 40]))
    spec: dict[str, Any] = {"kind": kind, "width": draw(sides), "height": draw(sides)}
    calm = draw(st.booleans())
    y = st.lists(st.integers(0, 50) if calm else values, min_size=count, max_size=count)
    if kind == "heatmap":
        width = draw(st.integers(0, 9))
        spec["z"] = [draw(st.lists(values, min_size=width, max_size=width)) for _ in range(draw(st.integers(0, 9)))]
        optional = {"x": columns(width), "y": columns(len(spec["z"])), "z_label": texts}
    else:
        optional = {"x": columns(count), "stack": st.sampled_from(["none", "stacked"]), "legend": st.booleans()}
        series = st.fixed_dictionaries(
            {"y": y},
            optional={
                "name": texts,
                "color": st.sampled_from(["red", "#12345678", "none", "C0", "0.5", "blurple", "xkcd:red", ""]),
                "dash": st.sampled_from(["solid", "dashed", "dotted", "dashdot"]),
                "marker": st.sampled_from(["none", "circle", "cross", "star", "point"]),
                "kind": st.sampled_from(get_args(Kind)),
            },
        )
        if draw(st.booleans()):
            spec["y"] = draw(y)
        else:
            spec["series"] = draw(st.lists(series, min_size=1, max_size=draw(st.sampled_from([1, 3, 12]))))
    scales = st.sampled_from(["linear", "linear", "log", "symlog"])
    limits = st.lists(values | dates, min_size=2, max_size=2)
    axes = st.fixed_dictionaries(
        {},
        optional={
            **optional,
            "title": texts,
            "x_label": texts,
            "y_label": texts,
            "x_scale": scales,
            "y_scale": scales,
            "x_limits": limits,
            "y_limits": limits,
            "x_type": st.sampled_from(["number", "date", "category"]),
            "y_type": st.sampled_from(["number", "number", "date", "category"]),
            "dpr": st.sampled_from([0.25, 0.5, 1, 1.25, 2, 3]),
            "style": st.sampled_from(["default", "dark", "print", "presentation", "colorblind"]),
        },
    )
    spec |= draw(axes)
    if draw(st.integers(0, 9)) == 0:
        spec[draw(st.sampled_from([*ChartSpec.__struct_fields__, "colour", ""]))] = draw(anything)
    return spec


bodies = specs().map(lambda spec: json.dumps(spec).encode())

PIECES = [b"[", b'"', b"\\ud800", b"NaN", b"\xff", b"1e999"]


@st.composite
def broken(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Bytes that were well formed until some were flipped, cut, doubled or put in."""
    data = bytearray(draw(whole))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        what = draw(st.sampled_from(["flip", "cut", "insert", "double", "end"]))
        if what == "flip" and data:
            data[at] ^= draw(st.integers(1, 255))
        elif what == "cut":
            del data[at : at + draw(st.integers(1, 20))]
        elif what == "insert":
            data[at:at] = draw(
                st.binary(max_size=6) | st.sampled_from([b"[", b'"', b"\\ud800", b"NaN", b"\xff", b"1e999"])
            )
        elif what == "double":
            data[at:at] = data[at : at + 30]
        else:
            del data[at:]
    return bytes(data)


lists = st.lists(values | dates | texts, max_size=8).map(
    lambda held: ",".join("" if one is None else str(one) for one in held)
)
pairs = st.tuples(
    st.sampled_from([*ChartSpec.__struct_fields__, "y", "y", "x", "name", "spec", "errors"]) | texts,
    lists | texts | st.sampled_from(["line", "bar", "log", "true", "image", "e30", "64", "default"]),
)
queries = st.lists(pairs, max_size=6).map(
    lambda held: "&".join(f"{quote(k, errors='replace')}={quote(v, errors='replace')}" for k, v in held)
) | st.binary(max_size=60).map(quote)


NAMES = {"cmap": ["viridis", "RdBu", "jet_r", "nope"], "family": ["serif", "DejaVu Sans Mono", "Nope"], "data": [""]}


def styles() -> st.SearchStrategy[bytes]:
    """Style documents, valid as far as their shape goes, with something else in one of ten fields."""
    fields = {info.name: info.type for info in msgspec.structs.fields(StyleDocument)}
    sections = {name: _section(kind) if _is_struct(kind) else _value(name, kind) for name, kind in fields.items()}
    document = st.fixed_dictionaries({}, optional=sections)
    return document.map(lambda held: json.dumps(held).encode())


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _section(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    fields = {info.name: _value(info.name, info.type) for info in msgspec.structs.fields(kind)}
    return st.fixed_dictionaries({}, optional=fields)


def _value(name: str, kind: Any) -> st.SearchStrategy[Any]:
    valid = _of(name, msgspec.inspect.type_info(kind))
    return st.integers(0, 9).flatmap(lambda n: anything if n == 0 else valid)


def _of(name: str, info: Any) -> st.SearchStrategy[Any]:
    """Values that a type allows, its bounds among them."""
    if isinstance(info, msgspec.inspect.Metadata):
        return _of(name, info.type)
    if isinstance(info, msgspec.inspect.UnionType):
        return st.one_of([_of(name, option) for option in info.types])
    if isinstance(info, msgspec.inspect.LiteralType):
        return st.sampled_from(info.values)
    if isinstance(info, msgspec.inspect.IntType):
        return st.integers(info.ge, info.le)
    if isinstance(info, msgspec.inspect.FloatType):
        low, high = info.ge if info.ge is not None else info.gt, info.le
        return st.sampled_from([low, high]) | st.floats(low, high)
    if isinstance(info, msgspec.inspect.BoolType):
        return st.booleans()
    if isinstance(info, msgspec.inspect.ListType):
        return st.lists(_of(name, info.item_type), min_size=info.min_length or 0, max_size=min(info.max_length or 4, 4))
    if isinstance(info, msgspec.inspect.TupleType):
        return st.tuples(*[_of(name, item) for item in info.item_types])
    if isinstance(info, msgspec.inspect.NoneType):
        return st.none()
    if "color" in name or name == "palette":
        return st.sampled_from(["red", "#123", "#12345678", "none", "0.5", "blurple"])
    known = {
        "cmap": ["viridis", "RdBu", "jet_r", "nope"],
        "family": ["serif", "DejaVu Sans Mono", "Nope"],
        "data": [""],
    }
    return st.sampled_from(known.get(name, NASTY))
