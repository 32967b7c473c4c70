"""Text measured as Agg will draw it, for the layout."""

from __future__ import annotations

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from app.core.metrics import Line, Role
from app.draw.compile import CompiledStyle


class AggMetrics:
    """`app.core.metrics.TextMetrics` for one style at one resolution."""

    def __init__(self, style: CompiledStyle, scale: float) -> None:
        """Measure for `style` at `scale` pixels a point."""
        self._roles = style.roles(scale)
        self._renderer = RendererAgg(1, 1, 72 * scale)
        self._lines: dict[Role, Line] = {}
        self._widths: dict[tuple[str, Role], float] = {}

    def width(self, text: str, role: Role) -> float:
        """The width of one line of text, in pixels."""
        key = (text, role)
        if key not in self._widths:
            self._widths[key] = self.size(text, self._roles[role].font)[0] if text else 0.0
        return self._widths[key]

    def line(self, role: Role) -> Line:
        """The height of any line of that role: of Latin letters with ascenders and descenders, or CJK ones."""
        if role not in self._lines:
            sizes = [self.size(sample, self._roles[role].font) for sample in ("Élpq", "国")]
            descent = max(size[2] for size in sizes)
            self._lines[role] = Line(max(size[1] - size[2] for size in sizes), descent)
        return self._lines[role]

    def size(self, text: str, font: FontProperties) -> tuple[float, float, float]:
        """Width, height and descent in pixels."""
        return self._renderer.get_text_width_height_descent(text, font, ismath=False)
