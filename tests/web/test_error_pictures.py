"""`?errors=image`: an `<img>` shows nothing of a JSON answer, so it is given a picture of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core.errors import Busy
from tests.web.shapes import png_size, problem


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("y=a", 422),
        ("y=1&style=nobodys", 404),
        ("y=1&width=9999&height=9999", 413),
        ("spec=!!", 400),
        ("y=1&kind=" + "财" * 300, 422),
        ("y=1&kind=%00%1b%ff", 422),
    ],
)
def test_a_refusal_is_drawn_with_its_own_status_and_kept_by_nobody(
    client: FlaskClient, query: str, status: int
) -> None:
    response = client.get(f"/plot?errors=image&{query}")
    assert response.status_code == status
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert min(png_size(response.data)) >= 120


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("", (800, 450)),
        ("&width=300&height=200", (300, 200)),
        ("&width=1&height=99999", (120, 2_000)),
        ("&width=wide&height=-5", (800, 450)),
        ("&width=" + "9" * 5_000, (800, 450)),
    ],
)
def test_the_picture_has_the_asked_size_within_reason(client: FlaskClient, query: str, size: tuple[int, int]) -> None:
    assert png_size(client.get(f"/plot?errors=image&y=a{query}").data) == size


def test_a_post_may_ask_for_it_too(client: FlaskClient) -> None:
    response = client.post("/plot?errors=image", data=b"{")
    assert (response.status_code, response.headers["Content-Type"]) == (400, "image/png")


def test_a_chart_that_can_be_drawn_is_drawn(client: FlaskClient) -> None:
    asked = "/plot?y=1,2&width=64&height=64"
    assert client.get(asked + "&errors=image").data == client.get(asked).data


@pytest.mark.parametrize("value", ["json", "", "IMAGE"])
def test_any_other_value_is_refused_as_a_document(client: FlaskClient, value: str) -> None:
    problem(client.get(f"/plot?y=1&errors={value}"), 422, "errors")


def test_who_is_busy_draws_no_picture_of_it(start: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of no refusal: the picture of a bad body would need a place in the queue that there isn't."""

    def taken(_: object) -> None:
        raise Busy("all places are taken", retry_after=1)

    monkeypatch.setattr("app.flows.queue.DrawingQueue.place", taken)
    client = start()
    for query in ("y=1", "y=a"):
        response = client.get(f"/plot?errors=image&{query}")
        problem(response, 503)
        assert response.headers["Retry-After"] == "1"
