"""The command line: `python -m app serve`, `python -m app render SPEC -o FILE`, `python -m app style schema`."""

from __future__ import annotations

import argparse
import faulthandler
import json
import logging
import sys
from pathlib import Path

from app.config import Config, ConfigError


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 1 if it was refused, 2 if it was not understood."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Charts on demand, styled from Consul.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("serve", help="serve HTTP (PORT, LIMN_HOST)")
    render = commands.add_parser("render", help="draw one chart to a file")
    render.add_argument("spec", help="a file with the chart's JSON; - for standard input")
    render.add_argument("-o", "--output", required=True, help="the PNG to write; - for standard output")
    style = commands.add_parser("style", help="about style documents")
    style.add_argument("action", choices=["schema"], help="schema: print the JSON Schema of a style document")
    arguments = parser.parse_args(argv)
    try:
        config = Config()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    logging.basicConfig(
        level=config["LIMN_LOG_LEVEL"].upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if arguments.command == "serve":
        return _serve(config)
    if arguments.command == "style":
        return _schema()
    return _render(config, arguments.spec, arguments.output)


def _serve(config: Config) -> int:
    from app import create_app
    from app.web.server import Server

    # A crash in compiled code leaves the stacks of all threads in the log.
    faulthandler.enable()
    source = config["CONSUL_HTTP_ADDR"] or config["LIMN_STYLES"]
    host = "localhost" if config["LIMN_HOST"] == "127.0.0.1" else config["LIMN_HOST"]
    print(f"Limn serves on http://{host}:{config['PORT']}, with the styles of {source}", file=sys.stderr)
    Server(lambda is_draining: create_app(config, is_draining), config).run()
    return 0


def _schema() -> int:
    from app.core.style import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0


def _render(config: Config, spec: str, output: str) -> int:
    from app import create_charts
    from app.core.errors import Refusal

    try:
        body = sys.stdin.buffer.read() if spec == "-" else Path(spec).read_bytes()
    except OSError as error:
        print(f"{spec}: {error.strerror}", file=sys.stderr)
        return 1
    try:
        drawn = create_charts(config).from_body(body)
    except Refusal as refusal:
        print(f"{spec}: {refusal.detail}", file=sys.stderr)
        return 1
    picture = drawn.picture
    if picture is None:
        raise AssertionError("a chart that nobody knows is always drawn")
    if picture.missing_glyphs:
        print(f"{spec}: no font has {' '.join(picture.missing_glyphs)}", file=sys.stderr)
    if drawn.today.fault is not None:
        print(f"{spec}: style {drawn.today.version}: {drawn.today.fault}", file=sys.stderr)
    return _write(picture.content, output)


def _write(content: bytes, output: str) -> int:
    if output == "-":
        sys.stdout.buffer.write(content)
        return 0
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        print(f"{output}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
