"""The fonts and the renderer, loaded once for all drawing tests, and a shorthand to draw with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.draw import FontLibrary, Renderer
from tests.draw import drawing


@pytest.fixture(scope="session")
def fonts() -> FontLibrary:
    return drawing.library()


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return drawing.renderer()


@pytest.fixture(scope="session")
def draw() -> Callable[..., drawing.Pixels]:
    """`draw(spec, style)`: the chart's pixels, shape (height, width, 4)."""
    return drawing.draw
