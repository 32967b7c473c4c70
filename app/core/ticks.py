"""Where the ticks of a numeric axis stand, and what they say: linear, logarithmic and symmetric-logarithmic.

Steps are the nice numbers of Heckbert ("Nice Numbers for Graph Labels", Graphics Gems, 1990) with 2.5 among them. His
loop adds a float step again and again and has to forgive the error; here the range is read as the shortest decimals
that name its ends, the search runs on integers, and a tick is a whole multiple of a power of ten until the last
division, which Python rounds correctly. So 3 steps of 0.1 are 0.3, a tick at the very end of a range is never lost,
and a range of a few floats round 1e9 needs no tolerance.

The layout asks for ticks, measures their labels, and asks again for fewer: every function here takes the most labels
it may return, returns no more, and never raises. A range that can't be (empty, not finite) has no ticks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.core.number_format import MINUS, PLAIN, NumberFormat, decimal_labels, power_labels, without_common_zeros

# No chart shows more labels than this on one axis; it bounds the work whatever is asked.
LABELS_CAP = 1000
# A double holds 17 significant digits; a label with more would claim what its tick doesn't know.
_SIGNIFICANT = 10**17
# More decades than this, and the minor ticks between them are a grey smear.
_DECADES_WITH_MINORS = 10
_MINORS_CAP = 100
_SMALLEST = 2.0**-1074

Mantissas = tuple[tuple[int, int], ...]
"""The steps within a decade as (digits, exponent): 2.5 is (25, -1)."""

_NICE: Mantissas = ((1, 0), (2, 0), (25, -1), (5, 0))
_ONE_TWO_FIVE = (1, 2, 5)
_ONE_TO_NINE = tuple(range(1, 10))


@dataclass(frozen=True, slots=True)
class Ticks:
    """An axis's ticks: ascending `positions` within the range, a label for each, and unlabelled `minor` positions.

    A label of dates may hold a newline: its second line is the context (a month's year), given where it changes.
    """

    positions: tuple[float, ...]
    labels: tuple[str, ...]
    minor: tuple[float, ...] = ()


NO_TICKS = Ticks((), ())


def linear_ticks(lo: float, hi: float, most: int, numbers: NumberFormat = PLAIN) -> Ticks:
    """The ticks of the finest nice step that makes at most `most` of them within [lo, hi]."""
    lo, hi = float(lo), float(hi)
    if not is_range(lo, hi, most):
        return NO_TICKS
    multiples, exponent = exact_ticks(lo, hi, most)
    positions = tuple(number(multiple, exponent) for multiple in multiples)
    return Ticks(positions, decimal_labels(multiples, exponent, numbers))


def log_ticks(lo: float, hi: float, most: int, numbers: NumberFormat = PLAIN) -> Ticks:
    """The ticks of a logarithmic axis: decades, or every k-th; within few decades 1-2-5, 1 to 9, or linear steps.

    The range should be positive; of one that isn't, the positive part has ticks.
    """
    lo, hi = max(float(lo), _SMALLEST), float(hi)
    if not is_range(lo, hi, most):
        return NO_TICKS
    decades = _decades(lo, hi)
    terms = _log_terms(lo, hi, decades, min(most, LABELS_CAP))
    ticks = Ticks(_positions(terms), power_labels(terms, numbers)) if terms else linear_ticks(lo, hi, most, numbers)
    between = _between(lo, hi, decades, every_decade=len(decades) <= min(most, LABELS_CAP))
    return Ticks(ticks.positions, ticks.labels, _unlabelled(between, ticks.positions))


def symlog_ticks(lo: float, hi: float, most: int, numbers: NumberFormat = PLAIN, linear_width: float = 1.0) -> Ticks:
    """The ticks of an axis that is linear within ±`linear_width` and logarithmic outside: 0 and decades either side.

    A range on one side is an ordinary logarithmic one; a range that hardly leaves the linear part has linear ticks.
    """
    lo, hi = float(lo), float(hi)
    if not is_range(lo, hi, most):
        return NO_TICKS
    width = float(linear_width) if 0 < linear_width < math.inf else 1.0
    if lo >= width:
        return log_ticks(lo, hi, most, numbers)
    if hi <= -width:
        return _mirrored(log_ticks(-hi, -lo, most, numbers))
    above = _decades(width, hi) if hi > width else range(0)
    below = _decades(width, -lo) if -lo > width else range(0)
    has_zero = lo <= 0 <= hi
    if max(-lo, hi) < 10 * width or len(above) + len(below) + has_zero < min(3, most):
        return linear_ticks(lo, hi, most, numbers)
    terms = _symmetric_terms(below, above, has_zero, min(most, LABELS_CAP))
    positions = _positions(terms)
    kept = {exponent for mantissa, exponent in terms if mantissa}
    every_decade = kept.issuperset(above) and kept.issuperset(below)
    outward = _between(width, hi, above, every_decade) if hi > width else ()
    inward = _between(width, -lo, below, every_decade) if -lo > width else ()
    minor = _unlabelled((*(-value for value in reversed(inward)), *outward), positions)
    return Ticks(positions, power_labels(terms, numbers), minor)


def is_range(lo: float, hi: float, most: int) -> bool:
    """Whether ticks can stand on [lo, hi] at all (a NaN compares as false)."""
    return -math.inf < lo < hi < math.inf and most >= 1


def number(multiple: int, exponent: int) -> float:
    """The float nearest to `multiple * 10**exponent`; never -0.0."""
    # Division of integers is correctly rounded, whatever their size; a product with 10.0**exponent is not.
    return float(multiple * 10**exponent) if exponent >= 0 else multiple / 10**-exponent


def exact_ticks(lo: float, hi: float, most: int, mantissas: Mantissas = _NICE) -> tuple[Sequence[int], int]:
    """At most `most` ticks within [lo, hi] as `(multiples, exponent)`: each is a multiple times 10**exponent.

    The finest step that fits is chosen. Where it leaves fewer than two (two were asked for), the next finer step is
    thinned instead, and where floats are too coarse for that, the range's ends are the ticks.
    """
    most = min(most, LABELS_CAP)
    low, high = _decimal(lo), _decimal(hi)
    finer: tuple[Sequence[int], int] = ((), 0)
    chosen = finer
    for digits, exponent in _steps(lo, hi, most, mantissas):
        first, last = -_quotient((-low[0], low[1]), digits, exponent), _quotient(high, digits, exponent)
        count = last - first + 1
        if count > most:
            stride = -(-count // most)
            finer = range(first * digits, last * digits + 1, stride * digits), exponent
            continue
        chosen = range(first * digits, last * digits + 1, digits), exponent
        if _is_resolved(*chosen):
            break
    if len(chosen[0]) >= min(2, most):
        return chosen
    if finer[0] and _is_resolved(*finer):
        return finer
    return _ends(low, high, most)


def _steps(lo: float, hi: float, most: int, mantissas: Mantissas) -> Iterator[tuple[int, int]]:
    """Steps from one that is surely too fine, upwards; it ends only when its reader does, at one wider than the range.

    Any step up to range / (most + 1) makes more than `most` ticks, so the search begins in that quantity's decade.
    """
    shortest = max(hi / (most + 1) - lo / (most + 1), _SMALLEST)
    decade = math.floor(math.log10(shortest))
    while True:
        for digits, exponent in mantissas:
            yield digits, decade + exponent
        decade += 1


def _decimal(value: float) -> tuple[int, int]:
    """The shortest decimal that names the float, as (digits, exponent): 0.1 is (1, -1), not 0.1000000000000000055."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    return int(whole + fraction), int(exponent or 0) - len(fraction)


def _quotient(value: tuple[int, int], digits: int, exponent: int) -> int:
    """How many whole steps of digits * 10**exponent there are up to `value`, rounded down."""
    shift = value[1] - exponent
    return int(value[0] * 10**shift // digits) if shift >= 0 else int(value[0] // (digits * 10**-shift))


def _is_resolved(multiples: Sequence[int], exponent: int) -> bool:
    """Whether floats can tell the ticks apart, and their labels need no more digits than a float has."""
    if not multiples:
        return True
    if max(abs(multiples[0]), abs(multiples[-1])) >= _SIGNIFICANT:
        shortened, _ = without_common_zeros(multiples, exponent)
        if max(abs(shortened[0]), abs(shortened[-1])) >= _SIGNIFICANT:
            return False
    positions = [number(multiple, exponent) for multiple in multiples]
    return all(before < after for before, after in pairwise(positions))


def _ends(low: tuple[int, int], high: tuple[int, int], most: int) -> tuple[Sequence[int], int]:
    exponent = min(low[1], high[1])
    ends = [digits * 10 ** (power - exponent) for digits, power in (low, high)]
    return ends[:most], exponent


def _decades(lo: float, hi: float) -> range:
    """The exponents of the powers of ten within [lo, hi], both positive."""
    first, last = _floor_log10(lo), _floor_log10(hi)
    return range(first if number(1, first) >= lo else first + 1, last + 1)


def _floor_log10(value: float) -> int:
    # Counting digits is exact; math.log10 is off by one just below some powers of ten.
    digits, exponent = _decimal(value)
    return len(str(digits)) - 1 + exponent


def _log_terms(lo: float, hi: float, decades: range, most: int) -> list[tuple[int, int]]:
    """The labelled ticks of a logarithmic axis as (mantissa, exponent); none where only linear steps will do."""
    if len(decades) >= min(3, most):
        return [(1, exponent) for exponent in _thinned(decades, most)]
    # Three labels show that an axis is logarithmic, two don't; so two are taken only when nothing shows three.
    for mantissas, enough in ((_ONE_TWO_FIVE, 3), ((1,), 2), (_ONE_TO_NINE, 2), (_ONE_TWO_FIVE, 2)):
        terms = _terms(lo, hi, mantissas)
        if min(enough, most) <= len(terms) <= most:
            return terms
    return []


def _thinned(decades: range, most: int) -> Sequence[int]:
    """Every k-th exponent, from the multiples of k, with the smallest k that leaves at most `most`."""
    first, last = decades[0], decades[-1]
    k = max(1, (last - first) // (most + 1))
    while last // k + -first // k + 1 > most:
        k += 1
    kept = range(-(-first // k) * k, last + 1, k)
    return kept if len(kept) >= min(2, most) else (first, last)[:most]


def _terms(lo: float, hi: float, mantissas: Sequence[int]) -> list[tuple[int, int]]:
    """The mantissas' multiples of every power of ten within [lo, hi], both positive, ascending."""
    terms: list[tuple[int, int]] = []
    before = 0.0
    for exponent in range(_floor_log10(lo), _floor_log10(hi) + 1):
        for mantissa in mantissas:
            value = number(mantissa, exponent)
            # Among the very smallest floats, 5 and 6 times a power of ten are the same one.
            if lo <= value <= hi and value > before:
                terms.append((mantissa, exponent))
                before = value
    return terms


def _symmetric_terms(below: range, above: range, has_zero: bool, most: int) -> list[tuple[int, int]]:
    """Zero and the decades either side, thinned from the largest inwards so that both sides keep the same ones."""
    top = max(below.stop, above.stop) - 1
    zero = [(0, 0)] if has_zero else []
    total = len(below) + len(above)
    for stride in range(max(1, total // (most + 2)), total + 1):
        negative = [(-1, exponent) for exponent in reversed(below) if (top - exponent) % stride == 0]
        positive = [(1, exponent) for exponent in above if (top - exponent) % stride == 0]
        terms = negative + zero + positive
        if len(terms) <= most:
            return terms
    if most == 1:
        return zero or terms[-1:]
    return [terms[0], terms[-1]]


def _positions(terms: Sequence[tuple[int, int]]) -> tuple[float, ...]:
    return tuple(number(mantissa, exponent) for mantissa, exponent in terms)


def _between(lo: float, hi: float, decades: range, every_decade: bool) -> tuple[float, ...]:
    """Where minor ticks may be within [lo, hi]: 1 to 9 times labelled decades, else at the decades themselves."""
    if every_decade and len(decades) <= _DECADES_WITH_MINORS:
        return _positions(_terms(lo, hi, _ONE_TO_NINE))
    return _positions([(1, exponent) for exponent in decades]) if len(decades) <= _MINORS_CAP else ()


def _unlabelled(values: Sequence[float], positions: Sequence[float]) -> tuple[float, ...]:
    labelled = frozenset(positions)
    return tuple(value for value in values if value not in labelled)


def _mirrored(ticks: Ticks) -> Ticks:
    return Ticks(
        tuple(-position for position in reversed(ticks.positions)),
        # Rounded to fixed decimals a label may be 0.00, which has no sign.
        tuple(MINUS + label if label.strip("0.%") else label for label in reversed(ticks.labels)),
        tuple(-position for position in reversed(ticks.minor)),
    )
