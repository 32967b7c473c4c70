"""`python -m app`: charts without a server, and faults by exit status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import main
from app.config import ROOT
from tests.web.shapes import png_size

SPEC = '{"y": [1, 3, 2], "width": 123, "height": 77}'


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("LIMN_", "CONSUL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LIMN_STATE", str(tmp_path / "state"))


def spec(folder: Path, text: str = SPEC) -> str:
    (folder / "spec.json").write_text(text)
    return str(folder / "spec.json")


def test_render_writes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    assert main(["render", spec(tmp_path), "-o", str(out)]) == 0
    assert png_size(out.read_bytes()) == (123, 77)


def test_render_is_a_filter(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "render", "-", "-o", "-"], cwd=ROOT, input=SPEC.encode(), capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert png_size(done.stdout) == (123, 77)


def test_render_draws_what_the_service_draws(tmp_path: Path) -> None:
    from app import create_app

    main(["render", spec(tmp_path), "-o", str(tmp_path / "out.png")])
    assert create_app().test_client().post("/plot", data=SPEC).data == (tmp_path / "out.png").read_bytes()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"y": [1, "abc"]}', 'y[1]: expected a number, got "abc"'),
        ('{"y": [1,', "the body is not whole"),
        ('{"y": [1], "style": "nobodys"}', "style: there is no style 'nobodys'"),
        ('{"y": [1], "width": 99999, "height": 99999}', "LIMN_MAX_PIXELS"),
    ],
)
def test_a_refused_spec_is_status_1_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    out = tmp_path / "out.png"
    assert main(["render", spec(tmp_path, text), "-o", str(out)]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{tmp_path}/spec.json: ")
    assert words in captured.err
    assert captured.out == ""
    assert not out.exists()


def test_files_that_cant_be_read_or_written_are_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(tmp_path / "missing.json"), "-o", "-"]) == 1
    assert "missing.json: No such file or directory" in capsys.readouterr().err
    assert main(["render", spec(tmp_path), "-o", str(tmp_path / "no" / "out.png")]) == 1
    assert "no/out.png: No such file or directory" in capsys.readouterr().err


def test_what_was_not_quite_as_asked_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps({"y": [1], "title": "\U00013000", "width": 200, "height": 100})
    assert main(["render", spec(tmp_path, text), "-o", str(tmp_path / "out.png")]) == 0
    assert "no font has \U00013000" in capsys.readouterr().err


def test_a_faulty_style_is_said_and_drawn_around(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "default.json").write_text("[]")
    monkeypatch.setenv("LIMN_STYLES", str(tmp_path / "styles"))
    assert main(["render", spec(tmp_path), "-o", str(tmp_path / "out.png")]) == 0
    assert "expected a JSON object, got a list" in capsys.readouterr().err
    assert png_size((tmp_path / "out.png").read_bytes()) == (123, 77)


def test_the_schema_on_disk_is_the_one_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["style", "schema"]) == 0
    printed = capsys.readouterr().out
    assert printed == (ROOT / "consul" / "style.schema.json").read_text(), (
        "run: python -m app style schema > consul/style.schema.json"
    )


def test_a_setting_that_cant_be_used_is_status_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMN_QUEUE", "many")
    for command in (["serve"], ["style", "schema"], ["render", "-", "-o", "-"]):
        assert main(command) == 2
        captured = capsys.readouterr()
        assert captured.err == "LIMN_QUEUE: expected a whole number from 0 to 1,000, got 'many'\n"


@pytest.mark.parametrize("arguments", [[], ["draw"], ["render"], ["render", "-"], ["style", "check"]])
def test_a_command_that_is_not_understood_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m app" in capsys.readouterr().err


def test_input_that_is_not_utf_8_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"title": "\xff"}')))
    assert main(["render", "-", "-o", str(tmp_path / "out.png")]) == 1
    assert "UTF-8" in capsys.readouterr().err
