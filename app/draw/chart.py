"""One chart, from its understood form to PNG bytes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial

import matplotlib

from app.core.chart import Chart, Dimension
from app.core.errors import Invalid
from app.core.layout import lay_out
from app.core.metrics import Label, Role
from app.core.places import shown
from app.core.style import StyleDocument
from app.core.text import clean, wrap
from app.draw.colours import Rgba, rgba
from app.draw.compile import CompiledStyle, compile_style
from app.draw.fonts import TOFU, FontLibrary
from app.draw.metrics import AggMetrics
from app.draw.picture import draw_labels, encode_png, rasterise

# A matplotlibrc in the working directory or in the user's home was read at import; here it is forgotten. What is drawn
# depends on the spec and the style alone.
dict.update(matplotlib.rcParams, matplotlib.rcParamsDefault)
# Agg refuses a stroke of very many cells; in pieces it takes any.
dict.__setitem__(matplotlib.rcParams, "agg.path.chunksize", 20_000)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn chart."""

    content: bytes
    media_type: str
    missing_glyphs: tuple[str, ...]


class Renderer:
    """Draws charts with one set of fonts."""

    def __init__(self, fonts: FontLibrary, version: str) -> None:
        """Draw with `fonts`; `version` is Limn's own."""
        self.fonts = fonts
        self.identity = f"limn {version}, matplotlib {matplotlib.__version__}, fonts {fonts.fingerprint()}"
        """What, beside spec and style, decides the pixels: part of every entity tag."""

    def draw(self, chart: Chart, style: CompiledStyle, size: tuple[int, int], scale: float) -> Picture:
        """The chart as a PNG of `size` device pixels at `scale` pixels a point.

        Raises:
            Invalid: a series' colour that does not exist.
        """
        colors = [_own_color(mark.color, mark.color_place) for mark in chart.marks]
        chart, missing = self._with_glyphs(chart, style)
        metrics = AggMetrics(style, scale)
        layout = lay_out(chart, style.document, size, scale, metrics, style.logo_shape)
        pixels = rasterise(chart, layout, style, colors, metrics)
        content = encode_png(pixels, scale, {"Software": self.identity})
        return Picture(content, "image/png", missing)

    def message(self, title: str, detail: str, size: tuple[int, int]) -> Picture:
        """A refusal as a PNG of `size` pixels, made smaller until its text fits."""
        style = compile_style(StyleDocument(), self.fonts)
        for scale in (1.6, 1.2, 0.9, 0.6):
            metrics = AggMetrics(style, scale)
            labels = _message(clean(title), clean(detail), size, metrics)
            if labels[-1].y > 0:
                break
        return Picture(encode_png(draw_labels(labels, style, size, scale), scale, {}), "image/png", ())

    def _with_glyphs(self, chart: Chart, style: CompiledStyle) -> tuple[Chart, tuple[str, ...]]:
        """The chart with a box in the place of every character that no font has, and those characters."""
        missing: dict[str, None] = {}

        def drawable(text: str | None) -> str | None:
            if text is None or text.isascii():
                return text
            for character in self.fonts.missing(text, style.families):
                missing[character] = None
                text = text.replace(character, TOFU)
            return text

        def axis(dimension: Dimension) -> Dimension:
            names = tuple(drawable(name) or "" for name in dimension.categories)
            return dataclasses.replace(dimension, label=drawable(dimension.label), categories=names)

        field = chart.field
        if field is not None:
            field = dataclasses.replace(field, label=drawable(field.label))
        chart = dataclasses.replace(
            chart,
            title=drawable(chart.title),
            x=axis(chart.x),
            y=axis(chart.y),
            field=field,
            marks=tuple(dataclasses.replace(mark, name=drawable(mark.name)) for mark in chart.marks),
        )
        return chart, tuple(missing)


def _own_color(color: str | None, place: str) -> Rgba | None:
    if color is None:
        return None
    try:
        return rgba(color)
    except ValueError:
        raise Invalid(
            f'{shown(color)} is not a colour; use a CSS name such as "gray", or "#rrggbb"',
            path=place,
        ) from None


def _message(title: str, detail: str, size: tuple[int, int], metrics: AggMetrics) -> list[Label]:
    """A title and the lines of a text from the upper left down."""
    pad = min(size) * 0.06
    y = size[1] - pad
    labels = []
    roles: tuple[tuple[str, Role], ...] = ((title, "title"), (detail, "label"))
    for text, role in roles:
        line = metrics.line(role)
        for one in wrap(text, size[0] - 2 * pad, 40, partial(metrics.width, role=role)):
            y -= line.leading
            labels.append(Label(one, round(pad), round(y + line.descent), role))
        y -= 0.5 * line.height
    return labels
