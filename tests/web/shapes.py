"""The one shape of an error, asserted wherever an error is met, and a PNG's size."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response
from PIL import Image


def problem(response: Response, status: int | None = None, path: str | None = None) -> dict[str, Any]:
    """The problem document of a response, which has the one shape that all have (and `status` and `path`)."""
    assert_is_problem(response.status_code, response.headers, response.data)
    document: dict[str, Any] = response.get_json()
    if status is not None:
        assert (document["status"], document.get("path")) == (status, path), document
    return document


def assert_is_problem(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """RFC 9457, never kept by anyone, with a sentence for a person."""
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers
    document = json.loads(body)
    assert document["type"] == "about:blank"
    assert document["status"] == status
    assert status in list(HTTPStatus)
    assert document["title"]
    assert document["detail"]
    assert "Traceback" not in document["detail"]
    if document.get("path"):
        assert document["detail"].startswith(document["path"] + ": "), document


def png_size(content: bytes) -> tuple[int, int]:
    """The size of a PNG that decodes as a whole."""
    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        image.load()
        return image.size
