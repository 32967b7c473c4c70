"""Colours are CSS's, and what callers choose of them is not remembered for good."""

from __future__ import annotations

import pytest
from matplotlib import colors

from app.draw.colours import MOST_KEPT, forget, rgba


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#ff0000", (1, 0, 0, 1)),
        ("#F00", (1, 0, 0, 1)),
        ("#ff000080", (1, 0, 0, 128 / 255)),
        ("#f008", (1, 0, 0, 136 / 255)),
        (" Gray ", (128 / 255, 128 / 255, 128 / 255, 1)),
        ("rebeccapurple", (0x66 / 255, 0x33 / 255, 0x99 / 255, 1)),
        ("none", (0, 0, 0, 0)),
    ],
)
def test_names_and_hex_digits_are_colours(text: str, expected: tuple[float, ...]) -> None:
    assert rgba(text) == pytest.approx(expected)
    if text != " Gray ":
        assert rgba(text) == pytest.approx(colors.to_rgba(text.lower()))


@pytest.mark.parametrize(
    "text", ["", "C0", "0.5", "tab:blue", "xkcd:blue", "blurple", "#12", "#12345", "rgb(1,2,3)", "#٠٠٠"]
)
def test_matplotlibs_other_notations_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        rgba(text)


def test_matplotlib_does_not_remember_what_is_read_here() -> None:
    kept = colors._colors_full_map.cache
    before = len(kept)
    for i in range(1_000):
        rgba(f"#{i:06x}")
    assert len(kept) == before


def test_what_it_remembers_of_drawing_is_bounded() -> None:
    kept = colors._colors_full_map.cache
    for i in range(MOST_KEPT + 10):
        colors.to_rgba((i / 1e5, 0.0, 0.0, 1.0))
    forget()
    assert len(kept) <= MOST_KEPT
