"""Every limit is refused with what it is, what was asked, and the setting that raises it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.shapes import png_size, problem


@pytest.fixture(scope="module")
def strict(start: Callable[..., FlaskClient]) -> FlaskClient:
    """A service of small limits."""
    return start(
        LIMN_MAX_BODY="2000",
        LIMN_MAX_POINTS="10",
        LIMN_MAX_SERIES="3",
        LIMN_MAX_PIXELS="10000",
        LIMN_MAX_TEXT="20",
    )


@pytest.mark.parametrize(
    ("body", "path", "setting", "limit", "value"),
    [
        ({"y": [1] * 11}, "y", "LIMN_MAX_POINTS", 10, 11),
        ({"y": [None] * 11}, "y", "LIMN_MAX_POINTS", 10, 11),
        ({"series": [{"y": [1] * 6}, {"y": [1] * 6}]}, "series", "LIMN_MAX_POINTS", 10, 12),
        ({"kind": "heatmap", "z": [[1, 2, 3]] * 4}, "z", "LIMN_MAX_POINTS", 10, 12),
        ({"series": [{"y": [1]}] * 4}, "series", "LIMN_MAX_SERIES", 3, 4),
        ({"y": [1], "width": 101, "height": 100}, "width", "LIMN_MAX_PIXELS", 10_000, 10_100),
        ({"y": [1], "width": 60, "height": 60, "dpr": 2}, "width", "LIMN_MAX_PIXELS", 10_000, 14_400),
        ({"y": [1]}, "width", "LIMN_MAX_PIXELS", 10_000, 1_200 * 720),
        ({"y": [1], "width": 100_000, "height": 100_000}, "width", "LIMN_MAX_PIXELS", 10_000, 10**10),
    ],
    ids=lambda value: str(value)[:40],
)
def test_more_than_a_limit_is_413(
    strict: FlaskClient, body: dict[str, Any], path: str, setting: str, limit: int, value: int
) -> None:
    document = problem(strict.post("/plot", json=body), 413, path)
    assert (document["setting"], document["limit"], document["value"]) == (setting, limit, value)
    assert f"{value:,}" in document["detail"]
    assert f"at most {limit:,} are allowed ({setting})" in document["detail"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"y": [1], "title": "T" * 21}, "title"),
        ({"y": [1], "x_label": "财" * 21}, "x_label"),
        ({"series": [{"y": [1]}, {"y": [1], "name": "n" * 21}]}, "series[1].name"),
        ({"x": ["a", "b" * 21], "y": [1, 2]}, "x[1]"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_text_too_long_is_422_with_its_place(strict: FlaskClient, body: dict[str, Any], path: str) -> None:
    document = problem(strict.post("/plot", json=body), 422, path)
    assert (document["setting"], document["limit"], document["value"]) == ("LIMN_MAX_TEXT", 20, 21)


@pytest.mark.parametrize(
    "body",
    [
        {"y": [1] * 10},
        {"series": [{"y": [1, 2, 3]}] * 3},
        {"y": [1], "title": "T" * 20, "x_label": "财" * 20},
        {"kind": "heatmap", "z": [[1, 2, 3, 4, 5]] * 2},
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_limit_itself_is_allowed(strict: FlaskClient, body: dict[str, Any]) -> None:
    response = strict.post("/plot", json={**body, "width": 100, "height": 100})
    assert response.status_code == 200, response.data
    assert png_size(response.data) == (100, 100)


def test_a_body_too_large_is_413(strict: FlaskClient) -> None:
    body = b'{"y":[1],"width":64,"height":64}'
    assert strict.post("/plot", data=body.ljust(2_000)).status_code == 200
    document = problem(strict.post("/plot", data=body.ljust(2_001)), 413)
    assert (document["setting"], document["limit"], document["value"]) == ("LIMN_MAX_BODY", 2_000, 2_001)


def test_a_limit_on_pixels_holds_for_samples_and_links(start: Callable[..., FlaskClient]) -> None:
    client = start(LIMN_MAX_PIXELS="10000")
    for link in ("/styles/default.png?width=200", "/plot?y=1&width=200&height=200"):
        problem(client.get(link), 413, "width")
