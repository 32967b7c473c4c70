"""JSON for answers."""

from __future__ import annotations

import json

import msgspec


def to_json(document: dict[str, object]) -> bytes:
    """A document as bytes. Half a character, quoted from a request or a style, has no UTF-8: it becomes a ?."""
    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:
        return json.dumps(document, ensure_ascii=False).encode(errors="replace")
