"""python-consul2 over a keep-alive transport of ours, in which every request ends at a deadline.

The library lets its HTTP client be replaced, and its own one will not do in the path of a request: `requests` costs
64 to 146 ms to import, waits without end unless told, and lets its own exceptions through. Here a request has one
deadline, whatever the peer does, and whatever goes wrong comes out as a `SourceFault` that says what happened and
holds no secret.

The library's `base.py` is loaded by path, as a module of our own, because `import consul` brings `requests` along.
Nothing else may import `consul`: its exception classes would be others than the ones here.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import importlib.util
import os
import re
import select
import ssl
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.style_source import SourceFault
from app.edge.consul_settings import Address, ConsulSettings, parse_address
from app.edge.timed_socket import Deadline, TimedSocket, connect, connect_unix, secure

__all__ = ["Address", "Conflict", "Consul", "ConsulSettings", "ConsulTransport", "parse_address"]

MAX_ANSWER = 8 * 1024 * 1024  # a value ends at 512 KB, in base64 683 KB: room for a chain of eight, and some
MAX_IDLE = 8
IDLE_SECONDS = 60.0  # after minutes a firewall may have forgotten the connection, and asking on it is a timeout
MAX_EXCERPT = 200
MAX_TOKEN = 4096


def _load_base() -> Any:
    package = importlib.util.find_spec("consul")
    if package is None or package.origin is None:
        raise ImportError("python-consul2 is not installed, and Consul is asked through it")
    spec = importlib.util.spec_from_file_location("limn_consul_base", Path(package.origin).with_name("base.py"))
    if spec is None or spec.loader is None:
        raise ImportError(f"python-consul2 has no base.py beside {package.origin}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


base = _load_base()
_HTTPClient: Any = base.HTTPClient
_Consul: Any = base.Consul
Answer = tuple[int, http.client.HTTPMessage, bytes]


class Conflict(SourceFault):
    """A transaction was rolled back; `body` has its errors, each with the index of its operation."""

    def __init__(self, message: str, body: str) -> None:
        super().__init__(message)
        self.body = body


class _HungUp(SourceFault):
    """The peer closed the connection before it answered: on a kept one, the request may never have been read."""


class _Connection(http.client.HTTPConnection):
    """A kept connection. It belongs to the process that opened it: a child must not talk into its parent's."""

    auto_open = 0
    sock: TimedSocket

    def __init__(self, settings: ConsulSettings, sock: TimedSocket) -> None:
        super().__init__(settings.host, settings.port)
        self.sock = sock
        self.pid = os.getpid()
        self.last_used = time.monotonic()

    def is_usable(self) -> bool:
        """Whether it is ours, used lately, and quiet: a byte or an end that nobody asked for ends its use."""
        if self.pid != os.getpid() or time.monotonic() - self.last_used > IDLE_SECONDS:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    query: list[tuple[str, Any]]
    headers: dict[str, str] = field(repr=False)
    body: bytes | None
    deadline: Deadline
    is_read: bool

    @property
    def target(self) -> str:
        path = urllib.parse.quote(self.path)
        return f"{path}?{urllib.parse.urlencode(self.query)}" if self.query else path

    def excerpt(self, said: object) -> str:
        """A line of what the peer said: short, printable, and without the secrets it may have echoed."""
        text = str(said)
        for secret in self._secrets():
            text = text.replace(secret, "***")
        line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * MAX_EXCERPT]).split())
        return line if len(line) <= MAX_EXCERPT else line[:MAX_EXCERPT] + "..."

    def _secrets(self) -> list[str]:
        basic = self.headers.get("Authorization", "").removeprefix("Basic ")
        password = base64.b64decode(basic).decode().partition(":")[2]
        return [secret for secret in (self.headers.get("X-Consul-Token"), basic, password) if secret]


class ConsulTransport(_HTTPClient):  # type: ignore[misc, unused-ignore]
    """The HTTP client that python-consul2 asks through. Safe among threads, and after a fork.

    Raises:
        SourceFault: whatever goes wrong, within `connect_timeout + read_timeout` seconds.
    """

    def __init__(self, settings: ConsulSettings) -> None:
        super().__init__(settings.host, settings.port, settings.scheme, settings.verify)
        self.settings = settings
        self._idle: deque[_Connection] = deque()  # its append and pop are atomic: no lock for a fork to leave locked
        self._within = threading.local()

    def get(self, callback: Callable[..., Any], path: str, params: Any = None, headers: Any = None) -> Any:
        return self._call(callback, self._request("GET", path, params, headers, None))

    def put(
        self, callback: Callable[..., Any], path: str, params: Any = None, data: Any = "", headers: Any = None
    ) -> Any:
        return self._call(callback, self._request("PUT", path, params, headers, data))

    def delete(
        self, callback: Callable[..., Any], path: str, params: Any = None, data: Any = "", headers: Any = None
    ) -> Any:
        return self._call(callback, self._request("DELETE", path, params, headers, data))

    def post(
        self, callback: Callable[..., Any], path: str, params: Any = None, data: Any = "", headers: Any = None
    ) -> Any:
        return self._call(callback, self._request("POST", path, params, headers, data))

    @contextlib.contextmanager
    def one_read(self) -> Iterator[None]:
        """All requests inside share one deadline, and change nothing, so that each may be asked again."""
        self._within.deadline = self._deadline()
        try:
            yield
        finally:
            self._within.deadline = None

    def close(self) -> None:
        """Close the connections that wait for a request."""
        while (connection := self._pop()) is not None:
            connection.close()

    def fault(self, what: str) -> SourceFault:
        return SourceFault(f"Consul at {self.settings.address} {what}")

    def _deadline(self) -> Deadline:
        return Deadline.after(self.settings.connect_timeout + self.settings.read_timeout)

    def _request(self, method: str, path: str, params: Any, headers: Any, data: Any) -> _Request:
        shared = getattr(self._within, "deadline", None)
        place = {"dc": self.settings.datacenter, "ns": self.settings.namespace}
        return _Request(
            method=method,
            path=path,
            query=[*(params or ()), *((name, value) for name, value in place.items() if value)],
            headers={**self._credentials(), **(headers or {})},
            body=data.encode() if isinstance(data, str) else data,
            deadline=shared or self._deadline(),
            is_read=method == "GET" or shared is not None,
        )

    def _credentials(self) -> dict[str, str]:
        headers = {"User-Agent": "limn"}
        if token := self._token():
            headers["X-Consul-Token"] = token
        if self.settings.http_auth:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(self.settings.http_auth).encode()).decode()
        return headers

    def _token(self) -> str | None:
        """The token of this moment. Reading the file costs far less than a request, and no rotation is missed."""
        token, place = self.settings.token, "Consul's token"
        if self.settings.token_file:
            place = f"Consul's token file {self.settings.token_file}"
            try:
                with open(self.settings.token_file, "rb") as file:
                    token = file.read(MAX_TOKEN).decode("latin-1").strip()
            except OSError as error:
                raise SourceFault(f"{place} can't be read: {error.strerror}") from None
            if not token:
                raise SourceFault(f"{place} is empty")
        if token and not re.fullmatch(r"[!-~]+", token):
            raise SourceFault(f"{place} is not one token: expected printable ASCII without spaces")
        return token

    def _call(self, callback: Callable[..., Any], request: _Request) -> Any:
        status, headers, content = self._send(request)
        if status not in (200, 404):
            raise self._refusal(request, status, content)
        is_kv_read = request.method == "GET" and request.path.startswith("/v1/kv/")
        # a 404 of anything else, a proxy or a wrong port, looks just like an absent key
        if (is_kv_read or status == 404) and "X-Consul-Index" not in headers:
            raise self.fault(f"answered {status} without X-Consul-Index: is this Consul?")
        try:
            found = callback(base.Response(status, headers, content.decode(), content))
            if is_kv_read and status == 200 and found[1] is None:  # to the library, [] is an absent key too
                raise ValueError
            return found
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            said = request.excerpt(content.decode(errors="replace"))
            raise self.fault(f"answered {status} with something other than Consul's JSON: {said}") from None

    def _refusal(self, request: _Request, status: int, content: bytes) -> SourceFault:
        body = content.decode(errors="replace")
        said = f": {request.excerpt(body)}" if body else ""
        if status == 409:
            return Conflict(str(self.fault(f"rolled the transaction back{said}")), body)
        if status == 403:
            what = "the token" if "X-Consul-Token" in request.headers else "a request without a token"
            return self.fault(f"refused {what} (403){said}")
        return self.fault(f"answered {status}{said}")

    def _send(self, request: _Request) -> Answer:
        connection = self._kept()
        if connection is not None:
            try:
                return self._exchange(connection, request)
            except _HungUp:
                if not request.is_read:
                    raise
        return self._exchange(self._open(request), request)

    def _kept(self) -> _Connection | None:
        while (connection := self._pop()) is not None:
            if connection.is_usable():
                return connection
            connection.close()
        return None

    def _pop(self) -> _Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _keep(self, connection: _Connection) -> None:
        connection.last_used = time.monotonic()
        if len(self._idle) < MAX_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def _exchange(self, connection: _Connection, request: _Request) -> Answer:
        connection.sock.deadline = request.deadline.or_after(self.settings.read_timeout)
        is_reusable = False
        try:
            with self._ask(connection, request) as response:
                content = self._read(response)
                is_reusable = response.isclosed() and not response.will_close
            return response.status, response.headers, content
        except TimeoutError:
            self.close()  # the others lead to the same silent peer: the next request finds out afresh
            raise self.fault(f"did not answer within {self.settings.read_timeout:g} s") from None
        except http.client.IncompleteRead:
            raise self.fault("cut its answer short") from None
        except http.client.HTTPException as error:
            said = request.excerpt(f"{type(error).__name__}: {error}")
            raise self.fault(f"answered with something other than HTTP ({said})") from None
        except OSError as error:
            raise self.fault(f"broke off its answer: {request.excerpt(error)}") from None
        finally:
            if is_reusable:
                self._keep(connection)
            else:
                connection.close()

    def _ask(self, connection: _Connection, request: _Request) -> http.client.HTTPResponse:
        try:
            connection.request(request.method, request.target, request.body, request.headers)
            return connection.getresponse()
        except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise _HungUp(str(self.fault("closed the connection without an answer"))) from None

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        # only read() tells a body cut short from a complete one, and only read(n) is bounded where no length is given
        is_bounded = response.length is not None and response.length <= MAX_ANSWER
        content = response.read() if is_bounded else response.read(MAX_ANSWER + 1)
        if len(content) > MAX_ANSWER:
            raise self.fault(f"answered with more than {MAX_ANSWER} bytes")
        return content

    def _open(self, request: _Request) -> _Connection:
        wanted = self.settings
        deadline = request.deadline.or_after(wanted.connect_timeout)
        try:
            context = self._tls_context() if wanted.scheme == "https" else None
            if wanted.socket_path:
                sock = connect_unix(wanted.socket_path, deadline)
            else:
                sock = connect(wanted.host, wanted.port, deadline)
            if context is not None:
                sock = secure(sock, context, wanted.tls_server_name or wanted.host, deadline)
        except TimeoutError:
            raise self.fault(f"did not take the connection within {wanted.connect_timeout:g} s") from None
        except (OSError, ValueError) as error:
            raise self.fault(f"can't be reached: {request.excerpt(error)}") from None
        return _Connection(wanted, sock)

    def _tls_context(self) -> ssl.SSLContext:
        """Made anew for each connection, so that certificates rotate too: connections are few, and kept."""
        wanted = self.settings
        try:
            context = ssl.create_default_context(cafile=wanted.ca_file, capath=wanted.ca_path)
            if wanted.client_cert:
                # without a password given, OpenSSL asks for an encrypted key's on the terminal, and waits
                context.load_cert_chain(wanted.client_cert, wanted.client_key, password="")
        except (OSError, ValueError) as error:
            files = ", ".join(filter(None, (wanted.ca_file, wanted.ca_path, wanted.client_cert, wanted.client_key)))
            raise self.fault(f"can't be reached over TLS: {error}, in one of {files}") from None
        if not wanted.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class Consul(_Consul):  # type: ignore[misc, unused-ignore]
    """python-consul2's client over this transport, with the parts of it that Limn uses: `kv` and `txn`."""

    def __init__(self, settings: ConsulSettings) -> None:
        # the library's own constructor lets CONSUL_HTTP_ADDR and CONSUL_HTTP_TOKEN override what it is given, and warns
        # of endpoints that nobody here asks for; token and datacenter are None because the transport adds them
        self.http = ConsulTransport(settings)
        self.token = None
        self.dc = None
        self.consistency = "default"
        self.kv = _Consul.KV(self)
        self.txn = _Consul.Txn(self)
