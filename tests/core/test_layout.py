"""The layout of the picture: nothing cut off, nothing covered, whatever the chart and the size.

The properties are checked on random charts, with the letters measured as they will be drawn; the examples after them
say what is done where room is scarce.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from app.core.errors import Refusal
from app.core.style import merge
from app.draw.picture import rasterise
from tests.core.geometry import depth, faults, of_box
from tests.core.random_charts import Case, cases
from tests.draw import drawing
from tests.draw.drawing import Laid, laid

ALL_STYLES = sorted(path.stem for path in drawing.STYLES.glob("*.json"))
FUZZ_CASES = int(os.environ.get("LIMN_FUZZ_CASES", "2000"))


def examples(count: int, derandomize: bool) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=derandomize,
        # Shrinking a chart of fifty series takes minutes; the case as it is says enough.
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def laid_case(case: Case) -> Laid | None:
    """The layout of a random case; None where its data are refused."""
    style = merge(drawing.embedded(case.style), case.changes)
    try:
        return laid(case.body, style, case.size, case.dpr)
    except Refusal:
        return None


def covered_by_legend(one: Laid) -> int:
    """How many pixels of data lie under a legend inside the axes."""
    legend = one.layout.legend
    if legend is None or depth(of_box(one.layout.box), of_box(legend.box)) <= 0:
        return 0
    bare = replace(one.layout, legend=None, texts=())
    # What differs between the data in red and the same in green is data.
    red, green = (
        rasterise(one.chart, bare, one.style, [color] * len(one.chart.marks), one.metrics)
        for color in ((1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0))
    )
    return int(drawing.within(drawing.changed(red, green), legend.box).sum())


def check(case: Case) -> None:
    one = laid_case(case)
    if one is None:
        return
    assert (one.layout.width, one.layout.height) == case.size
    assert faults(one.layout, one.ink) == []
    assert covered_by_legend(one) == 0
    again = laid_case(case)
    assert again is not None
    assert again.layout == one.layout, "the same chart was laid out in two ways"


@examples(80, derandomize=True)
@given(cases(ALL_STYLES))
def test_nothing_is_cut_off_or_covered_in_random_charts(case: Case) -> None:
    check(case)


@pytest.mark.fuzz
@pytest.mark.timeout(0)
@examples(FUZZ_CASES, derandomize=False)
@given(cases(ALL_STYLES))
def test_nothing_is_cut_off_or_covered_in_many_random_charts(case: Case) -> None:
    check(case)
