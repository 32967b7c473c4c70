"""`GET /styles`, `GET /styles/<name>` and a sample of each."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from app.core.sample import sample
from app.core.spec import parse_query
from app.flows.chart import Charts
from app.flows.styles import Today
from app.web.plot import answer, knows


def blueprint(charts: Charts) -> Blueprint:
    """The style routes."""
    routes = Blueprint("styles", __name__)

    @routes.get("/styles")
    def index() -> Response:
        styles, fault = charts.styles.all()
        source = {"name": charts.styles.source.label, "state": "ok" if fault is None else "unreachable"}
        if fault is not None:
            source["fault"] = fault
        return _json({"source": source, "styles": [_summary(one) for one in styles]})

    @routes.get("/styles/<name>")
    def one(name: str) -> Response:
        today = charts.styles.today(name)
        return _json({**_summary(today), "document": msgspec.to_builtins(today.style.document)})

    @routes.get("/styles/<name>.png")
    def picture(name: str) -> Response:
        asked = parse_query({key: values for key, values in request.args.lists() if key in ("width", "height", "dpr")})
        return answer(charts.from_spec(sample(name, asked.width, asked.height, asked.dpr), knows))

    return routes


def _summary(today: Today) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "name": today.name,
        "state": "ok" if today.fault is None else "faulty",
        "index": today.index,
        "source": today.source,
        "sample": f"/styles/{today.name}.png",
    }
    if today.fault is not None:
        summary["fault"] = today.fault
    if today.warnings:
        summary["warnings"] = list(today.warnings)
    if today.chain:
        summary["extends"] = list(today.chain)
    return summary


def _json(document: dict[str, Any]) -> Response:
    content = msgspec.json.encode(document)
    response = Response(content, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.blake2b(content, digest_size=12).hexdigest())
    return response.make_conditional(request)  # type: ignore[return-value]
