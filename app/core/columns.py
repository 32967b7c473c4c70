"""From a spec's lists to arrays: what an axis holds (numbers, dates, categories), decided once for all its series.

An axis has one type. It is told (`x_type`), or inferred from all columns on it: numbers where there is a number, dates
where the first text is an ISO date, categories else. A value that does not fit is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from app.core.errors import Invalid
from app.core.places import shown
from app.core.spec import AxisType, Limit, Value
from app.core.text import one_line

Floats = npt.NDArray[np.float64]

LARGEST = 1e300
"""Beyond this, differences of two values overflow a double."""

_DATE = re.compile(
    r"\d{4}-\d{2}(?P<day>-\d{2}(?P<time>[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?)?\Z",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """One list of the spec and where it stands (`series[2].y`)."""

    place: str
    values: Sequence[Value]


def axis_type(columns: Sequence[Column], told: AxisType | None, categories_by_default: bool) -> AxisType:
    """What the axis holds.

    `categories_by_default` says whether text is taken for categories unasked: on x it is, while text among y values is
    far more often a number that was exported as text, so there it must be told.
    """
    if told:
        return told
    texts = [value for column in columns for value in column.values if isinstance(value, str)]
    numbers = any(isinstance(value, float) for column in columns for value in column.values)
    if numbers or not texts:
        return "number"
    if _DATE.match(texts[0]):
        return "date"
    return "category" if categories_by_default else "number"


def numbers(column: Column) -> Floats:
    """The column's numbers, shape (n,); a gap is NaN.

    Raises:
        Invalid: text, or a number beyond +-1e300.
    """
    for i, value in enumerate(column.values):
        if isinstance(value, str):
            raise Invalid(
                f"expected a number, got {shown(value)}; to show text set x_type or y_type to category",
                path=f"{column.place}[{i}]",
            )
    array = np.array(column.values, dtype=np.float64)
    beyond = np.abs(array) > LARGEST
    if beyond.any():
        i = int(np.argmax(beyond))
        raise Invalid(f"expected a number within ±1e300, got {array[i]:g}", path=f"{column.place}[{i}]")
    # Differences of numbers this small underflow to nothing; on any axis they are drawn at zero.
    array[np.abs(array) < 1 / LARGEST] = 0.0
    return array


def dates(column: Column) -> Floats:
    """The column's ISO dates as seconds since 1970-01-01 UTC, shape (n,); a gap is NaN; no offset means UTC.

    Raises:
        Invalid: not an ISO date, or no such day.
    """
    out = np.full(len(column.values), np.nan)
    for i, value in enumerate(column.values):
        if value is not None:
            out[i] = seconds(value, f"{column.place}[{i}]")
    return out


def seconds(value: Value, place: str) -> float:
    """One ISO date as seconds since 1970-01-01 UTC."""
    match = _DATE.match(value) if isinstance(value, str) else None
    if match is None or not isinstance(value, str):
        raise Invalid(
            f'expected an ISO date like "2026-01-31" or "2026-01-31T12:00:00Z", got {shown(value)}; '
            "to show text set x_type or y_type to category",
            path=place,
        )
    text = value if match["day"] else f"{value}-01"
    try:
        moment = datetime.fromisoformat(text.replace(",", "."))
    except ValueError as error:
        raise Invalid(f"{shown(value)} is no date: {error}", path=place) from None
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise Invalid(f"{shown(value)} is outside the years 1 to 9999 in UTC", path=place) from None
    return (moment - _EPOCH).total_seconds()


def categories(columns: Sequence[Column], most_text: int) -> tuple[str, ...]:
    """All categories of an axis, in the order of their first appearance.

    Raises:
        Invalid: a number among them, or one longer than `most_text` characters.
    """
    seen: dict[str, None] = {}
    for column in columns:
        for i, value in enumerate(column.values):
            if value is None:
                continue
            place = f"{column.place}[{i}]"
            seen.setdefault(_category(value, place, most_text))
    return tuple(seen)


def _category(value: Value, place: str, most_text: int) -> str:
    if isinstance(value, float):
        # A number is as good a name as any where categories were asked for: 2020.0 was 2020 in the body.
        return f"{value:.15g}"
    if value is not None and len(value) > most_text:
        raise Invalid(
            f"{len(value)} characters; at most {most_text} are allowed (LIMN_MAX_TEXT)",
            path=place,
            limit=most_text,
            value=len(value),
            setting="LIMN_MAX_TEXT",
        )
    return one_line(value or "")


def positions(column: Column, names: tuple[str, ...], most_text: int) -> Floats:
    """Each value's place among the categories `names`: 0, 1, ...; a gap is NaN."""
    index = {name: i for i, name in enumerate(names)}
    return np.array(
        [np.nan if v is None else index[_category(v, column.place, most_text)] for v in column.values], dtype=np.float64
    )


def limit(value: Limit, kind: AxisType, place: str) -> float | None:
    """One end of an axis, in the axis' units; None leaves it to the data."""
    if value is None:
        return None
    if kind == "date":
        return seconds(value, place)
    if kind == "category":
        raise Invalid("an axis of categories has no limits", path=place)
    return float(numbers(Column(place.rsplit("[", 1)[0], [value]))[0])
