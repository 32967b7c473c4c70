"""Charts that nobody would post, and some that everybody does: what Hypothesis draws its cases from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

WORDS = [
    "Revenue",
    "of",
    "the",
    "Umsatzsteuervoranmeldung",
    "华东地区",
    "売上高の推移",
    "매출",
    "I",
    "Ünïcödé",
    "№7",
    "—",
    "$x$",
]
SHORT = ["Jan", "Feb", "A", "财务", "Q1", "x", "12%", "부서"]

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
long_words = st.sampled_from(["W" * 60, "一" * 40, "i" * 90, "Wort\nzwei Zeilen\n\ndrei", "A very long title, " * 12])
texts = st.one_of(st.sampled_from(SHORT), words, long_words)
maybe_text = st.none() | texts

SPANS = [1e-3, 1, 60, 3_600, 86_400, 86_400 * 40, 86_400 * 365, 86_400 * 365 * 12, 86_400 * 365 * 400]


@dataclass(frozen=True)
class Case:
    """A chart's body, the picture's size in device pixels, pixels a point, and what is laid over the style."""

    body: dict[str, Any]
    size: tuple[int, int]
    dpr: float
    style: str
    changes: dict[str, Any]


@st.composite
def columns_of_x(draw: st.DrawFn, count: int) -> list[Any] | None:
    """x values: none, numbers, dates from a millisecond to centuries apart, or categories."""
    what = draw(st.sampled_from(["none", "number", "date", "category", "category"]))
    if what == "none":
        return None
    if what == "number":
        start, step = draw(st.sampled_from([0, -5, 1990, 1e9, -1e-9])), draw(st.sampled_from([1, 0.001, 1e-12, 1e6]))
        return [start + step * i for i in range(count)]
    if what == "date":
        start = datetime(draw(st.integers(1, 9000)), draw(st.integers(1, 12)), draw(st.integers(1, 28)), tzinfo=UTC)
        step = draw(st.sampled_from(SPANS)) / max(count, 1)
        return [(start + timedelta(seconds=step * i)).isoformat() for i in range(count)]
    names = draw(st.lists(texts, min_size=count, max_size=count))
    return [f"{name} {i}" if draw(st.booleans()) else f"{i} {name}" for i, name in enumerate(names)]


def numbers(scale: str) -> st.SearchStrategy[float | None]:
    """y values that a scale can hold, gaps among them."""
    if scale == "log":
        known = st.integers(-30, 30).map(lambda power: 10.0 ** (power / 4)) | st.floats(1e-20, 1e20)
    else:
        known = st.integers(-20, 100).map(float) | st.sampled_from(
            [0.0, 1e-7, 123456.789, -1e12, 1.5e15, -1e300, 1e300]
        )
        known |= st.floats(-1e6, 1e6)
    return known | st.none() if scale == "linear" else known


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A chart spec."""
    kind = draw(st.sampled_from(["line", "line", "scatter", "bar", "barh", "area", "step", "heatmap"]))
    body: dict[str, Any] = {"kind": kind}
    for key in ("title", "x_label", "y_label"):
        if (text := draw(maybe_text)) is not None:
            body[key] = text
    if kind == "heatmap":
        rows, columns = draw(st.integers(1, 30)), draw(st.integers(1, 30))
        value = numbers("linear")
        body["z"] = [[draw(value) for _ in range(columns)] for _ in range(rows)]
        body["x"], body["y"] = draw(columns_of_x(columns)), draw(columns_of_x(rows))
        body["z_label"] = draw(maybe_text)
        return body
    body["y_scale"] = draw(st.sampled_from(["linear", "linear", "log", "symlog"]))
    count = draw(st.sampled_from([0, 1, 2, 3, 8, 30]))
    body["x"] = draw(columns_of_x(count))
    value = numbers(body["y_scale"])
    several = draw(st.sampled_from([1, 1, 2, 3, 12, 50]))
    body["series"] = [
        {"y": draw(st.lists(value, min_size=count, max_size=count)), "name": draw(maybe_text)} for _ in range(several)
    ]
    body["legend"] = draw(st.sampled_from([None, None, True, False]))
    if kind == "line" and draw(st.booleans()):
        body["series"][0]["kind"] = "bar"
    if kind in ("bar", "barh", "area") and body["y_scale"] == "linear" and draw(st.booleans()):
        body["stack"] = "stacked"
    if draw(st.integers(0, 5)) == 0:
        body["y_limits"] = draw(st.sampled_from([[1, 10], [10, 1], [None, 1000], [0.5, None], [1e-5, 1e5]]))
    return body


LOCS = ["best", "upper left", "center", "lower center", "center right", "outside right", "outside bottom"]

changes = st.fixed_dictionaries(
    {},
    optional={
        "legend": st.fixed_dictionaries(
            {"loc": st.sampled_from(LOCS), "ncols": st.integers(1, 5)},
            optional={"fontsize": st.sampled_from(["xx-small", 20, 60])},
        ),
        "title": st.fixed_dictionaries(
            {"loc": st.sampled_from(["left", "center", "right"]), "pad": st.sampled_from([0, 8, 60])},
            optional={"fontsize": st.sampled_from([4, "xx-large", 90])},
        ),
        "ticks": st.fixed_dictionaries(
            {"direction": st.sampled_from(["in", "out"]), "length": st.sampled_from([0, 4, 30])},
            optional={"labelsize": st.sampled_from([2, "large", 48])},
        ),
        "axes": st.fixed_dictionaries({"margins": st.sampled_from([0, 0.05, 0.5, [0, 0.3]])}),
        "numbers": st.fixed_dictionaries(
            {},
            optional={
                "decimals": st.integers(0, 15),
                "percent": st.booleans(),
                "thousands": st.sampled_from(["", " "]),
            },
        ),
        "logo": st.fixed_dictionaries(
            {"position": st.sampled_from(["upper left", "upper right", "lower left", "lower right"])},
            optional={"height": st.sampled_from([4, 60, 400])},
        ),
        "font": st.fixed_dictionaries({"size": st.sampled_from([3, 9, 12, 40])}),
    },
)

sides = st.one_of(st.integers(16, 2000), st.integers(16, 160), st.sampled_from([16, 17, 240, 480, 1200, 2000]))


def cases(styles: list[str]) -> st.SearchStrategy[Case]:
    """Any chart in any size and any of `styles`, with something or nothing changed in it."""
    return st.builds(
        Case,
        body=bodies(),
        size=st.tuples(sides, sides),
        dpr=st.sampled_from([1.0, 1.0, 0.5, 2.0, 3.0]),
        style=st.sampled_from(styles),
        changes=st.just({}) | changes,
    )
