"""What is remembered of the last good version of a style, and the interface of the memory that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Good:
    """A version that could be drawn with: its documents merged into one, and where it came from."""

    name: str
    index: int
    source: str
    document: Mapping[str, Any]
    was_deleted: bool = False
    """It is the embedded style, which serves since its name was deleted from the source."""


class LastGood(Protocol):
    """Keeps one `Good` a name, for all workers of a pod."""

    def keep(self, good: Good) -> None:
        """Remember `good`; never raises, since a chart must not fail over what is kept for a worse day."""
        ...

    def names(self) -> list[str]:
        """The names under which something is kept."""
        ...

    def recall(self, name: str) -> Good | None:
        """What was last kept under `name`."""
        ...
