"""Peers that a Consul client may meet and a real agent can't be made to play: tiny servers in threads.

A peer is a function that is given each connection, and an event that is set when the test is over; it ends by
returning, which closes the connection.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket, threading.Event], None]

FOUND = b'[{"LockIndex":0,"Key":"k","Flags":0,"Value":"dg==","CreateIndex":7,"ModifyIndex":7}]'
OK_HEAD = b"HTTP/1.1 200 OK\r\nX-Consul-Index: 7\r\n"


@dataclass
class Peer:
    port: int
    connections: int = 0
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released once for each connection that the peer has closed."""


@contextlib.contextmanager
def peer(behaviour: Behaviour) -> Iterator[Peer]:
    """A server that treats every connection so."""
    over = threading.Event()
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as server, contextlib.ExitStack() as opened:
        us = Peer(server.getsockname()[1])

        def serve(sock: socket.socket) -> None:
            with contextlib.suppress(OSError):
                behaviour(sock, over)
            sock.close()
            us.closed.release()

        def accept() -> None:
            with contextlib.suppress(OSError):
                while not over.is_set():
                    sock, _ = server.accept()
                    us.connections += 1
                    opened.callback(_shut, sock)
                    threads.append(threading.Thread(target=serve, args=(sock,)))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield us
        finally:
            over.set()
            _shut(server)
            accepting.join()
            opened.close()
            for thread in threads:
                thread.join()


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def read_request(sock: socket.socket) -> bytes:
    """One request with its body; empty when the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := sock.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(head: bytes, body: bytes) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def answering(data: bytes) -> Behaviour:
    """Every request is answered with these bytes."""

    def behave(sock: socket.socket, over: threading.Event) -> None:
        while read_request(sock):
            sock.sendall(data)

    return behave


def answering_then_closing(data: bytes) -> Behaviour:
    """One request is answered with these bytes, and the connection is closed."""

    def behave(sock: socket.socket, over: threading.Event) -> None:
        read_request(sock)
        sock.sendall(data)

    return behave


def trickling(start: bytes, drop: bytes) -> Behaviour:
    """Never silent, and never done: after `start`, `drop` every 20 ms."""

    def behave(sock: socket.socket, over: threading.Event) -> None:
        sock.recv(65536)
        sock.sendall(start)
        while not over.wait(0.02):
            sock.sendall(drop)

    return behave


def silent(sock: socket.socket, over: threading.Event) -> None:
    """Takes the connection and the request, and says nothing."""
    over.wait()


def recording(requests: list[bytes], data: bytes) -> Behaviour:
    """As `answering`, and keeps what it was asked."""

    def behave(sock: socket.socket, over: threading.Event) -> None:
        while request := read_request(sock):
            requests.append(request)
            sock.sendall(data)

    return behave


def echoing(head: bytes) -> Behaviour:
    """Answers with what it was asked, credentials and all."""

    def behave(sock: socket.socket, over: threading.Event) -> None:
        while request := read_request(sock):
            sock.sendall(answer(head, request))

    return behave


def hanging_up_on_the_second(data: bytes) -> Behaviour:
    """A connection's first request is answered; it is closed when the second has come, as a race would have it."""

    def behave(sock: socket.socket, over: threading.Event) -> None:
        read_request(sock)
        sock.sendall(data)
        read_request(sock)

    return behave


def passing_on_to(port: int, requests: list[bytes] | None = None) -> Behaviour:
    """A proxy in front of another port, for its count of connections, and to read along."""

    def behave(sock: socket.socket, over: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            other = {sock: upstream, upstream: sock}
            while True:
                readable, _, _ = select.select([sock, upstream], [], [])
                for one in readable:
                    if not (data := one.recv(65536)):
                        return
                    if requests is not None and one is sock and b"HTTP/1.1\r\n" in data:
                        requests.append(data)
                    elif requests and one is sock:
                        requests[-1] += data
                    other[one].sendall(data)

    return behave


@contextlib.contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full: a connection to it is neither taken nor refused."""
    with contextlib.ExitStack() as held:
        server = held.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]
