"""Small drawings of the list: statuses, readings, trends. Constant ones are cached."""

from functools import lru_cache
from math import cos, pi, sin

from django.utils.html import format_html
from django.utils.safestring import SafeString

from mainsite.lib.svg import NOTHING, Ink, coordinate, percentage, rect, ten_ticks

# Part of the circle that is inked: the phases of the moon.
PHASES = {
    "prospect": 0.0,
    "contacte": 0.25,
    "qualification": 0.5,
    "negociation": 0.75,
    "gagne": 1.0,
}


@lru_cache
def status_mark(code: str) -> SafeString:
    """Moon phase of a pipeline status; struck when lost, dotted when asleep."""
    if code == "en_sommeil":
        inner = _circle("f-none k-ink2", dashes="1.6 1.75")
    elif code in {"perdu", "ecarte"}:
        strike = format_html('<path class="k-ink2" d="{}"/>', "M3.6 12.4 12.4 3.6")
        inner = _circle("f-none k-ink2") + strike
    else:
        inner = _moon(PHASES.get(code, 0.0))
    return format_html(
        '<svg class="moon" viewBox="0 0 16 16" width="15" height="15" '
        'aria-hidden="true">{}</svg>',
        inner,
    )


def _circle(ink: str, *, dashes: str = "none") -> SafeString:
    return format_html(
        '<circle class="{}" cx="8" cy="8" r="6.4" stroke-width="1.3" '
        'stroke-dasharray="{}"/>',
        ink,
        dashes,
    )


def _moon(part: float) -> SafeString:
    if part >= 1:
        return format_html('<circle class="{}" cx="8" cy="8" r="7"/>', "f-ink")
    ring = _circle("f-none k-ink")
    if part <= 0:
        return ring
    angle = part * 2 * pi
    edge = f"{8 + 6.4 * sin(angle):.2f} {8 - 6.4 * cos(angle):.2f}"
    path = f"M8 8V1.6A6.4 6.4 0 {int(part > 0.5)} 1 {edge}Z"
    return ring + format_html('<path class="f-ink" d="{}"/>', path)


@lru_cache(maxsize=512)
def bar(value: int, ink: Ink) -> SafeString:
    """The 46 px bar of attractivité or cédabilité."""
    return format_html(
        '<svg width="46" height="8" viewBox="0 0 46 8" preserveAspectRatio="none" '
        'aria-hidden="true">{}{}</svg>',
        rect("f-rule", 0, 6, 46, 1),
        rect(f"f-{ink}", 0, 1, 46 * percentage(value) / 100, 6),
    )


@lru_cache(maxsize=128)
def ticks(value: int) -> SafeString:
    """The ten ticks of couverture."""
    return format_html(
        '<svg width="46" height="8" viewBox="0 0 46 8" aria-hidden="true">{}</svg>',
        ten_ticks(value, 4.6, 2.4, 7),
    )


@lru_cache(maxsize=2048)
def sparkline(points: tuple[float | None, ...]) -> SafeString:
    """52×18; a missing year is skipped, fewer than two points draw nothing.

    The vertical span is at least 18 % of the value: a flat line looks flat.
    """
    known = [(i, float(p)) for i, p in enumerate(points) if p is not None]
    if len(known) < 2:
        return NOTHING
    low, high = min(p for _, p in known), max(p for _, p in known)
    span = max(high - low, 0.18 * max(abs(low), abs(high)), 1e-9)
    top = (high + low) / 2 + span / 2
    step = 44 / (len(points) - 1)
    spots = [
        (coordinate(3 + i * step), coordinate(3 + 11 * (top - p) / span))
        for i, p in known
    ]
    return format_html(
        '<svg class="spark" width="52" height="18" viewBox="0 0 52 18" '
        'aria-hidden="true"><polyline class="f-none k-ink2" stroke-width="1.25" '
        'points="{}"/><circle class="f-ink" cx="{}" cy="{}" r="2"/></svg>',
        " ".join(",".join(spot) for spot in spots),
        *spots[-1],
    )
