"""Style documents as files of a folder: for a laptop, a test, and a ConfigMap mounted into a pod.

A file is not a peer with a deadline, but it can be a pipe that nobody writes to, or a gigabyte: both are refused
without being read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from app.core.style_source import STYLE_NAME, Entry, SourceFault

MAX_DOCUMENT = 1024 * 1024
TRIES = 3


class FileStyles:
    """The `StyleSource` over `<folder>/<name>.json`; an entry's index is the file's modification time in ms."""

    label = "files"

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def read(self, names: Sequence[str]) -> dict[str, Entry]:
        wanted = [name for name in names if STYLE_NAME.fullmatch(name)]
        for _ in range(TRIES):
            before = [self._stamp(name) for name in wanted]
            read = {name: self._entry(name) for name in wanted}
            if [self._stamp(name) for name in wanted] == before:
                return {name: entry for name, entry in read.items() if entry is not None}
        raise SourceFault(f"the style files in {self.folder} changed each of the {TRIES} times they were read")

    def names(self) -> list[str]:
        try:
            found = [Path(entry).stem for entry in os.listdir(self.folder) if entry.endswith(".json")]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise SourceFault(f"the folder {self.folder} can't be listed: {error.strerror}") from None
        return sorted(name for name in found if STYLE_NAME.fullmatch(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _stamp(self, name: str) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self._path(name))
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _entry(self, name: str) -> Entry | None:
        path = self._path(name)
        try:
            with open(path, "rb", opener=_open_without_waiting) as file:
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    raise SourceFault(f"{path} is not a regular file")
                value = file.read(MAX_DOCUMENT + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceFault(f"{path} can't be read: {error.strerror}") from None
        if len(value) > MAX_DOCUMENT:
            raise SourceFault(f"{path} is larger than the {MAX_DOCUMENT} bytes a style document may have")
        return Entry(value, found.st_mtime_ns // 1_000_000)


def _open_without_waiting(path: str, flags: int) -> int:
    # a pipe without a writer would hold up a plain open for ever
    return os.open(path, flags | os.O_NONBLOCK)
