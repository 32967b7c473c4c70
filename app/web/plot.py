"""`POST /plot` and `GET /plot`."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.core.errors import Invalid
from app.core.spec import ChartSpec, parse_packed, parse_query
from app.flows.chart import Charts, Drawn
from app.web.body import read_json
from app.web.headers import header_text

CACHING = "public, max-age=0, stale-if-error=86400"
"""A cache asks at each use, at the price of a 304; it may show an old chart while the service is down."""


def blueprint(charts: Charts, max_body: int, body_timeout: float) -> Blueprint:
    """The chart routes."""
    routes = Blueprint("plot", __name__)

    @routes.post("/plot")
    def post() -> Response:
        for key in request.args:
            if key != "errors":
                raise Invalid('not for POST; put it into the body (only "errors" may stand in the query)', path=key)
        _check_errors()
        return answer(charts.from_body(read_json(request, max_body, body_timeout)))

    @routes.get("/plot")
    def get() -> Response:
        _check_errors()
        return answer(charts.from_spec(_linked(), knows))

    return routes


def _check_errors() -> None:
    if request.args.get("errors", "image") != "image":
        raise Invalid('only "image" may stand here; without it errors are problem+json', path="errors")


def knows(tag: str) -> bool:
    """Whether the caller has the chart of that tag."""
    return request.if_none_match.contains_weak(tag)


def _linked() -> ChartSpec:
    """The spec in the query, in either of its forms."""
    arguments = {key: values for key, values in request.args.lists() if key != "errors"}
    if "spec" not in arguments:
        return parse_query(arguments)
    for key, values in arguments.items():
        if key != "spec":
            raise Invalid("stands beside spec; put it into the spec", path=key)
        if len(values) > 1:
            raise Invalid(f"given {len(values)} times", path=key)
    return parse_packed(arguments["spec"][0])


def answer(drawn: Drawn) -> Response:
    """A drawn chart, or 304 where the caller has it."""
    picture, today = drawn.picture, drawn.today
    response = Response(status=304) if picture is None else Response(picture.content, content_type=picture.media_type)
    response.set_etag(drawn.tag)
    response.headers["Cache-Control"] = CACHING
    response.headers["Cache-Status"] = "limn; hit" if picture is None else "limn; fwd=miss"
    response.headers["Limn-Style"] = today.version
    if today.fault is not None:
        response.headers["Limn-Style-Fault"] = header_text(today.fault)
    if picture is not None and picture.missing_glyphs:
        named = (c if c.isprintable() else f"U+{ord(c):04X}" for c in picture.missing_glyphs)
        response.headers["Limn-Missing-Glyphs"] = header_text(" ".join(named))
    return response
