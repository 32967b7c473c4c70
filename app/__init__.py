"""Limn draws charts on demand, styled by a JSON document that is read at each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config
    from app.core.style_source import StyleSource
    from app.flows.chart import Charts

__version__ = "0.1.0"


def create_charts(config: Config) -> Charts:
    """The chart flow, wired from the settings: without HTTP, for the command line."""
    from functools import partial

    from app.draw import FontLibrary, Renderer, compile_style
    from app.edge.consul_styles import ConsulStyles
    from app.edge.file_styles import FileStyles
    from app.edge.state_folder import StateFolder
    from app.flows.chart import Charts
    from app.flows.queue import DrawingQueue
    from app.flows.styles import Styles

    fonts = FontLibrary(config["LIMN_FONTS"])
    embedded = FileStyles(config["LIMN_STYLES"])
    source: StyleSource = embedded
    identity = f"files {embedded.folder}"
    if config.consul is not None:
        prefix = config["LIMN_CONSUL_PREFIX"]
        source, identity = ConsulStyles(config.consul, prefix), f"{config.consul.address} {prefix}"
    compiled = partial(compile_style, fonts=fonts, most_pixels=config["LIMN_MAX_PIXELS"])
    styles = Styles(source, embedded, compiled, StateFolder(config["LIMN_STATE"], identity))
    return Charts(styles, Renderer(fonts, __version__), DrawingQueue(config["LIMN_QUEUE"]), config.limits)


def create_app(config: Config | None = None, is_draining: Callable[[], bool] = lambda: False) -> Flask:
    """The whole service, wired from the settings: the only place where the parts meet.

    Raises:
        ConfigError: a setting that can't be used.
    """
    from app.config import ROOT, Config
    from app.web import build

    config = config or Config()
    return build(
        create_charts(config),
        max_body=config["LIMN_MAX_BODY"],
        body_timeout=config["LIMN_BODY_TIMEOUT"],
        pwa=ROOT / "pwa",
        is_draining=is_draining,
    )
