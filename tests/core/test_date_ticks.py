"""Ticks of dates: what a designer would choose, and that any label, read back with its context, is its tick."""

from __future__ import annotations

import itertools
import math
import os
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.core.date_ticks import date_ticks, ticks_at
from app.core.ticks import LABELS_CAP, Ticks

FUZZ_CASES = int(os.environ.get("LIMN_FUZZ_CASES", "2000"))
few = settings(deadline=None, max_examples=100)

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DAY = 86_400
EARLIEST, LATEST = -62_135_596_800, 253_402_300_800

Range = tuple[float, float]


def at(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 moment, by NumPy's calendar instead of ours."""
    return float(np.datetime64(text, "ms").astype(np.int64)) / 1000


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    """A range within the years 1 to 9999, from some floats wide to all of them, often beginning on a whole unit."""
    unit = draw(st.sampled_from([1e-6, 0.001, 1, 60, 3600, DAY, 30 * DAY, 366 * DAY, 36_525 * DAY]))
    lo = draw(st.floats(EARLIEST, LATEST - 1) | st.integers(-(10**9), 4 * 10**9).map(float))
    width = draw(st.floats(0.01, 200) | st.integers(1, 100)) * unit
    if draw(st.booleans()):
        lo = lo // unit * unit
    hi = min(lo + width, float(LATEST - 1))
    assume(EARLIEST <= lo < hi)
    return lo, hi


def moment(line: str, context: str) -> Fraction:
    """The second since 1970 that a label and its context name, read as a person would."""
    clock = re.search(r"(\d\d):(\d\d)(?::(\d\d))?", f"{line} {context}")
    fraction = re.search(r"\.\d+", line)
    day = re.search(r"([A-Z][a-z]{2}) (\d+)", context if "," in context else line)
    year = context.split(", ")[1] if "," in context else context or line
    month = day[1] if day else line if line in MONTHS else "Jan"
    date = np.datetime64(f"{int(year):04d}-{MONTHS.index(month) + 1:02d}-{int(day[2]) if day else 1:02d}", "s")
    hours, minutes, seconds = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    second = int(date.astype(np.int64)) + hours * 3600 + minutes * 60 + seconds
    return second + Fraction(fraction[0] if fraction else 0)


def read(ticks: Ticks) -> list[float]:
    """The moments that the labels name; a label without a second line has the context of the one before."""
    context = ""
    moments = []
    for label in ticks.labels:
        line, *second = label.split("\n")
        assert second != [context], "a context is repeated"
        context = second[0] if second else context
        moments.append(float(moment(line, context)))
    return moments


def check(ticks: Ticks, lo: float, hi: float, most: int) -> None:
    """What holds for any axis of dates: above all, a tick is exactly on the boundary that its label names."""
    assert min(2, most) <= len(ticks.positions) <= most
    assert all(lo <= position <= hi for position in ticks.positions)
    assert all(before < after for before, after in itertools.pairwise(ticks.positions))
    assert read(ticks) == list(ticks.positions)


@pytest.mark.parametrize(
    ("lo", "hi", "most", "labels"),
    [
        ("2026-11-15T14:30", "2026-11-15T14:30:00.001", 3, ".000000/Nov 15, 2026, 14:30:00 .000500 .001000"),
        ("2026-11-15T14:30", "2026-11-15T14:30:00.900", 4, ".000/Nov 15, 2026, 14:30:00 .500"),
        (
            "2026-11-15T14:30:00.100",
            "2026-11-15T14:30:01.600",
            3,
            "14:30:00.500/Nov 15, 2026 14:30:01.000 14:30:01.500",
        ),
        ("2026-11-15T14:30", "2026-11-15T14:31", 5, "14:30:00/Nov 15, 2026 14:30:15 14:30:30 14:30:45 14:31:00"),
        ("2026-11-15T14:00", "2026-11-15T15:00", 5, "14:00/Nov 15, 2026 14:15 14:30 14:45 15:00"),
        ("2026-11-15", "2026-11-16", 8, "00:00/Nov 15, 2026 06:00 12:00 18:00 00:00/Nov 16, 2026"),
        ("2026-11-15", "2026-11-22", 8, "Nov 15/2026 Nov 16 Nov 17 Nov 18 Nov 19 Nov 20 Nov 21 Nov 22"),
        ("2026-11-15", "2026-11-22", 4, "Nov 15/2026 Nov 17 Nov 19 Nov 21"),
        ("2026-11-01", "2026-12-01", 8, "Nov 1/2026 Nov 5 Nov 9 Nov 13 Nov 17 Nov 21 Nov 25 Dec 1"),
        ("2026-11-01", "2026-12-01", 6, "Nov 2/2026 Nov 9 Nov 16 Nov 23 Nov 30"),
        ("2026-12-15", "2027-01-20", 4, "Dec 21/2026 Jan 4/2027 Jan 18"),
        ("2026-01-29", "2026-02-04", 4, "Jan 29/2026 Feb 1 Feb 3"),
        ("2026-01-25T12:00", "2026-02-04T12:00", 1, "Feb 1/2026"),
        ("1900-02-20", "1900-03-06", 8, "Feb 21/1900 Feb 23 Feb 25 Feb 27 Mar 1 Mar 3 Mar 5"),
        ("2000-02-20", "2000-03-06", 8, "Feb 21/2000 Feb 23 Feb 25 Feb 27 Mar 1 Mar 3 Mar 5"),
        ("2025-11-15", "2027-01-15", 8, "Jan/2026 Mar May Jul Sep Nov Jan/2027"),
        ("2025-11-15", "2027-01-15", 5, "Jan/2026 Apr Jul Oct Jan/2027"),
        ("1926-01-01", "2026-01-01", 8, "1940 1960 1980 2000 2020"),
        ("2006-01-01", "2014-01-01", 4, "2006 2010 2014"),
        ("2011-01-01", "2014-01-01", 1, "2012"),
        ("0001-01-01", "9999-12-31", 10, "1000 2000 3000 4000 5000 6000 7000 8000 9000"),
        ("0001-01-01", "0003-01-01", 3, "1 2 3"),
        ("9999-11-30", "9999-12-31T23:59:59", 2, "Dec 13/9999 Dec 27"),
    ],
)
def test_date_ticks_are_those_a_designer_would_choose(lo: str, hi: str, most: int, labels: str) -> None:
    # A slash stands for the newline.
    chosen = " ".join(date_ticks(at(lo), at(hi), most).labels).replace("\n", "/")
    assert chosen == labels


def test_weeks_start_on_monday() -> None:
    mondays = date_ticks(at("2026-11-01"), at("2026-12-01"), 6).positions
    assert {(np.datetime64(int(second), "s").astype("M8[D]").astype(int) + 3) % 7 for second in mondays} == {0}


def test_days_of_a_month_keep_their_distance_where_the_next_begins() -> None:
    for most in (6, 7, 8, 9, 12, 15, 18, 20):
        positions = date_ticks(at("2024-01-20"), at("2024-03-10"), most).positions
        gaps = [(after - before) / DAY for before, after in itertools.pairwise(positions)]
        assert min(gaps) in (1, 2, 4, 7, 14)


def test_a_second_line_appears_only_where_the_context_changes() -> None:
    labels = date_ticks(at("2026-12-30T12:00"), at("2027-01-02T12:00"), 7).labels
    assert [label.partition("\n")[2] for label in labels] == [
        "Dec 30, 2026",
        "Dec 31, 2026",
        "",
        "Jan 1, 2027",
        "",
        "Jan 2, 2027",
        "",
    ]


@pytest.mark.parametrize(
    ("lo", "hi", "most"),
    [(1, 1, 5), (2, 1, 5), (math.nan, 1, 5), (0, math.nan, 5), (0, 1, 0), (1e12, 1e300, 5), (-1e300, -1e12, 5)],
)
def test_a_range_without_dates_has_no_ticks(lo: float, hi: float, most: int) -> None:
    assert date_ticks(lo, hi, most) == Ticks((), ())


def test_ticks_end_where_the_calendar_does() -> None:
    assert date_ticks(-1e300, 1e300, 5).labels == ("2000", "4000", "6000", "8000")


def test_no_request_makes_endless_ticks() -> None:
    assert len(date_ticks(EARLIEST, LATEST, 10**12).positions) <= LABELS_CAP


@few
@given(ranges(), st.integers(1, 20))
@example((LATEST - 1e-4, LATEST - 5e-5), 9)
@example((EARLIEST, EARLIEST + 1e-4), 9)
@example((0.3, 1.8), 2)
@example((0.0, 5e-324), 9)
def test_a_label_names_the_boundary_its_tick_stands_on(ends: Range, most: int) -> None:
    check(date_ticks(*ends, most), *ends, most)


@pytest.mark.fuzz
@settings(deadline=None, max_examples=FUZZ_CASES)
@given(ranges(), st.integers(1, 30))
def test_labels_name_their_boundaries_in_very_many_ranges(ends: Range, most: int) -> None:
    check(date_ticks(*ends, most), *ends, most)


@few
@given(st.lists(st.integers(EARLIEST, LATEST - 1), min_size=1, max_size=12, unique=True).map(sorted))
def test_given_moments_are_named_to_the_unit_that_tells_them(moments: list[int]) -> None:
    ticks = ticks_at([float(moment) for moment in moments])
    assert ticks.positions == tuple(moments)
    assert read(ticks) == moments
