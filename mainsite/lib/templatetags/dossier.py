"""The words of the « Dossier » language: figures, dates, absences, statuses, icons.

A filter given nothing answers « inconnu »: unknown is never zero.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from mainsite.lib import formatting, marks
from mainsite.lib.formatting import Number
from mainsite.lib.svg import INK_OF_READING

register = template.Library()

ABSENCES = {
    "unknown": gettext_noop("inconnu"),
    "confidential": gettext_noop("confidentiel"),
    "confidential_short": gettext_noop("confid."),
    "not_assessable": gettext_noop("non évaluable"),
    "absent": gettext_noop("absent"),
}
STATUSES = {
    "prospect": gettext_noop("Prospect"),
    "contacte": gettext_noop("Contacté"),
    "qualification": gettext_noop("Qualification"),
    "negociation": gettext_noop("Négociation"),
    "gagne": gettext_noop("Gagné"),
    "perdu": gettext_noop("Perdu"),
    "ecarte": gettext_noop("Écarté"),
    "en_sommeil": gettext_noop("En sommeil"),
}
NOT_APPLICABLE = "—"


def _language() -> str:
    return get_language() or "fr"


def _is_missing(value: object) -> bool:
    return value is None or value == ""


# Absence


@register.simple_tag
def absence(kind: str = "unknown") -> SafeString:
    """`unknown`, `confidential`, `not_assessable`, `absent` in words; else a dash."""
    return _absence(kind, _language())


@lru_cache(maxsize=64)
def _absence(kind: str, language: str) -> SafeString:
    """Written hundreds of times on a list, always the same."""
    if kind not in ABSENCES:
        return format_html('<span class="qq">{}</span>', NOT_APPLICABLE)
    return format_html('<span class="mute">{}</span>', _(ABSENCES[kind]))


@register.filter
def or_absent(value: object, kind: str = "unknown") -> object:
    """The value, or the words of its absence: `{{ town|or_absent:"unknown" }}`."""
    return absence(kind) if _is_missing(value) else value


# Figures


@register.filter
def siren(value: str | int) -> str:
    return formatting.siren(value)


@register.filter
def number(value: Number | None, decimals: int = 0) -> str:
    if _is_missing(value) or value is None:
        return absence()
    return formatting.number(value, decimals=decimals, language=_language())


@register.filter
def euros(value: Number | None, cents: str = "") -> str:
    """Whole euros; `euros:"cents"` keeps two decimals."""
    if _is_missing(value) or value is None:
        return absence()
    return formatting.euros(value, cents=bool(cents), language=_language())


@register.filter
def meuros(value: Number | None, decimals: int = 1) -> str:
    """Euros told in millions; the column head or the sentence says « M€ »."""
    if _is_missing(value) or value is None:
        return absence()
    return formatting.meuros(value, decimals=decimals, language=_language())


@register.filter
def percent(ratio: Number | None, options: str = "") -> str:
    """A ratio; options are a sign and a number of decimals: `percent:"+0"`."""
    if _is_missing(ratio) or ratio is None:
        return absence()
    decimals = options.removeprefix("+")
    return formatting.percent(
        ratio,
        decimals=int(decimals) if decimals else 1,
        signed=options.startswith("+"),
        language=_language(),
    )


@register.filter
def years(count: int | None) -> str:
    if _is_missing(count) or count is None:
        return absence()
    return formatting.years(count, language=_language())


@register.filter
def plural_fr(count: Number, forms: str) -> str:
    """`{{ n|plural_fr:_("société,sociétés") }}`: 0 and 1 are singular in French."""
    one, many = forms.split(",")
    if formatting.is_english(_language()):
        return one if count == 1 else many
    return formatting.plural(count, one, many)


FIGURES: dict[str, Callable[..., str]] = {
    "euros": formatting.euros,
    "meuros": formatting.meuros,
    "percent": formatting.percent,
    "number": formatting.number,
}


@register.simple_tag
def figure(
    value: Number | None, form: str = "euros", missing: str = "unknown", **options: int
) -> str:
    """A cell of accounts: absence in its words, a loss in signal.

    `{% figure year.growth "percent" missing="na" signed=True %}`
    """
    if value is None:
        return absence(missing)
    text = FIGURES[form](value, language=_language(), **options)
    if value < 0:
        return format_html('<span class="sig">{}</span>', text)
    return text


# Dates, told in Paris time


@register.filter
def fr_date(value: date | None) -> str:
    if value is None:
        return absence()
    return formatting.long_date(value, language=_language())


@register.filter
def fr_short_date(value: date | None) -> str:
    if value is None:
        return absence()
    return formatting.short_date(value, language=_language())


@register.filter
def fr_datetime(value: datetime | None) -> str:
    if value is None:
        return absence()
    return formatting.moment(value, language=_language())


@register.filter
def fr_time(value: datetime | None) -> str:
    if value is None:
        return absence()
    return formatting.clock_time(value, language=_language())


# Marks and readings


@register.simple_tag
def status_mark(code: str) -> SafeString:
    """The moon phase alone; the word stands beside it."""
    return marks.status_mark(code)


@register.filter
def status_word(code: str) -> str:
    return _(STATUSES[code]) if code in STATUSES else code


@register.simple_tag
def status(code: str) -> SafeString:
    return format_html(
        '<span class="st">{}{}</span>', marks.status_mark(code), status_word(code)
    )


@register.simple_tag
def reading_bar(value: Number | None, reading: str) -> SafeString:
    """A cell of `attractivite` or `cedabilite`: bold number and 46 px bar."""
    if value is None:
        return absence("not_assessable")
    rounded = _whole(value)
    return _reading_cell(rounded, marks.bar(rounded, INK_OF_READING[reading]))


@register.simple_tag
def coverage_ticks(value: Number | None) -> SafeString:
    """A cell of couverture: light number and ten ticks."""
    if value is None:
        return absence()
    rounded = _whole(value)
    return _reading_cell(rounded, marks.ticks(rounded))


def _whole(value: Number) -> int:
    return int(Decimal(str(value)).quantize(Decimal(1), "ROUND_HALF_UP"))


@lru_cache(maxsize=512)
def _reading_cell(value: int, drawing: SafeString) -> SafeString:
    return format_html("<b>{}</b>{}", value, drawing)


@register.simple_tag
def capped(value: Number, flag: str) -> SafeString:
    """A score held down by a red flag: « 40 ! 3 pertes » in place of its bar."""
    return format_html(
        '<b>{}</b><span class="cap"><span aria-hidden="true">!</span> {}</span>',
        _whole(value),
        flag,
    )


@register.simple_tag
def sparkline(points: list[float | None] | tuple[float | None, ...]) -> SafeString:
    return marks.sparkline(tuple(points))


@register.simple_tag
def stale(text: str) -> SafeString:
    """A date or year older than the freshness limit: clock and words in signal."""
    return format_html('<span class="stale">{} {}</span>', icon("clock"), text)


# The page around


@lru_cache(maxsize=128)
def _icon(name: str, sprite: str) -> SafeString:
    return format_html(
        '<svg class="ic" width="16" height="16" aria-hidden="true">'
        '<use href="{}#i-{}"/></svg>',
        sprite,
        name,
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, always beside a word or inside an `aria-label`."""
    return _icon(name, static("img/icons.svg"))


@register.simple_tag
def csrf_cookie_name() -> str:
    """So that htmx.js finds the token whatever the installation calls the cookie."""
    return str(settings.CSRF_COOKIE_NAME)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The page's query string with some fields changed; None or "" removes one.

    `<a href="{% query sort="-ca" cursor=None %}">`
    """
    request: HttpRequest = context["request"]
    fields = request.GET.copy()
    for name, value in changes.items():
        fields.pop(name, None)
        if not _is_missing(value):
            fields[name] = str(value)
    return f"?{fields.urlencode()}"


@register.simple_tag(takes_context=True)
def query_without(context: template.Context, name: str, value: str = "") -> str:
    """The query string less one field, or less one of its values (a chip's cross)."""
    request: HttpRequest = context["request"]
    fields = request.GET.copy()
    left = [v for v in fields.getlist(name) if value and v != value]
    fields.pop(name, None)
    fields.setlist(name, left)
    return f"?{fields.urlencode()}"
