"""Labels of numbers, digit by digit: they arrive as whole multiples of a power of ten and must leave unrounded."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.number_format import PLAIN, NumberFormat, decimal_labels, power_labels

PERCENT = NumberFormat(percent=True)
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read(label: str) -> Decimal:
    """The number a label shows, read as a person would."""
    number = label.replace("−", "-").replace(",", "").removesuffix("%")
    number = re.sub(r"^(-?)10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", r"\g<1>1×10", number)
    mantissa, _, power = number.partition("×10")
    return Decimal(mantissa).scaleb(int(power.translate(SUPERSCRIPTS) or 0))


@pytest.mark.parametrize(
    ("multiples", "exponent", "numbers", "labels"),
    [
        ([0, 1, 2], 0, PLAIN, "0 1 2"),
        ([-5, 0, 5], -1, PLAIN, "−0.5 0.0 0.5"),
        ([0, 25, 50, 75], -1, PLAIN, "0.0 2.5 5.0 7.5"),
        ([50], -1, PLAIN, "5"),
        ([0], -3, PLAIN, "0"),
        ([0], -3, PERCENT, "0%"),
        ([2019, 2020], 0, PLAIN, "2019 2020"),
        ([9, 10], 3, PLAIN, "9,000 10,000"),
        ([5, 10], 8, PLAIN, "500,000,000 1,000,000,000"),
        ([5, 10], 9, PLAIN, "0.5×10¹⁰ 1.0×10¹⁰"),
        ([-25, 0, 25], 11, PLAIN, "−2.5×10¹² 0 2.5×10¹²"),
        ([1, 2], -6, PLAIN, "0.000001 0.000002"),
        ([0, 2, 4], -7, PLAIN, "0 2×10⁻⁷ 4×10⁻⁷"),
        ([10_000_001, 10_000_002], -7, PLAIN, "1.0000001 1.0000002"),
        ([0, 25, 50], -2, PERCENT, "0% 25% 50%"),
        ([0, 5, 10], -3, PERCENT, "0.0% 0.5% 1.0%"),
        ([-1, 0, 1], 2, PERCENT, "−10,000% 0% 10,000%"),
        ([0, 1], 9, PERCENT, "0% 1×10¹¹%"),
        ([0, 15], 3, NumberFormat(thousands="."), "0 15.000"),
        ([0, 15], 3, NumberFormat(thousands=""), "0 15000"),
        ([0, 1, 2], 0, NumberFormat(decimals=2), "0.00 1.00 2.00"),
        ([-25, 0, 25], -1, NumberFormat(decimals=0), "−3 0 3"),
        ([-1, 0, 1], -3, NumberFormat(decimals=1), "0.0 0.0 0.0"),
        ([1, 2], 12, NumberFormat(decimals=1), "1.0×10¹² 2.0×10¹²"),
        ([1], 0, NumberFormat(decimals=-4), "1"),
    ],
)
def test_numbers_on_an_axis_are_written_alike(
    multiples: list[int], exponent: int, numbers: NumberFormat, labels: str
) -> None:
    assert decimal_labels(multiples, exponent, numbers) == tuple(labels.split())


@pytest.mark.parametrize(
    ("terms", "numbers", "labels"),
    [
        ([(1, -3), (1, 0), (1, 4)], PLAIN, "0.001 1 10,000"),
        ([(1, 2), (1, 3)], PLAIN, "100 1000"),
        ([(5, -1), (1, 0), (2, 0)], PLAIN, "0.5 1 2"),
        ([(1, 0), (1, 5)], PLAIN, "10⁰ 10⁵"),
        ([(5, 3), (1, 4), (2, 4)], PLAIN, "5×10³ 10⁴ 2×10⁴"),
        ([(-1, 5), (0, 0), (1, 5)], PLAIN, "−10⁵ 0 10⁵"),
        ([(-1, 1), (0, 0), (1, 1)], PLAIN, "−10 0 10"),
        ([(1, -4), (1, 0)], PERCENT, "0.01% 100%"),
        ([(1, 0), (1, 3)], PERCENT, "10²% 10⁵%"),
        ([(1, -2), (1, 0)], NumberFormat(decimals=1), "0.0 1.0"),
    ],
)
def test_decades_are_written_out_between_a_thousandth_and_ten_thousand(
    terms: list[tuple[int, int]], numbers: NumberFormat, labels: str
) -> None:
    assert power_labels(terms, numbers) == tuple(labels.split())


@settings(deadline=None, max_examples=100)
@given(
    first=st.integers(-(10**16), 10**16),
    step=st.integers(1, 10**6),
    count=st.integers(1, 20),
    exponent=st.integers(-320, 300),
    percent=st.booleans(),
)
def test_a_label_says_exactly_its_number(first: int, step: int, count: int, exponent: int, percent: bool) -> None:
    multiples = [first + i * step for i in range(count)]
    shown = [Decimal(multiple).scaleb(exponent + 2 * percent) for multiple in multiples]
    labels = decimal_labels(multiples, exponent, NumberFormat(percent=percent))
    assert [read(label) for label in labels] == shown
    assert len({label.partition(".")[2].partition("×")[0].__len__() for label in labels if read(label)}) <= 1


@settings(deadline=None, max_examples=100)
@given(multiple=st.integers(-(10**9), 10**9), exponent=st.integers(-12, 0), decimals=st.integers(0, 9))
def test_fixed_decimals_are_kept_and_round_to_the_nearest(multiple: int, exponent: int, decimals: int) -> None:
    # With 1 beside it the axis is never written with a power of ten.
    label, _ = decimal_labels([multiple, 10**-exponent], exponent, NumberFormat(decimals=decimals))
    assert len(label.partition(".")[2]) == decimals
    assert abs(read(label) - Decimal(multiple).scaleb(exponent)) <= Decimal(5).scaleb(-decimals - 1)
    assert label.startswith("−") == (read(label) < 0)
