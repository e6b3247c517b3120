"""The plots of a model's card, from the figures that are kept: server-side SVG.

A plot never replaces the table beside it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mainsite.lib import formatting
from mainsite.lib.svg import NOTHING, coordinate, join, rect
from scoring.learning.drift import SLIGHT, STRONG

LEFT: Final = 44.0
SIDE: Final = 260.0
WIDE: Final = 520.0
TALL: Final = 150.0


def calibration(curve: Sequence[Mapping[str, float]], *, language: str) -> SafeString:
    """What was announced across, what came upwards; on the diagonal they are equal."""
    if not curve:
        return NOTHING
    most = max(
        0.05,
        *(max(p["predicted"], p["high"]) for p in curve),
    )
    end = min(1.0, most * 1.05)

    def x(share: float) -> float:
        return LEFT + SIDE * min(share, end) / end

    def y(share: float) -> float:
        return 8 + SIDE * (1 - min(share, end) / end)

    marks = format_html_join(
        "",
        '<path class="k-ink" d="M{} {}V{}"/><circle class="f-ink" cx="{}" cy="{}" '
        'r="3.5"/>',
        (
            (
                coordinate(x(p["predicted"])),
                coordinate(y(p["low"])),
                coordinate(y(p["high"])),
                coordinate(x(p["predicted"])),
                coordinate(y(p["observed"])),
            )
            for p in curve
        ),
    )
    return format_html(
        '<svg class="plot" viewBox="0 0 320 300" role="img" aria-label="{}">'
        '<path class="k-rule2" d="M{} 8V{}H{}"/>'
        '<path class="k-rule2" stroke-dasharray="4 3" d="M{} {}L{} {}"/>{}{}</svg>',
        _("Calibration : probabilité annoncée et part observée"),
        coordinate(LEFT),
        coordinate(8 + SIDE),
        coordinate(LEFT + SIDE),
        coordinate(x(0)),
        coordinate(y(0)),
        coordinate(x(end)),
        coordinate(y(end)),
        marks,
        _square_axes(end, language),
    )


def _square_axes(end: float, language: str) -> SafeString:
    low = formatting.percent(0, decimals=0, language=language)
    high = formatting.percent(round(end, 3), decimals=0, language=language)
    return join(
        [
            _text(LEFT, 284, low, "middle"),
            _text(LEFT + SIDE, 284, high, "end"),
            _text(LEFT - 4, 8 + SIDE, low, "end"),
            _text(LEFT - 4, 16, high, "end"),
            _text(LEFT + SIDE / 2, 297, _("annoncé"), "middle"),
            _text(LEFT + 6, 16, _("observé"), "start"),
        ]
    )


def psi(
    months: Sequence[date], series: Mapping[str, Sequence[float | None]]
) -> SafeString:
    """A line a feature, the score's in the signal's colour; the two usual marks."""
    known = [v for line in series.values() for v in line if v is not None]
    if not known:
        return NOTHING
    end = max(STRONG * 1.2, *known)
    step = WIDE / max(1, len(months) - 1)

    def y(value: float) -> float:
        return 8 + TALL * (1 - value / end)

    lines = []
    for name, line in series.items():
        points = [
            (LEFT + place * step, y(value))
            for place, value in enumerate(line)
            if value is not None
        ]
        ink = "sig" if name == "score" else "ink"
        path = "L".join(f"{coordinate(a)} {coordinate(b)}" for a, b in points)
        lines.append(
            format_html(
                '<path class="k-{}" d="M{}"/>{}',
                ink,
                path,
                join(rect(f"f-{ink}", a - 1.5, b - 1.5, 3, 3) for a, b in points),
            )
        )
    marks = join(
        format_html(
            '<path class="k-rule2" stroke-dasharray="4 3" d="M{} {}H{}"/>{}',
            coordinate(LEFT),
            coordinate(y(mark)),
            coordinate(LEFT + WIDE),
            _text(LEFT - 4, y(mark) + 4, formatting.number(mark, decimals=2), "end"),
        )
        for mark in (SLIGHT, STRONG)
    )
    return format_html(
        '<svg class="plot" viewBox="0 0 580 190" role="img" aria-label="{}">{}{}'
        '<path class="k-rule2" d="M{} 8V{}H{}"/>{}{}</svg>',
        _("Dérive par mois : indice de stabilité de la population"),
        marks,
        join(lines),
        coordinate(LEFT),
        coordinate(8 + TALL),
        coordinate(LEFT + WIDE),
        _text(LEFT, 176, f"{months[0]:%Y-%m}", "start"),
        _text(LEFT + WIDE, 176, f"{months[-1]:%Y-%m}", "end")
        if len(months) > 1
        else NOTHING,
    )


def histogram(counts: Sequence[int]) -> SafeString:
    """Companies by score of the model, from 0 to 100."""
    if not any(counts):
        return NOTHING
    most, step = max(counts), WIDE / len(counts)
    bars = join(
        rect(
            "f-ink",
            LEFT + place * step,
            8 + TALL * (1 - count / most),
            step * 0.85,
            TALL * count / most,
        )
        for place, count in enumerate(counts)
        if count
    )
    return format_html(
        '<svg class="plot" viewBox="0 0 580 190" role="img" aria-label="{}">{}'
        '<path class="k-rule2" d="M{} {}H{}"/>{}{}{}</svg>',
        _("Répartition des scores du modèle"),
        bars,
        coordinate(LEFT),
        coordinate(8 + TALL),
        coordinate(LEFT + WIDE),
        _text(LEFT, 176, "0", "start"),
        _text(LEFT + WIDE, 176, "100", "end"),
        _text(LEFT - 4, 16, str(most), "end"),
    )


def _text(x: float, y: float, words: Any, anchor: str) -> SafeString:
    return format_html(
        '<text class="f-ink2" font-size="11" x="{}" y="{}" text-anchor="{}">{}</text>',
        coordinate(x),
        coordinate(y),
        anchor,
        words,
    )
