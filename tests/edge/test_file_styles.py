"""What only files can do to a source of styles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.style_source import Entry, SourceFault
from app.edge import file_styles
from app.edge.file_styles import FileStyles


def test_a_missing_folder_has_no_styles(tmp_path: Path) -> None:
    source = FileStyles(tmp_path / "missing")
    assert source.names() == []
    assert source.read(["default"]) == {}


def test_a_folder_that_is_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source = FileStyles(tmp_path / "file")
    with pytest.raises(SourceFault, match="can't be listed: Not a directory"):
        source.names()
    with pytest.raises(SourceFault, match="can't be read: Not a directory"):
        source.read(["default"])


def test_the_index_is_the_modification_time_in_milliseconds(tmp_path: Path) -> None:
    (tmp_path / "default.json").write_bytes(b"{}")
    os.utime(tmp_path / "default.json", ns=(0, 1_700_000_000_123_999_999))
    assert FileStyles(tmp_path).read(["default"]) == {"default": Entry(b"{}", 1_700_000_000_123)}


def test_only_json_files_are_styles(tmp_path: Path) -> None:
    for name in ("default.json", "default.json.swp", ".json", "notes.txt", "..json"):
        (tmp_path / name).touch()
    assert FileStyles(tmp_path).names() == ["default"]


def test_a_link_is_followed_as_a_config_maps_files_are(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "default.json").write_bytes(b"{}")
    (tmp_path / "default.json").symlink_to("..data/default.json")
    assert FileStyles(tmp_path).names() == ["default"]
    assert FileStyles(tmp_path).read(["default"])["default"].value == b"{}"


def test_a_folder_named_like_a_style_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "default.json").mkdir()
    with pytest.raises(SourceFault, match=r"default\.json can't be read: Is a directory"):
        FileStyles(tmp_path).read(["default"])


def test_a_pipe_that_nobody_writes_to_is_a_fault_and_no_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "default.json")
    with pytest.raises(SourceFault, match=r"default\.json is not a regular file"):
        FileStyles(tmp_path).read(["default"])


def test_a_link_to_itself_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "default.json").symlink_to("default.json")
    with pytest.raises(SourceFault, match="can't be read: Too many levels of symbolic links"):
        FileStyles(tmp_path).read(["default"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "default.json").touch(mode=0)
    with pytest.raises(SourceFault, match="can't be read: Permission denied"):
        FileStyles(tmp_path).read(["default"])


def test_a_file_larger_than_a_document_may_be_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "limit.json").write_bytes(b"x" * 1024 * 1024)
    (tmp_path / "more.json").write_bytes(b"x" * (1024 * 1024 + 1))
    assert len(FileStyles(tmp_path).read(["limit"])["limit"].value) == 1024 * 1024
    with pytest.raises(SourceFault, match=r"more\.json is larger than the 1048576 bytes"):
        FileStyles(tmp_path).read(["more"])


def test_files_that_change_while_they_are_read_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "child.json").write_bytes(b"old")
    (tmp_path / "parent.json").write_bytes(b"old")
    read = FileStyles._entry
    changes = iter([True, False])

    def change_both_after_the_first(source: FileStyles, name: str) -> Entry | None:
        entry = read(source, name)
        if name == "child" and next(changes):
            (tmp_path / "child.json").write_bytes(b"newer")
            (tmp_path / "parent.json").write_bytes(b"newer")
        return entry

    monkeypatch.setattr(FileStyles, "_entry", change_both_after_the_first)
    entries = FileStyles(tmp_path).read(["child", "parent"])
    assert [entries[name].value for name in ("child", "parent")] == [b"newer", b"newer"]


def test_files_that_never_rest_are_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "child.json").write_bytes(b"")
    read = FileStyles._entry

    def grow(source: FileStyles, name: str) -> Entry | None:
        with (tmp_path / "child.json").open("ab") as file:
            file.write(b"x")
        return read(source, name)

    monkeypatch.setattr(FileStyles, "_entry", grow)
    with pytest.raises(SourceFault, match=f"changed each of the {file_styles.TRIES} times"):
        FileStyles(tmp_path).read(["child"])
