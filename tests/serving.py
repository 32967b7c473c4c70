"""The real server for tests: `python -m app serve` on a free loopback port, until it is stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from app.config import ROOT

START_SECONDS = 60.0


class Served:
    """A running server; `url` has no slash at its end, `log()` is what it printed.

    It gets this environment without any of Limn's and Consul's variables, a state folder of its own, and `environ`.
    """

    def __init__(self, environ: Mapping[str, str] | None = None, cwd: Path = ROOT) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="limn-served-")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LIMN_", "CONSUL_")) and k != "PORT"}
        self.environ = {**inherited, "LIMN_STATE": f"{self.folder.name}/state", "PYTHONPATH": str(ROOT)}
        self.environ.update(environ or {})
        self.cwd = cwd
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Served:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start on a free port, on another one if that was taken meanwhile, and wait for an answer."""
        for _ in range(5):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            with open(f"{self.folder.name}/log", "ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "app", "serve"],
                    cwd=self.cwd,
                    env={**self.environ, "PORT": str(self.port)},
                    stdout=log,
                    stderr=log,
                )
            if self._answers():
                return
        raise RuntimeError(f"the server did not start: {self.log()[-2000:]}")

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                return False
            # Its own word that the port is its: an answer alone could come from another test's server.
            if f"Listening at: {self.url} " in self.log():
                with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return True
            time.sleep(0.02)  # between two looks, for want of an event that another process could send
        return False

    def log(self) -> str:
        return Path(f"{self.folder.name}/log").read_text(errors="replace")

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds: float = 60.0) -> int:
        """SIGTERM, and wait; the exit status."""
        if self.process is None:
            return 0
        self.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def close(self) -> None:
        try:
            self.stop()
        finally:
            self.process = None
            self.folder.cleanup()
