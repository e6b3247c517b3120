"""The charts of `mainsite.lib.charts`, for templates."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mainsite.lib import charts, formatting
from mainsite.lib.formatting import Number
from mainsite.lib.svg import INK_OF_READING

register = template.Library()


def _whole(value: Number) -> int:
    return int(Decimal(str(value)).quantize(Decimal(1), "ROUND_HALF_UP"))


@register.simple_tag
def reading_scale(value: Number, reading: str, floor: int = 40) -> SafeString:
    """Marks where the words change; couverture has only its floor."""
    marks = (floor,) if reading == "couverture" else charts.SCALE_MARKS
    return charts.scale(_whole(value), INK_OF_READING[reading], marks)


@register.simple_tag
def component_bar(value: Number | None) -> SafeString:
    """None draws the dotted line of an absent component."""
    return charts.component(None if value is None else _whole(value))


@register.simple_tag
def contribution_bar(value: Number, most: Number = 20) -> SafeString:
    """A signed contribution; `most` is the greatest magnitude drawn beside it."""
    return charts.contribution(float(value), float(most))


@register.simple_tag
def coverage_gauge(value: Number) -> SafeString:
    return charts.gauge(_whole(value))


@register.simple_tag
def accounts_bars(
    columns: Sequence[charts.YearOfAccounts],
) -> tuple[SafeString, ...]:
    """`{% accounts_bars years as bars %}`, then one `<td>{{ bar }}</td>` per year."""
    return charts.accounts(columns, language=get_language() or "fr")


@register.simple_tag
def strip_plot(peers: Sequence[float], own: float) -> SafeString:
    return charts.strip(peers, own)


@register.simple_tag
def histogram(
    counts: Sequence[int],
    label: str,
    reading: str = "",
    floor: float | None = None,
    low: float = 0.0,
    high: float = 1.0,
) -> SafeString:
    """Floor and bounds are fractions of the width."""
    words = _("Répartition : %(subject)s") % {"subject": label}
    return _histogram(tuple(counts), reading, words, floor, (low, high))


@lru_cache(maxsize=512)
def _histogram(
    counts: tuple[int, ...],
    reading: str,
    label: str,
    floor: float | None,
    kept: tuple[float, float],
) -> SafeString:
    """Drawn again on each page of a search: a millisecond for three of them."""
    ink = INK_OF_READING.get(reading, "ink3")
    return charts.histogram(counts, ink=ink, label=label, floor=floor, kept=kept)


@register.simple_tag
def progress_bar(segments: Sequence[charts.Segment], label: str) -> SafeString:
    """Segments are (kind, count): done reused failed running unchanged waiting."""
    return charts.progress(segments, label=label)


@register.simple_tag
def small_progress_bar(segments: Sequence[charts.Segment], total: int) -> SafeString:
    return charts.small_progress(segments, total)


@register.simple_tag
def share_bar(part: Number, whole: Number) -> SafeString:
    return charts.share(float(part), float(whole))


@register.simple_tag
def cost_bar(committed: Number, at_most: Number, cap: Number) -> SafeString:
    """Amounts in euros; the words are made here."""

    def told(sentence: str, amount: Number) -> str:
        language = get_language() or "fr"
        return sentence % {
            "amount": formatting.euros(amount, cents=True, language=language)
        }

    return charts.cost(
        committed=float(committed),
        at_most=float(at_most),
        cap=float(cap),
        words=charts.CostWords(
            committed=told(_("engagé %(amount)s"), committed),
            at_most=told(_("au plus %(amount)s"), at_most),
            cap=told(_("plafond %(amount)s"), cap),
        ),
    )
