"""Style documents in Consul KV, read at each request: after `consul kv put` returns, the very next read has it.

A style and the styles it extends are read in one transaction, so that all come from one moment. The verb for that is
`get`, but one `get` of a key that does not exist rolls the whole transaction back with a 409. Names that were absent
the last time are therefore asked for with `get-tree`, which finds a key when it appears and nothing otherwise.
`check-not-exists`, made for this, needs a token that may write (Consul 1.8.7), and a chart server's may only read.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from app.core.style_source import STYLE_NAME, Entry
from app.edge.consul_transport import Conflict, Consul, ConsulSettings

TRIES = 4  # the first conflict names all that are absent; another means that a style was deleted meanwhile
MAX_ABSENT = 256


class ConsulStyles:
    """The `StyleSource` over the keys `<prefix>/<name>`; an entry's index is the key's ModifyIndex."""

    label = "consul"

    def __init__(self, settings: ConsulSettings, prefix: str = "plotting/styles") -> None:
        self.prefix = prefix.strip("/")
        self._consul = Consul(settings)
        self._absent: frozenset[str] = frozenset()  # replaced, never changed: a lost update costs one more try

    def read(self, names: Sequence[str]) -> dict[str, Entry]:
        wanted = list(dict.fromkeys(name for name in names if STYLE_NAME.fullmatch(name)))
        with self._consul.http.one_read():
            if len(wanted) > 1:
                return self._read_together(wanted)
            return {name: entry for name in wanted if (entry := self._read_one(name)) is not None}

    def names(self) -> list[str]:
        folder = f"{self.prefix}/"
        _, keys = self._consul.kv.get(folder, keys=True, separator="/")
        keys = [] if keys is None else keys
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise self._consul.http.fault("listed keys that are not texts: is this Consul?")
        found = (key.removeprefix(folder) for key in keys)
        return sorted(name for name in found if STYLE_NAME.fullmatch(name))

    def close(self) -> None:
        """Close the connections that wait for a request."""
        self._consul.http.close()

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}"

    def _read_one(self, name: str) -> Entry | None:
        _, pair = self._consul.kv.get(self._key(name))
        return None if pair is None else self._entry(pair)

    def _read_together(self, names: list[str]) -> dict[str, Entry]:
        for _ in range(TRIES):
            absent = self._absent
            verbs = {self._key(name): "get-tree" if name in absent else "get" for name in names}
            try:
                answer = self._consul.txn.put([{"KV": {"Verb": verb, "Key": key}} for key, verb in verbs.items()])
            except Conflict as conflict:
                self._remember(absent.union(self._missing(conflict, names)))
                continue
            pairs = self._pairs(answer)
            if hidden := [key for key, verb in verbs.items() if verb == "get" and key not in pairs]:
                # what a token may not read is left out of the answer without a word
                raise self._consul.http.fault(f"left out {', '.join(hidden)}: may this token read it?")
            read = {name: self._entry(pairs[key]) for name, key in zip(names, verbs, strict=True) if key in pairs}
            self._remember(absent.difference(read))
            return read
        raise self._consul.http.fault(f"lost one of the styles {', '.join(names)} in each of {TRIES} tries")

    def _remember(self, absent: frozenset[str]) -> None:
        self._absent = absent if len(absent) <= MAX_ABSENT else frozenset()

    def _missing(self, conflict: Conflict, names: list[str]) -> list[str]:
        """The names whose key the transaction did not find; any other error in it is the source's fault."""
        try:
            errors = [(names[error["OpIndex"]], str(error["What"])) for error in json.loads(conflict.body)["Errors"]]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise conflict from None
        if not errors or not all(what.endswith("doesn't exist") for _, what in errors):
            raise conflict
        return [name for name, _ in errors]

    def _pairs(self, answer: Any) -> dict[str, Any]:
        """The pairs of a transaction's results, by key, their values as bytes."""
        try:
            pairs = [dict(result["KV"]) for result in answer["Results"]]
            for pair in pairs:
                pair["Value"] = base64.b64decode(pair["Value"] or "")
            return {pair["Key"]: pair for pair in pairs}
        except (ValueError, LookupError, TypeError):
            raise self._consul.http.fault("answered a transaction without its results: is this Consul?") from None

    def _entry(self, pair: Any) -> Entry:
        try:
            value, index = pair["Value"] or b"", pair["ModifyIndex"]
        except (LookupError, TypeError):
            value = index = None
        if not isinstance(value, bytes) or not isinstance(index, int):
            raise self._consul.http.fault("described a key without its Value and ModifyIndex: is this Consul?")
        return Entry(value, index)
