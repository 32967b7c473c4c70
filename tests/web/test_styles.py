"""`/styles`: what designers look at to see which version serves, and why not theirs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.config import ROOT
from tests.web.shapes import png_size, problem


def test_the_list_has_every_style_with_its_state(client: FlaskClient) -> None:
    document = client.get("/styles").get_json()
    assert document["source"] == {"name": "files", "state": "ok"}
    names = [style["name"] for style in document["styles"]]
    assert names == sorted(path.stem for path in (ROOT / "consul" / "styles").glob("*.json"))
    for style in document["styles"]:
        assert (style["state"], style["source"]) == ("ok", "files")
        assert style["index"] > 0
        assert style["sample"] == f"/styles/{style['name']}.png"
        assert client.get(style["sample"] + "?width=80").status_code == 200


def test_a_style_is_given_with_every_field(client: FlaskClient) -> None:
    one = client.get("/styles/default").get_json()
    assert one["name"] == "default"
    assert one["document"]["watermark"]["rotation"] == 30
    assert one["document"]["lines"]["marker"] == "o"
    assert one["document"]["palette"][0] == "#007ACC"
    (listed,) = (style for style in client.get("/styles").get_json()["styles"] if style["name"] == "default")
    assert {key: one[key] for key in listed} == listed


@pytest.mark.parametrize("path", ["/styles/nobodys", "/styles/nobodys.png", "/styles/DEFAULT", "/styles/a%20b"])
def test_an_unknown_style_is_404_with_the_names_there_are(client: FlaskClient, path: str) -> None:
    document = problem(client.get(path), 404, "style")
    assert document["allowed"] == ["colorblind", "dark", "default", "presentation", "print"]
    assert "there are colorblind, dark," in document["detail"]


@pytest.mark.parametrize(
    ("query", "size"),
    [("", (1200, 720)), ("width=300", (300, 180)), ("width=16", (16, 10)), ("width=301", (301, 181))],
)
def test_a_sample_has_the_asked_size(client: FlaskClient, query: str, size: tuple[int, int]) -> None:
    response = client.get("/styles/default.png?" + query)
    assert response.headers["Content-Type"] == "image/png"
    assert png_size(response.data) == size


@pytest.mark.parametrize("query", ["width=15", "width=4001", "width=wide", "width=1.5", "height=100", "dpr=2"])
def test_a_sample_of_no_size_is_refused(client: FlaskClient, query: str) -> None:
    problem(client.get("/styles/default.png?" + query), 422, query.split("=")[0])


def test_a_samples_tag_answers_a_conditional_get(client: FlaskClient) -> None:
    link = "/styles/dark.png?width=100"
    known = client.get(link).headers["ETag"]
    assert client.get(link, headers={"If-None-Match": known}).status_code == 304


def test_a_faulty_style_says_so_and_which_version_serves(start: Callable[..., FlaskClient], styles: Path) -> None:
    client = start(LIMN_STYLES=str(styles))
    good = client.get("/styles").get_json()["styles"][0]
    unchanged = client.get("/styles").headers["ETag"]
    (styles / "default.json").write_text('{"title": {"color": "blurple"}}')
    listed = client.get("/styles", headers={"If-None-Match": unchanged})
    assert listed.status_code == 200
    (faulty,) = listed.get_json()["styles"]
    assert (faulty["state"], faulty["index"]) == ("faulty", good["index"])
    assert "title.color: 'blurple' is not a colour" in faulty["fault"]
    assert client.get("/styles/default").get_json()["state"] == "faulty"


def test_a_misspelled_key_is_a_warning(start: Callable[..., FlaskClient], styles: Path) -> None:
    (styles / "default.json").write_text('{"title": {"colour": "#000000"}}')
    (style,) = start(LIMN_STYLES=str(styles)).get("/styles").get_json()["styles"]
    assert style["state"] == "ok"
    assert style["warnings"] == ["title.colour: no such key; did you mean color?"]


def test_an_extended_style_names_its_parents(start: Callable[..., FlaskClient], styles: Path) -> None:
    (styles / "child.json").write_text(json.dumps({"extends": "default", "font": {"size": 20}}))
    os.utime(styles / "child.json", (1, 1))
    child = start(LIMN_STYLES=str(styles)).get("/styles/child").get_json()
    assert child["extends"] == ["default"]
    assert child["document"]["title"]["color"] == "#102030"
    assert child["index"] == (styles / "default.json").stat().st_mtime_ns // 1_000_000


def test_a_fault_with_half_a_character_in_it_can_be_shown(start: Callable[..., FlaskClient], styles: Path) -> None:
    (styles / "default.json").write_text(r'{"extends": "\ud83d", "\ud800": 1}')
    client = start(LIMN_STYLES=str(styles))
    (style,) = client.get("/styles").get_json()["styles"]
    assert style["state"] == "faulty"
    assert client.get("/styles/default").status_code == 200
    assert client.get("/plot?y=1&width=64&height=64").status_code == 200
