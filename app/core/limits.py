"""How much one request may ask for. Every limit is a setting; its refusal says the limit, the value and the setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Invalid, TooLarge
from app.core.spec import ChartSpec, Series


@dataclass(frozen=True, slots=True)
class Limits:
    """The service's limits, from its settings."""

    points: int = 200_000
    series: int = 200
    pixels: int = 16_000_000
    text: int = 1_000


def refuse(what: str, value: int, most: int, setting: str, path: str) -> TooLarge:
    """The one wording of a limit."""
    return TooLarge(
        f"{value:,} {what}; at most {most:,} are allowed ({setting})",
        path=path,
        limit=most,
        value=value,
        setting=setting,
    )


def check_counts(series: Sequence[Series], z: Sequence[Sequence[object]] | None, limits: Limits) -> None:
    """Refuse more series or points than `limits` allow."""
    if len(series) > limits.series:
        raise refuse("series", len(series), limits.series, "LIMN_MAX_SERIES", "series")
    points = sum(len(one.y) for one in series)
    if points > limits.points:
        raise refuse("points", points, limits.points, "LIMN_MAX_POINTS", "series" if len(series) > 1 else "y")
    cells = sum(len(row) for row in z or ())
    if cells > limits.points:
        raise refuse("cells", cells, limits.points, "LIMN_MAX_POINTS", "z")


def check_texts(spec: ChartSpec, limits: Limits) -> None:
    """Refuse a text longer than `limits` allow; categories are checked where they are collected."""
    texts = [(key, getattr(spec, key)) for key in ("title", "x_label", "y_label", "z_label")]
    texts += [(f"series[{i}].name", one.name) for i, one in enumerate(spec.series or ())]
    for path, text in texts:
        if text is not None and len(text) > limits.text:
            raise Invalid(
                f"{len(text):,} characters; at most {limits.text:,} are allowed (LIMN_MAX_TEXT)",
                path=path,
                limit=limits.text,
                value=len(text),
                setting="LIMN_MAX_TEXT",
            )


def pixel_size(
    asked: tuple[int | None, int | None], dpr: float, default: tuple[float, float], limits: Limits
) -> tuple[int, int]:
    """The picture's size in device pixels: the asked CSS pixels (or the style's own) times `dpr`.

    Raises:
        TooLarge: more pixels than `limits` allow.
    """
    width, height = (round((one if one is not None else own) * dpr) for one, own in zip(asked, default, strict=True))
    width, height = max(width, 1), max(height, 1)
    if width * height > limits.pixels:
        raise refuse(f"pixels ({width} x {height})", width * height, limits.pixels, "LIMN_MAX_PIXELS", "width")
    return width, height
