"""The style of a name, today: one read of its source, and something to draw with whatever that read brings.

    read -> follow `extends` -> merge -> check -> compile -> keep as last good
                      any fault: last good, else the embedded style of that name, else the built-in default

What was made of a version is kept as long as the same bytes come back, so an unchanged style costs its read and a
comparison.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.errors import NotFound
from app.core.last_good import Good, LastGood
from app.core.style import StyleDocument, StyleFault, check_document, merge, parent_name, parse_document, unknown_keys
from app.core.style_source import Entry, SourceFault, StyleSource
from app.draw import CompiledStyle

log = logging.getLogger(__name__)

MOST_PARENTS = 8
KEPT = 512
BUILT_IN = "built-in"


@dataclass(frozen=True, slots=True)
class Today:
    """A style to draw with, and where it came from. `fault` says why it is not the source's current version."""

    name: str
    style: CompiledStyle
    index: int
    source: str
    fault: str | None = None
    warnings: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    """The styles that it extends, nearest first."""

    @property
    def version(self) -> str:
        """As the header `Limn-Style` has it."""
        return f"{self.name}@{self.index}"


@dataclass(frozen=True, slots=True)
class _Read:
    """The documents of a style and its parents, from one moment. `entries` holds (entry, label) by name."""

    names: tuple[str, ...]
    entries: Mapping[str, tuple[Entry, str]]


class _Absent(Exception):
    """There is no style of that name."""


class Styles:
    """Today's styles, from a source and the embedded ones behind it."""

    def __init__(
        self,
        source: StyleSource,
        embedded: StyleSource,
        compile_style: Callable[[StyleDocument], CompiledStyle],
        last_good: LastGood,
    ) -> None:
        """Read from `source` first; a name that it does not have is looked up in `embedded`."""
        self.source = source
        self.embedded = embedded
        self._compile = compile_style
        self._last_good = last_good
        self._built_in = compile_style(StyleDocument())
        self._made: dict[str, tuple[_Read, Today | StyleFault]] = {}
        self._recalled: dict[str, tuple[Good, CompiledStyle]] = {}
        self._told: dict[str, str] = {}
        self._lock = threading.Lock()

    def today(self, name: str) -> Today:
        """The style to draw with now. One read of the source.

        Raises:
            NotFound: nobody has a style of that name; the evidence has the names there are.
        """
        try:
            return self._asked(name)
        except SourceFault as fault:
            return self._otherwise(name, str(fault))

    def _asked(self, name: str) -> Today:
        """As `today`, but a source that does not answer is its caller's to handle."""
        try:
            made = self._current(name)
        except _Absent:
            return self._absent(name)
        if isinstance(made, StyleFault):
            return self._otherwise(name, f"{self.source.label}: {name}: {made}")
        self._tell(name, made.fault)
        return made

    def all(self) -> tuple[list[Today], str | None]:
        """Every style there is, and the source's fault if it could not be asked.

        A source that does not answer is asked once, not once a style.
        """
        fault = None
        try:
            names = {*self.source.names(), *self.embedded.names(), *self._last_good.names()}
        except SourceFault as error:
            fault = str(error)
            names = set(self._embedded_names()) | set(self._made)
        styles = []
        for name in sorted(names):
            try:
                if fault is None:
                    styles.append(self._asked(name))
                    continue
            except NotFound:
                continue  # deleted since the names were listed
            except SourceFault as error:
                fault = str(error)
            styles.append(self._otherwise(name, fault))
        return styles, fault

    def names(self) -> list[str]:
        """The names there are, as far as anyone answers."""
        names = set(self._embedded_names())
        try:
            names.update(self.source.names())
        except SourceFault:
            names.update(self._made)
        return sorted(names)

    def _embedded_names(self) -> list[str]:
        try:
            return self.embedded.names()
        except SourceFault:
            return []

    def _current(self, name: str) -> Today | StyleFault:
        """The current version, compiled, or its fault."""
        known = self._made.get(name)
        read = self._read(known[0].names if known else (name,))
        if known and read == known[0]:
            return known[1]
        read, found = self._follow(name, read)
        try:
            made = found if isinstance(found, StyleFault) else self._make(name, read, found)
        except StyleFault as fault:
            made = fault
        self._remember(name, read, made)
        return made

    def _read(self, names: Sequence[str]) -> _Read:
        entries = {name: (entry, self.source.label) for name, entry in self.source.read(names).items()}
        rest = [name for name in names if name not in entries]
        if rest and self.embedded is not self.source:
            entries |= {name: (entry, self.embedded.label) for name, entry in self.embedded.read(rest).items()}
        return _Read(tuple(names), entries)

    def _follow(self, name: str, read: _Read) -> tuple[_Read, list[dict[str, Any]] | StyleFault]:
        """The read of the whole chain, and its documents, child first, or what is wrong with them.

        The chain is read anew, as a whole, whenever a document names a parent that the read does not hold. A fault
        comes with all that was read to find it, an absent parent included: whichever of these changes mends it.
        """
        while True:
            try:
                chain, documents, missing = _chain(name, read)
            except StyleFault as fault:
                return read, fault
            if missing is None:
                return _Read(tuple(chain), {one: read.entries[one] for one in chain}), documents
            read = self._read((*chain, missing))

    def _make(self, name: str, read: _Read, documents: Sequence[Mapping[str, Any]]) -> Today:
        warnings = tuple(
            f"{place}: {warning}" if place != name else warning
            for place, document in zip(read.names, documents, strict=True)
            for warning in unknown_keys(document)
        )
        merged = _merged(documents)
        style = self._compile(check_document(merged))
        own = [entry.index for entry, label in read.entries.values() if label == self.source.label]
        source = self.source.label if own else self.embedded.label
        index = max(own or [entry.index for entry, _ in read.entries.values()])
        deleted = not own and self._was_deleted(name)
        self._last_good.keep(Good(name, index, source, merged, deleted))
        fault = f"{name} was deleted from {self.source.label}; the embedded style serves" if deleted else None
        return Today(name, style, index, source, fault, (*warnings, *style.warnings), read.names[1:])

    def _was_deleted(self, name: str) -> bool:
        """Whether the source had that name before: then the embedded style is not what anyone asked for."""
        before = self._last_good.recall(name)
        return before is not None and (before.source != self.embedded.label or before.was_deleted)

    def _remember(self, name: str, read: _Read, made: Today | StyleFault) -> None:
        with self._lock:
            while len(self._made) >= KEPT:
                self._made.pop(next(iter(self._made)))
            self._made[name] = (read, made)

    def _absent(self, name: str) -> Today:
        """A name that nobody has: one that was deleted is served as it last was; any other is refused."""
        self._made.pop(name, None)
        recalled = self._recall(name, f"{name} was deleted from {self.source.label}; its last good version serves")
        if recalled is not None:
            return recalled
        names = self.names()
        raise NotFound(
            f"there is no style {name!r}; there are {', '.join(names) or 'none'}", path="style", allowed=names
        )

    def _otherwise(self, name: str, fault: str) -> Today:
        """What serves while the current version can't be had: never nothing."""
        recalled = self._recall(name, fault)
        if recalled is not None:
            return recalled
        self._tell(name, fault)
        try:
            if (today := self._embedded_alone(name, fault)) is not None:
                return today
        except (SourceFault, StyleFault) as second:
            fault = f"{fault}; the embedded style does not serve either: {second}"
        return Today(name, self._built_in, 0, BUILT_IN, fault)

    def _embedded_alone(self, name: str, fault: str) -> Today | None:
        """The embedded style of a name, its parents embedded too: what serves when the source does not answer."""
        documents: list[dict[str, Any]] = []
        chain: list[str] = []
        entries: list[Entry] = []
        here: str | None = name
        while here is not None:
            found = self.embedded.read([here])
            if here not in found and here == name:
                return None
            if here not in found or here in chain or len(chain) > MOST_PARENTS:
                raise StyleFault(f"extends: {' -> '.join([*chain, here])} does not end")
            documents.append(parse_document(found[here].value))
            entries.append(found[here])
            chain.append(here)
            here = parent_name(documents[-1])
        style = self._compile(check_document(_merged(documents)))
        return Today(name, style, max(entry.index for entry in entries), self.embedded.label, fault)

    def _recall(self, name: str, fault: str) -> Today | None:
        """The last good version, compiled once as long as it is the same."""
        good = self._last_good.recall(name)
        if good is None:
            return None
        known = self._recalled.get(name)
        if known is None or known[0] != good:
            try:
                known = (good, self._compile(check_document(good.document)))
            except StyleFault:
                # Written by another version of Limn, or by hand: not good any more.
                return None
            self._recalled[name] = known
        self._tell(name, fault)
        return Today(name, known[1], good.index, good.source, fault)

    def _tell(self, name: str, fault: str | None) -> None:
        """Log a fault once, when it comes and when it goes."""
        told = self._told.get(name)
        if told == fault:
            return
        if fault is None:
            self._told.pop(name, None)
            log.info("style %s: good again", name)
        else:
            if len(self._told) > KEPT:
                self._told.clear()
            self._told[name] = fault
            log.warning("style %s: %s; charts keep coming with an earlier look", name, fault)


def _chain(name: str, read: _Read) -> tuple[list[str], list[dict[str, Any]], str | None]:
    """The styles from `name` along `extends` with their documents, as far as `read` goes, and the next one to read.

    Raises:
        StyleFault: a document that can't be used, or a chain that does not end.
    """
    chain: list[str] = []
    documents: list[dict[str, Any]] = []
    here: str | None = name
    while here is not None and here in read.names:
        if here not in read.entries:
            if here == name:
                raise _Absent
            raise StyleFault(f"extends: there is no style {here!r}")
        documents.append(parse_document(read.entries[here][0].value))
        chain.append(here)
        here = parent_name(documents[-1])
        if here in chain:
            raise StyleFault(f"extends goes in a circle: {' -> '.join([*chain, str(here)])}")
        if here is not None and len(chain) > MOST_PARENTS:
            raise StyleFault(f"extends goes through more than {MOST_PARENTS} styles")
    return chain, documents, here


def _merged(documents: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """A chain of documents, child first, as one."""
    merged: Mapping[str, Any] = {}
    for document in reversed(documents):
        merged = merge(merged, document)
    return merged
