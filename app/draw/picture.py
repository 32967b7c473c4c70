"""From a layout to pixels: plain Matplotlib, a `Figure` and explicit arguments, no pyplot and no rcParams.

Artists are put straight on the figure, in pixels, in the order in which they are drawn. There is no `Axes`: the layout
has already placed what one would place, and laid out a second time it could differ.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import BboxImage
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox, IdentityTransform
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.core.chart import Chart
from app.core.layout import Layout
from app.core.metrics import Box, Label
from app.draw.colours import Rgba, forget
from app.draw.compile import CompiledStyle
from app.draw.marks import KINDS, Canvas, Look, as_drawn, is_marker, look, sample
from app.draw.metrics import AggMetrics

Pixels = npt.NDArray[np.uint8]


def rasterise(
    chart: Chart, layout: Layout, style: CompiledStyle, colors: Sequence[Rgba | None], metrics: AggMetrics
) -> Pixels:
    """The chart's pixels, shape (height, width, 4). `colors` holds each mark's own colour, or None for the style's."""
    clip = _bbox(layout.box)
    artists = []
    for artist, is_data in _artists(chart, layout, style, colors, metrics):
        if is_data:
            artist.set_clip_box(clip)
        artists.append(artist)
    return _drawn(artists, (layout.width, layout.height), layout.scale, style)


def draw_labels(labels: Sequence[Label], style: CompiledStyle, size: tuple[int, int], scale: float) -> Pixels:
    """Text alone on the style's ground: pixels of shape (height, width, 4)."""
    return _drawn(list(_texts(labels, style, scale)), size, scale, style)


def _drawn(artists: Sequence[Artist], size: tuple[int, int], scale: float, style: CompiledStyle) -> Pixels:
    """The artists, drawn in their order."""
    dpi = 72 * scale
    ground = style.document.figure.facecolor
    figure = Figure(figsize=(size[0] / dpi, size[1] / dpi), dpi=dpi, facecolor=ground)
    FigureCanvasAgg(figure)
    for order, artist in enumerate(artists):
        artist.set_zorder(order)
        figure.add_artist(artist)
    # A renderer of exactly these pixels: the figure's own would come from inches times dpi, which may round down.
    renderer = RendererAgg(*size, dpi)
    figure.draw(renderer)
    forget()
    return np.asarray(renderer.buffer_rgba())


def encode_png(pixels: Pixels, scale: float, text: dict[str, str]) -> bytes:
    """A PNG without loss; `text` goes into its text chunks."""
    image = Image.fromarray(pixels)
    if (pixels[..., 3] == 255).all():
        image = image.convert("RGB")
    info = PngInfo()
    for key, value in text.items():
        info.add_itxt(key, value)
    out = io.BytesIO()
    image.save(out, format="PNG", pnginfo=info, dpi=(72 * scale, 72 * scale), compress_level=4)
    return out.getvalue()


def _artists(
    chart: Chart, layout: Layout, style: CompiledStyle, colors: Sequence[Rgba | None], metrics: AggMetrics
) -> Iterator[tuple[Artist, bool]]:
    """Everything in the picture, from back to front; True for what is cut at the axes' box."""
    axes, box = style.document.axes, layout.box
    yield _rectangle(box, facecolor=axes.facecolor, edgecolor="none"), False
    if chart.field is not None:
        yield _mesh(chart, layout, style), True
    elif axes.grid:
        yield from ((line, True) for line in _grid(chart, layout, style))
    canvas = Canvas(chart, layout, style)
    looks = [look(mark, style, color) for mark, color in zip(chart.marks, colors, strict=True)]
    drawn = [one for mark, how in zip(chart.marks, looks, strict=True) for one in KINDS[mark.kind](mark, canvas, how)]
    # Grounds first: a bar that comes later must not hide the line of a plan, nor an area the line behind it.
    for artist in sorted(drawn, key=lambda one: isinstance(one, Line2D)):
        yield artist, not is_marker(artist)
    yield from ((artist, False) for artist in _frame(chart, layout, style))
    yield from ((artist, False) for artist in _colorbar(chart, layout, style))
    yield from ((artist, False) for artist in _legend(chart, layout, style, looks, canvas))
    labels = layout.texts + (layout.legend.labels if layout.legend is not None else ())
    yield from ((text, False) for text in _texts(labels, style, layout.scale))
    if layout.logo is not None and style.logo is not None:
        yield _image(style.logo, layout.logo), False
    if style.watermark:
        yield _watermark(layout, style, metrics), False


def _bbox(box: Box) -> Bbox:
    return Bbox.from_extents(box.left, box.bottom, box.right, box.top)


def _rectangle(box: Box, **look: Any) -> Artist:
    return Rectangle((box.left, box.bottom), box.width, box.height, transform=IdentityTransform(), **look)


def _segments(ends: Sequence[tuple[float, float, float, float]], **look: Any) -> Iterator[Artist]:
    """Straight strokes of one look, as one artist: (x0, y0, x1, y1) each."""
    if ends:
        codes = np.tile([Path.MOVETO, Path.LINETO], len(ends))
        path = Path(np.array(ends, dtype=float).reshape(-1, 2), codes)
        yield PathPatch(path, fill=False, transform=IdentityTransform(), **look)


def _legend(
    chart: Chart, layout: Layout, style: CompiledStyle, looks: Sequence[Look], canvas: Canvas
) -> Iterator[Artist]:
    """The legend's frame and samples; inside the axes it has its own ground, so that no grid strikes through."""
    legend, axes = layout.legend, style.document.axes
    if legend is None:
        return
    if legend.box.overlaps(layout.box):
        edge = axes.edgecolor if style.document.legend.frameon else "none"
        yield _rectangle(legend.box, facecolor=axes.facecolor, edgecolor=edge, linewidth=axes.linewidth, alpha=0.9)
    elif style.document.legend.frameon:
        yield _rectangle(legend.box, fill=False, edgecolor=axes.edgecolor, linewidth=axes.linewidth, alpha=0.9)
    for swatch in legend.swatches:
        mark = chart.marks[swatch.mark]
        yield from sample(mark, swatch.box, style, as_drawn(mark, canvas, looks[swatch.mark]))


def _grid(chart: Chart, layout: Layout, style: CompiledStyle) -> Iterator[Artist]:
    axes, box = style.document.axes, layout.box
    how = {"edgecolor": axes.grid_color, "linestyle": axes.grid_linestyle, "linewidth": axes.grid_linewidth,
           "alpha": axes.grid_alpha, "capstyle": "butt"}  # fmt: skip
    if axes.grid_linewidth == 0 or axes.grid_linestyle == "none":
        return
    # Between bars that stand for categories a line has nothing to say. Lying bars have their values along the bottom.
    bars = chart.x.type == "category" and any(mark.is_bar for mark in chart.marks)
    along_x = axes.grid_axis in ("both", "x") and not bars
    along_y = axes.grid_axis in ("both", "y")
    across, up = (along_y, along_x) if chart.horizontal else (along_x, along_y)
    if across:
        xs = [box.left + share * box.width for share in layout.across.shares]
        yield from _segments([(x, box.bottom, x, box.top) for x in xs], **how)
    if up:
        ys = [box.bottom + share * box.height for share in layout.up.shares]
        yield from _segments([(box.left, y, box.right, y) for y in ys], **how)


def _zero(chart: Chart, layout: Layout) -> Iterator[tuple[float, float, float, float]]:
    """The line that bars and areas stand on, where it is not the edge of the axes anyway."""
    view, box = layout.y_view, layout.box
    if view.scale == "log" or not view.low < 0 < view.high or not any(mark.base is not None for mark in chart.marks):
        return
    share = float(view.share(np.zeros(1))[0])
    if chart.horizontal:
        yield box.left + share * box.width, box.bottom, box.left + share * box.width, box.top
    else:
        yield box.left, box.bottom + share * box.height, box.right, box.bottom + share * box.height


def _frame(chart: Chart, layout: Layout, style: CompiledStyle) -> Iterator[Artist]:
    """The spines, all four around a heat map, and the tick marks of those that are drawn."""
    axes, box = style.document.axes, layout.box
    sides = {
        "left": (box.left, box.bottom, box.left, box.top),
        "right": (box.right, box.bottom, box.right, box.top),
        "bottom": (box.left, box.bottom, box.right, box.bottom),
        "top": (box.left, box.top, box.right, box.top),
    }
    spines = list(sides) if chart.field is not None else list(dict.fromkeys(axes.spines))
    if axes.linewidth:
        lines = [*(sides[side] for side in spines), *_zero(chart, layout)]
        yield from _segments(lines, edgecolor=axes.edgecolor, linewidth=axes.linewidth, capstyle="projecting")
    ticks = style.document.ticks
    if not (ticks.length and ticks.width):
        return
    length = ticks.length * layout.scale * (-1 if ticks.direction == "out" else 1)
    marks = [_tick_down(box, share, length) for share in layout.across.shares if "bottom" in spines]
    marks += [_tick_left(box, share, length) for share in layout.up.shares if "left" in spines]
    if ticks.minor:
        marks += [_tick_down(box, share, 0.6 * length) for share in layout.across.minor if "bottom" in spines]
        marks += [_tick_left(box, share, 0.6 * length) for share in layout.up.minor if "left" in spines]
    yield from _segments(marks, edgecolor=ticks.color, linewidth=ticks.width, capstyle="butt")


def _tick_down(box: Box, share: float, length: float) -> tuple[float, float, float, float]:
    x = box.left + share * box.width
    return x, box.bottom, x, box.bottom + length


def _tick_left(box: Box, share: float, length: float) -> tuple[float, float, float, float]:
    y = box.bottom + share * box.height
    return box.left, y, box.left + length, y


def _texts(labels: Sequence[Label], style: CompiledStyle, scale: float) -> Iterator[Artist]:
    roles = style.roles(scale)
    for label in labels:
        how = roles[label.role]
        yield Text(
            label.x,
            label.y,
            label.text,
            color=how.color,
            fontproperties=how.font,
            rotation=label.angle,
            rotation_mode="anchor",
            horizontalalignment="left",
            verticalalignment="baseline",
            parse_math=False,
            transform=IdentityTransform(),
        )


def _watermark(layout: Layout, style: CompiledStyle, metrics: AggMetrics) -> Artist:
    """Across the picture, made smaller where it would not fit into it."""
    mark = style.document.watermark
    size = style.document.points(mark.fontsize)
    wide, tall, _ = metrics.size(style.watermark, style.font(size, layout.scale))
    cos, sin = abs(math.cos(math.radians(mark.rotation))), abs(math.sin(math.radians(mark.rotation)))
    across, up = wide * cos + tall * sin, wide * sin + tall * cos
    room = (2 * min(mark.x, 1 - mark.x) * layout.width, 2 * min(mark.y, 1 - mark.y) * layout.height)
    shrink = min([1.0, *(0.96 * have / need for have, need in zip(room, (across, up), strict=True) if need)])
    return Text(
        mark.x * layout.width,
        mark.y * layout.height,
        style.watermark,
        color=mark.color,
        alpha=mark.alpha,
        fontproperties=style.font(size * shrink, layout.scale),
        rotation=mark.rotation,
        horizontalalignment="center",
        verticalalignment="center",
        parse_math=False,
        transform=IdentityTransform(),
    )


def _image(pixels: Pixels, box: Box) -> Artist:
    image = BboxImage(_bbox(box), interpolation="lanczos", origin="upper")
    image.set_data(pixels)
    return image


def _mesh(chart: Chart, layout: Layout, style: CompiledStyle) -> Artist:
    """A heat map's cells, edges on whole pixels so that no seam shows between them."""
    field, box = chart.field, layout.box
    assert field is not None  # noqa: S101 - the caller has looked
    x = np.round(box.left + layout.x_view.share(field.x_edges) * box.width)
    y = np.round(box.bottom + layout.y_view.share(field.y_edges) * box.height)
    corners = np.stack(np.meshgrid(x, y), axis=-1)
    return QuadMesh(
        corners,
        array=np.ma.masked_invalid(field.z),
        cmap=style.cmap,
        norm=Normalize(field.low, field.high),
        shading="flat",
        antialiased=False,
        transform=IdentityTransform(),
    )


def _colorbar(chart: Chart, layout: Layout, style: CompiledStyle) -> Iterator[Artist]:
    bar, axes, ticks = layout.colorbar, style.document.axes, style.document.ticks
    if bar is None:
        return
    ramp = (style.cmap(np.linspace(1, 0, 256)) * 255).round().astype(np.uint8).reshape(256, 1, 4)
    yield _image(ramp, bar.box)
    yield _rectangle(bar.box, fill=False, edgecolor=axes.edgecolor, linewidth=axes.linewidth)
    length = ticks.length * layout.scale
    marks = []
    for share in bar.ticks:
        y = bar.box.bottom + share * bar.box.height
        marks.append((bar.box.right, y, bar.box.right + length, y))
    if ticks.length and ticks.width:
        yield from _segments(marks, edgecolor=ticks.color, linewidth=ticks.width, capstyle="butt")
