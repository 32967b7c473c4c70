"""Whatever comes, the answer is a picture of the asked size or a refusal in the one shape, and memory stays bounded.

A few cases run with every test, in this process, where a warning is an error. `make fuzz` sends many to a real server,
whose process is watched.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import create_app
from app.config import Config
from tests.fuzz import cases
from tests.serving import Served
from tests.web.shapes import assert_is_problem, png_size
from tests.web.wire import Answer, connect, read_answer
from tests.web.workers import resident_bytes, workers

MANY = int(os.environ.get("LIMN_FUZZ_CASES", "300"))
FEW = 60
GROWTH = 1.05, 24_000_000
"""What the largest size of the second half of the cases may be above that of the first: a factor, and bytes for noise.

A process grows to what its largest picture takes; that has been drawn by the half.
"""


def quietly(cases: int) -> settings:
    return settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


def check(answer: Answer, size: tuple[int, int] | None = None) -> None:
    """A picture (of `size`) or a refusal; never an error of ours, nor a queue that has lost its places."""
    assert answer.status == 200 or 400 <= answer.status < 500, answer.body
    for name, value in answer.headers.items():
        assert value.isascii(), name
        assert value.isprintable(), name
        assert len(value) <= 512, name
    if answer.headers["Content-Type"] == "image/png":
        got = png_size(answer.body)
        assert size in (None, got)
    else:
        assert_is_problem(answer.status, answer.headers, answer.body)


def asked_size(body: bytes) -> tuple[int, int] | None:
    """The size in device pixels that a body asks for, if it is a body at all."""
    try:
        spec = json.loads(body)
        dpr = spec.get("dpr", 1)
        return max(round(spec["width"] * dpr), 1), max(round(spec["height"] * dpr), 1)
    except (ArithmeticError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


@dataclass
class Service:
    """Something that answers, and the folder of its styles; `send(method, target, body)`."""

    send: Callable[[str, str, bytes], Answer]
    styles: Path
    cases: int = 0
    samples: list[int] = field(default_factory=list)

    def post(self, body: bytes) -> None:
        check(self.send("POST", "/plot", body), asked_size(body))

    def get(self, query: str) -> None:
        check(self.send("GET", f"/plot?{query}", b""))

    def restyle(self, document: bytes, body: bytes) -> None:
        """A chart and a sample in a style that was just put; a faulty one never costs the chart."""
        # What a faulty document falls back to is the same for every case.
        (self.styles / "fuzz.json").write_text("{}")
        assert self.send("GET", "/styles/fuzz", b"").status == 200
        (self.styles / "fuzz.json").write_bytes(document)
        listed = self.send("GET", "/styles", b"")
        assert listed.status == 200, listed.body
        assert {style["name"] for style in json.loads(listed.body)["styles"]} == {"default", "fuzz"}
        answer = self.send("POST", "/plot", body)
        assert answer.status == 200, answer.body
        check(answer, asked_size(body))
        check(self.send("GET", "/styles/fuzz.png?width=300", b""))
        one = self.send("GET", "/styles/fuzz", b"")
        assert one.status == 200, one.body


STYLED = [
    json.dumps({"width": 240, "height": 160, "dpr": 1.5, "style": "fuzz", **chart}).encode()
    for chart in (
        {"y": [1, None, 3], "title": "财务", "y_label": "L"},
        {"kind": "bar", "x": ["a", "b"], "series": [{"y": [1, 2], "name": "n"}, {"y": [3, 4], "name": "m"}]},
        {"kind": "heatmap", "z": [[1, 2], [3, None]], "z_label": "z"},
        {"kind": "area", "x": ["2026-01-01", "2026-02-01"], "y": [1, 1000], "y_scale": "log"},
    )
]
FUZZES: dict[str, tuple[st.SearchStrategy[object], Callable[[Service, object], None]]] = {
    "bodies": (cases.bodies, lambda service, body: service.post(body)),  # type: ignore[arg-type]
    "broken bodies": (cases.broken(cases.bodies), lambda service, body: service.post(body)),  # type: ignore[arg-type]
    "links": (cases.queries, lambda service, query: service.get(query)),  # type: ignore[arg-type]
    "styles": (
        st.tuples(cases.styles() | cases.broken(cases.styles()), st.sampled_from(STYLED)),
        lambda service, case: service.restyle(*case),  # type: ignore[misc]
    ),
}


def folder_of_styles(folder: Path) -> Path:
    for name in ("default", "fuzz"):
        (folder / f"{name}.json").write_text("{}")
    return folder


@pytest.fixture(scope="module")
def here() -> Iterator[dict[str, Service]]:
    """The service in this process: with the embedded styles, and with a folder of its own."""
    with tempfile.TemporaryDirectory() as state, tempfile.TemporaryDirectory() as styles:
        own = folder_of_styles(Path(styles))
        embedded = create_app(Config({"LIMN_STATE": f"{state}/embedded"}))
        changing = create_app(Config({"LIMN_STATE": f"{state}/changing", "LIMN_STYLES": styles}))
        yield {"embedded": Service(_in_process(embedded), own), "changing": Service(_in_process(changing), own)}


@pytest.mark.parametrize("what", FUZZES)
def test_a_few_cases_of_everything(here: dict[str, Service], what: str) -> None:
    strategy, send = FUZZES[what]
    service = here["changing" if what == "styles" else "embedded"]

    @quietly(FEW)
    @given(strategy)
    def run(case: object) -> None:
        send(service, case)

    run()


@pytest.mark.fuzz
@pytest.mark.parametrize("what", FUZZES)
def test_many_cases_of_everything(what: str, tmp_path: Path) -> None:
    strategy, send = FUZZES[what]
    environ = {"LIMN_WORKERS": "1", "LIMN_DRAIN": "0", "PYTHONWARNINGS": "always"}
    # A thread's own arena is no leak, but looks like one until every thread has drawn the largest picture.
    environ["MALLOC_ARENA_MAX"] = "2"
    if what == "styles":
        environ["LIMN_STYLES"] = str(folder_of_styles(tmp_path))
    with Served(environ) as server, connect(server) as sock:
        service = Service(_over(sock), tmp_path)
        (worker,) = workers(server)

        @quietly(MANY)
        @given(strategy)
        def run(case: object) -> None:
            send(service, case)
            service.cases += 1
            service.samples.append(resident_bytes(worker))
            if service.cases % 500 == 0:
                print(f"{what}: {service.cases} cases, {service.samples[-1] / 1e6:.0f} MB", flush=True)  # noqa: T201 - progress

        run()
        assert workers(server) == [worker], "the process died on the way"
        assert "Warning" not in server.log()
        assert "Traceback" not in server.log()
    half = len(service.samples) // 2
    first, second = max(service.samples[:half]), max(service.samples[half:])
    print(f"{what}: {service.cases} cases, at most {first / 1e6:.0f} MB, then {second / 1e6:.0f} MB")  # noqa: T201
    assert second < first * GROWTH[0] + GROWTH[1]


def _in_process(app: object) -> Callable[[str, str, bytes], Answer]:
    client = app.test_client()  # type: ignore[attr-defined]

    def send(method: str, target: str, body: bytes) -> Answer:
        response: Response = client.open(target, method=method, input_stream=io.BytesIO(body), content_length=len(body))
        return Answer(response.status_code, response.headers, response.data)

    return send


def _over(sock: object) -> Callable[[str, str, bytes], Answer]:
    def send(method: str, target: str, body: bytes) -> Answer:
        head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        sock.sendall(head.encode() + body)  # type: ignore[attr-defined]
        return read_answer(sock)  # type: ignore[arg-type]

    return send
