"""The difference of the two arms in time: its value, its interval, and nought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from mainsite.lib import formatting
from mainsite.lib.svg import NOTHING, coordinate, join
from scoring.experiments.results import Point

WIDE, NARROW, HEIGHT = 720, 358, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 26
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class _Frame:
    """From moments and differences to the drawing's units."""

    begins: float
    ends: float
    most: float
    width: int

    def x(self, at: datetime) -> float:
        span = (self.ends - self.begins) or 1.0
        return (
            LEFT + (self.width - LEFT - RIGHT) * (at.timestamp() - self.begins) / span
        )

    def y(self, value: float) -> float:
        kept = max(-self.most, min(self.most, value))
        middle = (TOP + HEIGHT - BOTTOM) / 2
        return middle - (HEIGHT - TOP - BOTTOM) / 2 * kept / self.most


def difference(
    points: Sequence[Point],
    *,
    until: datetime,
    label: str,
    language: str,
    width: int = WIDE,
) -> SafeString:
    """Until that moment the last figures hold; nothing without a judged company."""
    if not points:
        return NOTHING
    frame = _Frame(points[0].at.timestamp(), until.timestamp(), _most(points), width)
    return format_html(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        "{}{}{}{}{}</svg>",
        width,
        HEIGHT,
        label,
        _band(points, until, frame),
        _grid(frame, language),
        _line(points, until, frame),
        _day(points[0].at, frame, "start", language),
        _day(until, frame, "end", language),
    )


def _most(points: Sequence[Point]) -> float:
    """What the last interval needs; the first ones, as wide as can be, leave it."""
    last = points[-1].difference
    ends = [abs(last.low), abs(last.high or 0.0)]
    ends += [
        abs(p.difference.value)
        for p in points[len(points) // 4 :]
        if p.difference.value
    ]
    return min(1.0, max(0.05, 1.6 * max(ends)))


def _band(points: Sequence[Point], until: datetime, frame: _Frame) -> SafeString:
    """A figure holds until the next: steps, not slopes."""
    above, below = [], []
    for point, x, end in _spans(points, until, frame):
        high = 1.0 if point.difference.high is None else point.difference.high
        above += [(x, frame.y(high)), (end, frame.y(high))]
        below += [
            (x, frame.y(point.difference.low)),
            (end, frame.y(point.difference.low)),
        ]
    return format_html(
        '<path class="f-p3" d="{}Z"/>', _path([*above, *reversed(below)])
    )


def _line(points: Sequence[Point], until: datetime, frame: _Frame) -> SafeString:
    known = [
        corner
        for point, x, end in _spans(points, until, frame)
        if point.difference.value is not None
        for corner in (
            (x, frame.y(point.difference.value)),
            (end, frame.y(point.difference.value)),
        )
    ]
    if not known:
        return NOTHING
    return format_html(
        '<path class="k-ink f-none" stroke-width="2" d="{}"/>', _path(known)
    )


def _spans(
    points: Sequence[Point], until: datetime, frame: _Frame
) -> list[tuple[Point, float, float]]:
    ends = [*(each.at for each in points[1:]), until]
    return [
        (point, frame.x(point.at), frame.x(end))
        for point, end in zip(points, ends, strict=True)
    ]


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in corners)


def _grid(frame: _Frame, language: str) -> SafeString:
    step = next(s for s in STEPS if 2 * frame.most / s < MOST_TICKS or s == STEPS[-1])
    count = int(frame.most / step)
    return join(
        _tick(number * step, frame, language) for number in range(-count, count + 1)
    )


def _tick(value: float, frame: _Frame, language: str) -> SafeString:
    y = coordinate(frame.y(value))
    return format_html(
        '<path class="{}" d="M{} {}H{}"/><text x="{}" y="{}" font-size="11" '
        'text-anchor="end" class="f-ink3">{}</text>',
        "k-rule" if abs(value) > 1e-9 else "k-ink",
        LEFT,
        y,
        frame.width - RIGHT,
        LEFT - 8,
        coordinate(frame.y(value) + 4),
        formatting.number(round(100 * value, 6), signed=True, language=language),
    )


def _day(at: datetime, frame: _Frame, anchor: str, language: str) -> SafeString:
    return format_html(
        '<text x="{}" y="{}" font-size="11" text-anchor="{}" class="f-ink3">{}</text>',
        coordinate(frame.x(at)),
        HEIGHT - 8,
        anchor,
        formatting.short_date(at, language=language),
    )
