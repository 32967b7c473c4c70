"""Where the ticks of a time axis stand, and what they say in two lines.

A tick stands exactly on a boundary people know: a quarter of an hour, a Monday, the first of a month. The table of
steps and the choice of the finest that fits follow d3-time's `ticks`; the two lines follow Observable Plot's time
axis: the first line is the tick's own unit, the second its context, given at the first tick and where it changes.

Calendars are counted in integers (`date.fromordinal` covers precisely the years 1 to 9999), never with strftime: that
would speak the machine's language, and pads small years as its C library pleases. Everything is UTC.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from app.core.number_format import without_common_zeros
from app.core.ticks import LABELS_CAP, NO_TICKS, Mantissas, Ticks, exact_ticks, is_range, number

_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
# 0001-01-01 00:00:00 and the last float before the year 10000.
_EARLIEST = float((1 - _EPOCH) * _DAY)
_LATEST = math.nextafter(float((date.max.toordinal() + 1 - _EPOCH) * _DAY), 0.0)
# 1970-01-05, counted in days from the epoch, was a Monday.
_MONDAY = 4
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Fractions of a second go 1-2-5: a step of 2.5 ms is nice on a ruler, not on a clock.
_DECIMAL_STEPS: Mantissas = ((1, 0), (2, 0), (5, 0))


class _Step(NamedTuple):
    """A step of time: every `every` units. `longest` is the widest gap it leaves, in seconds."""

    unit: str
    every: int
    longest: int


# For days, the widest gap is where a month ends: 25 to 1 in steps of four. A year has up to 366 days.
_STEPS = (
    *(_Step("second", n, n) for n in (1, 2, 5, 10, 15, 30)),
    *(_Step("minute", n * 60, n * 60) for n in (1, 2, 5, 10, 15, 30)),
    *(_Step("minute", n * 3600, n * 3600) for n in (1, 2, 3, 6, 12)),
    *(_Step("day", n, longest * _DAY) for n, longest in ((1, 1), (2, 3), (4, 7))),
    *(_Step("week", n, n * 7 * _DAY) for n in (1, 2)),
    *(_Step("month", n, longest * _DAY) for n, longest in ((1, 31), (2, 62), (3, 92), (6, 184))),
    *(_Step("year", n, n * 366 * _DAY) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)),
)


def date_ticks(lo: float, hi: float, most: int) -> Ticks:
    """The ticks of the finest step of time that makes at most `most` of them within [lo, hi].

    `lo` and `hi` are seconds since 1970-01-01 UTC in the proleptic Gregorian calendar; only the years 1 to 9999 have
    ticks. A label may hold a newline, then its context.
    """
    lo, hi = max(float(lo), _EARLIEST), min(float(hi), _LATEST)
    if not is_range(lo, hi, most):
        return NO_TICKS
    most = min(most, LABELS_CAP)
    # With fewer whole seconds than this in the range, a fraction of a second may be the step.
    if hi - lo < most + 2:
        multiples, exponent = without_common_zeros(*exact_ticks(lo, hi, most, _DECIMAL_STEPS))
        if exponent < 0:
            positions = tuple(number(multiple, exponent) for multiple in multiples)
            return Ticks(positions, _fraction_labels(multiples, exponent))
    unit, boundaries = _boundaries(lo, hi, most)
    return Ticks(tuple(map(float, boundaries)), _labels(unit, boundaries))


def ticks_at(moments: Sequence[float]) -> Ticks:
    """Ticks at given moments (seconds since 1970-01-01 UTC, ascending), named in the coarsest unit that tells them."""
    whole = [math.floor(moment) for moment in moments]
    if any(second % _DAY for second in whole):
        unit = "second" if any(second % 60 for second in whole) else "minute"
        return Ticks(tuple(moments), _labels(unit, whole))
    days = [date.fromordinal(second // _DAY + _EPOCH) for second in whole]
    unit = "day"
    if all(day.day == 1 for day in days):
        unit = "year" if all(day.month == 1 for day in days) and len(days) > 1 else "month"
    return Ticks(tuple(moments), _labels(unit, whole))


def _boundaries(lo: float, hi: float, most: int) -> tuple[str, Sequence[int]]:
    """The unit of the ticks, and where they are, in whole seconds."""
    first, last = math.ceil(lo), math.floor(hi)
    span = hi - lo
    finer = _STEPS[0]
    for step in _STEPS:
        # So many gaps at their widest still leave more than `most` ticks: no need to count them.
        if step.longest * (most + 1) > span:
            found = _multiples(step, first, last)
            if len(found) <= most:
                break
        finer = step
    if len(found) >= min(2, most):
        return step.unit, found
    # The step is too coarse for two ticks, as for 2006 to 2014 in fives: take every other one, or so, of the finer.
    found = _multiples(finer, first, last)
    return finer.unit, found[:: max(1, -(-len(found) // most))]


def _multiples(step: _Step, first: int, last: int) -> Sequence[int]:
    """The boundaries of a step within [first, last], in seconds."""
    unit, every, _ = step
    if unit in ("second", "minute"):
        return range(-(-first // every) * every, last + 1, every)
    if unit == "week":
        week = 7 * every * _DAY
        start = first + (_MONDAY * _DAY - first) % week
        return range(start, last + 1, week)
    if unit == "day":
        return _month_days(every, first, last)
    return _months(every if unit == "month" else 12 * every, first, last)


def _month_days(every: int, first: int, last: int) -> Sequence[int]:
    """Days counted from the first of each month; one that comes too close to the next month's first is left out."""
    if every == 1:
        return range(-(-first // _DAY) * _DAY, last + 1, _DAY)
    found = []
    day = date.fromordinal(first // _DAY + _EPOCH)
    # The day before the month's first, so that the days of a month count from 1.
    start = (first // _DAY - day.day) * _DAY
    month = day.year * 12 + day.month - 1
    while start < last:
        length = _month_length(month)
        for day_of_month in range(1, length + 2 - every, every):
            second = start + day_of_month * _DAY
            if first <= second <= last:
                found.append(second)
        start += length * _DAY
        month += 1
    return found


def _month_length(month: int) -> int:
    year, index = divmod(month, 12)
    if index == 1:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if index in (3, 5, 8, 10) else 31


def _months(every: int, first: int, last: int) -> Sequence[int]:
    """The starts of months whose number, counted from January of the year 0, is a multiple of `every`."""
    earliest = _month_of(first)
    if _month_start(earliest) < first:
        earliest += 1
    return [_month_start(month) for month in range(-(-earliest // every) * every, _month_of(last) + 1, every)]


def _month_of(second: int) -> int:
    day = date.fromordinal(second // _DAY + _EPOCH)
    return day.year * 12 + day.month - 1


def _month_start(month: int) -> int:
    year, index = divmod(month, 12)
    return (date(year, index + 1, 1).toordinal() - _EPOCH) * _DAY


def _labels(unit: str, boundaries: Sequence[int]) -> tuple[str, ...]:
    if unit == "year":
        return tuple(str(date.fromordinal(second // _DAY + _EPOCH).year) for second in boundaries)
    lines = []
    for boundary in boundaries:
        day_number, second = divmod(boundary, _DAY)
        day = date.fromordinal(day_number + _EPOCH)
        if unit == "month":
            lines.append((_MONTHS[day.month - 1], str(day.year)))
        elif unit in ("day", "week"):
            lines.append((f"{_MONTHS[day.month - 1]} {day.day}", str(day.year)))
        else:
            clock = _clock(second)
            lines.append((clock if unit == "second" else clock[:5], _full_date(day)))
    return _in_context(lines)


def _fraction_labels(multiples: Sequence[int], exponent: int) -> tuple[str, ...]:
    """Labels of fractions of a second: ".250" while all are in one second, else the whole time of day."""
    # Milliseconds, microseconds, nanoseconds: people read fractions in threes.
    decimals = -(exponent // 3) * 3
    unit = 10**-exponent
    padding = 10 ** (decimals + exponent)
    in_one_second = multiples[0] // unit == multiples[-1] // unit
    lines = []
    for multiple in multiples:
        whole, fraction = divmod(multiple, unit)
        day_number, second = divmod(whole, _DAY)
        context, clock = _full_date(date.fromordinal(day_number + _EPOCH)), _clock(second)
        digits = f".{fraction * padding:0{decimals}d}"
        lines.append((digits, f"{context}, {clock}") if in_one_second else (clock + digits, context))
    return _in_context(lines)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _full_date(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _in_context(lines: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Each line with its context where that isn't the one of the tick before."""
    labels = []
    before = ""
    for line, context in lines:
        labels.append(line if context == before else f"{line}\n{context}")
        before = context
    return tuple(labels)
