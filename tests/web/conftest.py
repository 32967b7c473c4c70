"""The service in this process, and one that really runs, both with nothing of the machine's own settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from tests.serving import Served


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., FlaskClient]:
    """A client of a service of its own, with these settings."""

    def client(**settings: str) -> FlaskClient:
        state = tmp_path_factory.mktemp("state")
        return create_app(Config({"LIMN_STATE": str(state), **settings})).test_client()

    return client


@pytest.fixture(scope="session")
def client(start: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of the service as it is without any setting."""
    return start()


@pytest.fixture
def styles(tmp_path: Path) -> Path:
    """A folder of styles, with a default."""
    folder = tmp_path / "styles"
    folder.mkdir()
    (folder / "default.json").write_text('{"title": {"color": "#102030"}}')
    return folder


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A real server of two processes."""
    with Served({"LIMN_WORKERS": "2", "LIMN_DRAIN": "0", "LIMN_MAX_BODY": "1000000"}) as server:
        yield server
