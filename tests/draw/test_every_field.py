"""Every field of the style document has a visible effect: a key that is silently ignored is a bug to a designer.

The fields are enumerated from the structs, so a new one without a case here fails.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from app.core.chart import understand
from app.core.limits import Limits, pixel_size
from app.core.spec import parse_spec
from app.core.style import StyleDocument, check_document
from app.draw import FontLibrary, Renderer, compile_style

Pixels = npt.NDArray[np.uint8]

LINES = {
    "title": "Title",
    "x_label": "across",
    "y_label": "up",
    "series": [{"name": "one", "y": [4, 1, 7, 5]}, {"name": "two", "y": [2, 6, 3, 8]}],
}
BARS = {"kind": "bar", "x": ["a", "b", "c"], "y": [3, 5, 2]}
AREA = {"kind": "area", "y": [3, 5, 2, 4]}
HEAT = {"kind": "heatmap", "z": [[1, 2], [3, 4]]}
LOG = {"y": [1, 10, 100], "y_scale": "log"}
LARGE = {"y": [10_000, 250_000, 1_000_000]}
SHARES = {"y": [0.1, 0.25, 0.5]}


def png(color: str) -> str:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), color).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


WATERMARK = {"text": "DRAFT", "color": "red", "alpha": 1}
GRID = {"grid": True, "grid_alpha": 1}
LOGO = {"data": png("#ff00ff")}

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # field: (chart, the section's other keys, the section with the field changed)
    "figure.figsize": (LINES, {}, {"figsize": [4, 3]}),
    "figure.dpi": (LINES, {}, {"dpi": 60}),
    "figure.facecolor": (LINES, {}, {"facecolor": "#ffeedd"}),
    "font.family": (LINES, {}, {"family": ["serif"]}),
    "font.size": (LINES, {}, {"size": 8}),
    "title.fontsize": (LINES, {}, {"fontsize": "small"}),
    "title.fontweight": (LINES, {}, {"fontweight": "normal"}),
    "title.color": (LINES, {}, {"color": "#ff0000"}),
    "title.loc": (LINES, {}, {"loc": "left"}),
    "title.pad": (LINES, {}, {"pad": 40}),
    "axes.labelcolor": (LINES, {}, {"labelcolor": "#ff0000"}),
    "axes.labelsize": (LINES, {}, {"labelsize": 20}),
    "axes.edgecolor": (LINES, {}, {"edgecolor": "#ff0000"}),
    "axes.linewidth": (LINES, {}, {"linewidth": 4}),
    "axes.facecolor": (LINES, {}, {"facecolor": "#ddeeff"}),
    "axes.grid": (LINES, {}, {"grid": True}),
    "axes.grid_linestyle": (LINES, GRID, {"grid_linestyle": "-"}),
    "axes.grid_alpha": (LINES, GRID, {"grid_alpha": 0.2}),
    "axes.grid_color": (LINES, GRID, {"grid_color": "#ff0000"}),
    "axes.grid_linewidth": (LINES, GRID, {"grid_linewidth": 3}),
    "axes.grid_axis": (LINES, GRID, {"grid_axis": "y"}),
    "axes.spines": (LINES, {}, {"spines": ["left"]}),
    "axes.margins": (LINES, {}, {"margins": [0.2, 0.4]}),
    "ticks.labelsize": (LINES, {}, {"labelsize": 20}),
    "ticks.labelcolor": (LINES, {}, {"labelcolor": "#ff0000"}),
    "ticks.color": (LINES, {}, {"color": "#ff0000"}),
    "ticks.length": (LINES, {}, {"length": 12}),
    "ticks.width": (LINES, {}, {"width": 4}),
    "ticks.direction": (LINES, {}, {"direction": "in"}),
    "ticks.most": (LINES, {}, {"most": 3}),
    "ticks.minor": (LOG, {}, {"minor": False}),
    "legend.fontsize": (LINES, {}, {"fontsize": 20}),
    "legend.color": (LINES, {}, {"color": "#ff0000"}),
    "legend.frameon": (LINES, {}, {"frameon": False}),
    "legend.loc": (LINES, {}, {"loc": "outside bottom"}),
    "legend.ncols": (LINES, {}, {"ncols": 2}),
    "watermark.text": (LINES, WATERMARK, {"text": "SECRET"}),
    "watermark.x": (LINES, WATERMARK, {"x": 0.3}),
    "watermark.y": (LINES, WATERMARK, {"y": 0.3}),
    "watermark.fontsize": (LINES, WATERMARK, {"fontsize": 20}),
    "watermark.color": (LINES, WATERMARK, {"color": "blue"}),
    "watermark.alpha": (LINES, WATERMARK, {"alpha": 0.3}),
    "watermark.rotation": (LINES, WATERMARK, {"rotation": 0}),
    "lines.width": (LINES, {}, {"width": 5}),
    "lines.marker": (LINES, {}, {"marker": ["s", "^"]}),
    "lines.markersize": (LINES, {}, {"markersize": 14}),
    "lines.style": (LINES, {}, {"style": ["-", ":"]}),
    "bars.width": (BARS, {}, {"width": 0.3}),
    "bars.edgecolor": (BARS, {}, {"edgecolor": "#ff0000"}),
    "bars.linewidth": (BARS, {"edgecolor": "#ff0000"}, {"linewidth": 5}),
    "bars.alpha": (BARS, {}, {"alpha": 0.4}),
    "bars.area_alpha": (AREA, {}, {"area_alpha": 0.9}),
    "bars.hatch": (BARS, {}, {"hatch": "//"}),
    "heatmap.cmap": (HEAT, {}, {"cmap": "magma"}),
    "numbers.thousands": (LARGE, {}, {"thousands": " "}),
    "numbers.decimals": (LARGE, {}, {"decimals": 2}),
    "numbers.percent": (SHARES, {}, {"percent": True}),
    "logo.data": (LINES, LOGO, {"data": png("#00ffff")}),
    "logo.position": (LINES, LOGO, {"position": "lower left"}),
    "logo.height": (LINES, LOGO, {"height": 60}),
}


def fields() -> Iterator[str]:
    for section in msgspec.structs.fields(StyleDocument):
        value = getattr(StyleDocument(), section.name)
        if isinstance(value, msgspec.Struct):
            yield from (f"{section.name}.{field.name}" for field in msgspec.structs.fields(type(value)))


@pytest.fixture(scope="module")
def fonts() -> FontLibrary:
    return FontLibrary()


def draw(fonts: FontLibrary, spec: dict[str, Any], style: dict[str, Any]) -> Pixels:
    document = check_document(style)
    chart = understand(parse_spec(msgspec.json.encode(spec)), Limits())
    own = (document.figure.figsize[0] * document.figure.dpi, document.figure.figsize[1] * document.figure.dpi)
    size = pixel_size((None, None), 1.0, own, Limits())
    picture = Renderer(fonts, "test").draw(chart, compile_style(document, fonts), size, document.figure.dpi / 72)
    return np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGB"))


def small(style: dict[str, Any]) -> dict[str, Any]:
    """The style in a picture that is quick to draw, where it does not say how large."""
    return {**style, "figure": {"figsize": [6, 4], "dpi": 80, **style.get("figure", {})}}


def test_there_is_a_case_for_every_field() -> None:
    assert sorted(CASES) == sorted(fields())


@pytest.mark.parametrize("place", CASES)
def test_a_field_has_a_visible_effect(place: str, fonts: FontLibrary) -> None:
    section, key = place.split(".")
    spec, others, changed = CASES[place]
    assert list(changed) == [key]
    before = draw(fonts, spec, small({section: others}))
    after = draw(fonts, spec, small({section: {**others, **changed}}))
    assert before.shape != after.shape or (before != after).any()


def has(pixels: Pixels, color: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    return (np.abs(pixels.astype(int) - color) <= 2).all(axis=-1)


def test_the_palette_colours_the_series_in_turn(fonts: FontLibrary) -> None:
    pixels = draw(fonts, LINES, small({"palette": ["#ff0000", "#00ff00"]}))
    assert has(pixels, (255, 0, 0)).any()
    assert has(pixels, (0, 255, 0)).any()


def test_grounds_are_where_they_belong(fonts: FontLibrary) -> None:
    style = small({"figure": {"facecolor": "#ffeedd"}, "axes": {"facecolor": "#ddeeff"}})
    pixels = draw(fonts, {"y": [1, 2]}, style)
    assert tuple(pixels[0, 0]) == (0xFF, 0xEE, 0xDD)
    assert has(pixels, (0xDD, 0xEE, 0xFF)).mean() > 0.5


@pytest.mark.parametrize(
    ("position", "corner"),
    [("upper left", (0, 0)), ("upper right", (0, 1)), ("lower left", (1, 0)), ("lower right", (1, 1))],
)
def test_a_logo_stands_in_its_corner(position: str, corner: tuple[int, int], fonts: FontLibrary) -> None:
    pixels = draw(fonts, LINES, small({"logo": {**LOGO, "position": position}}))
    there = has(pixels, (255, 0, 255))
    rows, columns = np.nonzero(there)
    assert rows.size > 100
    assert (rows.mean() > pixels.shape[0] / 2, columns.mean() > pixels.shape[1] / 2) == (
        bool(corner[0]),
        bool(corner[1]),
    )


@pytest.mark.parametrize(("axis", "upright", "lying"), [("x", True, False), ("y", False, True), ("both", True, True)])
def test_the_grid_runs_the_way_it_is_asked_to(axis: str, upright: bool, lying: bool, fonts: FontLibrary) -> None:
    look = {"axes": {**GRID, "grid_axis": axis, "grid_color": "#ff0000", "grid_linestyle": "-", "grid_linewidth": 2}}
    red = has(draw(fonts, {"y": [1, 2, 3]}, small(look)), (255, 0, 0))
    assert (red.mean(axis=0).max() > 0.6, red.mean(axis=1).max() > 0.6) == (upright, lying)


def test_only_the_named_spines_are_drawn(fonts: FontLibrary) -> None:
    look = {"axes": {"edgecolor": "#ff0000", "linewidth": 2, "spines": ["bottom"]}, "ticks": {"length": 0}}
    red = has(draw(fonts, {"y": [1, 2, 3]}, small(look)), (255, 0, 0))
    assert red.mean(axis=1).max() > 0.6
    assert red.mean(axis=0).max() < 0.1


def test_a_long_watermark_is_made_smaller_until_it_fits(fonts: FontLibrary) -> None:
    style = small({"watermark": {"text": "INTERNAL " * 12, "color": "#ff0000", "alpha": 1, "rotation": 0}})
    pixels = draw(fonts, {"y": [1, 2]}, style).astype(int)
    red = pixels[..., 0] - pixels[..., 1] > 60
    assert red.any()
    assert not red[:, 0].any()
    assert not red[:, -1].any()
