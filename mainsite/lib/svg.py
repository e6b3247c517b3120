"""The few primitives that marks and charts are drawn with.

Classes for ink, presentation attributes for geometry: no style and no script, so a
drawing passes a strict policy and prints. Every piece comes out of `format_html`.
"""

from collections.abc import Iterable
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Ink = Literal["ink", "sig", "ink3"]
INK_OF_READING: dict[str, Ink] = {
    "attractivite": "ink",
    "cedabilite": "sig",
    "couverture": "ink3",
}
NOTHING = format_html("{}", "")


def coordinate(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def rect(ink: str, x: float, y: float, width: float, height: float) -> SafeString:
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        ink,
        coordinate(x),
        coordinate(y),
        coordinate(width),
        coordinate(height),
    )


def join(pieces: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def percentage(value: float) -> float:
    return max(0.0, min(100.0, value))


def ten_ticks(value: float, step: float, width: float, height: float) -> SafeString:
    known = int(percentage(value) / 10 + 0.5)
    return join(
        rect("f-ink3", i * step, 8 - height, width, height)
        if i < known
        else rect("f-rule", i * step, 5, width, 3)
        for i in range(10)
    )
