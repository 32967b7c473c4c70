"""Free text in headers: ASCII on the wire whatever a chart or a fault says, bounded, without control characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st

from app.web.headers import MOST_BYTES, header_text

STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
DISPLAY_STRING = re.compile(r'%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"')


def read(value: str) -> str:
    """A structured field's String or Display String, as RFC 9651 reads it."""
    if match := STRING.fullmatch(value):
        return re.sub(r"\\(.)", r"\1", match[1])
    match = DISPLAY_STRING.fullmatch(value)
    assert match, value
    return unquote_to_bytes(match[1]).decode()


@given(st.text(max_size=300))
@example("\ud800")
@example("财" * 200)
@example('"\\%' * 300)
@example("\r\nSet-Cookie: a=b")
@example("\x7f\x85\u2028\u200e")
def test_any_text_is_a_short_structured_field(text: str) -> None:
    value = header_text(text)
    assert value.isascii()
    assert value.isprintable()
    assert len(value) <= MOST_BYTES == 512
    kept = "".join(c if c.isprintable() else " " for c in text)
    assert kept.startswith(read(value))


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=40))
def test_a_short_text_comes_through_whole(text: str) -> None:
    assert read(header_text(text)) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", '""'),
        ("plain", '"plain"'),
        ('say "hi" \\ 5%', '"say \\"hi\\" \\\\ 5%"'),
        ("é", '%"%c3%a9"'),
        ('5% "é"', '%"5%25 %22%c3%a9%22"'),
        ("a\nb\x00", '"a b "'),
    ],
)
def test_a_text_is_a_string_if_it_can_and_a_display_string_else(text: str, value: str) -> None:
    assert header_text(text) == value


def test_missing_glyphs_are_named_each_once(client: FlaskClient) -> None:
    body = {"y": [1], "title": "\U00013000 财 \U00013001\U00013000", "width": 300, "height": 200}
    response = client.post("/plot", json=body)
    assert response.status_code == 200
    assert read(response.headers["Limn-Missing-Glyphs"]) == "\U00013000 \U00013001"
    assert response.headers["Limn-Missing-Glyphs"] == '%"%f0%93%80%80 %f0%93%80%81"'


def test_where_every_glyph_is_there_none_is_named(client: FlaskClient) -> None:
    response = client.post("/plot", json={"y": [1], "title": "财务 売上 매출 é", "width": 300, "height": 200})
    assert "Limn-Missing-Glyphs" not in response.headers


def test_a_thousand_missing_glyphs_make_a_short_header(client: FlaskClient) -> None:
    title = "".join(chr(0x13000 + i) for i in range(1_000))
    response = client.post("/plot", json={"y": [1], "title": title, "width": 300, "height": 200})
    assert len(response.headers["Limn-Missing-Glyphs"]) <= 512
    assert " ".join(title).startswith(read(response.headers["Limn-Missing-Glyphs"]))


def test_a_styles_version_and_fault_stand_in_headers(start: Callable[..., FlaskClient], styles: Path) -> None:
    client = start(LIMN_STYLES=str(styles))
    good = client.post("/plot", json={"y": [1], "width": 64, "height": 64})
    assert re.fullmatch(r"default@\d+", good.headers["Limn-Style"])
    assert "Limn-Style-Fault" not in good.headers
    (styles / "default.json").write_text('{"title": {"color": "青\\n\\u0007"}}')
    after = client.post("/plot", json={"y": [1], "width": 64, "height": 64})
    assert after.status_code == 200
    assert after.headers["Limn-Style"] == good.headers["Limn-Style"]
    assert "title.color" in read(after.headers["Limn-Style-Fault"])


def test_every_answer_is_guarded(client: FlaskClient) -> None:
    for path in ("/plot?y=1&width=64&height=64", "/styles", "/healthz", "/nope"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
