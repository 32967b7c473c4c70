"""gunicorn, set up for drawing: a process a processor, threads around one drawing lock, a stop that drops nothing.

Threads are the places in the drawing queue, those for bodies that are still arriving, and a few that neither drawings
nor slow clients take: probes, 304s and quick refusals are answered while all places are taken. gunicorn's sync worker
would be killed after 30 s, and would queue requests where nobody sees them.

On SIGTERM: `/readyz` says no, and for a while (LIMN_DRAIN) requests are still taken, until whoever sends them has
noticed; then each worker takes what the kernel has already accepted, closes its listening sockets, and finishes.
"""

from __future__ import annotations

import math
import mmap
import signal
import time
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from app.web.body import READERS
from app.web.worker import Worker

KEEP_ALIVE = 95
"""Seconds: above the 90 s for which Knative's queue-proxy keeps an idle connection."""

SPARE = 6
"""Threads beyond those that draw, wait to draw, or read a body."""

LONGEST_LINK = 8_190
"""Bytes: the most that gunicorn allows."""


class Draining:
    """A flag that the parent sets and every worker sees: one byte of shared memory, made before the fork."""

    def __init__(self) -> None:
        """Not draining."""
        self._shared = mmap.mmap(-1, 1)

    def begin(self) -> None:
        """From now on `/readyz` says no."""
        self._shared[0] = 1

    def __call__(self) -> bool:
        return self._shared[0] == 1


class Parent(Arbiter):
    """gunicorn's parent process, which lets readiness fail before it stops."""

    def handle_term(self) -> None:
        """SIGTERM: say no at /readyz, keep serving for a while, then stop. A second signal ends the wait."""
        self.app.draining.begin()
        deadline = time.monotonic() + self.app.drain
        while (left := deadline - time.monotonic()) > 0:
            for sig in self.wait_for_signals(timeout=left):
                if sig in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
                    raise StopIteration
                if sig == signal.SIGCHLD:
                    self.handle_chld()
            self.murder_workers()
            self.manage_workers()
        raise StopIteration


class Server(BaseApplication):
    """Limn under gunicorn."""

    def __init__(self, make: Callable[[Callable[[], bool]], Any], config: Any) -> None:
        """Serve what `make` makes, once, before the workers are forked."""
        self.draining = Draining()
        self.drain = config["LIMN_DRAIN"]
        self.socket_timeout = config["LIMN_BODY_TIMEOUT"]
        self._make = make
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's settings; nothing is read from its files or its environment."""
        config = self._config
        places = config["LIMN_QUEUE"] + 1
        for name, value in {
            "bind": f"{_bracketed(config['LIMN_HOST'])}:{config['PORT']}",
            "worker_class": Worker,
            "workers": config["LIMN_WORKERS"],
            "threads": places + READERS + SPARE,
            "preload_app": True,
            "limit_request_line": LONGEST_LINK,
            "keepalive": KEEP_ALIVE,
            "graceful_timeout": math.ceil(config["LIMN_GRACEFUL_TIMEOUT"]),
            "timeout": 120,
            "loglevel": config["LIMN_LOG_LEVEL"],
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The WSGI application."""
        return self._make(self.draining)

    def run(self) -> None:
        """Serve until a signal says otherwise."""
        Parent(self).run()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
