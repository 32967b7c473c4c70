"""`GET /styles`, `GET /styles/<name>` and a sample of each."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from app.core.errors import Invalid
from app.core.places import shown
from app.core.sample import sample
from app.flows.chart import Charts
from app.flows.styles import Today
from app.web.documents import to_json
from app.web.plot import answer, knows

WIDEST = 4_000


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
        figure = charts.styles.today(name).style.document.figure
        own = figure.figsize[0] * figure.dpi
        # Scaled as a whole: at the style's own size its type and lines are in proportion.
        return answer(charts.from_spec(sample(name, _width(own) / own), knows))

    return routes


def _width(own: float) -> float:
    """The width asked for, or the style's own."""
    for key in request.args:
        if key not in ("width", "errors"):
            raise Invalid("only width may be asked for; the height follows", path=key)
    text = request.args.get("width")
    if text is None:
        return own
    if not text.isdecimal() or len(text) > 9 or not 16 <= int(text) <= WIDEST:
        raise Invalid(f"expected a whole number of pixels from 16 to {WIDEST}, got {shown(text)}", path="width")
    return float(text)


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
    content = to_json(document)
    response = Response(content, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.blake2b(content, digest_size=12).hexdigest())
    return response.make_conditional(request)  # type: ignore[return-value]
