"""The one family of refusals: what was wrong, where, what is allowed, what to do.

A `Refusal` is raised wherever a request can't be honoured. It carries its evidence (the place, the limit, the names
there are) so that `app/web` can turn it into problem+json (RFC 9457) without a decision of its own, and a test can
assert on the evidence instead of on prose.
"""

from __future__ import annotations


class Refusal(Exception):
    """A request that is answered with a 4xx or 5xx, and why.

    `detail` is one sentence for a person, with the place in front of it where there is one. `path` is the place alone,
    for a program (`series[2].y[17]`). `evidence` holds what else a program may want: the limit, the value, the names.
    """

    status = 422
    title = "The chart can't be drawn as asked"

    def __init__(self, reason: str, *, path: str | None = None, **evidence: object) -> None:
        self.reason = reason
        self.path = path
        self.evidence = evidence
        self.detail = f"{path}: {reason}" if path else reason
        super().__init__(self.detail)


class Malformed(Refusal):
    """The body or the link can't be read at all: not JSON, not UTF-8, cut short."""

    status = 400
    title = "The request can't be read"


class Invalid(Refusal):
    """The body was read, and something in it is not allowed."""


class TooLarge(Refusal):
    """A limit on size was exceeded; `evidence` has `limit`, `value` and the `setting` that raises it."""

    status = 413
    title = "The request is larger than this service allows"


class NotFound(Refusal):
    """There is nothing of that name; `evidence` has the names there are."""

    status = 404
    title = "Not found"


class Unsupported(Refusal):
    """The body's media type can't be read here; `evidence` has the types that can."""

    status = 415
    title = "The body's type is not supported"


class Busy(Refusal):
    """Every place in the drawing queue is taken; `evidence` has `retry_after`, in seconds."""

    status = 503
    title = "Busy"
