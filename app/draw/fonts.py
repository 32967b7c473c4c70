"""The fonts that charts are drawn with: Matplotlib's own, one with Chinese, Japanese and Korean, and a brand folder.

Nothing else is used, whatever is installed on the machine: a laptop, CI and the container draw the same pixels. Missing
glyphs are looked up in the fonts' character maps; Matplotlib's warnings about them are process-wide and come too late.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties, fontManager

CJK = "Noto Sans CJK SC"
GENERIC = {"sans-serif": "DejaVu Sans", "serif": "DejaVu Serif", "monospace": "DejaVu Sans Mono"}
BEHIND = ("DejaVu Sans", CJK)
"""What stands behind every style's own families."""
TOFU = "□"
"""Drawn in the place of a character that no font has."""

# "Noto Sans CJK SC has no bold" is known, decided and not worth a line for every title.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


log = logging.getLogger(__name__)


class FontLibrary:
    """The families there are, and which characters they have."""

    def __init__(self, brand: Path | None = None) -> None:
        """Load the fonts.

        Args:
            brand: a folder of .ttf, .otf and .ttc files (`LIMN_FONTS`).
        """
        own = Path(matplotlib.get_data_path())
        keep = [entry for entry in fontManager.ttflist if Path(entry.fname).is_relative_to(own)]
        fontManager.ttflist = keep
        self.files = [_cjk_file(), *_font_files(brand)]
        for path in self.files:
            if not _added(path):
                log.warning("the font %s can't be read and is left out", path)
        self.families = frozenset(entry.name for entry in fontManager.ttflist)
        self._glyphs: dict[tuple[str, ...], frozenset[int]] = {}

    def resolve(self, asked: str | Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
        """The families that exist of those `asked`, with what stands behind them, and those that don't."""
        names = [asked] if isinstance(asked, str) else list(asked)
        real = [GENERIC.get(name.strip().lower(), name.strip()) for name in names]
        known = {family.lower(): family for family in self.families}
        found = [known[name.lower()] for name in real if name.lower() in known]
        missing = [name for name, there in zip(names, real, strict=True) if there.lower() not in known]
        return tuple(dict.fromkeys([*found, *BEHIND])) if found else (), missing

    def missing(self, text: str, families: tuple[str, ...]) -> list[str]:
        """The characters of `text` that none of `families` has, each once, in order."""
        if text.isascii():
            return []
        glyphs = self._glyphs.get(families)
        if glyphs is None:
            glyphs = self._glyphs[families] = frozenset().union(*map(_characters, families))
        return list(dict.fromkeys(c for c in text if ord(c) not in glyphs and not c.isspace()))

    def fingerprint(self) -> str:
        """A digest of the fonts, for entity tags: another font draws other pixels."""
        digest = hashlib.blake2b(digest_size=8)
        for path in self.files:
            # The CJK font comes pinned by hash; its 20 MB are not read again at every start.
            digest.update(path.name.encode() + str(path.stat().st_size).encode())
            if path is not self.files[0]:
                digest.update(path.read_bytes())
        return digest.hexdigest()


def _cjk_file() -> Path:
    spec = importlib.util.find_spec("noto_cjk_sans_otc")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package noto-cjk-sans-otc is not installed; run: pip install -r requirements.txt")
    return Path(spec.origin).parent / "NotoSansCJK-Regular.ttc"


def _font_files(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".ttf", ".otf", ".ttc"))


def _added(path: Path) -> bool:
    try:
        fontManager.addfont(path)
    except (RuntimeError, OSError):
        return False
    return True


def _characters(family: str) -> frozenset[int]:
    path = fontManager.findfont(FontProperties(family=family), fallback_to_default=False)
    return frozenset(font_manager.get_font(path).get_charmap())
