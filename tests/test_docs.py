"""The documentation is true: its tables match the code, its links lead somewhere, its pictures are what Limn draws.

The README's commands are run by `tests/test_readme.py`.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from app.config import ROOT, Config
from app.core.style import StyleDocument, json_schema

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def style_rows() -> list[str]:
    """One row of docs/styles.md for each field of the style document, from its schema."""
    schema, defaults = json_schema(), msgspec.to_builtins(StyleDocument())
    rows = []
    for name, field in schema["properties"].items():
        if name in ("$schema", "extends"):
            continue
        section = schema["$defs"].get(field.get("$ref", "").rsplit("/", 1)[-1])
        for key, value in section["properties"].items() if section else [("", field)]:
            place = f"{name}.{key}" if key else name
            allowed = "; ".join(dict.fromkeys(_allowed(value)))
            default = json.dumps(defaults[name][key], ensure_ascii=False) if key else "ten colours"
            note = "" if "a colour" in allowed else value.get("description", "")
            rows.append(f"| `{place}` | `{default}` | {allowed} | {note} |")
    return rows


def _allowed(value: dict[str, Any]) -> Iterator[str]:
    if "anyOf" in value:
        for option in value["anyOf"]:
            yield from _allowed(option)
    elif "enum" in value:
        named = "xx-small" in value["enum"]
        yield "a named size" if named else ", ".join(f"`{one}`" for one in value["enum"] if one != "")
    elif value.get("type") in ("number", "integer"):
        low = f"{value['minimum']:g}" if "minimum" in value else f"above {value['exclusiveMinimum']:g}"
        yield f"{low} to {value['maximum']:g}" + (", whole" if value["type"] == "integer" else "")
    elif value.get("type") == "array":
        yield "a list"
    elif value.get("type") == "boolean":
        yield "true, false"
    elif value.get("type") == "string":
        yield "a colour" if value.get("maxLength") == 64 and "CSS" in value.get("description", "") else "text"
    else:
        yield "nothing (null)"


def test_the_guide_to_styles_has_every_field_with_its_default_and_bounds() -> None:
    text = (ROOT / "docs" / "styles.md").read_text()
    assert re.findall(r"^\| `[a-z]+.*$", text, re.MULTILINE) == style_rows()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_exist(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_paths_that_the_pages_name_exist() -> None:
    for page in PAGES:
        for name in re.findall(r"`((?:app|tests|consul|docs|pwa)/[\w./-]+\.\w+)`", page.read_text()):
            assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_the_readmes_picture_is_what_limn_draws(tmp_path: Path) -> None:
    from app import create_charts

    charts = create_charts(Config({"LIMN_STATE": str(tmp_path)}))
    drawn = charts.from_body((ROOT / "docs" / "example.json").read_bytes())
    assert drawn.picture is not None
    now = np.asarray(Image.open(io.BytesIO(drawn.picture.content)), dtype=np.int16)
    shown = np.asarray(Image.open(ROOT / "docs" / "example.png"), dtype=np.int16)
    assert now.shape == shown.shape
    # Another processor may round an edge's last bit otherwise; nobody sees that.
    assert (np.abs(now - shown) > 8).mean() < 0.001, "run: python -m app render docs/example.json -o docs/example.png"
