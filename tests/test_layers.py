"""The folder is the permission: what a module may import follows from where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import ROOT

APP = ROOT / "app"
MODULES = sorted(APP.rglob("*.py"))
MAY = {
    "core": {"core"},
    "draw": {"core", "draw"},
    "edge": {"core", "edge"},
    "flows": {"core", "draw", "edge", "flows"},
    "web": {"core", "flows", "web"},
}


def imports(path: Path) -> Iterator[str]:
    """The dotted names of all that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it goes"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layers(path: Path) -> set[str]:
    """Our folders that a module imports from."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("app.")} & set(MAY)


@pytest.mark.parametrize("layer", MAY)
def test_a_folder_imports_only_from_those_below(layer: str) -> None:
    for path in (APP / layer).rglob("*.py"):
        assert layers(path) <= MAY[layer], path


def test_one_place_wires_the_parts() -> None:
    assert [path for path in MODULES if {"web", "edge"} <= layers(path)] == [APP / "__init__.py"]


def test_only_draw_imports_matplotlib() -> None:
    for path in MODULES:
        names = [name for name in imports(path) if name.split(".")[0] in ("matplotlib", "mpl_toolkits", "PIL")]
        assert not names or (APP / "draw") in path.parents, path
        assert "matplotlib.pyplot" not in names, path
        assert "pylab" not in str(names), path


def test_only_config_reads_the_environment() -> None:
    for path in MODULES:
        words = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        named = {name.rsplit(".", 1)[-1] for name in imports(path)}
        read = {"environ", "environb", "getenv"} & (words | named)
        assert not read or path == APP / "config.py", path


def test_core_knows_neither_time_nor_chance_nor_the_world() -> None:
    for path in (APP / "core").rglob("*.py"):
        outside = {name.split(".")[0] for name in imports(path)}
        assert not outside & {"os", "time", "random", "secrets", "socket", "threading", "subprocess", "pathlib"}, path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(APP)))
def test_a_file_and_a_function_stay_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            code = node.body[1:] if ast.get_docstring(node) and node.body[1:] else node.body
            lines = (node.end_lineno or 0) - code[0].lineno + 1
            assert lines <= 40, f"{node.name} has {lines} lines"
