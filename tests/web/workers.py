"""A running server's processes, as Linux sees them."""

from __future__ import annotations

import os
from pathlib import Path

from tests.serving import Served


def workers(server: Served) -> list[int]:
    """The process ids of a server's workers."""
    assert server.process is not None
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident_bytes(pid: int) -> int:
    """How much memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
