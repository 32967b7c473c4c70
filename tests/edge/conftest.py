"""Agents with doors of their own kind, and agents that a test may hang or kill."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consul.agent import Agent, consul_binary


def _has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
        sock.bind(("::1", 0))
        return True
    return False


@pytest.fixture
def own_agent(consul_binary_or_skip: None) -> Iterator[Agent]:
    """An agent of this test alone."""
    with Agent() as agent:
        yield agent


@pytest.fixture(scope="session")
def certificates(consul_binary_or_skip: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.pem, server.pem (localhost, 127.0.0.1, server.dc1.consul), client.pem, and their keys."""
    folder = tmp_path_factory.mktemp("certificates")
    for command in ("ca create", "cert create -server -dc=dc1", "cert create -client"):
        subprocess.run([str(consul_binary()), "tls", *command.split()], cwd=folder, check=True, capture_output=True)
    names = {"consul-agent-ca": "ca", "dc1-server-consul-0": "server", "dc1-client-consul-0": "client"}
    for made, name in names.items():
        (folder / f"{made}.pem").rename(folder / f"{name}.pem")
        (folder / f"{made}-key.pem").rename(folder / f"{name}-key.pem")
    return folder


@pytest.fixture(scope="session")
def guarded_agent(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """An agent that denies what no token allows, asks for a client certificate over TLS, and has a Unix socket."""
    sockets = tmp_path_factory.mktemp("s")
    config = {
        "acl": {"enabled": True, "default_policy": "deny"},
        "addresses": {"http": f"127.0.0.1 unix://{sockets}/http.sock" + (" ::1" if _has_ipv6() else "")},
        "ca_file": str(certificates / "ca.pem"),
        "cert_file": str(certificates / "server.pem"),
        "key_file": str(certificates / "server-key.pem"),
        "verify_incoming_https": True,
    }
    with Agent(config) as agent:
        agent.put("tests/guarded", b"behind the guard")
        yield agent
