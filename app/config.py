"""The settings: the only place that reads the environment.

One table of name, cast, default and help. A value that can't be cast is an error that names the setting and what is
allowed, and never echoes a secret. The README's table is checked against this one by a test.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.limits import Limits
from app.edge.consul_settings import ConsulSettings, parse_address

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting that can't be used; the message names it and says what is allowed."""


def whole(low: int, high: int) -> Callable[[str], int]:
    """A cast to a whole number from `low` to `high`."""

    def cast(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    cast.__doc__ = f"a whole number from {low:,} to {high:,}"
    return cast


def duration(low: float, high: float) -> Callable[[str], float]:
    """A cast to seconds from `low` to `high`."""

    def cast(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError
        return value

    cast.__doc__ = f"seconds, from {low:g} to {high:g}"
    return cast


def flag(text: str) -> bool:
    """true or false"""
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ValueError


def folder(text: str) -> Path:
    """a folder's path"""
    return Path(text).expanduser()


def words(text: str) -> str:
    """text"""
    return text


def level(text: str) -> str:
    """debug, info, warning or error"""
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError
    return text.lower()


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. A default of None means that the setting may be absent."""

    name: str
    cast: Callable[[str], Any]
    default: Any
    help: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("PORT", whole(0, 65_535), 8080, "The port to serve on."),
    Setting("LIMN_HOST", words, "127.0.0.1", "The address to serve on; 0.0.0.0 in a container."),
    Setting("LIMN_STYLES", folder, ROOT / "consul" / "styles", "The folder of the embedded styles."),
    Setting("LIMN_FONTS", folder, None, "A folder of brand fonts that styles may name (.ttf, .otf, .ttc)."),
    Setting("LIMN_STATE", folder, None, "The folder of the last good styles; by default limn in XDG_STATE_HOME."),
    Setting("LIMN_WORKERS", whole(1, 64), None, "Processes; by default one for each processor."),
    Setting("LIMN_QUEUE", whole(0, 1_000), 8, "Charts that may wait in a process; past them the answer is 503."),
    Setting("LIMN_GRACEFUL_TIMEOUT", duration(0, 3_600), 300.0, "How long requests may take to end at SIGTERM."),
    Setting("LIMN_DRAIN", duration(0, 600), 1.0, "How long requests are taken after SIGTERM; /readyz says no."),
    Setting("LIMN_BODY_TIMEOUT", duration(0.1, 600), 20.0, "How long a request's body may take to arrive."),
    Setting("LIMN_MAX_BODY", whole(1_000, 1_000_000_000), 16_000_000, "The largest body, in bytes."),
    Setting("LIMN_MAX_POINTS", whole(1, 100_000_000), 200_000, "The most points (or cells) in a chart."),
    Setting("LIMN_MAX_SERIES", whole(1, 10_000), 200, "The most series in a chart."),
    Setting("LIMN_MAX_PIXELS", whole(1, 1_000_000_000), 16_000_000, "The largest picture: width x height x dpr x dpr."),
    Setting("LIMN_MAX_TEXT", whole(1, 100_000), 1_000, "The longest title, label or name, in characters."),
    Setting("LIMN_LOG_LEVEL", level, "info", "debug, info, warning or error."),
    Setting("LIMN_CONSUL_PREFIX", words, "plotting/styles", "The folder of the styles in Consul KV."),
    Setting("LIMN_CONSUL_DATACENTER", words, None, "The datacenter to read from; by default the agent's own."),
    Setting("LIMN_CONSUL_CONNECT_TIMEOUT", duration(0.001, 60), 0.25, "How long connecting to Consul may take."),
    Setting("LIMN_CONSUL_READ_TIMEOUT", duration(0.001, 60), 0.5, "How long Consul's whole answer may take."),
    Setting("CONSUL_HTTP_ADDR", words, None, "Consul's address; without it the embedded styles serve."),
    Setting("CONSUL_HTTP_TOKEN", words, None, "The token for Consul.", secret=True),
    Setting("CONSUL_HTTP_TOKEN_FILE", words, None, "A file with the token, read again when it changes."),
    Setting("CONSUL_HTTP_AUTH", words, None, "user:password for a proxy in front of Consul.", secret=True),
    Setting("CONSUL_HTTP_SSL", flag, False, "Speak TLS to an address without a scheme."),
    Setting("CONSUL_HTTP_SSL_VERIFY", flag, True, "Verify Consul's certificate."),
    Setting("CONSUL_CACERT", words, None, "A file of the authorities that sign Consul's certificate."),
    Setting("CONSUL_CAPATH", words, None, "A folder of the authorities that sign Consul's certificate."),
    Setting("CONSUL_CLIENT_CERT", words, None, "The client certificate's file, for mutual TLS."),
    Setting("CONSUL_CLIENT_KEY", words, None, "The client certificate's key file."),
    Setting("CONSUL_TLS_SERVER_NAME", words, None, "The name to expect in Consul's certificate."),
    Setting("CONSUL_NAMESPACE", words, None, "The namespace to read from (Consul Enterprise)."),
)  # fmt: skip


class Config:
    """The settings' values. `config["PORT"]` is the value, cast; secrets stay out of its repr."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """Read every setting.

        Raises:
            ConfigError: a value that can't be cast, or an address that can't be read.
        """
        environ = os.environ if environ is None else environ
        self._values = {setting.name: _value(setting, environ) for setting in SETTINGS}
        if self._values["LIMN_STATE"] is None:
            self._values["LIMN_STATE"] = _state_folder(environ)
        if self._values["LIMN_WORKERS"] is None:
            self._values["LIMN_WORKERS"] = min(len(os.sched_getaffinity(0)), 64)
        self.consul = self._consul()

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __repr__(self) -> str:
        shown = {s.name: "***" if s.secret and self[s.name] else self[s.name] for s in SETTINGS}
        return f"Config({shown})"

    @property
    def limits(self) -> Limits:
        """What one request may ask for."""
        return Limits(
            points=self["LIMN_MAX_POINTS"],
            series=self["LIMN_MAX_SERIES"],
            pixels=self["LIMN_MAX_PIXELS"],
            text=self["LIMN_MAX_TEXT"],
        )

    def _consul(self) -> ConsulSettings | None:
        address = self["CONSUL_HTTP_ADDR"]
        if address is None:
            return None
        try:
            scheme, host, port, socket_path = parse_address(address, ssl=self["CONSUL_HTTP_SSL"])
        except ValueError as error:
            raise ConfigError(f"CONSUL_HTTP_ADDR: {error}") from None
        auth = self["CONSUL_HTTP_AUTH"]
        if auth is not None and ":" not in auth:
            raise ConfigError("CONSUL_HTTP_AUTH: expected user:password")
        return ConsulSettings(
            scheme=scheme,
            host=host,
            port=port,
            socket_path=socket_path,
            token=self["CONSUL_HTTP_TOKEN"],
            token_file=self["CONSUL_HTTP_TOKEN_FILE"],
            http_auth=tuple(auth.split(":", 1)) if auth else None,
            datacenter=self["LIMN_CONSUL_DATACENTER"],
            namespace=self["CONSUL_NAMESPACE"],
            ca_file=self["CONSUL_CACERT"],
            ca_path=self["CONSUL_CAPATH"],
            client_cert=self["CONSUL_CLIENT_CERT"],
            client_key=self["CONSUL_CLIENT_KEY"],
            tls_server_name=self["CONSUL_TLS_SERVER_NAME"],
            verify=self["CONSUL_HTTP_SSL_VERIFY"],
            connect_timeout=self["LIMN_CONSUL_CONNECT_TIMEOUT"],
            read_timeout=self["LIMN_CONSUL_READ_TIMEOUT"],
        )


def _state_folder(environ: Mapping[str, str]) -> Path:
    """Where programs keep their state, as XDG has it; without a home, a folder of this user's among temporary files."""
    if base := environ.get("XDG_STATE_HOME"):
        return Path(base) / "limn"
    if home := environ.get("HOME"):
        return Path(home) / ".local" / "state" / "limn"
    return Path(tempfile.gettempdir()) / f"limn-{os.getuid()}"


def _value(setting: Setting, environ: Mapping[str, str]) -> Any:
    text = environ.get(setting.name)
    # An empty variable is how a manifest or a shell says "not set".
    if text is None or text == "":
        return setting.default
    try:
        return setting.cast(text)
    except ValueError:
        got = "" if setting.secret else f", got {text!r}"
        raise ConfigError(f"{setting.name}: expected {setting.cast.__doc__}{got}") from None
