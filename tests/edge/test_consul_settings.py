"""Consul's address, in every notation that people write."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.edge.consul_settings import ConsulSettings, parse_address

NOTATIONS = [
    ("consul.example", ("http", "consul.example", 8500, None)),
    ("127.0.0.1:8600", ("http", "127.0.0.1", 8600, None)),
    ("http://consul:8500", ("http", "consul", 8500, None)),
    ("http://consul:8500/", ("http", "consul", 8500, None)),
    ("https://consul:8501", ("https", "consul", 8501, None)),
    ("https://consul.example", ("https", "consul.example", 443, None)),
    ("http://consul.example", ("http", "consul.example", 80, None)),
    ("[::1]:8500", ("http", "::1", 8500, None)),
    ("[::1]", ("http", "::1", 8500, None)),
    ("http://[::1]:8500", ("http", "::1", 8500, None)),
    ("https://[fe80::1%eth0]:8501", ("https", "fe80::1%eth0", 8501, None)),
    (" unix:///run/consul/http.sock ", ("http", "localhost", 0, "/run/consul/http.sock")),
]


@pytest.mark.parametrize(("text", "address"), NOTATIONS)
def test_an_address_is_read_in_each_notation(text: str, address: tuple[str, str, int, str | None]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "scheme", "port"),
    [("consul", "https", 8501), ("consul:8500", "https", 8500), ("http://consul:8500", "https", 8500)],
)
def test_ssl_makes_https_of_every_notation(text: str, scheme: str, port: int) -> None:
    assert parse_address(text, ssl=True)[::2] == (scheme, port)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ":8500", "http://", "://consul", "consul:", "consul:http", "consul:0", "consul:65536", "a b:8500"),
        *("::1", "::1:8500", "[::1", "[1::2::3]:8500", "[localhost]:8500", "ftp://consul:21", "unix://relative/path"),
        *("http://consul:8500/prefix", "consul:8500?dc=x", "http://http://consul", "consul\r\nX-Evil: 1", "cönsul"),
    ],
)
def test_a_bad_address_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"host:port, \[IPv6\]:port, http://host:port.*unix:///path; got "):
        parse_address(text)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="a user and password are not allowed") as refused:
        parse_address("http://user:hunter2@consul:8500")
    assert "hunter2" not in str(refused.value)


def test_settings_never_show_a_secret() -> None:
    shown = repr(ConsulSettings(token="s3cret", http_auth=("user", "hunter2")))
    assert "s3cret" not in shown
    assert "hunter2" not in shown


def test_settings_load_neither_the_library_nor_http() -> None:
    code = "import sys, app.edge.consul_settings; print([m for m in ('six', 'http.client', 'ssl') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
