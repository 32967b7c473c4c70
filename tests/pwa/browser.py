"""A real Chromium for the tests of the web app: found, or installed from the machine's own Debian mirror.

Playwright's own download is no part of this: what the distribution ships is enough, and its package mirror can be
reached from where CI runs. `python -m tests.pwa.browser` provisions it now, and prints where it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL_SECONDS = 900


class Unavailable(Exception):
    """There is no browser here, and none could be installed; the message says what to install."""


def chromium() -> Path:
    """The path of a Chromium, installed if need be.

    Raises:
        Unavailable: with what was tried.
    """
    return _found() or _installed()


def _found() -> Path | None:
    paths = (shutil.which(name) for name in NAMES)
    return next((Path(path) for path in paths if path), None)


def _installed() -> Path:
    missing = f"no {', '.join(NAMES)} on PATH"
    if not shutil.which("apt-get"):
        raise Unavailable(f"{missing}, and no apt-get to install one with: install Chromium")
    if os.geteuid() != 0:
        raise Unavailable(f"{missing}, and only root may install one: apt-get install chromium")
    _say("chromium: not on PATH; reading the package lists ...")
    _apt(missing, "update")
    _say("chromium: installing it and its libraries (some 100 MB) ...")
    _apt(missing, "install", "-y", "--no-install-recommends", "chromium")
    path = _found()
    if path is None:
        raise Unavailable(f"{missing}, even after apt-get has installed chromium")
    _say(f"chromium: installed as {path}")
    return path


def _apt(missing: str, *arguments: str) -> None:
    try:
        subprocess.run(
            ["apt-get", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120", *arguments],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=True,
            timeout=INSTALL_SECONDS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", None) or error).strip().splitlines()[-2:]
        raise Unavailable(f"{missing}, and apt-get {arguments[0]} failed ({' '.join(said)[:300]})") from error


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{chromium()}\n")
    except Unavailable as unavailable:
        sys.exit(str(unavailable))
