"""Fixtures that more than one folder of tests uses."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from tests.consul.agent import Agent, Unavailable, consul_binary


@pytest.fixture(scope="session")
def consul_binary_or_skip() -> None:
    """A machine that can't get Consul skips the tests that need it; CI may not."""
    try:
        consul_binary()
    except Unavailable as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def consul_agent(consul_binary_or_skip: None) -> Iterator[Agent]:
    """One real agent that all tests share: leave it running, and write under `consul_prefix` only."""
    with Agent() as agent:
        yield agent


@pytest.fixture
def consul_prefix() -> str:
    """A folder of keys that no other test uses."""
    return f"tests/{uuid.uuid4().hex}"
