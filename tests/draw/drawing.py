"""Drawing for tests: a spec and a style document, both as JSON has them, to a layout or to pixels."""

from __future__ import annotations

import functools
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from app.core.chart import Chart, understand
from app.core.layout import Layout, lay_out
from app.core.limits import Limits, pixel_size
from app.core.metrics import Box, Label
from app.core.spec import parse_spec
from app.core.style import check_document, merge
from app.draw import CompiledStyle, FontLibrary, Picture, Renderer, compile_style
from app.draw.metrics import AggMetrics

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Style = dict[str, Any]

STYLES = Path(__file__).parents[2] / "consul" / "styles"


@functools.cache
def library() -> FontLibrary:
    return FontLibrary()


@functools.cache
def renderer() -> Renderer:
    return Renderer(library(), "test")


def embedded(name: str) -> Style:
    """The document of an embedded style, its parents merged in."""
    document = json.loads((STYLES / f"{name}.json").read_text())
    return merge(embedded(document["extends"]), document) if "extends" in document else document


@functools.lru_cache(maxsize=256)
def _compiled(document: str) -> CompiledStyle:
    return compile_style(check_document(json.loads(document)), library())


def compiled(style: Style | None = None) -> CompiledStyle:
    return _compiled(json.dumps(style or {}))


def chart_of(spec: dict[str, Any], limits: Limits | None = None) -> Chart:
    return understand(parse_spec(json.dumps(spec).encode()), limits or Limits())


@dataclass(frozen=True)
class Laid:
    """A layout and what it was made of."""

    chart: Chart
    style: CompiledStyle
    metrics: AggMetrics
    layout: Layout

    def ink(self, label: Label) -> tuple[float, float, float]:
        """The width, height and descent of a label's letters, in pixels."""
        return self.metrics.size(label.text, self.style.roles(self.layout.scale)[label.role].font)

    def texts(self, role: str) -> list[str]:
        return [label.text for label in self.layout.texts if label.role == role]


def laid(
    spec: dict[str, Any],
    style: Style | None = None,
    size: tuple[int, int] | None = None,
    dpr: float | None = None,
) -> Laid:
    """The layout of `spec` in `style`; `size` in device pixels, by default what spec and style ask for."""
    chart, look = chart_of(spec), compiled(style)
    figure = look.document.figure
    dpr = dpr or spec.get("dpr", 1.0)
    default = (figure.figsize[0] * figure.dpi, figure.figsize[1] * figure.dpi)
    size = size or pixel_size((spec.get("width"), spec.get("height")), dpr, default, Limits())
    scale = figure.dpi * dpr / 72
    metrics = AggMetrics(look, scale)
    return Laid(chart, look, metrics, lay_out(chart, look.document, size, scale, metrics, look.logo_shape))


def picture(spec: dict[str, Any], style: Style | None = None) -> Picture:
    """What the renderer answers, at the size and resolution that spec and style ask for."""
    chart, look = chart_of(spec), compiled(style)
    figure, dpr = look.document.figure, spec.get("dpr", 1.0)
    default = (figure.figsize[0] * figure.dpi, figure.figsize[1] * figure.dpi)
    size = pixel_size((spec.get("width"), spec.get("height")), dpr, default, Limits())
    return renderer().draw(chart, look, size, figure.dpi * dpr / 72)


def pixels_of(drawn: Picture) -> Pixels:
    """A PNG's pixels, shape (height, width, 4)."""
    with Image.open(io.BytesIO(drawn.content)) as image:
        return np.asarray(image.convert("RGBA"))


def draw(spec: dict[str, Any], style: Style | None = None) -> Pixels:
    """The chart's pixels, shape (height, width, 4), 480 x 320 unless spec or style say otherwise."""
    if "figure" not in (style or {}):
        spec = {"width": 480, "height": 320, **spec}
    return pixels_of(picture(spec, style))


def within(pixels: npt.NDArray[Any], box: Box, inset: int = 0) -> npt.NDArray[Any]:
    """The part of a picture in `box`, which counts from the lower left."""
    height = pixels.shape[0]
    top, bottom = height - int(box.top) + inset, height - int(box.bottom) - inset
    return pixels[max(top, 0) : max(bottom, 0), max(int(box.left) + inset, 0) : max(int(box.right) - inset, 0)]


def is_color(pixels: Pixels, color: tuple[int, int, int], tolerance: int = 2) -> Mask:
    return (np.abs(pixels[..., :3].astype(int) - color) <= tolerance).all(axis=-1)


def changed(one: Pixels, other: Pixels) -> Mask:
    """Which pixels of two pictures of one size differ."""
    return (one != other).any(axis=-1)


def bounds(mask: Mask) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of what is true in `mask`, in rows and columns; the last two count one past."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
