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
    """In two strokes of the pen: as ten rectangles they weighed a fifth of a list."""
    known = int(percentage(value) / 10 + 0.5)
    return join(
        format_html(
            '<path class="{}" d="{}"/>',
            ink,
            "".join(_tick(i * step, top, width, 8 - top) for i in turns),
        )
        for ink, turns, top in (
            ("f-ink3", range(known), 8 - height),
            ("f-rule", range(known, 10), 5.0),
        )
        if turns
    )


def _tick(x: float, y: float, width: float, height: float) -> str:
    across, down = coordinate(width), coordinate(height)
    return f"M{coordinate(x)} {coordinate(y)}h{across}v{down}h-{across}z"
