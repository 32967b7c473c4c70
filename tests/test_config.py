"""The settings: every fault names its setting, no secret is ever shown, and the README has them all."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest

from app.config import ROOT, SETTINGS, Config, ConfigError

BAD = {
    "PORT": ["http", "-1", "65536", "80.5"],
    "LIMN_WORKERS": ["0", "65", "two"],
    "LIMN_QUEUE": ["-1", "1001"],
    "LIMN_GRACEFUL_TIMEOUT": ["-1", "forever", "nan", "inf", "3601"],
    "LIMN_DRAIN": ["-0.1", "601"],
    "LIMN_BODY_TIMEOUT": ["0", "601"],
    "LIMN_MAX_BODY": ["999", "16 MB"],
    "LIMN_MAX_POINTS": ["0"],
    "LIMN_MAX_SERIES": ["0"],
    "LIMN_MAX_PIXELS": ["0", "1e6"],
    "LIMN_MAX_TEXT": ["0"],
    "LIMN_LOG_LEVEL": ["loud"],
    "LIMN_CONSUL_CONNECT_TIMEOUT": ["0", "61"],
    "LIMN_CONSUL_READ_TIMEOUT": ["0", "nan"],
    "CONSUL_HTTP_ADDR": ["ftp://consul", "http://", "consul:port", "consul:99999"],
    "CONSUL_HTTP_SSL": ["maybe"],
    "CONSUL_HTTP_SSL_VERIFY": ["2"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_value_that_cant_be_used_is_refused_by_its_settings_name(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config({name: value})
    assert str(caught.value).startswith(f"{name}: ")
    assert len(str(caught.value)) > len(name) + 15


def test_every_cast_that_can_refuse_is_tried() -> None:
    takes_anything = {"folder", "words"}
    assert {s.name for s in SETTINGS if s.cast.__name__ not in takes_anything} == set(BAD) - {"CONSUL_HTTP_ADDR"}


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_refusal_says_what_is_allowed(setting: object) -> None:
    assert setting.cast.__doc__, "the message would end in nothing"  # type: ignore[attr-defined]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_an_empty_variable_is_not_set(setting: object) -> None:
    name = setting.name  # type: ignore[attr-defined]
    assert Config({name: "", "HOME": "/h"})[name] == Config({"HOME": "/h"})[name]


def test_no_secret_is_shown() -> None:
    values = {"CONSUL_HTTP_ADDR": "127.0.0.1:8500", "CONSUL_HTTP_TOKEN": "hush-1", "CONSUL_HTTP_AUTH": "user:hush-2"}
    config = Config(values)
    assert "***" in repr(config)
    assert "hush" not in repr(config) + str(config) + repr(config.consul)
    assert {setting.name for setting in SETTINGS if setting.secret} == {"CONSUL_HTTP_TOKEN", "CONSUL_HTTP_AUTH"}


def test_no_secret_is_in_a_refusal() -> None:
    with pytest.raises(ConfigError) as caught:
        Config({"CONSUL_HTTP_ADDR": "127.0.0.1:8500", "CONSUL_HTTP_AUTH": "hush-without-a-colon"})
    assert str(caught.value) == "CONSUL_HTTP_AUTH: expected user:password"


def test_a_password_in_an_address_is_not_echoed() -> None:
    with pytest.raises(ConfigError) as caught:
        Config({"CONSUL_HTTP_ADDR": "http://user:hush@consul:99999"})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"LIMN_STATE": "/s"}, "/s"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/limn"),
        ({"HOME": "/h"}, "/h/.local/state/limn"),
        ({}, f"{tempfile.gettempdir()}/limn-{os.getuid()}"),
    ],
)
def test_the_state_folder_is_where_state_belongs(environ: dict[str, str], folder: str) -> None:
    assert Config(environ)["LIMN_STATE"] == Path(folder)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("ON", True), ("no", False), ("0", False)])
def test_a_flag_is_said_in_many_ways(text: str, value: bool) -> None:
    assert Config({"CONSUL_HTTP_SSL": text})["CONSUL_HTTP_SSL"] is value


def test_limits_come_from_their_settings() -> None:
    names = ("LIMN_MAX_POINTS", "LIMN_MAX_SERIES", "LIMN_MAX_PIXELS", "LIMN_MAX_TEXT")
    limits = Config({name: str(i) for i, name in enumerate(names, 7)}).limits
    assert (limits.points, limits.series, limits.pixels, limits.text) == (7, 8, 9, 10)


def _shown(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, Path):
        default = default.relative_to(ROOT)
    if isinstance(default, bool):
        default = str(default).lower()
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def test_the_readme_lists_every_setting_with_its_default() -> None:
    rows = re.findall(r"^\| `([A-Z][A-Z_]+)` \| (.*?) ?\| (.*?) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert rows == [(s.name, _shown(s.default), s.help) for s in SETTINGS]
