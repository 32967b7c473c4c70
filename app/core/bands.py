"""The bands around the axes' box: title and logo above, the axes' labels, and their texts at their places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from app.core.chart import Chart
from app.core.metrics import Box, Label, Role, TextMetrics
from app.core.style import StyleDocument
from app.core.text import fit, is_whole, wrap


@dataclass(frozen=True, slots=True)
class Bands:
    """How far each band reaches into the picture, in pixels, and the lines of text that stand in it."""

    left: float
    right: float
    top: float
    bottom: float
    title: tuple[str, ...]
    title_room: tuple[float, float]
    """The title's left and right ends."""
    title_pad: float
    across: tuple[str, ...]
    """The lines of the horizontal axis' label."""
    up: str | None
    """The vertical axis' label, wrapped at last when the box's height is known."""
    up_lines: int
    logo: Box | None
    logo_below: float
    """The height that a logo below the axes takes."""


def bands(
    chart: Chart,
    style: StyleDocument,
    size: tuple[int, int],
    scale: float,
    metrics: TextMetrics,
    pad: float,
    logo_shape: float,
    shed: int,
) -> Bands:
    """The bands of a picture of `size` pixels, with what `shed` leaves of them."""
    width, height = size
    gap = 0.5 * metrics.line("label").height
    logo = _logo(style, size, scale, pad, logo_shape) if shed < 3 else None
    above = logo is not None and style.logo.position.startswith("upper")
    beside = logo.width + gap if logo is not None and above else 0.0
    at_left = style.logo.position.endswith("left")
    room = (pad + (beside if at_left else 0.0), width - pad - (0.0 if at_left else beside))
    title = _lines(chart.title if shed < 3 else None, "title", room[1] - room[0], 0.3 * height, metrics)
    title_height = len(title) * metrics.line("title").leading
    title_pad = style.title.pad * scale if title else 0.0
    band = max(title_height + title_pad, logo.height + gap if logo is not None and above else 0.0)
    below = logo.height + gap if logo is not None and not above else 0.0
    labels = (chart.y.label, chart.x.label) if chart.horizontal else (chart.x.label, chart.y.label)
    leading = metrics.line("label").leading
    # The box's height is not known yet: what the title leaves, less a few lines below.
    tall = height - 2 * pad - band - below - 4 * leading
    up = _lines(labels[1] if shed < 2 else None, "label", max(tall, 1.0), 0.2 * width, metrics)
    left = pad + (len(up) * leading + gap if up else 0.0)
    across = _lines(labels[0] if shed < 2 else None, "label", width - pad - left, 0.2 * height, metrics)
    return Bands(
        left=left,
        right=pad,
        top=pad + band,
        bottom=pad + below + (len(across) * leading + gap if across else 0.0),
        title=title,
        title_room=room,
        title_pad=title_pad,
        across=across,
        up=labels[1] if up else None,
        up_lines=len(up),
        logo=logo,
        logo_below=below,
    )


def _lines(text: str | None, role: Role, room: float, depth: float, metrics: TextMetrics) -> tuple[str, ...]:
    if not text:
        return ()
    most = max(1, int(depth / metrics.line(role).leading))
    return tuple(wrap(text, room, most, lambda line: metrics.width(line, role)))


def _logo(style: StyleDocument, size: tuple[int, int], scale: float, pad: float, shape: float) -> Box | None:
    """The logo's place in its corner: never more than a quarter of the picture either way."""
    if not shape:
        return None
    tall = min(style.logo.height * scale, 0.25 * size[1], 0.25 * size[0] / shape)
    wide = tall * shape
    if tall < 2 or wide < 2:
        return None
    left = pad if style.logo.position.endswith("left") else size[0] - pad - wide
    bottom = size[1] - pad - tall if style.logo.position.startswith("upper") else pad
    return Box(round(left), round(bottom), round(left) + round(wide), round(bottom) + round(tall))


def place_title(edge: Bands, style: StyleDocument, box: Box, metrics: TextMetrics) -> list[Label]:
    """The title's lines above the box, at the side that the style names, within the picture."""
    line = metrics.line("title")
    widths = [metrics.width(text, "title") for text in edge.title]
    # The block is placed by its widest line, so that its lines stay aligned with each other.
    widest = max(widths, default=0.0)
    low, high = edge.title_room
    wish = {"left": box.left, "right": box.right - widest}.get(style.title.loc, (box.left + box.right - widest) / 2)
    start = max(low, min(wish, high - widest))
    inset = {"left": 0.0, "right": 1.0}.get(style.title.loc, 0.5)
    out = []
    for i, (text, wide) in enumerate(reversed(list(zip(edge.title, widths, strict=True)))):
        y = box.top + edge.title_pad + line.descent + i * line.leading
        out.append(Label(text, round(start + inset * (widest - wide)), round(y), "title"))
    return out


def place_axis_labels(edge: Bands, box: Box, outside: Box, width: int, pad: float, metrics: TextMetrics) -> list[Label]:
    """Both axes' labels, centred on `box`, next to the tick labels: those end at `outside`'s left and lower edge."""
    line = metrics.line("label")
    gap = 0.45 * line.height
    out = []
    for i, text in enumerate(edge.across):
        wide = metrics.width(text, "label")
        x = max(edge.left, min((box.left + box.right - wide) / 2, width - pad - wide))
        out.append(Label(text, round(x), round(outside.bottom - gap - line.ascent - i * line.leading), "label"))
    for i, text in enumerate(reversed(_beside(edge, box.height, metrics))):
        y = (box.bottom + box.top - metrics.width(text, "label")) / 2
        out.append(Label(text, round(outside.left - gap - line.descent - i * line.leading), round(y), "label", 90))
    return out


def _beside(edge: Bands, height: float, metrics: TextMetrics) -> list[str]:
    """The lines of the vertical axis' label, now that the box's height is known: they never pass the box's ends."""
    text, width = edge.up or "", partial(metrics.width, role="label")
    lines = wrap(text, height, edge.up_lines, width)
    if not is_whole(text, lines) and max(map(width, text.split()), default=0.0) > height:
        lines = [fit(text, height, width)]  # cut short rather than broken inside a word
    return lines if sum(map(len, lines)) >= min(len(text), 4) else []
