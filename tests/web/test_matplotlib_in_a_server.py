"""Matplotlib keeps state for the whole process, and requests are many: nothing of one is seen in another."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import ROOT
from app.draw import Picture, Renderer
from tests.web.shapes import png_size

SPEC = {"y": [1, 3, 2], "title": "Revenue 财务", "width": 300, "height": 200}
HOSTILE = """figure.facecolor: red
font.size: 40
axes.grid: True
lines.linewidth: 9
savefig.dpi: 7
text.usetex: True
"""
ANOTHER_PROCESS = """
import hashlib, json, sys, matplotlib
size = matplotlib.rcParams["font.size"]
from app import create_app
from app.config import Config
client = create_app(Config()).test_client()
drawn = client.post("/plot", data=sys.argv[1])
assert drawn.status_code == 200, drawn.data
assert client.get("/styles/default.png").status_code == 200
assert client.get("/plot?y=a&errors=image").status_code == 422
imported = [name for name in ("matplotlib.pyplot", "scipy", "pandas", "tkinter") if name in sys.modules]
print(json.dumps({"font.size": size, "chart": hashlib.sha256(drawn.data).hexdigest(), "imported": imported}))
"""


def figures() -> int:
    from matplotlib.figure import Figure

    gc.collect()
    return sum(isinstance(one, Figure) for one in gc.get_objects())


def run(code: str, cwd: Path, *arguments: str) -> str:
    """What a fresh interpreter in that folder prints."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("LIMN_", "CONSUL_"))}
    environ |= {"PYTHONPATH": str(ROOT), "LIMN_STATE": str(cwd / "state")}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True, text=True).stdout


def test_thirty_bad_requests_leave_no_figures(client: FlaskClient) -> None:
    client.post("/plot", json={"y": [1, 2], "width": 64, "height": 64})
    before = figures()
    for _ in range(30):
        # Refused while it is drawn: the colour is looked up there.
        bad = {"series": [{"y": [1, 2], "color": "blurple"}], "width": 64, "height": 64}
        assert client.post("/plot", json=bad).status_code == 422
    assert figures() <= before


def test_thirty_charts_leave_no_figures(client: FlaskClient) -> None:
    client.post("/plot", json={"y": [1, 2], "width": 64, "height": 64})
    before = figures()
    for i in range(30):
        assert client.post("/plot", json={"y": [1, i], "width": 64, "height": 64}).status_code == 200
    assert figures() <= before


def test_neither_a_matplotlibrc_nor_pyplot_has_a_part_in_a_chart(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(HOSTILE)
    there = json.loads(run(ANOTHER_PROCESS, tmp_path, json.dumps(SPEC)))
    assert there["font.size"] == 40, "the file was not read at all: the test shows nothing"
    assert there["imported"] == []
    drawn = client.post("/plot", json=SPEC)
    assert there["chart"] == hashlib.sha256(drawn.data).hexdigest()


@settings(max_examples=25, deadline=None)
@given(st.integers(16, 900), st.integers(16, 900), st.sampled_from([0.25, 0.5, 1, 1.1, 1.25, 1.5, 2, 3]))
def test_a_picture_has_exactly_the_asked_size(client: FlaskClient, width: int, height: int, dpr: float) -> None:
    body = {"y": [1, 3, 2], "title": "A title " * 9, "y_label": "L" * 30, "width": width, "height": height, "dpr": dpr}
    response = client.post("/plot", json=body)
    assert png_size(response.data) == (round(width * dpr), round(height * dpr))


@pytest.mark.parametrize("text", ["$\\frac{", "$x^2$", "$", "$$", "\\$5 to $10", "${}_", "a_b^c\\n", "$\\undefined$"])
def test_a_dollar_is_a_dollar(client: FlaskClient, text: str) -> None:
    size = {"y": [1, 2], "width": 300, "height": 200}
    everywhere = {"title": text, "x_label": text, "x": [text, "b"], "series": [{"y": [1, 2], "name": text}]}
    response = client.post("/plot", json={**size, "y": None, **everywhere})
    assert response.status_code == 200, response.data


def test_what_math_would_be_drawn_as_is_drawn_as_it_stands(client: FlaskClient) -> None:
    def titled(title: str) -> bytes:
        return client.post("/plot", json={"y": [1, 2], "title": title, "width": 300, "height": 200}).data

    # Set as math, both would be an italic x.
    assert titled("$x$") != titled("${x}$")
    assert titled("$x$") != titled("x")


def test_eight_threads_draw_what_one_draws(start: Callable[..., FlaskClient], client: FlaskClient) -> None:
    threads = 8
    app = start(LIMN_QUEUE=str(threads)).application
    bodies = [
        {"y": [1, i, 2], "kind": kind, "style": style, "title": f"T {i} 财", "width": 301, "height": 201}
        for i, style in enumerate(["default", "dark", "print", "presentation", "colorblind"])
        for kind in ("line", "bar", "area")
    ]
    serial = [client.post("/plot", json=body).data for body in bodies]
    with ThreadPoolExecutor(threads) as pool:
        drawn = list(pool.map(lambda body: app.test_client().post("/plot", json=body), bodies * 2))
    assert [response.status_code for response in drawn] == [200] * len(bodies) * 2
    assert [response.data for response in drawn] == serial * 2


def test_one_chart_is_drawn_at_a_time(start: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    app = start().application
    drawing, overlapped = threading.Lock(), threading.Event()
    draw = Renderer.draw

    def alone(*arguments: Any) -> Picture:
        if not drawing.acquire(blocking=False):
            overlapped.set()
            return draw(*arguments)
        overlapped.wait(0.1)  # long enough for another thread to come in, if it may
        drawing.release()
        return draw(*arguments)

    monkeypatch.setattr(Renderer, "draw", alone)
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda i: app.test_client().post("/plot", json={**SPEC, "y": [i, 2, 1]}), range(4)))
    assert [response.status_code for response in drawn] == [200] * 4
    assert not overlapped.is_set()
