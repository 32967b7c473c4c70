"""Whatever is sent, the answer is a chart or a refusal that names the place; never a 500, never HTML."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.shapes import problem

BAD: list[tuple[bytes, int, str | None, str]] = [
    # Not JSON at all.
    (b"", 400, None, "the body is empty"),
    (b" \n ", 400, None, "the body is empty"),
    (b'{"y":[1,', 400, None, "not whole"),
    (b'{"y":[1,]}', 400, "y[1]", 'unexpected "]"'),
    (b'{"series":[{"y":[1]},{"y":[1 2]}]}', 400, "series[1].y[0]", 'unexpected "2"'),
    (b"{'y':[1]}", 400, None, "byte 1"),
    (b'{"y":[1]} x', 400, None, "follows the end"),
    (b'{"y":[01]}', 400, "y[0]", "not JSON at byte 7"),
    (b'{"y":[1,NaN]}', 400, "y[1]", "NaN is not JSON; a gap is null"),
    (b'{"y":[Infinity]}', 400, "y[0]", "Infinity is not JSON"),
    (b'{"series":[{"y":[1,2,-Infinity]}]}', 400, "series[0].y[2]", "Infinity is not JSON"),
    (b"x=1&y=2", 400, None, "not JSON at byte 0"),
    # Not UTF-8.
    (b"\xff\xfe", 400, None, "not JSON at byte 0"),
    ('{"y":[1]}'.encode("utf-16"), 400, None, "not JSON"),
    (b'{"y":[1],"title":"caf\xe9"}', 400, "title", "UTF-8"),
    # A tree.
    (b"[" * 100_000, 422, None, "expected an object"),
    (b'{"y":' + b"[" * 100_000, 422, "y[0]", "expected a number"),
    (b'{"a":' * 100_000, 422, "a", "no such key"),
    (b'{"z":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 422, "z[0][0]", "expected a number or null"),
    # JSON, but no chart.
    (b"[1,2]", 422, None, "expected an object, got [1, 2]"),
    (b"null", 422, None, "expected an object"),
    (b"42", 422, None, "expected an object, got 42"),
    (b'"y"', 422, None, 'expected an object, got "y"'),
    (b"{}", 422, "y", "no data: expected"),
    (b'{"series":[]}', 422, "y", "no data"),
    (b'{"series":[{}]}', 422, "series[0].y", "is required"),
    (b'{"y":[1],"series":[{"y":[1]}]}', 422, "y", "either y or series"),
    (b'{"y":[1],"titel":"T"}', 422, "titel", "did you mean title?"),
    (b'{"series":[{"y":[1],"nmae":"a"}]}', 422, "series[0].nmae", "did you mean name?"),
    (b'{"y":[1],"xyzzy":1}', 422, "xyzzy", "the keys are kind, x, y"),
    # Another type than expected.
    (b'{"y":"1,2"}', 422, "y", 'expected a list or null, got "1,2"'),
    (b'{"y":{"a":1}}', 422, "y", "expected a list"),
    (b'{"y":[[1]]}', 422, "y[0]", "expected a number or text or null, got [1]"),
    (b'{"y":[true]}', 422, "y[0]", "got true"),
    (b'{"series":{}}', 422, "series", "expected a list"),
    (b'{"x":[1,2],"y":["3","4"]}', 422, "y[0]", 'expected a number, got "3"'),
    (b'{"series":[{"y":[1]},{"y":[1]},{"y":[0,1,"abc"]}]}', 422, "series[2].y[2]", 'expected a number, got "abc"'),
    (b'{"y":[1],"title":5}', 422, "title", "expected text or null, got 5"),
    (b'{"y":[1],"width":"200"}', 422, "width", 'expected a whole number or null, got "200"'),
    (b'{"y":[1],"width":200.5}', 422, "width", "got 200.5"),
    (b'{"y":[1],"legend":1}', 422, "legend", "expected true or false or null, got 1"),
    (b'{"kind":"heatmap","z":[[1],[1,"a"]]}', 422, "z[1][1]", 'got "a"'),
    # A value out of bounds.
    (b'{"y":[1e400]}', 422, "y[0]", "out of range"),
    (b'{"y":[-1e301]}', 422, "y[0]", "within ±1e300".replace("±", "\u00b1")),
    (b'{"y":[' + b"9" * 5_000 + b"]}", 422, "y[0]", "out of range"),
    (b'{"y":[1],"width":15}', 422, "width", ">= 16, got 15"),
    (b'{"y":[1],"height":-1}', 422, "height", ">= 16, got -1"),
    (b'{"y":[1],"dpr":0}', 422, "dpr", ">= 0.25"),
    (b'{"y":[1],"kind":"3d"}', 422, "kind", '"3d" is not allowed here; allowed: "area", "bar"'),
    (b'{"y":[1],"style":"../../etc/passwd"}', 422, "style", "matching"),
    (b'{"y":[1],"x_limits":[1]}', 422, "x_limits", "length 2"),
    (b'{"y":[1],"x_limits":[1,1]}', 422, "x_limits", "both ends are the same"),
    (b'{"y":[1],"y_scale":"log","y_limits":[0,1]}', 422, "y_limits[0]", "above 0"),
    (b'{"y":[1],"x_limits":["a",1]}', 422, "x_limits[0]", 'expected a number, got "a"'),
    (b'{"series":[{"y":[1],"color":"blurple"}]}', 422, "series[0].color", '"blurple" is not a colour'),
    # Values that don't fit together.
    (b'{"x":[1],"y":[1,2]}', 422, "y", "2 values, but x has 1"),
    (b'{"x":[1,2],"series":[{"y":[1,2]},{"y":[1]}]}', 422, "series[1].y", "1 values, but x has 2"),
    (b'{"kind":"heatmap","z":[[1],[1,2]]}', 422, "z[1]", "2 values, but z[0] has 1"),
    (b'{"y":[1,0,-1],"y_scale":"log"}', 422, "y[1]", "above 0, got 0"),
    (b'{"x":["a","b","a"],"y":[1,2,3],"kind":"bar"}', 422, "x[2]", '"a" stands here again'),
    (b'{"x":["2026-01-31","2026-02-30"],"y":[1,2]}', 422, "x[1]", "no date: day is out of range"),
    (b'{"x":["2026-01-31","soon"],"y":[1,2]}', 422, "x[1]", 'expected an ISO date like "2026-01-31"'),
    (b'{"x":["2026-01-31"],"y":[1],"x_scale":"log"}', 422, "x_scale", "this axis holds dates"),
    (b'{"z":[[1]]}', 422, "z", "only a heatmap takes z"),
    (b'{"kind":"heatmap","z":[]}', 422, "z", "needs z"),
    (b'{"series":[{"y":[1],"kind":"heatmap"}]}', 422, "series[0].kind", "a chart of its own"),
    (b'{"y":[1],"style":"nobodys"}', 404, "style", "there are colorblind, dark, default, presentation, print"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "path", "words"), BAD, ids=[body[:40].decode("latin-1") for body, *_ in BAD]
)
def test_a_bad_body_is_refused_with_its_place(
    client: FlaskClient, body: bytes, status: int, path: str | None, words: str
) -> None:
    response = client.post("/plot", data=body, content_type="application/json")
    assert words in problem(response, status, path)["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"y":[1],"title":"a\\ud800b"}',
        b'{"y":[1],"title":"a\\ud800"}',
        b'{"x":["\\udfff"],"y":[1]}',
        b'{"\\ud800":1}',
        b'{"kind":["\\ud83d"]}',
        b'{"y":[1],"width":"\\ud83d"}',
    ],
)
def test_half_a_character_is_refused(client: FlaskClient, body: bytes) -> None:
    assert problem(client.post("/plot", data=body))["status"] in (400, 422)


@pytest.mark.parametrize("digits", [30, 300, 400, 4_000])
def test_a_side_of_absurd_length_is_a_refusal_and_no_overflow(client: FlaskClient, digits: int) -> None:
    response = client.post("/plot", data=b'{"y":[1],"width":1' + b"0" * digits + b"}")
    assert problem(response)["status"] in (413, 422)
    assert response.get_json()["path"] == "width"


def test_of_two_equal_keys_the_last_counts(client: FlaskClient) -> None:
    twice = client.post("/plot", data=b'{"y":[1,2],"y":[3,4],"width":200,"height":100}')
    assert twice.data == client.post("/plot", json={"y": [3, 4], "width": 200, "height": 100}).data


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "text/plain", "application/vnd.api+json", "",
     "application/x-www-form-urlencoded"],
)  # fmt: skip
def test_json_is_read_under_any_name_that_it_comes_by(client: FlaskClient, content_type: str) -> None:
    response = client.post("/plot", data=b'{"y":[1,2],"width":64,"height":64}', content_type=content_type)
    assert response.status_code == 200


@pytest.mark.parametrize("content_type", ["text/csv", "multipart/form-data; boundary=x", "image/png", "text/html"])
def test_another_media_type_is_415(client: FlaskClient, content_type: str) -> None:
    document = problem(client.post("/plot", data=b'{"y":[1]}', content_type=content_type), 415)
    assert document["allowed"] == ["application/json"]
    assert content_type.split(";")[0] in document["detail"]


def test_an_encoded_body_is_415(client: FlaskClient) -> None:
    response = client.post("/plot", data=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert "gzip" in problem(response, 415)["detail"]


@pytest.mark.parametrize("path", ["/nope", "/plot/", "/styles/a/b", "/../etc/passwd", "/%00", "/styles/%ff"])
def test_a_path_that_is_not_there_is_404(client: FlaskClient, path: str) -> None:
    problem(client.get(path), 404, "style" if path == "/styles/%ff" else None)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/plot", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", "/styles", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/styles/default", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/healthz", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_another_method_is_405_and_says_which_are_allowed(
    client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    response = client.open(path, method=method)
    document = problem(response, 405)
    assert set(response.headers["Allow"].split(", ")) == allowed
    assert ", ".join(sorted(allowed)) in document["detail"]


def test_a_bug_is_a_500_that_tells_nothing_of_itself(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bug(*_: Any) -> None:
        raise RuntimeError("the secret")

    monkeypatch.setattr("app.flows.chart.understand", bug)
    response = client.post("/plot", json={"y": [1]})
    assert "secret" not in json.dumps(problem(response, 500))
    assert "RuntimeError: the secret" in caplog.text


def test_evidence_never_takes_the_place_of_the_shape(client: FlaskClient) -> None:
    """A value's evidence is called `value`, and a problem's own keys are its own."""
    document = problem(client.post("/plot", json={"x": [1], "y": [1, 2]}), 422, "y")
    assert (document["expected"], document["value"]) == (1, 2)


def test_a_post_takes_nothing_from_its_query(client: FlaskClient) -> None:
    response = client.post("/plot?width=100", json={"y": [1]})
    assert "put it into the body" in problem(response, 422, "width")["detail"]
