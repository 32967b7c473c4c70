"""`/healthz`: the process answers. `/readyz`: it wants requests.

Neither asks Consul. A pod without Consul still draws, in the last good look; taking it out of service for that would
turn an outage of the styles into one of the charts.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from flask import Blueprint, Response


def blueprint(is_draining: Callable[[], bool]) -> Blueprint:
    """The probes' routes."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return _state(200, "alive")

    @routes.get("/readyz")
    def ready() -> Response:
        return _state(503, "draining") if is_draining() else _state(200, "ready")

    return routes


def _state(status: int, state: str) -> Response:
    response = Response(msgspec.json.encode({"state": state}), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
