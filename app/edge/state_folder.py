"""The last good styles as files of a state folder, one a name, shared by the workers of a pod.

A write is a rename of a file with a name of its own, so that two workers never write one file and a reader never sees
half of one. A folder that can't be written is said once in the log; each worker then remembers for itself.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import tempfile
from pathlib import Path

from app.core.last_good import Good
from app.core.style_source import STYLE_NAME

log = logging.getLogger(__name__)


class StateFolder:
    """`app.core.last_good.LastGood` in `<folder>/styles-<digest of the source's identity>/`."""

    def __init__(self, folder: Path, source: str) -> None:
        """Keep what comes from `source` (its address and prefix), apart from what other sources gave."""
        self._folder = folder / f"styles-{hashlib.blake2b(source.encode(), digest_size=6).hexdigest()}"
        self._own: dict[str, Good] = {}
        self._said = False

    def keep(self, good: Good) -> None:
        """Remember `good` here and in the folder."""
        self._own[good.name] = good
        record = {
            "index": good.index,
            "source": good.source,
            "document": good.document,
            "was_deleted": good.was_deleted,
        }
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self._is_ours():
                raise PermissionError(errno.EPERM, "it belongs to another user")
            handle, temporary = tempfile.mkstemp(prefix=f".{good.name}.", dir=self._folder)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(record, file)
                os.replace(temporary, self._path(good.name))
            except BaseException:
                os.unlink(temporary)
                raise
        except OSError as error:
            if not self._said:
                self._said = True
                log.warning(
                    "the last good styles are not kept: %s: %s; set LIMN_STATE to a folder that can be written",
                    self._folder,
                    error.strerror,
                )

    def names(self) -> list[str]:
        """What any worker kept: a style that was deleted, and still serves, is among them."""
        try:
            kept = {path.stem for path in self._folder.glob("*.json")} if self._is_ours() else set()
        except OSError:
            kept = set()
        return sorted(name for name in kept | set(self._own) if STYLE_NAME.fullmatch(name))

    def _is_ours(self) -> bool:
        """Whether the folder is this user's: in a shared place, another's could hold anything."""
        try:
            return self._folder.stat().st_uid == os.getuid()
        except OSError:
            return False

    def recall(self, name: str) -> Good | None:
        """What any worker kept last, else what this one did."""
        if not STYLE_NAME.fullmatch(name):
            return None
        if not self._is_ours():
            return self._own.get(name)
        try:
            record = json.loads(self._path(name).read_bytes())
            deleted = bool(record["was_deleted"])
            return Good(name, int(record["index"]), str(record["source"]), dict(record["document"]), deleted)
        except FileNotFoundError:
            pass
        except (OSError, ValueError, LookupError, TypeError) as error:
            log.warning("the last good style %s can't be read: %s", self._path(name), error)
        return self._own.get(name)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"
