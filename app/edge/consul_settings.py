"""How to reach Consul, as a value: apart from the client, so that reading the configuration loads nothing.

python-consul2 reads `CONSUL_HTTP_ADDR` itself and mangles `http://` and IPv6; `parse_address` is what it should do.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

ALLOWED = "host, host:port, [IPv6]:port, http://host:port, https://host:port, unix:///path"
PORTS_OF_SCHEMES = {"http": 80, "https": 443}
PORTS_OF_CONSUL = {"http": 8500, "https": 8501}
HOST_AND_PORT = re.compile(
    r"(?: \[ (?P<literal> [0-9A-Fa-f:.]+ (?:%\w+)? ) \] | (?P<name> [A-Za-z0-9._-]+ ) )"
    r"(?: : (?P<port> [0-9]{1,5} ) )?"
    r"/?",
    re.VERBOSE | re.ASCII,
)


class Address(NamedTuple):
    """Where an agent listens: a host and port, or the path of a Unix socket."""

    scheme: str
    host: str
    port: int
    socket_path: str | None = None


def parse_address(text: str, ssl: bool = False) -> Address:
    """The address in CONSUL_HTTP_ADDR's notation; `ssl` is CONSUL_HTTP_SSL, which makes https of all of them.

    A URL without a port means the scheme's own port, as it does to the `consul` command; a bare host means Consul's.

    Raises:
        ValueError: with what is allowed, and without the text where it may hold a password.
    """
    scheme, separator, rest = text.strip().rpartition("://")
    if "@" in text:
        raise ValueError("a user and password are not allowed in Consul's address: they have a setting of their own")
    if scheme not in ("", "http", "https", "unix"):
        _refuse(text)
    secure = "https" if ssl or scheme == "https" else "http"
    if scheme == "unix":
        if not rest.startswith("/"):
            _refuse(text)
        return Address(secure, "localhost", 0, rest)
    found = HOST_AND_PORT.fullmatch(rest)
    if found is None or (separator and not scheme):
        _refuse(text)
    port = int(found["port"] or (PORTS_OF_SCHEMES if separator else PORTS_OF_CONSUL)[secure])
    if not 1 <= port <= 65535 or (found["literal"] and not is_ip_literal(found["literal"])):
        _refuse(text)
    return Address(secure, found["literal"] or found["name"], port)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"expected Consul's address as one of {ALLOWED}; got {text[:100]!r}")


def is_ip_literal(host: str) -> bool:
    """Whether the host is an address already, and needs no resolving."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class ConsulSettings:
    """How to reach an agent. Of the token and the token file, the file wins, as it does for the `consul` command."""

    scheme: str = "http"
    host: str = "127.0.0.1"
    port: int = 8500
    socket_path: str | None = None
    token: str | None = field(default=None, repr=False)
    token_file: str | None = None
    http_auth: tuple[str, str] | None = field(default=None, repr=False)
    datacenter: str | None = None
    namespace: str | None = None
    ca_file: str | None = None
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    tls_server_name: str | None = None
    verify: bool = True
    connect_timeout: float = 0.25
    read_timeout: float = 0.5

    @property
    def address(self) -> str:
        """The address as messages have it."""
        if self.socket_path:
            return f"unix://{self.socket_path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
