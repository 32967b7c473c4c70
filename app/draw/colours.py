"""Colours as CSS has them: names, #rgb, #rgba, #rrggbb, #rrggbbaa, none.

Matplotlib reads many more notations, and keeps every text that it has ever read for good: a service that let callers
choose among them would grow without end.
"""

from __future__ import annotations

import re

from matplotlib import colors

Rgba = tuple[float, float, float, float]

_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.ASCII)
MOST_KEPT = 4_096


def rgba(text: str) -> Rgba:
    """The colour that `text` names.

    Raises:
        ValueError: it names none.
    """
    text = text.strip().lower()
    if text == "none":
        return 0.0, 0.0, 0.0, 0.0
    text = str(colors.CSS4_COLORS.get(text, text)).lower()
    if not _HEX.fullmatch(text):
        raise ValueError(text[:40])
    digits = text[1:] if len(text) > 5 else "".join(digit * 2 for digit in text[1:])
    red, green, blue, alpha = (int(digits[i : i + 2] or "ff", 16) / 255 for i in (0, 2, 4, 6))
    return red, green, blue, alpha


def forget() -> None:
    """Empty what Matplotlib remembers of colours, when it has become much: it keeps tuples for good, too."""
    cache = getattr(getattr(colors, "_colors_full_map", None), "cache", {})
    if len(cache) > MOST_KEPT:
        cache.clear()
