"""What the layout must know about text, and nothing about fonts: sizes in pixels, by role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["title", "label", "tick", "legend"]
"""What a text is for; size, weight and colour follow from it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text of one role, in pixels: above and below its baseline."""

    ascent: float
    descent: float

    @property
    def height(self) -> float:
        return self.ascent + self.descent

    @property
    def leading(self) -> float:
        """From one baseline to the next."""
        return self.height * 1.15


class TextMetrics(Protocol):
    """Measures text as it will be drawn."""

    def width(self, text: str, role: Role) -> float:
        """The width of one line of text, in pixels."""
        ...

    def line(self, role: Role) -> Line:
        """The height of any line of that role, whatever its letters, in pixels."""
        ...


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text at its place: (x, y) is the start of its baseline, in pixels from the lower left.

    `angle` turns it about that point, in degrees, counter-clockwise. Whole pixels, so that a text has the same bitmap
    wherever it stands.
    """

    text: str
    x: int
    y: int
    role: Role
    angle: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels from the picture's lower left."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )
