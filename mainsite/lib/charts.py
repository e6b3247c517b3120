"""Charts of the company page, the facets and the batches, from plain numbers.

A chart never replaces the table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mainsite.lib import formatting
from mainsite.lib.svg import (
    NOTHING,
    Ink,
    coordinate,
    join,
    percentage,
    rect,
    ten_ticks,
)

Segment = tuple[str, int]
INK_OF_SEGMENT = {
    "done": "f-ink",
    "reused": "f-ink3",
    "failed": "f-sig",
    "running": "f-rule2",
    "unchanged": "f-rule",
    "waiting": "f-p3",
}
SCALE_MARKS = (40, 55, 70, 85)


@lru_cache(maxsize=512)
def scale(value: int, ink: Ink, marks: tuple[int, ...] = SCALE_MARKS) -> SafeString:
    """0 to 100, with the marks where the words change."""
    at = 2.6 * percentage(value)
    pointer = f"M{coordinate(at - 4)} 0h8l-4 5z"
    return format_html(
        '<svg class="scale" viewBox="0 0 260 24" width="260" height="24" '
        'aria-hidden="true">{}{}{}<path class="f-{}" d="{}"/></svg>',
        rect("f-p3", 0, 6, 260, 7),
        rect(f"f-{ink}", 0, 6, at, 7),
        join(_scale_mark(mark) for mark in marks),
        ink,
        pointer,
    )


def _scale_mark(mark: int) -> SafeString:
    x = coordinate(mark * 2.6)
    return format_html(
        '<path class="k-rule2" d="M{} 6V13"/><text x="{}" y="23" font-size="9.5" '
        'text-anchor="middle" class="f-ink3">{}</text>',
        x,
        x,
        mark,
    )


@lru_cache(maxsize=512)
def component(value: int | None) -> SafeString:
    """A component of attractivité; an absent one is a dotted line, never a zero."""
    if value is None:
        return format_html(
            '<svg viewBox="0 0 84 9" aria-hidden="true"><path class="k-rule2" '
            'd="{}" stroke-dasharray="2 2"/></svg>',
            "M0 8.5H84",
        )
    return format_html(
        '<svg viewBox="0 0 84 9" preserveAspectRatio="none" aria-hidden="true">'
        "{}{}</svg>",
        rect("f-rule", 0, 8, 84, 1),
        rect("f-ink", 0, 0, 0.84 * percentage(value), 8),
    )


@lru_cache(maxsize=512)
def contribution(value: float, most: float = 20) -> SafeString:
    """A signed part of cédabilité: solid to the right for, open to the left against."""
    length = min(abs(value) / (most or 1), 1.0)
    if value < 0:
        width = 35 * length
        piece = rect("f-none k-ink", 36 - width, 0.5, width, 7)
    else:
        piece = rect("f-sig", 36, 0, 47 * length, 8)
    return format_html(
        '<svg viewBox="0 0 84 9" aria-hidden="true"><path class="k-rule2" d="{}"/>'
        "{}</svg>",
        "M36 0V9",
        piece,
    )


@lru_cache(maxsize=128)
def gauge(value: int) -> SafeString:
    """Couverture of one family of data."""
    return format_html(
        '<svg viewBox="0 0 84 9" aria-hidden="true">{}</svg>',
        ten_ticks(value, 8.4, 5, 8),
    )


@dataclass(frozen=True, kw_only=True)
class YearOfAccounts:
    """One column of the accounts chart; `words` tell why there is no bar."""

    revenue: float | None = None
    result: float | None = None
    words: tuple[str, ...] = ()


def accounts(
    columns: Sequence[YearOfAccounts], *, language: str = "fr"
) -> tuple[SafeString, ...]:
    """One SVG per year on one common scale, to sit above the year's own figures."""
    sizes = [abs(v) for c in columns for v in (c.revenue, c.result) if v is not None]
    unit = 91.0 / max(sizes, default=1.0) if any(sizes) else 0.0
    last = max((i for i, c in enumerate(columns) if c.revenue is not None), default=-1)
    return tuple(
        _accounts_year(c, unit, latest=i == last, language=language)
        for i, c in enumerate(columns)
    )


def _accounts_year(
    year: YearOfAccounts, unit: float, *, latest: bool, language: str
) -> SafeString:
    pieces = [
        _unpublished(year.words)
        if year.revenue is None
        else _revenue_bar(year.revenue, unit, latest=latest, language=language)
    ]
    if year.result is not None:
        pieces.append(_result_bar(year.result, unit))
    return format_html(
        '<svg viewBox="0 0 100 118" preserveAspectRatio="xMaxYMax meet" '
        'aria-hidden="true">{}{}</svg>',
        join(pieces),
        rect("f-rule2", 0, 117, 100, 1),
    )


def _revenue_bar(
    value: float, unit: float, *, latest: bool, language: str
) -> SafeString:
    height = max(value * unit, 0.0)
    return format_html(
        '{}<text x="60" y="{}" font-size="12" font-weight="{}" '
        'text-anchor="middle" class="f-ink">{}</text>',
        rect("f-ink" if latest else "f-ink3", 42, 117 - height, 36, height),
        coordinate(112 - height),
        700 if latest else 400,
        formatting.meuros(value, language=language),
    )


def _result_bar(value: float, unit: float) -> SafeString:
    height = max(abs(value) * unit, 1.5)
    if value < 0:
        return rect("f-sig", 81.5, 117 - height, 8, height)
    return rect("f-none k-ink", 81.5, 117 - height, 8, height)


def _unpublished(words: Sequence[str]) -> SafeString:
    if not words:
        return NOTHING
    first = 93 - 13 * (len(words) - 1)
    return format_html(
        '<path class="k-rule2 f-none" d="{}" stroke-dasharray="3 3"/>{}',
        "M42 117V34H82V117",
        format_html_join(
            "",
            '<text x="62" y="{}" font-size="11" text-anchor="middle" '
            'class="f-ink2">{}</text>',
            ((first + 13 * i, word) for i, word in enumerate(words)),
        ),
    )


def strip(peers: Sequence[float], own: float) -> SafeString:
    """Where the company stands among its peers, both ends included."""
    low, high = min([*peers, own]), max([*peers, own])
    span = (high - low) or 1.0
    marks = sorted({round(3 + 114 * (p - low) / span) for p in peers})
    at = 3 + 114 * (own - low) / span
    return format_html(
        '<svg viewBox="0 0 120 16" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="k-rule" d="M0 8H120"/><path class="k-rule2" d="{}"/>{}</svg>',
        "".join(f"M{mark} 4V12" for mark in marks),
        rect("f-ink", at - 1.5, 0, 3, 16),
    )


def histogram(
    counts: Sequence[int],
    *,
    ink: Ink = "ink",
    label: str,
    floor: float | None = None,
    kept: tuple[float, float] = (0.0, 1.0),
) -> SafeString:
    """Distribution of the present selection; bins outside the bounds fade.

    `floor` and `kept` are fractions of the width.
    """
    step = 100 / max(len(counts), 1)
    most = max([*counts, 1])
    bins = join(
        _bin(count / most, i * step, step, f"f-{ink}" if inside else "f-rule2")
        for i, count in enumerate(counts)
        if count
        for inside in [kept[0] * 100 <= (i + 0.5) * step <= kept[1] * 100]
    )
    line = (
        NOTHING
        if floor is None
        else format_html(
            '<path class="k-ink" d="M{} 1V21" stroke-width=".8" '
            'stroke-dasharray="2 1.5" vector-effect="non-scaling-stroke"/>',
            coordinate(floor * 100),
        )
    )
    return format_html(
        '<svg viewBox="0 0 100 22" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}{}{}</svg>',
        label,
        bins,
        rect("f-rule2", 0, 20.5, 100, 1),
        line,
    )


def _bin(part: float, x: float, step: float, ink: str) -> SafeString:
    height = max(18 * part, 1.5)
    return rect(ink, x, 20 - height, step * 0.8, height)


def progress(segments: Sequence[Segment], *, label: str) -> SafeString:
    """One bar of a batch or an import; the smallest part stays visible."""
    shown = [(kind, count) for kind, count in segments if count > 0]
    total = sum(count for _, count in shown) or 1
    free = 1000 - 5 * len(shown)
    pieces, at = [], 0.0
    for kind, count in shown:
        width = 5 + free * count / total
        ink = INK_OF_SEGMENT.get(kind, "f-p3")
        pieces.append(rect(ink, at, 0, max(width - 1.5, 1.5), 14))
        at += width
    return format_html(
        '<svg class="prog" viewBox="0 0 1000 14" height="14" '
        'preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        label,
        join(pieces) if pieces else rect("f-p3", 0, 0, 1000, 14),
    )


def small_progress(segments: Sequence[Segment], total: int) -> SafeString:
    """The 150 px bar of one source, drawn over what remains to do."""
    pieces, at = [rect("f-rule", 0, 7, 150, 1)], 0.0
    for kind, count in segments:
        width = 150 * count / total if total else 0.0
        pieces.append(rect(INK_OF_SEGMENT.get(kind, "f-p3"), at, 0, width, 8))
        at += width
    return format_html(
        '<svg width="150" height="8" viewBox="0 0 150 8" aria-hidden="true">{}</svg>',
        join(pieces),
    )


def share(part: float, whole: float, *, ink: Ink = "sig") -> SafeString:
    """A plain horizontal bar of 300 px, for counts by reason."""
    width = 300 * min(part / whole, 1.0) if whole else 0.0
    return format_html(
        '<svg class="share" width="300" height="9" viewBox="0 0 300 9" '
        'preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        rect(f"f-{ink}", 0, 0, width, 9),
    )


@dataclass(frozen=True, kw_only=True)
class CostWords:
    """The three labels of the cost line, already worded with their amounts."""

    committed: str
    at_most: str
    cap: str


def cost(
    *, committed: float, at_most: float, cap: float, words: CostWords
) -> SafeString:
    """Committed, at most and cap on one line that ends at the greatest of the three."""
    end = max(committed, at_most, cap) or 1.0
    spent, ceiling, stop = (1000 * amount / end for amount in (committed, at_most, cap))
    spent_text = _cost_text(spent, 10, words.committed, "f-ink", 600, room=820)
    return format_html(
        '<svg class="prog cost" viewBox="0 0 1000 58" role="img" '
        'aria-label="{}">{}{}{}'
        '<path class="k-ink" d="M{} 14V40M{} 20V46"/>'
        '<path class="k-sig" d="M{} 12V42" stroke-width="2"/>{}{}{}</svg>',
        f"{words.committed}, {words.at_most}, {words.cap}",
        rect("f-p3", 0, 20, 1000, 14),
        rect("f-rule2", 0, 20, ceiling, 14),
        rect("f-ink", 0, 20, spent, 14),
        coordinate(spent),
        coordinate(ceiling),
        coordinate(min(stop, 999)),
        spent_text,
        _cost_text(ceiling, 56, words.at_most, "f-ink", 400, room=1000),
        _cost_text(stop, 10, words.cap, "f-sig", 600, room=1000),
    )


def _cost_text(
    x: float, y: int, words: str, ink: str, weight: int, *, room: float
) -> SafeString:
    # About 7 units a letter at this size: too near the left edge, it starts there.
    fits = x >= 7.0 * len(words)
    return format_html(
        '<text x="{}" y="{}" text-anchor="{}" font-size="13" class="{}" '
        'font-weight="{}">{}</text>',
        coordinate(min(x, room)) if fits else 0,
        y,
        "end" if fits else "start",
        ink,
        weight,
        words,
    )
