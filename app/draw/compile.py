"""A style document compiled for drawing: colours, colour map, fonts and logo looked up once, and refused if unknown."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import matplotlib
import msgspec
import numpy as np
import numpy.typing as npt
from matplotlib.colors import Colormap
from matplotlib.font_manager import FontProperties
from PIL import Image

from app.core.metrics import Role
from app.core.style import StyleDocument, StyleFault
from app.core.text import clean
from app.draw.colours import Rgba, rgba
from app.draw.fonts import TOFU, FontLibrary

BUILT_IN_PIXELS = 1_200 * 720
"""The built-in style's own size is no fault, however little is allowed: a chart that asks for less still comes."""

LOGO_SIDE = 2_000
"""Pixels: a logo larger than this is a mistake, or a decompression bomb."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How the texts of one role look."""

    font: FontProperties
    color: Rgba


@dataclass(frozen=True, eq=False)
class CompiledStyle:
    """A style, ready to draw with."""

    document: StyleDocument
    families: tuple[str, ...]
    palette: tuple[Rgba, ...]
    cmap: Colormap
    logo: npt.NDArray[np.uint8] | None
    """Shape (height, width, 4)."""
    watermark: str
    """Its text on one line, with a box for each character that no font has."""
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def digest(self) -> str:
        """Of the content: two documents that say the same are the same style."""
        return hashlib.blake2b(msgspec.json.encode(self.document), digest_size=8).hexdigest()

    def roles(self, scale: float) -> dict[Role, TextStyle]:
        """What each role of text looks like at `scale` pixels a point."""
        style = self.document
        sizes: dict[Role, tuple[float, str, str | int]] = {
            "title": (style.points(style.title.fontsize), style.title.color, style.title.fontweight),
            "label": (style.points(style.axes.labelsize), style.axes.labelcolor, "normal"),
            "tick": (style.points(style.ticks.labelsize), style.ticks.labelcolor, "normal"),
            "legend": (style.points(style.legend.fontsize), style.legend.color, "normal"),
        }
        return {role: TextStyle(self.font(size, scale, w), rgba(color)) for role, (size, color, w) in sizes.items()}

    def font(self, size: float, scale: float, weight: str | int = "normal") -> FontProperties:
        """A font of `size` points, at `scale` pixels a point at least a pixel high: FreeType has none below."""
        return FontProperties(family=list(self.families), size=max(size, 1.5 / scale), weight=weight)

    @property
    def logo_shape(self) -> float:
        """The logo's width over its height; 0 without one."""
        return self.logo.shape[1] / self.logo.shape[0] if self.logo is not None else 0.0


def compile_style(document: StyleDocument, fonts: FontLibrary, most_pixels: int = 16_000_000) -> CompiledStyle:
    """`document`, checked against what the renderer has, and its own size against the largest picture allowed.

    Raises:
        StyleFault: a colour, colour map, font or logo that does not exist or can't be read, with its place.
    """
    for place, value in _colours(document):
        _colour(value, place)
    width, height = (round(side * document.figure.dpi) for side in document.figure.figsize)
    if width * height > max(most_pixels, BUILT_IN_PIXELS):
        raise StyleFault(
            f"figure.figsize: {width} x {height} pixels at {document.figure.dpi:g} dpi; "
            f"at most {most_pixels:,} are allowed (LIMN_MAX_PIXELS)"
        )
    families, missing = fonts.resolve(document.font.family)
    if not families:
        raise StyleFault(
            f"font.family: none of {', '.join(map(repr, missing))} is here; a folder named by LIMN_FONTS adds fonts, "
            f"and there are {', '.join(sorted(name for name in fonts.families if not _is_obscure(name)))}"
        )
    notes = tuple(f"font.family: no font {name!r} here; the next one is used" for name in missing)
    watermark = " ".join(clean(document.watermark.text).split())
    for unknown in fonts.missing(watermark, families):
        watermark = watermark.replace(unknown, TOFU)
        notes += (f"watermark.text: no font has {unknown}",)
    return CompiledStyle(
        document=document,
        families=families,
        palette=tuple(rgba(one) for one in document.palette),
        cmap=_cmap(document.heatmap.cmap),
        logo=_logo(document.logo.data) if document.logo.data else None,
        watermark=watermark,
        warnings=notes,
    )


def _is_obscure(name: str) -> bool:
    return name.startswith(("STIX", "cm", "DejaVu Sans Display", "DejaVu Serif Display", "Noto Sans Mono CJK"))


def _colours(section: msgspec.Struct, place: str = "") -> Iterator[tuple[str, str]]:
    """Every colour of a document, with its place."""
    for info in msgspec.structs.fields(type(section)):
        value: Any = getattr(section, info.name)
        here = f"{place}{info.name}"
        if isinstance(value, msgspec.Struct):
            yield from _colours(value, f"{here}.")
        elif info.name == "palette":
            yield from ((f"{here}[{i}]", one) for i, one in enumerate(value))
        elif info.name.endswith("color"):
            yield here, value


def _colour(value: str, place: str) -> Rgba:
    try:
        return rgba(value)
    except ValueError:
        raise StyleFault(
            f'{place}: {value[:40]!r} is not a colour; use a CSS name such as "gray", or "#rrggbb", or "none"'
        ) from None


def _cmap(name: str) -> Colormap:
    try:
        return matplotlib.colormaps[name]
    except KeyError:
        raise StyleFault(
            f"heatmap.cmap: no colour map {name!r}; for example viridis, magma, cividis, Blues, RdBu, coolwarm"
        ) from None


def _logo(data: str) -> npt.NDArray[np.uint8]:
    try:
        raw = base64.b64decode(data.removeprefix("data:image/png;base64,"), validate=True)
    except (binascii.Error, ValueError):
        raise StyleFault("logo.data: not base64") from None
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(raw), formats=["PNG"]) as image:
            if max(image.size) > LOGO_SIDE:
                raise StyleFault(f"logo.data: {image.width} x {image.height} pixels; at most {LOGO_SIDE} either way")
            return np.asarray(image.convert("RGBA"))
    except StyleFault:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise StyleFault(f"logo.data: not a PNG: {str(error)[:80]}") from None
