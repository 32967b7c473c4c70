"""Spec and style to bytes: the only package that imports Matplotlib.

`compile_style` checks a style against the renderer once; `draw` makes the picture. Neither touches pyplot or rcParams,
which are one for the whole process while requests are many. Not safe to call from two threads at once: FreeType's and
Matplotlib's caches are shared, so the caller holds one lock a process around `draw`.
"""

from __future__ import annotations

from app.draw.chart import Picture, Renderer
from app.draw.compile import CompiledStyle, compile_style
from app.draw.fonts import FontLibrary

__all__ = ["CompiledStyle", "FontLibrary", "Picture", "Renderer", "compile_style"]
