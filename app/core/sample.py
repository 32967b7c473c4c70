"""The chart that shows a style off: what `GET /styles/<name>.png` draws."""

from __future__ import annotations

from app.core.spec import ChartSpec, Series

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"]


def sample(style: str, dpr: float = 1.0) -> ChartSpec:
    """Bars and two lines over eight months, at the style's own size times `dpr`."""
    return ChartSpec(
        x=list(MONTHS),
        series=[
            Series(name="Orders", kind="bar", y=[42.0, 48.0, 45.0, 57.0, 63.0, 60.0, 71.0, 78.0]),
            Series(name="Plan", y=[40.0, 45.0, 50.0, 55.0, 60.0, 65.0, 70.0, 75.0]),
            Series(name="Last year", y=[35.0, 38.0, 41.0, 44.0, 46.0, 52.0, 55.0, 59.0]),
        ],
        title=f"{style}: orders by month",
        y_label="Orders (thousands)",
        style=style,
        dpr=dpr,
    )
