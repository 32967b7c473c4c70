"""gunicorn's threaded worker, which waits for no peer for ever and leaves no accepted connection behind.

What gunicorn leaves open, and what is done about it here:

- A new connection holds a thread until its first byte comes. Here it waits beside the threads: a browser opens
  connections that it may never use, and sixteen of them would have silenced the probes.
- A read has a timeout, but a client that sends a byte a second meets it for ever. Here a whole request has one.
- A closing connection lingers, so that a client that is still sending can read its refusal; gunicorn lingers in the one
  thread that accepts, two seconds for each. Here they linger side by side, without a thread.
- What is no HTTP is refused in HTML. Here it is problem+json, as everything else.
- When it stops, connections that the kernel has accepted are reset, and silent ones hold it up. Here the first are
  served, and the second have two seconds.
"""

from __future__ import annotations

import contextlib
import math
import select
import selectors
import socket
import struct
import time
from collections import deque
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from gunicorn.http import errors
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

LINGER = 2.0
"""Seconds that a client has for reading a last answer."""

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    # An answer's header that gunicorn refuses is a bug of ours, though its class says otherwise.
    (errors.InvalidResponseHeader, 500),
    (errors.InvalidResponseHeaderName, 500),
    (errors.LimitRequestLine, 414),
    (errors.LimitRequestHeaders, 431),
    (errors.ExpectationFailed, 417),
    (errors.UnsupportedTransferCoding, 501),
    (errors.ConfigurationProblem, 500),
    (errors.ParseException, 400),
)
_DETAIL = {
    414: "the link is too long; POST the chart instead",
    500: "the request could not be answered; the server's log says why",
}


class Timed:
    """A connection's socket, from which one request is read within one deadline."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        """Give every request `seconds` to arrive, and every piece of an answer as long to be taken."""
        self._sock = sock
        self._seconds = seconds
        self._deadline = math.inf
        self._bound(socket.SO_SNDTIMEO, seconds)

    def begin(self) -> None:
        """A request begins to arrive."""
        self._deadline = time.monotonic() + self._seconds

    def recv(self, size: int) -> bytes:
        # What has arrived already is taken even after the deadline: the request may have waited for its thread.
        self._bound(socket.SO_RCVTIMEO, max(min(self._deadline - time.monotonic(), 3_600.0), 0.001))
        try:
            return self._sock.recv(size)
        except BlockingIOError:
            raise errors.NoMoreData from None

    def _bound(self, option: int, seconds: float) -> None:
        value = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
        self._sock.setsockopt(socket.SOL_SOCKET, option, value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class Worker(ThreadWorker):
    """gunicorn's `ThreadWorker` with the gaps closed that this module's first lines name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lingering: deque[Any] = deque()

    def enqueue_req(self, conn: Any) -> None:
        if not isinstance(conn.sock, Timed):
            conn.sock = Timed(conn.sock, self.app.socket_timeout)
        if self.alive and not conn.initialized and not conn.data_ready:
            self._await(conn)
            return
        conn.sock.begin()
        super().enqueue_req(conn)

    def _await(self, conn: Any) -> None:
        """Have the poller wait for the first byte."""
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def finish_request(self, conn: Any, fs: Any) -> None:
        if fs.cancelled() or fs.exception() is not None or fs.result() is not False:
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
        except OSError:
            self._end(conn)
            return
        conn.timeout = time.monotonic() + LINGER
        self._lingering.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, conn))

    def _drain(self, conn: Any, _: Any) -> None:
        """Read what a client sends that has its last answer, until it closes."""
        with contextlib.suppress(OSError):
            if conn.sock.recv(65_536):
                return
        self._lingering.remove(conn)
        self._end(conn)

    def _end(self, conn: Any) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        super().murder_pending()
        while self._lingering and self._lingering[0].timeout <= time.monotonic():
            self._end(self._lingering.popleft())

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        """Keep a connection whose request has been read; what is missing of a refused body is not waited for."""
        return bool(keepalive and conn.parser.finish_body(deadline=time.monotonic() + 0.05))

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        status = next((status for kind, status in _STATUS if isinstance(exc, kind)), 500)
        if status == 500:
            self.log.error("a request failed before it reached Limn", exc_info=exc)
        else:
            self.log.info("refused with %d: %s", status, exc)
        phrase = HTTPStatus(status).phrase
        detail = _DETAIL.get(status) or str(exc)
        body = msgspec.json.encode({"type": "about:blank", "title": phrase, "status": status, "detail": detail})
        head = (
            f"HTTP/1.1 {status} {phrase}\r\nConnection: close\r\nCache-Control: no-store\r\n"
            f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with contextlib.suppress(OSError):
            client.sendall(head.encode() + body)

    def set_accept_enabled(self, enabled: bool) -> None:
        stops = not enabled and not self.alive
        if stops and self._accepting:
            for listener in self.sockets:
                self._accept_all(listener)
        super().set_accept_enabled(enabled)
        if stops:
            for listener in self.sockets:
                listener.close()
            for conn in self.pending_conns:
                conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)

    def _accept_all(self, listener: socket.socket) -> None:
        """Take what the kernel has accepted already: closed unanswered, it would be reset."""
        while select.select([listener], [], [], 0)[0]:
            before = self.nr_conns
            self.accept(listener)
            if self.nr_conns == before:
                return
