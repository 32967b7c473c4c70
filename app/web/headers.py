"""Header values made of free text, and the headers that every answer has."""

from __future__ import annotations

from collections.abc import Iterable

MOST_BYTES = 512


def header_text(text: str) -> str:
    """Text as a structured field: an ASCII String, else an RFC 9651 Display String (percent-encoded UTF-8).

    At most 512 bytes, cut between characters; control characters become spaces. gunicorn refuses raw UTF-8.
    """
    text = "".join(c if c.isprintable() else " " for c in text)
    if text.isascii():
        escaped, opening = [c if c not in '"\\' else f"\\{c}" for c in text], '"'
    else:
        # Display Strings have no escapes but the percent sign's; what is not plain ASCII is percent-encoded.
        escaped, opening = [_percent(c) for c in text], '%"'
    return opening + "".join(_within(escaped, MOST_BYTES - len(opening) - 1)) + '"'


def _percent(character: str) -> str:
    if character.isascii() and character not in '%"':
        return character
    return "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "replace"))


def _within(pieces: Iterable[str], room: int) -> Iterable[str]:
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            return
        yield piece


CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""The app has no inline code and talks to nobody else."""
