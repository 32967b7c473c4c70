"""Sockets whose every wait ends at one deadline.

A socket's own timeout counts a silence, not a conversation: a peer that sends a byte a second is never late. Here each
wait is cut to what is left until a deadline that the owner moves forward for each request, so nothing built on top
(http.client, TLS) can wait longer, however its peer behaves. `getaddrinfo` can't be cut, so it runs beside.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Any

from app.edge.consul_settings import is_ip_literal


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    def or_after(self, seconds: float) -> Deadline:
        """This moment, or the one in so many seconds, whichever comes first."""
        return Deadline(min(self.at, time.monotonic() + seconds))

    def remaining(self) -> float:
        """The seconds left, never 0, which to a socket would mean not to wait at all.

        Raises:
            TimeoutError: none are left.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class TimedSocket(socket.socket):
    """A socket that http.client can read and write, each time no longer than until `deadline`."""

    deadline: Deadline

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        self.settimeout(self.deadline.remaining())
        return super().recv_into(*arguments, **named)

    def sendall(self, data: Any, flags: int = 0) -> None:
        unsent = memoryview(data)
        while unsent:
            self.settimeout(self.deadline.remaining())
            unsent = unsent[self.send(unsent, flags) :]


class TimedTLSSocket(TimedSocket, ssl.SSLSocket):
    """The same under TLS."""


def connect(host: str, port: int, deadline: Deadline) -> TimedSocket:
    """The first of the host's addresses that takes the connection; a silent one uses up no more than its share.

    Raises:
        OSError: none of them did; TimeoutError if the deadline came first.
    """
    addresses = resolve(host, port, deadline)
    failure = OSError(f"the name {host} has no address")
    for behind, (family, address) in enumerate(addresses):
        try:
            return _connect(family, address, deadline.remaining() / (len(addresses) - behind))
        except OSError as error:
            failure = error
    raise failure


def connect_unix(path: str, deadline: Deadline) -> TimedSocket:
    """As `connect`, to a Unix socket."""
    return _connect(socket.AF_UNIX, path, deadline.remaining())


def _connect(family: int, address: Any, seconds: float) -> TimedSocket:
    sock = TimedSocket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(address)
        if family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def secure(sock: TimedSocket, context: ssl.SSLContext, server_name: str, deadline: Deadline) -> TimedTLSSocket:
    """The connection under TLS, its handshake done; on failure the socket is closed."""
    context.sslsocket_class = TimedTLSSocket
    try:
        tls = context.wrap_socket(sock, server_hostname=server_name, do_handshake_on_connect=False)
    except BaseException:
        sock.close()
        raise
    try:
        tls.settimeout(deadline.remaining())
        tls.do_handshake()
    except BaseException:
        tls.close()
        raise
    assert isinstance(tls, TimedTLSSocket)  # noqa: S101 - the class asked for above, said to the type checker
    return tls


class _Lookup:
    """One name being resolved, in a thread that the requests waiting for it can leave behind."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.addresses: list[tuple[int, Any]] = []
        self.failure: str | None = None

    def run(self, key: tuple[int, str, int]) -> None:
        try:
            found = socket.getaddrinfo(key[1], key[2], type=socket.SOCK_STREAM)
            self.addresses = [(family, address) for family, _, _, _, address in found]
        except (OSError, UnicodeError) as error:
            self.failure = f"the name {key[1]} can't be resolved: {error}"
        finally:
            _lookups.pop(key, None)
            self.done.set()


_lookups: dict[tuple[int, str, int], _Lookup] = {}
"""At most one a name, whoever waits. The process is in the key: a forked child does not have its parent's threads."""


def resolve(host: str, port: int, deadline: Deadline) -> list[tuple[int, Any]]:
    """The families and addresses of a host, as `socket.connect` takes them.

    Raises:
        OSError: there are none; TimeoutError if the resolver did not answer by the deadline.
    """
    if is_ip_literal(host):
        return [(socket.AF_INET6 if ":" in host else socket.AF_INET, (host, port))]
    key = (os.getpid(), host, port)
    ours = _Lookup()
    lookup = _lookups.setdefault(key, ours)
    if lookup is ours:
        try:
            threading.Thread(target=lookup.run, args=(key,), daemon=True, name=f"resolve {host}").start()
        except RuntimeError as error:
            _lookups.pop(key, None)
            raise OSError(f"the name {host} can't be resolved: {error}") from None
    if not lookup.done.wait(deadline.remaining()):
        raise TimeoutError
    if lookup.failure is not None:
        raise OSError(lookup.failure)
    return lookup.addresses
