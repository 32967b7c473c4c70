"""What an axis holds, and its values as numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import columns
from app.core.columns import Column, axis_type
from app.core.errors import Invalid


def column(*values: Any, place: str = "x") -> Column:
    return Column(place, [float(v) if isinstance(v, int) else v for v in values])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "number"),
        ([None, None], "number"),
        ([], "number"),
        (["a", "b"], "category"),
        ([None, "a"], "category"),
        (["2026-01-31"], "date"),
        ([None, "2026-01"], "date"),
        (["2026-01-31T12:00:00Z", "b"], "date"),
        (["2026"], "category"),
        (["2026-1-1"], "category"),
        (["20260131"], "category"),
        (["Jan", "2026-01-31"], "category"),
        ([1, "a"], "number"),
        (["2026-01-31", 1], "number"),
    ],
)
def test_an_axis_is_what_its_values_are(values: list[Any], kind: str) -> None:
    assert axis_type([column(*values)], None, categories_by_default=True) == kind


def test_an_axis_has_one_type_for_all_its_columns() -> None:
    assert axis_type([column("a"), column(1)], None, categories_by_default=True) == "number"


def test_text_among_values_is_no_category_unless_told() -> None:
    assert axis_type([column("a")], None, categories_by_default=False) == "number"
    assert axis_type([column("a")], "category", categories_by_default=False) == "category"


def test_numbers_keep_their_gaps() -> None:
    np.testing.assert_array_equal(columns.numbers(column(1, None, -2.5)), [1, np.nan, -2.5])


def test_numbers_too_small_to_tell_from_zero_are_zero() -> None:
    np.testing.assert_array_equal(columns.numbers(column(1e-305, -5e-324, 1e-299)), [0, 0, 1e-299])


@pytest.mark.parametrize(
    ("value", "words"),
    [("abc", 'expected a number, got "abc"'), (2e300, "±1e300, got 2e+300"), (-1.1e300, "±1e300, got -1.1e+300")],
)
def test_what_is_no_number_is_refused_with_its_place(value: Any, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        columns.numbers(column(1, None, value, place="series[3].y"))
    assert caught.value.path == "series[3].y[2]"
    assert words in caught.value.reason


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01", 0),
        ("2026-01", datetime(2026, 1, 1, tzinfo=UTC).timestamp()),
        ("2026-01-31T12:30", datetime(2026, 1, 31, 12, 30, tzinfo=UTC).timestamp()),
        ("2026-01-31 12:30:15.5", datetime(2026, 1, 31, 12, 30, 15, 500_000, tzinfo=UTC).timestamp()),
        ("2026-01-31T12:30:15,25Z", datetime(2026, 1, 31, 12, 30, 15, 250_000, tzinfo=UTC).timestamp()),
        ("2026-01-31T12:00:00+05:30", datetime(2026, 1, 31, 6, 30, tzinfo=UTC).timestamp()),
        ("2026-01-31T12:00:00-0800", datetime(2026, 1, 31, 20, tzinfo=UTC).timestamp()),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC).timestamp()),
        ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC).timestamp()),
        ("9999-12-31", datetime(9999, 12, 31, tzinfo=UTC).timestamp()),
    ],
)
def test_dates_are_seconds_in_utc_whatever_their_offset(text: str, moment: float) -> None:
    assert columns.seconds(text, "x[0]") == moment


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-13-01", "month must be in 1..12"),
        ("2026-02-30", "day is out of range"),
        ("2026-01-01T25:00", "hour must be in 0..23"),
        ("2026-01-01T10:00+99:00", "is no date"),
        ("0001-01-01T00:00+01:00", "outside the years 1 to 9999"),
        ("0000-01-01", "is no date"),
        ("tomorrow", 'expected an ISO date like "2026-01-31"'),
        ("2026-01-31\n", "expected an ISO date"),
        (20260131.0, "expected an ISO date"),
    ],
)
def test_what_is_no_date_is_refused_with_its_place(value: Any, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        columns.dates(column(None, value))
    assert caught.value.path == "x[1]"
    assert words in caught.value.reason


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_a_moment_survives_as_seconds(moment: datetime) -> None:
    seconds = columns.seconds(moment.isoformat(), "x[0]")
    assert seconds == pytest.approx(moment.timestamp(), abs=1e-3)


def test_categories_stand_in_the_order_of_their_first_appearance() -> None:
    held = [column("b", "a", None), column("c", "a")]
    names = columns.categories(held, 100)
    assert names == ("b", "a", "c")
    np.testing.assert_array_equal(columns.positions(held[0], names, 100), [0, 1, np.nan])
    np.testing.assert_array_equal(columns.positions(held[1], names, 100), [2, 1])


def test_numbers_are_names_as_the_body_wrote_them() -> None:
    assert columns.categories([column(2020, 0.1, 1e21)], 100) == ("2020", "0.1", "1e+21")


def test_a_category_is_one_line() -> None:
    assert columns.categories([column(" North\nAmerica ", "North America")], 100) == ("North America",)


def test_a_category_has_a_longest() -> None:
    with pytest.raises(Invalid) as caught:
        columns.categories([column("ok", "x" * 11)], 10)
    assert caught.value.path == "x[1]"
    assert caught.value.evidence == {"limit": 10, "value": 11, "setting": "LIMN_MAX_TEXT"}


@pytest.mark.parametrize(
    ("value", "kind", "end"),
    [(None, "number", None), (5.0, "number", 5.0), ("1970-01-02", "date", 86_400.0), (None, "category", None)],
)
def test_a_limit_is_in_the_units_of_its_axis(value: Any, kind: Any, end: float | None) -> None:
    assert columns.limit(value, kind, "x_limits[0]") == end


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [("a", "number", "expected a number"), (1.0, "date", "expected an ISO date"), (1.0, "category", "has no limits")],
)
def test_a_limit_of_another_type_is_refused(value: Any, kind: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        columns.limit(value, kind, "x_limits[0]")
