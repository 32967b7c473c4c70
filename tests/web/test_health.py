"""`/healthz` and `/readyz`: what a platform asks, and what an outage of the styles does not change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from tests.edge.peers import peer


@pytest.mark.parametrize(("path", "state"), [("/healthz", "alive"), ("/readyz", "ready")])
def test_a_probe_is_answered(client: FlaskClient, path: str, state: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.get_json()) == (200, {"state": state})
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert client.head(path).status_code == 200


def test_draining_is_alive_and_not_ready(tmp_path: Path) -> None:
    client = create_app(Config({"LIMN_STATE": str(tmp_path)}), lambda: True).test_client()
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert (response.status_code, response.get_json()) == (503, {"state": "draining"})


def test_an_outage_of_consul_leaves_probes_and_charts_alone(start: Callable[..., FlaskClient]) -> None:
    with peer(lambda _sock, _over: None) as dead:
        client = start(CONSUL_HTTP_ADDR=f"127.0.0.1:{dead.port}")
        assert client.get("/readyz").status_code == 200
        assert client.get("/healthz").status_code == 200
        assert dead.connections == 0
        chart = client.post("/plot", json={"y": [1], "width": 64, "height": 64})
        assert chart.status_code == 200
        assert "Limn-Style-Fault" in chart.headers
        assert client.get("/styles").get_json()["source"]["state"] == "unreachable"
