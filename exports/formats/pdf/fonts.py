"""The product's own typefaces, cut to the weights that a page uses."""

import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.conf import settings
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib import instancer  # type: ignore[import-untyped]
from fpdf import FPDF

SANS, SERIF = "sans", "serif"
_FOLDER: Final = Path(settings.BASE_DIR) / "static" / "fonts"
_SANS = _FOLDER / "source-sans-3-latin-wght-normal.woff2"
_SERIF = _FOLDER / "newsreader-latin-opsz-normal.woff2"


def add(sheet: FPDF) -> None:
    with TemporaryDirectory(prefix="fonts-") as folder:
        for family, style, source, axes in (
            (SANS, "", _SANS, (("wght", 400),)),
            (SANS, "B", _SANS, (("wght", 650),)),
            (SERIF, "", _SERIF, (("wght", 500), ("opsz", 36))),
        ):
            # The library asks for a file by its name, and reads it there and then.
            path = Path(folder) / f"{family}{style}.ttf"
            path.write_bytes(_cut(source, axes))
            sheet.add_font(family, style, path)


@cache
def _cut(source: Path, axes: tuple[tuple[str, float], ...]) -> bytes:
    """One weight of a variable typeface: a second or two, once in a process."""
    whole = BytesIO()
    with TTFont(source) as font:
        instancer.instantiateVariableFont(font, dict(axes), inplace=True)
        font.flavor = None
        font.save(whole)
    return whole.getvalue()


@cache
def _known() -> frozenset[int]:
    return frozenset.intersection(*map(_letters, (_SANS, _SERIF)))


def _letters(path: Path) -> frozenset[int]:
    with TTFont(path) as font:
        return frozenset(font.getBestCmap())


def spelled(text: str) -> str:
    """With letters that the typefaces have: « Š » without its caron, never a box."""
    if all(ord(letter) in _known() for letter in text):
        return text
    return "".join(map(_letter, text))


@cache
def _letter(letter: str) -> str:
    if ord(letter) in _known() or letter == "\n":
        return letter
    if letter.isspace():
        return "\u00a0"
    plain = "".join(
        each
        for each in unicodedata.normalize("NFKD", letter)
        if not unicodedata.combining(each)
    )
    return plain if plain and all(ord(each) in _known() for each in plain) else "?"
