"""Where a JSON document is wrong, in words that name the place and the value.

msgspec refuses fast and says little: a path and a type for a wrong value, a byte offset for bad syntax, never the value
itself. So a refusal costs a second, slower pass over the document, which only bad requests pay for.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from typing import Any

import msgspec

from app.core.errors import Invalid, Malformed, Refusal

_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<key>.*)`")
_EXPECTED = re.compile(r"Expected `(?P<wanted>.*?)`(?P<bound>.*)", re.DOTALL)
_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")

_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
}


def shown(value: object, most: int = 40) -> str:
    """A value as JSON, cut to `most` characters: evidence, never a flood."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else text[: most - 1] + "…"


def explain_validation(error: msgspec.ValidationError, body: bytes, root: type) -> Refusal:
    """What msgspec found wrong with a well-formed document, with the place and the value."""
    document = _lenient(body)
    return describe(error, document, root)


def describe(error: msgspec.ValidationError, document: object, root: type) -> Invalid:
    """As `explain_validation`, for a document that is decoded already."""
    match = _AT.match(str(error))
    what, raw = (match["what"], match["path"] or "") if match else (str(error), "")
    path = raw.removeprefix(".")
    if unknown := _UNKNOWN.match(what):
        key = unknown["key"]
        known = _known_keys(root, path)
        near = difflib.get_close_matches(key, known, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; the keys are {', '.join(known)}" if known else ""
        return Invalid(f"no such key{hint}", path=_join(path, key or '""'), allowed=known)
    if missing := _MISSING.match(what):
        return Invalid("is required", path=_join(path, missing["key"]))
    found, value = _walk(document, path)
    got = f", got {shown(value)}" if found else ""
    if expected := _EXPECTED.match(what):
        wanted = expected["wanted"]
        if expected["bound"].startswith(", got"):
            return Invalid(f"expected {_in_words(wanted)}{got}", path=path or None)
        return Invalid(f"expected {_in_words(wanted)}{expected['bound']}{got}", path=path or None)
    if what.startswith("Invalid enum value"):
        allowed = _choices(root, path)
        listed = f"; allowed: {', '.join(map(shown, allowed))}" if allowed else ""
        return Invalid(f"{shown(value)} is not allowed here{listed}", path=path or None, allowed=allowed)
    return Invalid(f"{what}{got}", path=path or None)


def _lenient(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _in_words(wanted: str) -> str:
    return " or ".join(_WORDS.get(part, part) for part in wanted.split(" | "))


def _steps(path: str) -> list[str | int]:
    return [int(index) if index else name for index, name in _STEP.findall(path)]


def _walk(document: Any, path: str) -> tuple[bool, Any]:
    """(True, the value at `path`), or (False, None) where the place can't be reached."""
    value = document
    for step in _steps(path):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False, None
    return document is not None, value


def _struct_at(root: type, path: str) -> type | None:
    """The struct that describes the object at `path`."""
    here: Any = msgspec.inspect.type_info(root)
    for step in _steps(path):
        here = _child(here, step)
        if here is None:
            return None
    for option in _options(here):
        if isinstance(option, msgspec.inspect.StructType):
            return option.cls
    return None


def _options(info: Any) -> tuple[Any, ...]:
    return info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)


def _child(info: Any, step: str | int) -> Any:
    for option in _options(info):
        if isinstance(step, int) and isinstance(option, msgspec.inspect.ListType):
            return option.item_type
        if isinstance(step, int) and isinstance(option, msgspec.inspect.TupleType):
            return option.item_types[step] if step < len(option.item_types) else None
        if isinstance(step, str) and isinstance(option, msgspec.inspect.StructType):
            for field in option.fields:
                if field.encode_name == step:
                    return field.type
    return None


def _known_keys(root: type, path: str) -> list[str]:
    struct = _struct_at(root, path)
    return list(struct.__struct_encode_fields__) if struct else []  # type: ignore[attr-defined]


def _choices(root: type, path: str) -> list[object]:
    here: Any = msgspec.inspect.type_info(root)
    for step in _steps(path):
        here = _child(here, step)
    return [v for option in _options(here) if isinstance(option, msgspec.inspect.LiteralType) for v in option.values]


_OFFSET = re.compile(r"\(byte (\d+)\)")
# Linear in time and memory, whatever it meets: no two ways to match, nothing kept, a string that does not end included.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}:,]|[^\s\[\]{}:,"]++', re.DOTALL)
FARTHEST = 1_000_000
"""Bytes: an error beyond has its offset, and no path."""


def explain_syntax(error: msgspec.DecodeError, body: bytes) -> Malformed:
    """What is wrong with bytes that are not JSON, with the place that the parser had reached."""
    message = str(error)
    match = _OFFSET.search(message)
    # Only an escape can bring half of a pair into a body that is UTF-8.
    half = half_character(_lenient(body)) if b"\\u" in body else None
    if half is not None:
        return Malformed("half of a surrogate pair, which is no character", path=half.removeprefix(".") or None)
    if not match:
        return Malformed("the body is empty" if not body.strip() else f"the body is not whole: {message}")
    offset = int(match[1])
    if "trailing characters" in message:
        return Malformed("something follows the end of the JSON", byte=offset)
    path, piece = _path_at(body, offset)
    number = _not_finite(piece)
    if number:
        sign = "-" if body[:offset].endswith(b"-") else ""
        return Malformed(f"{sign}{number} is not JSON; a gap is null", path=path or None, byte=offset)
    return Malformed(f"not JSON at byte {offset}: unexpected {shown(piece)}", path=path or None, byte=offset)


def explain_encoding(body: bytes) -> Malformed:
    """Where a body is not UTF-8: the byte, and the place that it belongs to."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        path, _ = _path_at(body, error.start)
        return Malformed(f"not UTF-8 at byte {error.start}", path=path or None, byte=error.start)
    return Malformed("not UTF-8")


def half_character(document: object, path: str = "") -> str | None:
    """The place of the first text that holds half of a surrogate pair."""
    if isinstance(document, str):
        return path if any("\ud800" <= c <= "\udfff" for c in document) else None
    parts: list[tuple[str, object]] = []
    if isinstance(document, dict):
        parts = [(f"{path}.{key}", value) for key, value in document.items()]
    elif isinstance(document, list):
        parts = [(f"{path}[{i}]", value) for i, value in enumerate(document)]
    return next((found for place, value in parts if (found := half_character(value, place)) is not None), None)


def _not_finite(piece: str) -> str | None:
    try:
        return piece if not math.isfinite(float(piece)) else None
    except ValueError:
        return None


def _path_at(body: bytes, offset: int) -> tuple[str, str]:
    """The place that byte `offset` belongs to, and the piece that starts there."""
    if offset > FARTHEST:
        return "", body[offset : offset + 40].decode("utf-8", "replace")
    text = body[:offset].decode("utf-8", "replace")
    stack: list[str | int] = []
    key: str | None = None
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece == "[":
            stack.append(0)
        elif piece == "{":
            stack.append("")
        elif piece in "]}":
            if stack:
                stack.pop()
        elif piece == "," and stack and isinstance(stack[-1], int):
            stack[-1] += 1
        elif piece == ":" and stack and key is not None:
            stack[-1] = key
        elif piece.startswith('"'):
            key = piece.strip('"')
    rest = body[offset:].lstrip()[:40].decode("utf-8", "replace")
    found = re.match(r"[\w.+-]+|.", rest)
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in stack if step != "")
    return path.removeprefix("."), found[0] if found else "the end"
