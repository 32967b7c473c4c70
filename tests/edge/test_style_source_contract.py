"""What every source of styles promises, asked of each: of files, and of a real Consul agent."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.style_source import Entry, StyleSource
from app.edge.consul_styles import ConsulStyles
from app.edge.consul_transport import ConsulSettings
from app.edge.file_styles import FileStyles
from tests.consul.agent import Agent


@dataclass
class Shelf:
    """A source, and the ways to change what it holds."""

    source: StyleSource
    put: Callable[[str, bytes], None]
    delete: Callable[[str], None]


def file_shelf(folder: Path) -> Shelf:
    clock = itertools.count(1_700_000_000_000)

    def put(name: str, value: bytes) -> None:
        path = folder / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(value)
        # two writes of a fast test may share a millisecond; two of a designer do not
        os.utime(path, ns=(0, next(clock) * 1_000_000))

    return Shelf(FileStyles(folder), put, lambda name: (folder / f"{name}.json").unlink())


def consul_shelf(agent: Agent, prefix: str) -> Shelf:
    settings = ConsulSettings(port=agent.port, connect_timeout=5, read_timeout=5)
    return Shelf(
        ConsulStyles(settings, prefix),
        lambda name, value: agent.put(f"{prefix}/{name}", value),
        lambda name: agent.delete(f"{prefix}/{name}"),
    )


@pytest.fixture(params=["files", "consul"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    if request.param == "files":
        yield file_shelf(tmp_path)
        return
    shelf = consul_shelf(request.getfixturevalue("consul_agent"), request.getfixturevalue("consul_prefix"))
    yield shelf
    assert isinstance(shelf.source, ConsulStyles)
    shelf.source.close()


def values(entries: dict[str, Entry]) -> dict[str, bytes]:
    return {name: entry.value for name, entry in entries.items()}


def test_the_label_is_one_word(shelf: Shelf) -> None:
    assert shelf.source.label in ("files", "consul")


def test_an_absent_style_is_absent(shelf: Shelf) -> None:
    assert shelf.source.read(["nothing"]) == {}


def test_a_present_style_is_its_bytes_as_they_were_put(shelf: Shelf) -> None:
    value = bytes(range(256)) + '{"title": "图"}'.encode()
    shelf.put("brand", value)
    assert values(shelf.source.read(["brand"])) == {"brand": value}


def test_no_names_are_no_entries(shelf: Shelf) -> None:
    assert shelf.source.read([]) == {}


def test_several_styles_are_read_at_once_and_the_absent_ones_left_out(shelf: Shelf) -> None:
    shelf.put("child", b"1")
    shelf.put("parent", b"2")
    for _ in range(3):
        assert values(shelf.source.read(["child", "nothing", "parent", "nowhere"])) == {"child": b"1", "parent": b"2"}


def test_a_name_asked_twice_is_one_entry(shelf: Shelf) -> None:
    shelf.put("brand", b"1")
    assert values(shelf.source.read(["brand", "brand"])) == {"brand": b"1"}
    assert values(shelf.source.read(["brand", "nothing", "brand"])) == {"brand": b"1"}


def test_the_index_grows_with_each_put(shelf: Shelf) -> None:
    indexes = []
    for value in (b"1", b"2", b"3"):
        shelf.put("brand", value)
        indexes.append(shelf.source.read(["brand"])["brand"].index)
    assert indexes == sorted(set(indexes))


def test_the_index_is_the_same_alone_and_among_others(shelf: Shelf) -> None:
    shelf.put("brand", b"1")
    shelf.put("other", b"2")
    assert shelf.source.read(["brand", "other"])["brand"] == shelf.source.read(["brand"])["brand"]


def test_a_change_elsewhere_leaves_the_index_alone(shelf: Shelf) -> None:
    shelf.put("brand", b"1")
    before = shelf.source.read(["brand"])
    shelf.put("other", b"2")
    assert shelf.source.read(["brand"]) == before


def test_a_put_is_seen_by_the_very_next_read(shelf: Shelf) -> None:
    shelf.put("other", b"-")
    for number in range(30):
        shelf.put("brand", b"%d" % number)
        assert shelf.source.read(["brand"])["brand"].value == b"%d" % number
        assert shelf.source.read(["brand", "other"])["brand"].value == b"%d" % number


def test_a_style_that_appears_and_goes_is_seen_at_once_among_others(shelf: Shelf) -> None:
    shelf.put("child", b"1")
    for _ in range(3):
        assert set(shelf.source.read(["child", "parent"])) == {"child"}
        shelf.put("parent", b"2")
        assert set(shelf.source.read(["child", "parent"])) == {"child", "parent"}
        shelf.delete("parent")


def test_an_absent_name_is_not_mistaken_for_the_longer_ones_that_begin_with_it(shelf: Shelf) -> None:
    shelf.put("child", b"1")
    shelf.put("brand-dark", b"2")
    for _ in range(2):
        assert set(shelf.source.read(["child", "brand"])) == {"child"}
        assert set(shelf.source.read(["child", "brand", "brand-dark"])) == {"child", "brand-dark"}


def test_an_empty_document_is_present_and_empty(shelf: Shelf) -> None:
    shelf.put("empty", b"")
    shelf.put("other", b"1")
    assert values(shelf.source.read(["empty"])) == {"empty": b""}
    assert values(shelf.source.read(["empty", "other"])) == {"empty": b"", "other": b"1"}


def test_the_largest_document_that_consul_takes_is_read_whole(shelf: Shelf) -> None:
    shelf.put("big", b"x" * 524288)
    shelf.put("bigger", b"y" * 524288)
    assert len(shelf.source.read(["big"])["big"].value) == 524288
    assert len(shelf.source.read(["big", "bigger"])["bigger"].value) == 524288


def test_the_names_are_those_of_all_styles_sorted(shelf: Shelf) -> None:
    assert shelf.source.names() == []
    for name in ("default", "brand-2", "0"):
        shelf.put(name, b"{}")
    assert shelf.source.names() == ["0", "brand-2", "default"]


@pytest.mark.parametrize("name", ["Brand", "with space", "-dash", "under_score", "a" * 65, "ünïcode"])
def test_what_can_not_be_a_styles_name_is_neither_listed_nor_read(shelf: Shelf, name: str) -> None:
    if not isinstance(shelf.source, ConsulStyles):
        shelf.put(name, b"{}")
    shelf.put("brand", b"{}")
    assert shelf.source.names() == ["brand"]
    assert shelf.source.read([name]) == {}
    assert set(shelf.source.read([name, "brand"])) == {"brand"}


@pytest.mark.parametrize("name", ["", ".", "..", "../secret", "sub/brand", "/etc/passwd", "brand\n", "a\0b", "a?raw"])
def test_a_name_is_never_a_path(shelf: Shelf, name: str) -> None:
    shelf.put("brand", b"{}")
    assert shelf.source.read([name]) == {}
    assert set(shelf.source.read(["brand", name])) == {"brand"}
