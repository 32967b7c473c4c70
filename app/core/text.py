"""Text as it is drawn: cleaned, wrapped and cut, by a measure that the caller brings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u2066-\u2069\ufeff\ufff9-\ufffb]+")
_BREAK = re.compile(r"\r\n|[\r\u2028\u2029]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
ELLIPSIS = "…"

# CJK text may break between any two characters, so each is a word of its own; a space belongs to the word before it.
_CJK = r"\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
# Closing marks never begin a line, opening ones never end it.
_CLOSING = r"、。，．：；？！）》」』】〕％…·"
_OPENING = r"（《「『【〔"
_WORD = re.compile(rf"[{_OPENING}]*[{_CJK}][{_CLOSING}]*|[^\s{_CJK}]+\s*|\s+")


def clean(text: str) -> str:
    """`text` without what can't be drawn: control characters go, tabs become spaces, lone surrogates U+FFFD."""
    text = _BREAK.sub("\n", text).replace("\t", " ")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text)).strip()


def one_line(text: str) -> str:
    """`text` as a name: cleaned, and without line breaks."""
    return re.sub(r"\s*\n\s*", " ", clean(text))


def fit(text: str, room: float, width: Callable[[str], float]) -> str:
    """`text` cut to `room` pixels, with an ellipsis where something was cut; empty when not even that fits."""
    if width(text) <= room:
        return text
    if width(ELLIPSIS) > room:
        return ""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + ELLIPSIS) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def wrap(text: str, room: float, most: int, width: Callable[[str], float]) -> list[str]:
    """`text` in at most `most` lines of `room` pixels: broken at spaces, between CJK characters, last inside a word.

    What does not fit ends in an ellipsis. Line breaks in `text` stay, empty lines do not.
    """
    if most < 1:
        return []
    lines: list[str] = []
    for paragraph in filter(None, map(str.strip, text.split("\n"))):
        lines += _wrap_paragraph(paragraph, room, most + 1 - len(lines), width)
        if len(lines) > most:
            break
    if len(lines) > most:
        lines = lines[:most]
        lines[-1] = (
            fit(lines[-1] + ELLIPSIS, room, width) if width(lines[-1] + ELLIPSIS) > room else (lines[-1] + ELLIPSIS)
        )
    if any(width(line) > room for line in lines):
        lines = [fit(lines[0] + ELLIPSIS, room, width)]  # not even one character fits
    return [line for line in lines if line]


def _wrap_paragraph(text: str, room: float, most: int, width: Callable[[str], float]) -> list[str]:
    if width(text) <= room:
        return [text]
    lines: list[str] = []
    line = ""
    for word in _WORD.findall(text):
        if line and width((line + word).rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
            if len(lines) >= most:
                return lines
        line = word if not line else line + word
        while width(line.rstrip()) > room and len(lines) < most:
            head = _head(line, room, width)
            lines.append(line[:head])
            line = line[head:]
    if line.strip() and len(lines) < most:
        lines.append(line.rstrip())
    return lines


def _head(word: str, room: float, width: Callable[[str], float]) -> int:
    """How many characters of a word that is too long fit on one line: one at the least."""
    low, high = 1, len(word) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return max(low, 1)


def is_whole(name: str, lines: Sequence[str]) -> bool:
    """Whether `lines` are all of the text, no Latin word broken: a broken word reads worse than a turned or cut one."""
    words = set(name.split())
    pieces = {piece for line in lines for piece in line.split()}
    return "".join(name.split()) == "".join("".join(lines).split()) and (pieces <= words or not name.isascii())
