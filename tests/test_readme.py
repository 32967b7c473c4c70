"""Every command of the README and of the guides is run as it stands, against a real server and a real Consul.

In the pages `localhost:8080` is the server and `.venv/bin/python` the one that runs the tests; nothing else is
replaced. Lines that begin with `# ` after a command are what it must answer.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from app.config import ROOT
from tests.consul.agent import Agent, consul_binary
from tests.serving import Served


def blocks(kind: str) -> list[tuple[str, str]]:
    """(page, commands) of each fenced block of that kind."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = [(page.name, re.findall(rf"^```{kind}\n(.*?)^```$", page.read_text(), re.M | re.S)) for page in pages]
    return [(name, text) for name, texts in found for text in texts]


@pytest.fixture(scope="module")
def served(consul_agent: Agent) -> Iterator[Served]:
    with Served({"CONSUL_HTTP_ADDR": f"127.0.0.1:{consul_agent.port}", "LIMN_DRAIN": "0"}) as server:
        yield server


def run(commands: str, served: Served, folder: Path, agent: Agent) -> str:
    """Run a block in a folder that has the repository's docs; its standard output."""
    (folder / "docs").symlink_to(ROOT / "docs")
    text = commands.replace("http://localhost:8080", served.url).replace("localhost:8080", served.url)
    tools = folder / "tools"
    tools.mkdir()
    (tools / "consul").symlink_to(consul_binary())
    # Not a link: Python finds its virtual environment by the path that it is called by.
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    environ = {**served.environ, "PATH": f"{tools}:{os.environ['PATH']}", "CONSUL_HTTP_ADDR": f"127.0.0.1:{agent.port}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], cwd=folder, env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("page", "commands"), [*blocks("sh"), *blocks("consul")])
def test_a_block_does_what_it_says(
    page: str, commands: str, served: Served, tmp_path: Path, consul_agent: Agent
) -> None:
    answer = run(commands, served, tmp_path, consul_agent)
    for name in re.findall(r"-o (\S+\.png)", commands):
        with Image.open(tmp_path / name) as picture:
            picture.verify()
    promised = "".join(line.removeprefix("# ").strip() for line in commands.splitlines() if line.startswith("# "))
    if promised:
        assert json.loads(answer) == json.loads(promised)


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    (first,) = (text for _, text in blocks("")[:1])
    named = re.findall(r"^make (\w+)", first, re.M)
    assert named == ["run", "test"]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)
    assert set(named) <= set(targets)


def test_ci_calls_the_readmes_test_command() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
