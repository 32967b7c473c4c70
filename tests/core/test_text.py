"""Text is cleaned, wrapped and cut by whatever measure it is given; here every character is one wide, CJK two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text import clean, fit, is_whole, one_line, wrap


def width(text: str) -> float:
    return sum(2 if ord(character) >= 0x1100 and character != "…" else 1 for character in text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  both ends\t", "both ends"),
        ("a\tb", "a b"),
        ("a\x00\x07\x1b[31mb", "a[31mb"),
        ("one\r\ntwo\rthree\u2028four\u2029five", "one\ntwo\nthree\nfour\nfive"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\u2067isolated\u2069", "isolated"),
        ("\ud800lone", "\ufffdlone"),
        ("é 数据 😀", "é 数据 😀"),
    ],
)
def test_what_cannot_be_drawn_is_taken_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_name_has_no_line_breaks() -> None:
    assert one_line(" North\n  and\r\n\r\nSouth ") == "North and South"


@pytest.mark.parametrize(
    ("text", "room", "cut"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("two words", 5, "two…"),
        ("数据可视化", 7, "数据可…"),
        ("ab", 1, "…"),
        ("ab", 0.5, ""),
        ("", 0, ""),
    ],
)
def test_a_text_is_cut_to_its_room(text: str, room: float, cut: str) -> None:
    assert fit(text, room, width) == cut


@pytest.mark.parametrize(
    ("text", "room", "most", "lines"),
    [
        ("one line", 8, 3, ["one line"]),
        ("broken at the spaces", 10, 3, ["broken at", "the spaces"]),
        ("各地区销售额", 6, 3, ["各地区", "销售额"]),
        ("销售（百万）。", 6, 3, ["销售", "（百", "万）。"]),
        ("Donaudampfschiff", 6, 3, ["Donaud", "ampfsc", "hiff"]),
        ("a Donaudampfschiff", 6, 9, ["a", "Donaud", "ampfsc", "hiff"]),
        ("too long for two lines of ten", 10, 2, ["too long", "for two…"]),
        ("its own\n\n line  \nbreaks", 20, 5, ["its own", "line", "breaks"]),
        ("a\nb\nc", 5, 2, ["a", "b…"]),
        ("", 5, 2, []),
        ("text", 5, 0, []),
        ("数据", 1, 3, ["…"]),
        ("数据", 0.5, 3, []),
    ],
)
def test_a_text_is_wrapped_into_its_room(text: str, room: float, most: int, lines: list[str]) -> None:
    assert wrap(text, room, most, width) == lines


@given(st.text(alphabet="ab \n数据（）。…", max_size=60), st.integers(0, 12), st.integers(0, 5))
def test_wrapped_lines_never_leave_their_room(text: str, room: int, most: int) -> None:
    lines = wrap(text, room, most, width)
    assert len(lines) <= most
    assert all(0 < width(line) <= room for line in lines)
    assert not any("\n" in line for line in lines)


@given(st.text(alphabet="ab 数据", min_size=1, max_size=60).map(clean), st.integers(2, 12))
def test_wrapping_loses_no_letter_while_there_are_lines_enough(text: str, room: int) -> None:
    assert "".join(wrap(text, room, 100, width)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        (["North", "America"], True),
        (["North Ame", "rica"], False),
        (["North…"], False),
    ],
)
def test_a_broken_or_cut_word_is_seen(lines: list[str], whole: bool) -> None:
    assert is_whole("North America", lines) is whole


def test_chinese_may_be_broken_anywhere() -> None:
    assert is_whole("华东地区", ["华东", "地区"])
    assert not is_whole("华东地区", ["华东…"])
