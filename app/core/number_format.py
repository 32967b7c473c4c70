"""The labels of numbers on an axis: alike among themselves, and never more than the reader needs.

A label says exactly where its tick is. Ticks therefore arrive here not as floats but as whole multiples of a power of
ten, and the text is made from the digits of those integers: no float is printed, so none can show its rounding.
Fixed decimals per axis and one common exponent follow the practice of engineering plots (ISO 80000-1, 7.3: a minus
sign U+2212, a multiplication sign before the power of ten).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"

# 10,000 is where grouping begins to help; below it, a separator would only spoil years.
_GROUPED_FROM = 4
# Ten digits before the point, or four zeros behind it, are as much as a reader counts.
_LARGE_FROM = 10
_SMALL_BELOW = -3
_SMALL_STEP_BELOW = -6
# Powers of ten on a logarithmic axis that are shorter written out: 0.001 to 10000.
_PLAIN_POWERS = range(-3, 5)
# Past this, decimals are zeros; it keeps a mistaken style document from making endless labels.
_MOST_DECIMALS = 20
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a style wants its numbers: the `numbers` section of a style document.

    `thousands` separates groups of three digits, once the largest number of the axis is shown with five or more.
    `decimals` is their fixed number; None means as many as the ticks need. `percent` shows 0.25 as 25%; all rules then
    apply to the number shown.
    """

    thousands: str = ","
    decimals: int | None = None
    percent: bool = False


PLAIN = NumberFormat()


def decimal_labels(multiples: Sequence[int], exponent: int, numbers: NumberFormat = PLAIN) -> tuple[str, ...]:
    """The labels of the ascending numbers `multiples[i] * 10**exponent`, all with the same decimals.

    Very large numbers, and very small ones in very small steps, share one power of ten: that of the largest.
    """
    if not any(multiples):
        exponent = 0
    multiples, exponent = without_common_zeros(multiples, exponent)
    unit = "%" if numbers.percent else ""
    if numbers.percent:
        exponent += 2
    magnitude = _magnitude(max(map(abs, multiples), default=0), exponent)
    scientific = _is_scientific(multiples, exponent, magnitude)
    power = f"×10{_superscript(magnitude)}" if scientific else ""
    if scientific:
        exponent -= magnitude
    decimals = _decimals(exponent, numbers)
    separator = numbers.thousands if magnitude >= _GROUPED_FROM else ""
    labels = []
    for multiple in multiples:
        if scientific and not multiple:
            labels.append("0" + unit)
        else:
            labels.append(_written(_scaled(multiple, exponent, decimals), decimals, separator) + power + unit)
    return tuple(labels)


def power_labels(terms: Sequence[tuple[int, int]], numbers: NumberFormat = PLAIN) -> tuple[str, ...]:
    """The labels of logarithmic ticks: each term `(mantissa, exponent)` is `mantissa * 10**exponent`, |mantissa| < 10.

    Written out from 0.001 to 10000, each with its own decimals (1.000 would look measured, not chosen); when one is
    outside, all are powers of ten. A fixed number of decimals concerns only numbers that are written out.
    """
    unit = "%" if numbers.percent else ""
    shift = 2 if numbers.percent else 0
    shown = [(mantissa, exponent + shift if mantissa else 0) for mantissa, exponent in terms]
    if not all(exponent in _PLAIN_POWERS and (exponent < 4 or abs(mantissa) <= 1) for mantissa, exponent in shown):
        return tuple(_power(mantissa, exponent) + unit for mantissa, exponent in shown)
    largest = max((exponent for _, exponent in shown), default=0)
    separator = numbers.thousands if largest >= _GROUPED_FROM else ""
    labels = []
    for mantissa, exponent in shown:
        decimals = _decimals(exponent, numbers)
        labels.append(_written(_scaled(mantissa, exponent, decimals), decimals, separator) + unit)
    return tuple(labels)


def without_common_zeros(multiples: Sequence[int], exponent: int) -> tuple[Sequence[int], int]:
    """The same numbers with the largest exponent, so that 5.0 alone on an axis is 5. Zeros alone keep theirs."""
    while any(multiples) and not any(multiple % 10 for multiple in multiples):
        multiples = [multiple // 10 for multiple in multiples]
        exponent += 1
    return multiples, exponent


def _is_scientific(multiples: Sequence[int], exponent: int, magnitude: int) -> bool:
    if magnitude >= _LARGE_FROM:
        return True
    if magnitude >= _SMALL_BELOW or not any(multiples):
        return False
    step = multiples[1] - multiples[0] if len(multiples) > 1 else multiples[0]
    return _magnitude(step, exponent) < _SMALL_STEP_BELOW


def _magnitude(multiple: int, exponent: int) -> int:
    """The power of ten of the first digit: 2 for 345. Zero counts as one digit before the point."""
    return len(str(abs(multiple))) - 1 + exponent if multiple else 0


def _decimals(exponent: int, numbers: NumberFormat) -> int:
    if numbers.decimals is None:
        return max(0, -exponent)
    return min(max(0, numbers.decimals), _MOST_DECIMALS)


def _scaled(multiple: int, exponent: int, decimals: int) -> int:
    """`multiple * 10**exponent` in units of the last decimal, halves rounded away from zero as people do it."""
    shift = exponent + decimals
    if shift >= 0:
        return int(multiple * 10**shift)
    unit: int = 10**-shift
    rounded = (2 * abs(multiple) + unit) // (2 * unit)
    return -rounded if multiple < 0 else rounded


def _written(scaled: int, decimals: int, separator: str) -> str:
    """The integer `scaled` with a point before its last `decimals` digits. Zero has no sign."""
    digits = str(abs(scaled)).zfill(decimals + 1)
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    if separator and len(whole) > 3:
        whole = f"{int(whole):,}".replace(",", separator)
    return (MINUS if scaled < 0 else "") + whole + ("." + fraction if fraction else "")


def _power(mantissa: int, exponent: int) -> str:
    if not mantissa:
        return "0"
    sign = MINUS if mantissa < 0 else ""
    factor = "" if abs(mantissa) == 1 else f"{abs(mantissa)}×"
    return f"{sign}{factor}10{_superscript(exponent)}"


def _superscript(exponent: int) -> str:
    return str(exponent).translate(_SUPERSCRIPTS)
