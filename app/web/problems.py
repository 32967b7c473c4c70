"""Every refusal in one shape: problem+json (RFC 9457), or a picture of it for `<img>` users."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.exceptions import HTTPException

from app.core.errors import Busy, Refusal
from app.web.documents import to_json

if TYPE_CHECKING:
    from app.flows.chart import Charts

log = logging.getLogger(__name__)

PICTURE = (800, 450)


def problem(status: int, title: str, detail: str, path: str | None = None, **evidence: object) -> Response:
    """One problem document."""
    document: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if path is not None:
        document["path"] = path
    document.update(evidence)
    response = Response(to_json(document), status, content_type="application/problem+json")
    # A refusal is about one moment: nobody keeps it.
    response.headers["Cache-Control"] = "no-store"
    return response


def of_refusal(refusal: Refusal, charts: Charts) -> Response:
    """A refusal, in the form that the request asked for."""
    if request.args.get("errors") == "image" and not isinstance(refusal, Busy):
        try:
            return _as_picture(refusal, charts)
        except Busy as busy:
            refusal = busy
    response = problem(refusal.status, refusal.title, refusal.detail, refusal.path, **_plain(refusal.evidence))
    if isinstance(refusal, Busy):
        response.headers["Retry-After"] = str(refusal.evidence["retry_after"])
    return response


def _plain(evidence: dict[str, object]) -> dict[str, object]:
    """The evidence under names that a problem document does not use itself."""
    return {key: value for key, value in evidence.items() if key not in ("type", "title", "status", "detail", "path")}


def _as_picture(refusal: Refusal, charts: Charts) -> Response:
    picture = charts.refusal(refusal, (_side("width", PICTURE[0]), _side("height", PICTURE[1])))
    response = Response(picture.content, refusal.status, content_type=picture.media_type)
    response.headers["Cache-Control"] = "no-store"
    return response


def _side(name: str, default: int) -> int:
    text = request.args.get(name, "")
    return min(max(int(text), 120), 2_000) if text.isdecimal() and len(text) < 6 else default


def of_http(error: HTTPException) -> Response:
    """Flask's own refusals (no such route, no such method) in the same shape."""
    status = error.code or 500
    allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or []))
    details = {
        404: f"there is nothing at {request.path[:200]}",
        405: f"{request.method} is not for {request.path[:200]}; allowed: {allowed}",
    }
    response = problem(status, HTTPStatus(status).phrase, details.get(status) or error.description or "")
    for key, value in error.get_headers():
        if key == "Allow":
            response.headers[key] = value
    return response


def of_bug(error: Exception) -> Response:
    """What nobody foresaw: the log has it whole, the answer has nothing of it."""
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return problem(500, "Internal error", "the chart could not be drawn; the server's log says why")
