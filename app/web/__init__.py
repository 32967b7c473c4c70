"""HTTP in and out: each module one group of routes, and no decisions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from app.core.errors import Refusal
from app.flows.chart import Charts
from app.web import health, plot, problems, styles
from app.web.headers import CONTENT_SECURITY_POLICY


def build(charts: Charts, *, max_body: int, body_timeout: float, pwa: Path, is_draining: Callable[[], bool]) -> Flask:
    """The WSGI application over `charts`, with the web app in the folder `pwa`."""
    app = Flask("limn", static_folder=str(pwa), static_url_path="")
    app.register_blueprint(plot.blueprint(charts, max_body, body_timeout))
    app.register_blueprint(styles.blueprint(charts))
    app.register_blueprint(health.blueprint(is_draining))
    app.register_error_handler(Refusal, lambda refusal: problems.of_refusal(refusal, charts))
    app.register_error_handler(HTTPException, problems.of_http)
    app.register_error_handler(Exception, problems.of_bug)

    @app.get("/")
    def home() -> Response:
        return app.send_static_file("index.html")

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return app
