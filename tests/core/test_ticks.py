"""Ticks of numbers: what a designer would choose, and what must hold for any range at all."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.core.number_format import NumberFormat
from app.core.ticks import LABELS_CAP, Ticks, linear_ticks, log_ticks, symlog_ticks
from tests.core.test_number_format import read

FUZZ_CASES = int(os.environ.get("LIMN_FUZZ_CASES", "2000"))
few = settings(deadline=None, max_examples=100)

Range = tuple[float, float]


def ends(low: float, high: float) -> st.SearchStrategy[float]:
    """Floats of every magnitude (which hypothesis prefers) and of the everyday ones (which charts prefer)."""
    thousandths = st.integers(max(math.ceil(low), -(10**9)), min(math.floor(high), 10**9))
    return st.floats(low, high) | thousandths.map(lambda count: count / 1000)


@st.composite
def ranges(draw: st.DrawFn, low: float = -1e300, high: float = 1e300) -> Range:
    """Two ends, or one and a few floats further."""
    lo = draw(ends(low, high))
    hi = draw(ends(low, high) | st.integers(1, 10**6).map(lambda ulps: lo + ulps * math.ulp(lo)))
    assume(lo != hi)
    return min(lo, hi), max(lo, hi)


positive_ranges = ranges(1e-300, 1e300)
mosts = st.integers(1, 20)


def check(ticks: Ticks, lo: float, hi: float, most: int) -> None:
    """What holds for the ticks of any axis."""
    positions = ticks.positions
    assert len(ticks.labels) == len(positions)
    assert min(2, most) <= len(positions) <= most
    for placed in (positions, ticks.minor):
        assert all(lo <= position <= hi for position in placed)
        assert all(before < after for before, after in itertools.pairwise(placed))
    assert "-0.0" not in map(repr, positions)
    assert not set(positions) & set(ticks.minor)
    assert len(set(ticks.labels)) == len(positions)
    assert [float(read(label)) for label in ticks.labels] == list(positions)


@pytest.mark.parametrize(
    ("lo", "hi", "most", "labels"),
    [
        (0, 8, 9, "0 1 2 3 4 5 6 7 8"),
        (0, 8, 8, "0 2 4 6 8"),
        (0, 1, 8, "0.0 0.2 0.4 0.6 0.8 1.0"),
        (0, 1, 5, "0.00 0.25 0.50 0.75 1.00"),
        (0, 1, 3, "0.0 0.5 1.0"),
        (-3, 3, 8, "−3 −2 −1 0 1 2 3"),
        (0.0001, 0.0004, 8, "0.00010 0.00015 0.00020 0.00025 0.00030 0.00035 0.00040"),
        (0.0001, 0.0004, 5, "0.0001 0.0002 0.0003 0.0004"),
        (0, 1_234_567, 8, "0 200,000 400,000 600,000 800,000 1,000,000 1,200,000"),
        (1e9, 1e9 + 1e-6, 4, "1,000,000,000.0000000 1,000,000,000.0000005 1,000,000,000.0000010"),
        (2019.8, 2025.2, 8, "2020 2021 2022 2023 2024 2025"),
        (0, 3e12, 4, "0 1×10¹² 2×10¹² 3×10¹²"),
        (-4e-9, 4e-9, 5, "−4×10⁻⁹ −2×10⁻⁹ 0 2×10⁻⁹ 4×10⁻⁹"),
        (-1, 1, 2, "−1 1"),
        (-1, 1, 1, "0"),
        (3.9, 6.1, 1, "5"),
        (1, math.nextafter(1, 2), 9, "1.0000000000000000 1.0000000000000002"),
    ],
)
def test_linear_ticks_are_those_a_designer_would_choose(lo: float, hi: float, most: int, labels: str) -> None:
    assert linear_ticks(lo, hi, most).labels == tuple(labels.split())


@pytest.mark.parametrize(
    ("lo", "hi", "most", "labels"),
    [
        (1, 1e6, 8, "10⁰ 10¹ 10² 10³ 10⁴ 10⁵ 10⁶"),
        (1, 1e6, 4, "10⁰ 10² 10⁴ 10⁶"),
        (1, 1e4, 8, "1 10 100 1,000 10,000"),
        (1e-3, 1e3, 8, "0.001 0.01 0.1 1 10 100 1000"),
        (0.5, 30, 8, "0.5 1 2 5 10 20"),
        (0.5, 30, 4, "1 10"),
        (0.5, 30, 1, "1"),
        (0.05, 40, 2, "0.1 10"),
        (3, 7, 8, "3 4 5 6 7"),
        (3, 7, 4, "4 6"),
        (3.1, 3.2, 3, "3.10 3.15 3.20"),
        (2e5, 9e6, 8, "2×10⁵ 5×10⁵ 10⁶ 2×10⁶ 5×10⁶"),
        (1e-12, 1e12, 8, "10⁻¹² 10⁻⁸ 10⁻⁴ 10⁰ 10⁴ 10⁸ 10¹²"),
    ],
)
def test_log_ticks_are_those_a_designer_would_choose(lo: float, hi: float, most: int, labels: str) -> None:
    assert log_ticks(lo, hi, most).labels == tuple(labels.split())


@pytest.mark.parametrize(
    ("lo", "hi", "most", "labels"),
    [
        (-1e3, 1e3, 9, "−1000 −100 −10 −1 0 1 10 100 1000"),
        (-1e6, 1e6, 7, "−10⁶ −10³ −10⁰ 0 10⁰ 10³ 10⁶"),
        (-1e6, 1e6, 3, "−10⁶ 0 10⁶"),
        (-1e6, 1e6, 2, "−10⁶ 10⁶"),
        (-1e6, 1e6, 1, "0"),
        (-0.5, 1e4, 8, "0 1 10 100 1,000 10,000"),
        (-0.5, 0.5, 3, "−0.5 0.0 0.5"),
        (-5, 5, 5, "−4 −2 0 2 4"),
        (10, 1e6, 8, "10¹ 10² 10³ 10⁴ 10⁵ 10⁶"),
        (-1e6, -10, 4, "−10⁶ −10⁴ −10²"),
    ],
)
def test_symlog_ticks_are_those_a_designer_would_choose(lo: float, hi: float, most: int, labels: str) -> None:
    assert symlog_ticks(lo, hi, most).labels == tuple(labels.split())


def test_a_tick_is_the_float_a_person_would_type() -> None:
    assert linear_ticks(0, 1, 11).positions == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def test_a_tick_at_the_very_end_of_a_range_is_kept() -> None:
    assert linear_ticks(0.1, 0.7, 7).positions == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


def test_the_style_says_how_numbers_are_written() -> None:
    assert linear_ticks(0, 1, 3, NumberFormat(percent=True)).labels == ("0%", "50%", "100%")
    assert linear_ticks(0, 20_000, 3, NumberFormat(thousands=" ")).labels == ("0", "10 000", "20 000")
    assert log_ticks(0.01, 1, 3, NumberFormat(percent=True)).labels == ("1%", "10%", "100%")
    assert symlog_ticks(-900, -0.001, 3, NumberFormat(decimals=2), 0.0001).labels == ("−100.00", "−1.00", "−0.01")


def test_zero_has_no_sign_even_where_a_logarithm_was_mirrored() -> None:
    assert symlog_ticks(-0.01, -0.001, 2, NumberFormat(decimals=2), 0.0001).labels == ("−0.01", "0.00")


def test_minor_ticks_stand_between_labelled_decades() -> None:
    assert log_ticks(1, 100, 3).minor == (*range(2, 10), *range(20, 100, 10))
    assert symlog_ticks(-10, 10, 5).minor == (*range(-9, -1), *range(2, 10))


def test_minor_ticks_are_the_decades_without_a_label() -> None:
    assert log_ticks(1, 1e6, 4).minor == (10, 1e3, 1e5)


def test_minor_ticks_never_crowd() -> None:
    assert log_ticks(1e-300, 1e300, 8).minor == ()


@pytest.mark.parametrize("choose", [linear_ticks, log_ticks, symlog_ticks])
@pytest.mark.parametrize(
    ("lo", "hi", "most"),
    [(1, 1, 5), (2, 1, 5), (math.nan, 1, 5), (0, math.nan, 5), (0, math.inf, 5), (-math.inf, 0, 5), (0, 1, 0)],
)
def test_a_range_that_can_not_be_has_no_ticks(
    choose: Callable[[float, float, int], Ticks], lo: float, hi: float, most: int
) -> None:
    assert choose(lo, hi, most) == Ticks((), ())


def test_the_positive_part_of_a_range_has_logarithmic_ticks() -> None:
    assert log_ticks(-5, -1, 5).positions == ()
    assert 2 <= len(log_ticks(-5, 100, 5).positions) <= 5


def test_a_linear_width_that_can_not_be_counts_as_one() -> None:
    for width in (0.0, -1.0, math.nan, math.inf):
        assert symlog_ticks(-100, 100, 9, linear_width=width) == symlog_ticks(-100, 100, 9)


@pytest.mark.parametrize("choose", [linear_ticks, log_ticks, symlog_ticks])
def test_no_request_makes_endless_ticks(choose: Callable[[float, float, int], Ticks]) -> None:
    assert len(choose(1e-300, 1e300, 10**12).positions) <= LABELS_CAP


@few
@given(ranges(), mosts)
@example((-5e-324, 5e-324), 9)
@example((-1.7e308, 1.7e308), 9)
def test_linear_ticks_hold_for_any_range(ends: Range, most: int) -> None:
    check(linear_ticks(*ends, most), *ends, most)


@few
@given(positive_ranges, mosts)
@example((5e-324, 1e-323), 9)
def test_log_ticks_hold_for_any_range(ends: Range, most: int) -> None:
    check(log_ticks(*ends, most), *ends, most)


@few
@given(ranges(), mosts, st.floats(1e-300, 1e300) | st.just(1.0))
def test_symlog_ticks_hold_for_any_range(ends: Range, most: int, width: float) -> None:
    check(symlog_ticks(*ends, most, linear_width=width), *ends, most)


@pytest.mark.fuzz
@settings(deadline=None, max_examples=FUZZ_CASES)
@given(ranges(), positive_ranges, mosts, st.floats(1e-300, 1e300) | st.just(1.0))
def test_all_ticks_hold_for_very_many_ranges(ends: Range, positive: Range, most: int, width: float) -> None:
    check(linear_ticks(*ends, most), *ends, most)
    check(log_ticks(*positive, most), *positive, most)
    check(symlog_ticks(*ends, most, linear_width=width), *ends, most)


@few
@given(ranges(-1e9, 1e9), st.integers(3, 20))
def test_the_step_is_the_finest_nice_one_that_fits(ends: Range, most: int) -> None:
    low, high = (Fraction(Decimal(repr(end))) for end in ends)
    # Where floats are too coarse for a nice step, a coarser one is right.
    assume(high - low > max(Fraction(max(map(abs, ends))) / 10**12, Fraction(1, 10**300)))
    decade = math.floor(math.log10(high - low)) - 3
    steps = (Fraction(nice, 10) * Fraction(10) ** e for e in range(decade, decade + 6) for nice in (10, 20, 25, 50))
    for step in steps:
        multiples = range(math.ceil(low / step), math.floor(high / step) + 1)
        if len(multiples) <= most:
            break
    assert linear_ticks(*ends, most).positions == tuple(float(multiple * step) for multiple in multiples)


@few
@given(positive_ranges, mosts)
def test_below_zero_a_symlog_axis_mirrors_a_logarithmic_one(ends: Range, most: int) -> None:
    lo, hi = ends
    positive, mirrored = log_ticks(lo, hi, most), symlog_ticks(-hi, -lo, most, linear_width=lo)
    assert mirrored.positions == tuple(-position for position in reversed(positive.positions))
    assert mirrored.minor == tuple(-position for position in reversed(positive.minor))
    assert mirrored.labels == tuple("−" + label for label in reversed(positive.labels))
