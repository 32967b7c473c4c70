"""What a source of style documents promises: the interface that `app/edge` implements and `app/flows` reads.

A source stores documents; it does not understand them. It answers for several names in one consistent read, because a
style and the styles it extends must come from one moment: read one after the other, a child could meet its parent's
next version.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

STYLE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""What a style may be called, to be matched as a whole. The name is a file's name and the end of a key."""


class SourceFault(Exception):
    """The source did not answer, or not in time, or not sensibly. The message says which, and never holds a secret."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored document: its bytes as they were put, and the index of its last change (it only ever grows)."""

    value: bytes
    index: int


class StyleSource(Protocol):
    """Where style documents live."""

    label: str
    """One word for headers and `/styles`: "consul" or "files"."""

    def read(self, names: Sequence[str]) -> dict[str, Entry]:
        """The documents of `names` that exist, all from one moment.

        Raises:
            SourceFault: within the source's deadline, whatever its peer does.
        """
        ...

    def names(self) -> list[str]:
        """The names of all stored styles, sorted.

        Raises:
            SourceFault: as `read`.
        """
        ...
