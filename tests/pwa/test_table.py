"""What pasted text is taken for: table.js alone, in the browser that runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.serving import Served

Call = Callable[..., Any]

CHOICES = {
    "kind": "bar",
    "stack": True,
    "title": "T",
    "xLabel": "",
    "yLabel": "",
    "style": "dark",
    "room": {"width": 800, "height": 480, "dpr": 2},
}


@pytest.fixture(scope="module")
def call(browser: Browser, server: Served) -> Iterator[Call]:
    """Calls a function of table.js with these arguments."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/healthz")  # any page of the same origin may import the module
    yield lambda name, *given: page.evaluate(
        "async ([name, given]) => (await import('/table.js'))[name](...given)", [name, list(given)]
    )
    context.close()


def table(x: list[Any] | None, *series: tuple[str | None, list[Any]], type: str = "number", label: str = "") -> Any:
    """What `readTable` gives, without the places."""
    named = [{"name": name, "y": y} if name else {"y": y} for name, y in series]
    return {"x": x, "xType": type, "xLabel": label, "series": named}


def words(x: list[Any], *series: tuple[str | None, list[Any]], label: str = "") -> Any:
    """The same with categories on x."""
    return table(x, *series, type="category", label=label)


def got(row: int, column: str, text: str) -> str:
    return f"row {row}, column {column}: expected a number, got “{text}”"


MIXED = "{} has a comma where other cells have a decimal point; write them all one way"
COMMAS = "decimal commas need tabs or semicolons between the cells"

READ = {
    "tabs and names": (
        "Month\tA\tB\nJan\t1\t2\nFeb\t3\t4",
        words(["Jan", "Feb"], ("A", [1, 3]), ("B", [2, 4]), label="Month"),
    ),
    "commas and no names": ("1,10\n2,20", table([1, 2], (None, [10, 20]))),
    "semicolons and decimal commas": ("x;y\n0,5;1,25\n1;-2,5e3", table([0.5, 1], ("y", [1.25, -2500]), label="x")),
    "tabs and decimal commas": ("1\t1,5\n2\t,5", table([1, 2], (None, [1.5, 0.5]))),
    "tabs and decimal points": ("1\t1.5\n2\t2", table([1, 2], (None, [1.5, 2]))),
    "ISO dates": (
        "2026-01-31;1\n2026-02-28T12:00Z;2",
        table(["2026-01-31", "2026-02-28T12:00Z"], (None, [1, 2]), type="date"),
    ),
    "months": ("2026-01,1\n2026-02,2", table(["2026-01", "2026-02"], (None, [1, 2]), type="date")),
    "a date among words is a word": ("2026-01,1\nlater,2", words(["2026-01", "later"], (None, [1, 2]))),
    "a number among words is a word": ("1,5\n3+,6", words(["1", "3+"], (None, [5, 6]))),
    "empty cells are gaps": ("a,1,\n,2,3\nc,,4", words(["a", None, "c"], (None, [1, 2, None]), (None, [None, 3, 4]))),
    "short rows end in gaps": ("a,1,2\nb,3", words(["a", "b"], (None, [1, 3]), (None, [2, None]))),
    "a first row that ends in a gap": ("a,\nb,2", words(["a", "b"], (None, [None, 2]))),
    "empty lines are nothing": ("\n\na,1\n\n , \nb,2\n\n", words(["a", "b"], (None, [1, 2]))),
    "one column is y": ("3\n1\n2", table(None, (None, [3, 1, 2]))),
    "one named column is y": ("Sales\n3\n1", table(None, ("Sales", [3, 1]))),
    "an empty first column is no x": ("\tA\n\t1\n\t2", table(None, ("A", [1, 2]))),
    "years as names": ("\t2024\t2025\nNorth\t1\t2", words(["North"], ("2024", [1]), ("2025", [2]))),
    "years as names, over years": ("Age,2024,2025\n30,1,2", table([30], ("2024", [1]), ("2025", [2]), label="Age")),
    "a column without a name": ("x,A,\n1,2,3", table([1], ("A", [2]), (None, [3]), label="x")),
    "quotes": ('x,"A, ""b"""\n"1", "2"', table([1], ('A, "b"', [2]), label="x")),
    "a semicolon in quotes": ('"a;b",1\nc,2', words(["a;b", "c"], (None, [1, 2]))),
    "a line break in quotes": ('"a\nb",1\nc,2', words(["a\nb", "c"], (None, [1, 2]))),
    "a quote that is no quote": ('x,5" pipe\n1,2', table([1], ('5" pipe', [2]), label="x")),
    "Windows line ends, a mark of byte order": ("\ufeffx\ty\r\n1\t2\r\n", table([1], ("y", [2]), label="x")),
    "old Macintosh line ends": ("1,2\r3,4", table([1, 3], (None, [2, 4]))),
    "a typographic minus": ("1\t−2", table([1], (None, [-2]))),
    "white space around cells": (" x , y \n 1 , 2 ", table([1], ("y", [2]), label="x")),
    "a name that looks like HTML": ("x,<b>y</b>\n1,2", table([1], ("<b>y</b>", [2]), label="x")),
}

REFUSED = {
    "nothing": ("", ["There is no data yet: paste a table or type one."]),
    "nothing but white space": (" \n\t\n", ["There is no data yet: paste a table or type one."]),
    "names alone": ("x,y\n", ["There is a row of names, but no row of data under it."]),
    "a word among numbers": ("x\ty\n1\t2\n2\tabc", [got(3, "B", "abc")]),
    "each word": ("1,2,3\n4,a,b", [got(2, "B", "a"), got(2, "C", "b")]),
    "lines are counted as they stand": ("x,y\n\n1,2\n\n2,?", [got(5, "B", "?")]),
    "a line break in quotes counts": ('x,y\n"a\nb",1\nc,?', [got(4, "B", "?")]),
    "a word in the only column": ("1\ntwo", [got(2, "A", "two")]),
    "thousands among decimal points": (
        "1\t2.5\n2\t1,234",
        [MIXED.format("row 2, column B: “1,234”")],
    ),
    "no name for a number in disguise": (
        "a\t1,5\nb\t2.5",
        [MIXED.format("row 1, column B: “1,5”")],
    ),
    "a decimal comma between commas": (
        "x,y\n1,2,5",
        [f"row 2, column C: the first row has only 2 cells; {COMMAS}"],
    ),
    "more than a number can hold": ("1,2\n2,1e999", [got(2, "B", "1e999")]),
    "no infinity, no hexadecimal": ("1,2\n2,Infinity\n3,0x1F", [got(2, "B", "Infinity"), got(3, "B", "0x1F")]),
    "a long cell is cut": ("1,2\n2," + "y" * 50, [got(2, "B", "y" * 39 + "…")]),
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ.keys())
def test_a_table_is_read_as(call: Call, text: str, expected: Any) -> None:
    read = call("readTable", text)
    assert {key: read["table"][key] for key in expected} == expected


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_table_is_refused_with_the_cell(call: Call, text: str, expected: list[str]) -> None:
    assert call("readTable", text) == {"errors": expected}


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("series[1].y[2]", "row 5, column C"),
        ("series[0].y", "column B"),
        ("x[0]", "row 2, column A"),
        ("x", "column A"),
        ("title", None),
        ("series", None),
        (None, None),
    ],
)
def test_the_servers_places_are_named_as_cells(call: Call, path: str | None, cell: str | None) -> None:
    read = call("readTable", "x,A,B\n1,2,3\n4,5,6\n\n7,8,9")
    assert call("placeOf", path, read["table"]) == cell


def test_columns_are_named_as_in_a_spreadsheet(call: Call) -> None:
    assert [call("columnName", index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_a_table_and_the_choices_make_a_spec(call: Call) -> None:
    assert call("readChart", "Month,A\nJan,1\nFeb,", CHOICES)["spec"] == {
        "kind": "bar",
        "x": ["Jan", "Feb"],
        "x_type": "category",
        "series": [{"name": "A", "y": [1, None]}],
        "stack": "stacked",
        "title": "T",
        "x_label": "Month",
        "style": "dark",
        "width": 800,
        "height": 480,
        "dpr": 2,
    }


def test_only_what_can_be_stacked_is(call: Call) -> None:
    kinds = {kind: call("readChart", "1\n2", {**CHOICES, "kind": kind})["spec"] for kind in ("line", "area", "barh")}
    assert {kind: spec.get("stack") for kind, spec in kinds.items()} == {
        "line": None, "area": "stacked", "barh": "stacked",
    }  # fmt: skip


def test_text_that_begins_with_a_brace_is_a_spec_of_its_own(call: Call) -> None:
    read = call("readChart", ' {"y": [1, 2], "kind": "step"}', CHOICES)
    assert read["spec"] == {"y": [1, 2], "kind": "step", "style": "dark", **CHOICES["room"]}
    assert read["fixesStyle"] is False


def test_a_spec_keeps_its_own_style_and_size(call: Call) -> None:
    read = call("readChart", '{"y": [1], "style": "print", "width": 300}', CHOICES)
    assert read["spec"] == {"y": [1], "style": "print", "width": 300, "dpr": 2}
    assert read["fixesStyle"] is True


def test_a_spec_that_is_no_json_is_refused(call: Call) -> None:
    (error,) = call("readChart", '{"y": [1,}', CHOICES)["errors"]
    assert error.startswith("The JSON can’t be read: ")


def test_a_hundred_thousand_rows_are_read_while_one_waits(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/healthz")
    count, milliseconds = page.evaluate(
        """async () => {
          const { readTable } = await import("/table.js");
          const rows = Array.from({ length: 100_000 }, (_, i) => `${i},${i / 2},"${i}"`);
          const start = performance.now();
          const { table } = readTable(`x,A,B\\n${rows.join("\\n")}`);
          return [table.series[1].y.length, performance.now() - start];
        }"""
    )
    assert count == 100_000
    assert milliseconds < 2_000  # half a second on a busy machine
