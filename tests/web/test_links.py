"""A chart as a link: the same picture as the body's, and refusals that name the parameter."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

from tests.web.shapes import problem

SIZE = {"width": 240, "height": 160}


def packed(body: object, padding: bool = False) -> str:
    text = base64.urlsafe_b64encode(json.dumps(body).encode()).decode()
    return text if padding else text.rstrip("=")


CHARTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"y": [1, 2, 3]}, [("y", "1,2,3")]),
    ({"x": [1, 2, 4], "y": [1, None, -3e2]}, [("x", "1,2,4"), ("y", "1,,-3e2")]),
    ({"x": ["a", "b"], "y": [1, 2], "kind": "bar"}, [("x", "a,b"), ("y", " 1, 2 "), ("kind", "bar")]),
    ({"x": ["2026-01-31", "2026-02-01"], "y": [1, 2]}, [("x", "2026-01-31,2026-02-01"), ("y", "1,2")]),
    ({"series": [{"y": [1, 2], "name": "a"}, {"y": [3, 4]}]}, [("y", "1,2"), ("y", "3,4"), ("name", "a")]),
    (
        {"y": [1, 2], "title": "财务 & 50% + ü", "x_label": "a,b", "style": "dark", "dpr": 2},
        [("y", "1,2"), ("title", "财务 & 50% + ü"), ("x_label", "a,b"), ("style", "dark"), ("dpr", "2.0")],
    ),
    (
        {"y": [1, 10], "y_scale": "log", "y_limits": [None, 100]},
        [("y", "1,10"), ("y_scale", "log"), ("y_limits", ",100")],
    ),
    ({"series": [{"y": [1], "name": "a"}], "legend": False}, [("y", "1"), ("name", "a"), ("legend", "false")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "parameters"), CHARTS, ids=[str(body)[:50] for body, _ in CHARTS])
def test_both_links_draw_the_bodys_picture(
    client: FlaskClient, body: dict[str, Any], parameters: list[tuple[str, str]]
) -> None:
    post = client.post("/plot", json={**SIZE, **body})
    link = client.get("/plot?" + urlencode([*parameters, *SIZE.items()]))
    whole = client.get("/plot?spec=" + packed({**SIZE, **body}))
    with_padding = client.get("/plot?spec=" + quote(packed({**SIZE, **body}, padding=True)))
    assert post.status_code == 200, post.data
    assert link.data == whole.data == with_padding.data == post.data
    assert link.headers["ETag"] == whole.headers["ETag"] == post.headers["ETag"]


@pytest.mark.parametrize(
    ("query", "status", "path", "words"),
    [
        ("", 422, "y", "no data"),
        ("y=", 200, None, ""),
        ("y=a", 422, "y[0]", 'expected a number, got "a"'),
        ("y=1,nan", 422, "y[1]", 'got "nan"'),
        ("y=inf", 422, "y[0]", 'got "inf"'),
        ("y=1_000", 422, "y[0]", 'got "1_000"'),
        ("x=1&y=1,2", 422, "y", "2 values, but x has 1"),
        ("y=1&y=2&name=a&name=b&name=c", 422, "name", "3 names for 2 series"),
        ("y=1&title=a&title=b", 422, "title", "given 2 times"),
        ("y=1&kind=pie3d", 422, "kind", '"pie3d" is not allowed'),
        ("y=1&width=wide", 422, "width", 'expected a whole number or null, got "wide"'),
        ("y=1&widht=300", 422, "widht", "did you mean width?"),
        ("y=1&z=1", 422, "z", "POST /plot"),
        ("y=1&series=1", 422, "series", "POST /plot"),
        ("y=1&%ff=1", 422, "%FF", "no such key"),
        ("spec=", 400, None, "empty"),
        ("spec=!!", 400, "spec", "base64url"),
        ("spec=e", 400, "spec", "base64url"),
        ("spec=%00", 400, "spec", "base64url"),
        ("spec=%E8%B4%A2", 400, "spec", "base64url"),
        ("spec=e30", 422, "y", "no data"),
        ("spec=W10", 422, None, "expected an object, got []"),
        ("spec=e30&y=1", 422, "y", "stands beside spec"),
        ("spec=e30&spec=e30", 422, "spec", "given 2 times"),
        ("y=1&style=nobodys", 404, "style", "there are colorblind"),
        ("y=1&style=..%2Fx", 422, "style", "matching"),
    ],
)
def test_a_bad_link_is_refused_with_its_parameter(
    client: FlaskClient, query: str, status: int, path: str | None, words: str
) -> None:
    response = client.get("/plot?" + query)
    if status == 200:
        assert response.status_code == 200
    else:
        assert words in problem(response, status, path)["detail"]
