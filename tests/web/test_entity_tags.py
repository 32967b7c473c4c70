"""What a cache and a browser may keep, and how they ask whether it still holds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

CHART = {"x": [1, 2, 3], "y": [4, None, 6], "width": 200, "height": 120}
LINK = "/plot?x=1,2,3&y=4,,6&width=200&height=120"


def tag(client: FlaskClient, **changes: object) -> str:
    response = client.post("/plot", json={**CHART, **changes})
    assert response.status_code == 200, response.data
    return response.headers["ETag"]


def restyle(folder: Path, document: str) -> None:
    """Put another document under the same index."""
    before = (folder / "default.json").stat()
    (folder / "default.json").write_text(document)
    os.utime(folder / "default.json", ns=(before.st_atime_ns, before.st_mtime_ns))


def test_an_entity_tag_is_quoted_strong_and_starts_with_the_index(client: FlaskClient) -> None:
    response = client.post("/plot", json=CHART)
    index = response.headers["Limn-Style"].removeprefix("default@")
    assert re.fullmatch(rf'"{index}-[0-9a-f]{{24}}"', response.headers["ETag"])


@pytest.mark.parametrize(
    "change",
    [
        {"y": [4, None, 7]},
        {"y": [4, 5, 6]},
        {"x": [1, 2, 4]},
        {"kind": "bar"},
        {"title": "T"},
        {"style": "dark"},
        {"width": 201},
        {"dpr": 2},
        {"legend": True},
    ],
    ids=str,
)
def test_another_body_has_another_tag(client: FlaskClient, change: dict[str, object]) -> None:
    assert tag(client, **change) != tag(client)


def test_the_same_chart_written_otherwise_has_the_same_tag(client: FlaskClient) -> None:
    otherwise = b'{"kind": "line", "title": null,\n"height":120,"width":200,"y":[4.0,null,6e0],"x":[1,2,3]}'
    assert client.post("/plot", data=otherwise).headers["ETag"] == tag(client)


def test_the_default_dpr_spelled_out_has_the_same_tag(client: FlaskClient) -> None:
    assert tag(client, dpr=1.0) == tag(client, dpr=1) == tag(client)


def test_another_style_under_the_same_index_has_another_tag(start: Callable[..., FlaskClient], styles: Path) -> None:
    client = start(LIMN_STYLES=str(styles))
    before = client.get(LINK)
    restyle(styles, '{"title": {"color": "#302010"}}')
    after = client.get(LINK, headers={"If-None-Match": before.headers["ETag"]})
    assert after.headers["Limn-Style"] == before.headers["Limn-Style"]
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_later_version_of_the_same_style_has_another_tag(start: Callable[..., FlaskClient], styles: Path) -> None:
    client = start(LIMN_STYLES=str(styles))
    before = tag(client)
    os.utime(styles / "default.json", (1, 1))
    assert tag(client).startswith('"1000-')
    assert tag(client).split("-")[1] == before.split("-")[1]


def test_another_renderer_has_another_tag(
    client: FlaskClient, start: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.__version__", "9.9.9")
    assert tag(start()) != tag(client)


@pytest.mark.parametrize("ask", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_the_chart_is_told_so(client: FlaskClient, method: str, ask: str) -> None:
    known = client.get(LINK).headers["ETag"]
    response = client.open(LINK, method=method, headers={"If-None-Match": ask.format(tag=known)})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == known
    assert response.headers["Cache-Control"] == "public, max-age=0, stale-if-error=86400"
    assert response.headers["Cache-Status"] == "limn; hit"
    assert response.headers["Limn-Style"].startswith("default@")
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("ask", ['"other"', "", "{bare}"])
def test_who_has_another_chart_gets_this_one(client: FlaskClient, ask: str) -> None:
    known = client.get(LINK).headers["ETag"]
    response = client.get(LINK, headers={"If-None-Match": ask.format(bare=known.strip('"')[:-1])})
    assert response.status_code == 200
    assert response.data[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_post_is_answered_in_full_with_its_tag(client: FlaskClient) -> None:
    known = tag(client)
    for ask in (known, "*"):
        response = client.post("/plot", json=CHART, headers={"If-None-Match": ask})
        assert (response.status_code, response.headers["ETag"]) == (200, known)
        assert response.data[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_304_costs_no_place_in_the_drawing_queue(
    start: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = start()
    known = client.get(LINK).headers["ETag"]
    monkeypatch.setattr("app.flows.queue.DrawingQueue.place", lambda _: pytest.fail("a place was taken"))
    assert client.get(LINK, headers={"If-None-Match": known}).status_code == 304


@pytest.mark.parametrize("link", [LINK, "/styles/default.png?width=200"])
def test_a_chart_is_asked_for_again_at_each_use(client: FlaskClient, link: str) -> None:
    response = client.get(link)
    assert response.headers["Cache-Control"] == "public, max-age=0, stale-if-error=86400"
    assert response.headers["Cache-Status"] == "limn; fwd=miss"
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_head_says_what_get_would(client: FlaskClient) -> None:
    get, head = client.get(LINK), client.head(LINK)
    assert head.status_code == 200
    assert head.data == b""
    assert dict(head.headers) == dict(get.headers)


def test_a_style_may_not_be_kept_by_an_index_alone(client: FlaskClient) -> None:
    first = client.get("/styles")
    assert re.fullmatch(r'"[0-9a-f]{24}"', first.headers["ETag"])
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/styles", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
