"""The style flow over real files, and the parts that its tests share."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.core.style_source import Entry, SourceFault, StyleSource
from app.draw import FontLibrary, compile_style
from app.edge.file_styles import FileStyles
from app.edge.state_folder import StateFolder
from app.flows.styles import Styles


class Consul:
    """A source of documents in memory that can be taken away: outages on demand, and a count of its reads."""

    label = "consul"

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.index = 10
        self.indexes: dict[str, int] = {}
        self.outage: str | None = None
        self.outage_after: int | None = None
        self.reads: list[tuple[str, ...]] = []

    def put(self, name: str, document: Any) -> None:
        self.index += 1
        self.documents[name] = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.indexes[name] = self.index

    def read(self, names: Sequence[str]) -> dict[str, Entry]:
        self.reads.append(tuple(names))
        if self.outage_after is not None and len(self.reads) > self.outage_after:
            self.outage = "hung"
        if self.outage:
            raise SourceFault(self.outage)
        return {name: Entry(self.documents[name], self.indexes[name]) for name in names if name in self.documents}

    def names(self) -> list[str]:
        if self.outage:
            raise SourceFault(self.outage)
        return sorted(self.documents)


@pytest.fixture(scope="session")
def fonts() -> FontLibrary:
    return FontLibrary()


@pytest.fixture
def consul() -> Consul:
    return Consul()


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    """A folder of embedded styles with a default."""
    folder = tmp_path / "embedded"
    folder.mkdir()
    (folder / "default.json").write_text('{"title": {"color": "#010101"}}')
    return folder


@pytest.fixture
def make(consul: Consul, embedded: Path, tmp_path: Path, fonts: FontLibrary) -> Callable[..., Styles]:
    """A worker's style flow; every call is another worker over the same state folder."""

    def worker(source: StyleSource = consul) -> Styles:
        state = StateFolder(tmp_path / "state", "test")
        return Styles(source, FileStyles(embedded), partial(compile_style, fonts=fonts), state)

    return worker
