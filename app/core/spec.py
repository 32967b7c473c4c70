"""The chart spec: what a caller may ask for, as msgspec structs.

A spec is a value. Parsing checks its shape and names (unknown keys are refused, with the place and the nearest known
key); `app.core.chart.understand` then gives it meaning. The structs are the single source of the JSON shape.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from app.core.errors import Invalid, Malformed
from app.core.places import explain_encoding, explain_syntax, explain_validation
from app.core.style_source import STYLE_NAME

Kind = Literal["line", "scatter", "bar", "barh", "area", "step", "heatmap"]
Stack = Literal["none", "stacked"]
Scale = Literal["linear", "log", "symlog"]
AxisType = Literal["number", "date", "category"]
Dash = Literal["solid", "dashed", "dotted", "dashdot"]
Marker = Literal["none", "circle", "square", "triangle", "diamond", "cross", "plus", "star", "point"]

Value = float | str | None
"""A number; text for a category or an ISO date; null for a gap."""
Values = list[Value]
Limit = float | str | None
Colour = Annotated[str, Meta(max_length=64)]
Side = Annotated[int, Meta(ge=16, le=100_000)]
StyleName = Annotated[str, Meta(pattern=f"^{STYLE_NAME.pattern}$")]


class Series(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One series: values `y` over `x` (the spec's `x` where it has none of its own)."""

    y: Values
    x: Values | None = None
    name: str | None = None
    kind: Kind | None = None
    color: Colour | None = None
    colour: Colour | None = None
    dash: Dash | None = None
    marker: Marker | None = None


class ChartSpec(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """One chart. The short form is `{"x": [...], "y": [...]}`; several series go into `series`."""

    kind: Kind = "line"
    x: Values | None = None
    y: Values | None = None
    z: list[list[float | None]] | None = None
    series: list[Series] | None = None
    stack: Stack = "none"
    title: str | None = None
    x_label: str | None = None
    y_label: str | None = None
    z_label: str | None = None
    x_scale: Scale = "linear"
    y_scale: Scale = "linear"
    x_limits: tuple[Limit, Limit] | None = None
    y_limits: tuple[Limit, Limit] | None = None
    x_type: AxisType | None = None
    y_type: AxisType | None = None
    legend: bool | None = None
    style: StyleName = "default"
    width: Side | None = None
    height: Side | None = None
    dpr: Annotated[float, Meta(ge=0.25, le=8)] = 1.0
    format: Literal["png"] = "png"


_decoder = msgspec.json.Decoder(ChartSpec)


def parse_spec(body: bytes) -> ChartSpec:
    """The spec in a JSON body.

    Raises:
        Malformed: not JSON, not UTF-8, or nested too deeply.
        Invalid: a key, type or value that is not allowed; `path` names the place.
    """
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise explain_validation(error, body, ChartSpec) from None
    except msgspec.DecodeError as error:
        raise explain_syntax(error, body) from None
    except UnicodeDecodeError:
        raise explain_encoding(body) from None
    except RecursionError:
        raise Malformed("the body is nested too deeply") from None


def parse_packed(text: str) -> ChartSpec:
    """The spec in a link's `spec` parameter: JSON, as base64url, with or without its padding."""
    try:
        body = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("expected the JSON of a chart as base64url (A-Z a-z 0-9 - _)", path="spec") from None
    return parse_spec(body)


def parse_query(arguments: dict[str, list[str]]) -> ChartSpec:
    """The spec in a link's parameters: `x=1,2,3&y=4,,6&kind=bar&title=...`.

    Lists are separated by commas, and an empty place is a gap. `y` may stand several times, with as many `name`s: one
    series each. Every other parameter is the spec's key of that name.

    Raises:
        Invalid: as `parse_spec`; `path` is the place in the spec that the parameters stand for.
    """
    document: dict[str, object] = {}
    for key, values in arguments.items():
        if key in ("y", "name"):
            continue
        if len(values) > 1:
            raise Invalid(f"given {len(values)} times; only y and name may repeat", path=key)
        document[key] = _from_text(key, values[0])
    columns = [_list(text) for text in arguments.get("y", [])]
    names = arguments.get("name", [])
    if len(names) > len(columns):
        raise Invalid(f"{len(names)} names for {len(columns)} series (one y each)", path="name")
    if len(columns) == 1 and not names:
        document["y"] = columns[0]
    elif columns:
        padded = [*names, *[None] * (len(columns) - len(names))]
        document["series"] = [{"y": y, "name": name} for y, name in zip(columns, padded, strict=True)]
    return parse_spec(msgspec.json.encode(document))


def _list(text: str) -> list[float | str | None]:
    return [_scalar(part.strip()) for part in text.split(",")] if text else []


def _scalar(text: str) -> float | str | None:
    if text == "":
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    # float() also reads "nan", "1e999" and "1_000": those are text here, and refused later where a number is wanted.
    return number if math.isfinite(number) and "_" not in text else text


def _from_text(key: str, text: str) -> object:
    if key == "x" or key.endswith("_limits"):
        return _list(text)
    if key == "legend" and text in ("true", "false", "1", "0"):
        return text in ("true", "1")
    if key in ("width", "height", "dpr"):
        value = _scalar(text)
        return int(value) if isinstance(value, float) and value.is_integer() else value
    if key in ("series", "z"):
        raise Invalid("a link's parameters can't hold this; use ?spec=<base64url JSON> or POST /plot", path=key)
    return text


def canonical(spec: ChartSpec) -> bytes:
    """The spec's canonical bytes: the same chart gives the same, with keys in another order or defaults spelled out."""
    return msgspec.json.encode(spec)
