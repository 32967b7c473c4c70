"""The style document: how charts look, as msgspec structs.

The document is what designers write and `consul kv put`. Its structs give it one shape, one set of bounds and one set
of defaults, and the JSON Schema in `consul/style.schema.json` is made from them. What is checked here is shape;
colours, colour maps and fonts need the renderer and are checked by `app.draw.compile_style`.

A document may extend another: objects are merged key by key, lists and plain values are replaced.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from app.core.errors import Refusal
from app.core.places import describe, half_character, shown
from app.core.style_source import STYLE_NAME

NamedSize = Literal["xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large"]
Size = Annotated[float, Meta(ge=1, le=400)] | NamedSize
Weight = (
    Annotated[int, Meta(ge=100, le=900)]
    | Literal["ultralight", "light", "normal", "medium", "semibold", "bold", "heavy", "black"]
)
Colour = Annotated[str, Meta(max_length=64, description='A CSS name such as "gray", or "#rrggbb", or "none"')]
Share = Annotated[float, Meta(ge=0, le=1)]
Width = Annotated[float, Meta(ge=0, le=50)]
LineStyle = Literal["-", "--", ":", "-.", "none"]
MarkerCode = Literal["o", "s", "^", "v", "<", ">", "D", "d", "x", "+", "*", ".", "p", "h", "none"]
Side = Literal["left", "right", "top", "bottom"]
Inches = Annotated[float, Meta(ge=0.2, le=100)]
LegendLoc = Literal[
    "best",
    "upper right",
    "upper left",
    "lower left",
    "lower right",
    "upper center",
    "lower center",
    "center left",
    "center right",
    "center",
    "outside right",
    "outside bottom",
]
Corner = Literal["upper left", "upper right", "lower left", "lower right"]
StyleName = Annotated[str, Meta(pattern=f"^{STYLE_NAME.pattern}$")]

NAMED_SIZES = {
    "xx-small": 0.579,
    "x-small": 0.694,
    "small": 0.833,
    "medium": 1.0,
    "large": 1.2,
    "x-large": 1.44,
    "xx-large": 1.728,
}
"""CSS's scale of 1.2 a step, as Matplotlib has it: shares of font.size."""


class _Section(Struct, kw_only=True, frozen=True):
    """A section of the document. Unknown keys are let through here and reported by `unknown_keys`."""


class FigureStyle(_Section, kw_only=True, frozen=True):
    """The whole picture."""

    figsize: Annotated[tuple[Inches, Inches], Meta(description="Default width and height, in inches")] = (10.0, 6.0)
    dpi: Annotated[float, Meta(ge=20, le=600, description="Pixels an inch: figsize x dpi is the default size")] = 120.0
    facecolor: Colour = "white"


class FontStyle(_Section, kw_only=True, frozen=True):
    """The text of the whole picture. A font with Chinese, Japanese and Korean always stands behind the families."""

    family: (
        Annotated[str, Meta(max_length=100)]
        | Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(min_length=1, max_length=10)]
    ) = "sans-serif"
    size: Annotated[float, Meta(ge=1, le=400, description="In points; named sizes are shares of it")] = 12.0


class TitleStyle(_Section, kw_only=True, frozen=True):
    """The chart's title."""

    fontsize: Size = 16.0
    fontweight: Weight = "bold"
    color: Colour = "#333333"
    loc: Literal["left", "center", "right"] = "center"
    pad: Annotated[float, Meta(ge=0, le=200, description="Points between title and axes")] = 8.0


class AxesStyle(_Section, kw_only=True, frozen=True):
    """The box that data are drawn in, its labels and its grid."""

    labelcolor: Colour = "#555555"
    labelsize: Size = "medium"
    edgecolor: Colour = "#888888"
    linewidth: Annotated[float, Meta(ge=0, le=50, description="Points, of the spines")] = 0.8
    facecolor: Colour = "white"
    grid: bool = False
    grid_linestyle: LineStyle = "--"
    grid_alpha: Share = 0.6
    grid_color: Colour = "#b0b0b0"
    grid_linewidth: Width = 0.8
    grid_axis: Literal["both", "x", "y"] = "both"
    spines: Annotated[list[Side], Meta(max_length=4, description="Which sides of the box are drawn")] = field(
        default_factory=lambda: ["left", "right", "top", "bottom"]
    )
    # A list and not a tuple: msgspec 0.22 crashes (memory) on a union of a bounded number and a tuple of fixed length.
    margins: Annotated[
        Share | Annotated[list[Share], Meta(min_length=2, max_length=2)],
        Meta(description="Room around the data, as a share of its range: one number, or [x, y]"),
    ] = 0.05


class TicksStyle(_Section, kw_only=True, frozen=True):
    """Tick marks and their labels."""

    labelsize: Size = "medium"
    labelcolor: Colour = "#555555"
    color: Colour = "#888888"
    length: Annotated[float, Meta(ge=0, le=100, description="Points")] = 3.5
    width: Width = 0.8
    direction: Literal["in", "out"] = "out"
    most: Annotated[int, Meta(ge=2, le=30, description="Labelled ticks an axis, at the most")] = 9
    minor: Annotated[bool, Meta(description="Small ticks between the labelled ones of a logarithmic axis")] = True


class LegendStyle(_Section, kw_only=True, frozen=True):
    """The legend. Where it would cover data inside the axes, it is put outside."""

    fontsize: Size = "medium"
    color: Colour = "#333333"
    frameon: bool = True
    loc: LegendLoc = "best"
    ncols: Annotated[int, Meta(ge=1, le=20)] = 1


class WatermarkStyle(_Section, kw_only=True, frozen=True):
    """A text across the picture; x and y are shares of its width and height, from the lower left."""

    text: Annotated[str, Meta(max_length=200)] = ""
    x: Share = 0.5
    y: Share = 0.5
    fontsize: Size = 40.0
    color: Colour = "gray"
    alpha: Share = 0.2
    rotation: Annotated[float, Meta(ge=-360, le=360, description="Degrees, counter-clockwise")] = 30.0


class LinesStyle(_Section, kw_only=True, frozen=True):
    """Lines and markers. A list is used in turn, series by series."""

    width: Annotated[float, Meta(ge=0, le=50, description="Points")] = 1.5
    marker: MarkerCode | Annotated[list[MarkerCode], Meta(min_length=1, max_length=20)] = "o"
    markersize: Annotated[float, Meta(ge=0, le=100, description="Points")] = 6.0
    style: LineStyle | Annotated[list[LineStyle], Meta(min_length=1, max_length=20)] = "-"


Hatch = Literal["", "/", "\\", "|", "-", "+", "x", "o", ".", "//", "\\\\", "xx", "..", "++"]


class BarsStyle(_Section, kw_only=True, frozen=True):
    """Bars, and the fill of areas."""

    width: Annotated[float, Meta(gt=0, le=1, description="Share of the room that a bar or a group of bars has")] = 0.8
    edgecolor: Colour = "none"
    linewidth: Width = 0.8
    alpha: Share = 1.0
    area_alpha: Annotated[Share, Meta(description="Of areas that are not stacked")] = 0.35
    hatch: Hatch | Annotated[list[Hatch], Meta(min_length=1, max_length=20)] = ""


class HeatmapStyle(_Section, kw_only=True, frozen=True):
    """Fields of values."""

    cmap: Annotated[str, Meta(max_length=64, description="A Matplotlib colour map")] = "viridis"


class NumbersStyle(_Section, kw_only=True, frozen=True):
    """How numbers are written on the axes."""

    thousands: Annotated[
        Literal["", ",", ".", " ", "'", "_", "\u2009", "\u202f", "\u00a0", "\u2019"],
        Meta(description="Between groups of three digits, from 10,000 up"),
    ] = ","
    decimals: Annotated[int, Meta(ge=0, le=15, description="As many as needed where it is left out")] | None = None
    percent: Annotated[bool, Meta(description="Values are shares: 0.25 is written 25%")] = False


class LogoStyle(_Section, kw_only=True, frozen=True):
    """A picture in a corner, beside the title or below the axes."""

    data: Annotated[str, Meta(max_length=400_000, description="A PNG, base64")] = ""
    position: Corner = "upper right"
    height: Annotated[float, Meta(ge=4, le=400, description="Points")] = 24.0


PALETTE = (
    "#007ACC",
    "#E4572E",
    "#2E9E6B",
    "#8E5EA2",
    "#F2A541",
    "#C2377E",
    "#17A2B8",
    "#7A6A58",
    "#4C5FD5",
    "#8A9A2B",
)


class StyleDocument(_Section, kw_only=True, frozen=True):
    """A Limn style."""

    extends: Annotated[StyleName, Meta(description="The style that this one starts from")] | None = None
    figure: FigureStyle = FigureStyle()
    font: FontStyle = FontStyle()
    title: TitleStyle = TitleStyle()
    axes: AxesStyle = AxesStyle()
    ticks: TicksStyle = TicksStyle()
    legend: LegendStyle = LegendStyle()
    watermark: WatermarkStyle = WatermarkStyle()
    palette: Annotated[list[Colour], Meta(min_length=1, max_length=100)] = field(default_factory=lambda: list(PALETTE))
    lines: LinesStyle = LinesStyle()
    bars: BarsStyle = BarsStyle()
    heatmap: HeatmapStyle = HeatmapStyle()
    numbers: NumbersStyle = NumbersStyle()
    logo: LogoStyle = LogoStyle()

    def points(self, size: float | NamedSize) -> float:
        """A font size in points."""
        return NAMED_SIZES[size] * self.font.size if isinstance(size, str) else size


# msgspec prepares a struct when it is first used, and two threads that do so at once crash the process (0.22): here,
# at import, there is one.
msgspec.convert({}, StyleDocument)


class StyleFault(Exception):
    """A style document that can't be used, and the place: the message starts with it."""


def parse_document(value: bytes) -> dict[str, Any]:
    """A stored document as an object.

    Raises:
        StyleFault: empty, not UTF-8, not JSON, or not an object.
    """
    if not value.strip():
        raise StyleFault("the document is empty; expected a JSON object")
    try:
        document = json.loads(value.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise StyleFault(f"the document is not UTF-8: byte {error.start} does not fit") from None
    except json.JSONDecodeError as error:
        raise StyleFault(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise StyleFault("not JSON: nested too deeply") from None
    except ValueError as error:
        raise StyleFault(f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise StyleFault(f"expected a JSON object, got {_kind(document)}")
    if b"\\u" in value and (place := half_character(document)) is not None:
        raise StyleFault(f"{place.removeprefix('.')}: half of a surrogate pair, which is no character")
    return document


def parent_name(document: Mapping[str, Any]) -> str | None:
    """The name that a document extends.

    Raises:
        StyleFault: `extends` is not a style's name.
    """
    name = document.get("extends")
    if name is None:
        return None
    if isinstance(name, str) and STYLE_NAME.fullmatch(name):
        return name
    raise StyleFault(f"extends: expected a style's name ([a-z0-9-], at most 64), got {shown(name)}")


def merge(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """`child` laid over `parent`: objects key by key, everything else replaced; null goes back to the default."""
    merged = dict(parent)
    for key, value in child.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def check_document(document: Mapping[str, Any]) -> StyleDocument:
    """A merged document as a style.

    Raises:
        StyleFault: a type or a value out of bounds, with its place.
    """
    try:
        return msgspec.convert(_without_nulls(document), StyleDocument)
    except msgspec.ValidationError as error:
        fault: Refusal = describe(error, document, StyleDocument)
        raise StyleFault(fault.detail) from None
    except RecursionError:
        raise StyleFault("nested too deeply") from None


def unknown_keys(document: Mapping[str, Any]) -> list[str]:
    """A warning for each key that no style has, with the nearest that it could mean: a misspelled key never hides."""
    return list(_unknown(document, StyleDocument, ""))


def _unknown(document: Mapping[str, Any], struct: type[Struct], place: str) -> list[str]:
    known = {f.encode_name: f.type for f in msgspec.structs.fields(struct)}
    warnings = []
    for key, value in document.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            warnings.append(f"{place}{key[:64]}: no such key" + (f"; did you mean {near[0]}?" if near else ""))
        elif isinstance(value, Mapping) and isinstance(known[key], type) and issubclass(known[key], Struct):
            warnings += _unknown(value, known[key], f"{place}{key}.")
    return warnings[:20]


def _without_nulls(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(value) if isinstance(value, Mapping) else value
        for key, value in document.items()
        if value is not None
    }


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON has")


def _kind(value: object) -> str:
    return {list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}.get(
        type(value), "null"
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a style document, for editors and checks before a put."""
    (reference,), components = msgspec.json.schema_components([StyleDocument], ref_template="#/$defs/{name}")
    # At run time an unknown key is a warning (a newer Limn's style still serves); an editor should underline it.
    for component in components.values():
        component["additionalProperties"] = False
    root = components.pop(reference["$ref"].rsplit("/", 1)[1])
    root["properties"]["$schema"] = {"type": "string"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "$defs": components}
