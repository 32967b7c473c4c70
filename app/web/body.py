"""A request's body, read within a size and a time."""

from __future__ import annotations

import threading
import time

from flask import Request
from gunicorn.http.errors import ParseException

from app.core.errors import Busy, Malformed, Refusal, TooLarge, Unsupported

PIECE = 256 * 1024

READERS = 16
"""Bodies that may be arriving at once in a process; one more is refused: slow clients never take all threads."""

_arriving = threading.BoundedSemaphore(READERS)

# What curl and fetch send when nobody says otherwise is taken for JSON too: whoever posts `-d '{...}'` means it.
_JSON = {
    "",
    "application/json",
    "text/json",
    "text/plain",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
}


class Slow(Refusal):
    """The body did not arrive in time."""

    status = 408
    title = "The request came too slowly"


def read_json(request: Request, most: int, seconds: float) -> bytes:
    """The bytes of a JSON body.

    Raises:
        Unsupported: another media type.
        TooLarge: more than `most` bytes.
        Slow: not there within `seconds`.
        Malformed: cut short, or its chunks can't be read.
        Busy: many are arriving already.
    """
    kind = request.mimetype
    if kind not in _JSON and not kind.endswith("+json"):
        raise Unsupported(f"{kind} can't be read here; send application/json", allowed=["application/json"])
    if request.content_encoding and request.content_encoding.lower() != "identity":
        raise Unsupported(f"a body encoded as {request.content_encoding[:40]} can't be read here; send it plain")
    if not _arriving.acquire(blocking=False):
        raise Busy(f"{READERS} bodies are arriving in this process; try again in a second", retry_after=1)
    try:
        return _read(request, most, seconds)
    finally:
        _arriving.release()


def _read(request: Request, most: int, seconds: float) -> bytes:
    length = request.content_length
    if length is not None and length > most:
        raise _too_large(length, most)
    # The stream's own limit would answer for a chunked body that is too long, in words of its own.
    request.max_content_length = None
    deadline = time.monotonic() + seconds
    pieces, size = [], 0
    try:
        while piece := request.stream.read(min(PIECE, most + 1 - size)):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise _too_large(size, most)
            if time.monotonic() > deadline:
                raise Slow(f"the body did not arrive within {seconds:g} s (LIMN_BODY_TIMEOUT)", limit=seconds)
    except OSError:
        raise Slow(f"the body stopped arriving after {size:,} bytes (LIMN_BODY_TIMEOUT)", limit=seconds) from None
    except ParseException as error:
        raise Malformed(f"the body's chunks can't be read: {error}") from None
    if length is not None and size < length:
        raise Malformed(f"the body ended after {size:,} of {length:,} bytes")
    return b"".join(pieces)


def _too_large(size: int, most: int) -> TooLarge:
    return TooLarge(
        f"the body has {size:,} bytes or more; at most {most:,} are allowed (LIMN_MAX_BODY)",
        limit=most,
        value=size,
        setting="LIMN_MAX_BODY",
    )
