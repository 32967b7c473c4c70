"""HTTP on the wire: requests by hand, so that they can stop in the middle, and requests from threads."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from tests.serving import Served

SMALL = json.dumps({"y": [1, 2], "width": 64, "height": 64}).encode()


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0


def connect(server: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


def read_answer(sock: socket.socket) -> Answer:
    """The next answer on a connection."""
    started = time.monotonic()
    response = http.client.HTTPResponse(sock)
    response.begin()
    return Answer(response.status, response.headers, response.read(), time.monotonic() - started)


def post(body: bytes = SMALL, length: int | None = None) -> bytes:
    """A request as bytes; with a greater `length` it stops in the middle of its body."""
    return b"POST /plot HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (length or len(body), body)


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def ask(server: Served, request: bytes) -> Answer:
    """One request on a connection of its own."""
    with connect(server) as sock:
        sock.sendall(request)
        return read_answer(sock)


def ask_meanwhile(server: Served, request: bytes) -> Future[Answer]:
    """One request, asked in a thread."""
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(ask(server, request))
        except Exception as error:  # noqa: BLE001 - told where the result is asked for
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def until(claim: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that another process does, and that no event tells."""
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)
