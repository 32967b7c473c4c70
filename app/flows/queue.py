"""Who may draw: one drawing at a time in a process, a few waiting behind it, and a quick no for the rest.

Threads do not draw faster than one (the interpreter's lock), they only wait less visibly. So the queue is short, and a
request past it is told at once when to come back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import Busy


class DrawingQueue:
    """One drawing place and `waiting` places behind it."""

    def __init__(self, waiting: int) -> None:
        """Admit one drawing and `waiting` more."""
        self.size = waiting + 1
        self._places = threading.BoundedSemaphore(self.size)
        self._drawing = threading.Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue.

        Raises:
            Busy: all are taken.
        """
        if not self._places.acquire(blocking=False):
            raise Busy(
                f"{self.size} charts are being drawn or waiting in this process; try again in a second (LIMN_QUEUE)",
                retry_after=1,
            )
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The drawing place itself; whoever asks has a place in the queue, so the wait is that of a few drawings."""
        with self._drawing:
            yield
