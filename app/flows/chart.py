"""The straight line of a chart: parse -> style -> entity tag -> 304? -> draw -> answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from app.core.chart import Chart, understand
from app.core.errors import Refusal
from app.core.limits import Limits, pixel_size
from app.core.spec import ChartSpec, canonical, parse_spec
from app.draw import Picture, Renderer
from app.flows.queue import DrawingQueue
from app.flows.styles import Styles, Today

LARGE = 1_000_000
"""Bytes: bodies above are parsed one at a time."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A chart with its style: everything but the drawing."""

    chart: Chart
    today: Today
    size: tuple[int, int]
    scale: float
    tag: str
    """The entity tag's value, without its quotes."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is answered. `picture` is None where the caller has it already (304)."""

    tag: str
    today: Today
    picture: Picture | None


class Charts:
    """Charts on demand."""

    def __init__(self, styles: Styles, renderer: Renderer, queue: DrawingQueue, limits: Limits) -> None:
        """Draw with today's `styles`, within `limits`, as fast as `queue` admits."""
        self.styles = styles
        self.limits = limits
        self._renderer = renderer
        self._queue = queue

    def from_body(self, body: bytes) -> Drawn:
        """The chart of a JSON body, drawn.

        The place in the queue is taken first: reading a large body costs as much as drawing it.

        Raises:
            Refusal: the body, its data, or no place in the queue.
        """
        with self._queue.place():
            # Large ones one at a time: parsed, they take twenty times their bytes, until they are counted.
            with self._queue.turn() if len(body) > LARGE else nullcontext():
                spec = parse_spec(body)
                chart = understand(spec, self.limits)
            prepared = self._prepared(spec, chart)
            return Drawn(prepared.tag, prepared.today, self._draw(prepared))

    def from_spec(self, spec: ChartSpec, is_known: Callable[[str], bool]) -> Drawn:
        """The chart of a link, drawn unless the caller knows its tag: then the style's read is all that it costs.

        Raises:
            Refusal: the data, or no place in the queue.
        """
        prepared = self.prepare(spec)
        if is_known(prepared.tag):
            return Drawn(prepared.tag, prepared.today, None)
        with self._queue.place():
            return Drawn(prepared.tag, prepared.today, self._draw(prepared))

    def prepare(self, spec: ChartSpec) -> Prepared:
        """Understand `spec` and read its style.

        Raises:
            Refusal: data that don't fit, a style that no one has, a picture too large.
        """
        return self._prepared(spec, understand(spec, self.limits))

    def _prepared(self, spec: ChartSpec, chart: Chart) -> Prepared:
        today = self.styles.today(spec.style)
        figure = today.style.document.figure
        default = (figure.figsize[0] * figure.dpi, figure.figsize[1] * figure.dpi)
        size = pixel_size((spec.width, spec.height), spec.dpr, default, self.limits)
        return Prepared(chart, today, size, figure.dpi * spec.dpr / 72, self._tag(spec, today))

    def refusal(self, refusal: Refusal, size: tuple[int, int]) -> Picture:
        """A refusal as a picture, for `<img>` users; `size` in pixels."""
        with self._queue.place(), self._queue.turn():
            return self._renderer.message(refusal.title, refusal.detail, size)

    def _tag(self, spec: ChartSpec, today: Today) -> str:
        digest = hashlib.blake2b(canonical(spec), digest_size=12)
        digest.update(today.style.digest.encode())
        digest.update(self._renderer.identity.encode())
        return f"{today.index}-{digest.hexdigest()}"

    def _draw(self, prepared: Prepared) -> Picture:
        with self._queue.turn():
            return self._renderer.draw(prepared.chart, prepared.today.style, prepared.size, prepared.scale)
