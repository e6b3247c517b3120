"""The filters beside the list, written as text: a hundred choices on every page.

A template would resolve each attribute of each choice by name; that took a third of
the page's time.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from companies.search.facets import Facets, Option
from companies.search.form import SearchForm
from companies.search.pairs import Pair
from mainsite.lib import formatting
from mainsite.lib.templatetags.dossier import icon

register = template.Library()

# Pages of one search have the same choices, and few searches are looked at at a time:
# what was written is kept by what it is written of.
_MOST = 512

# What the form calls them, where that is another word.
_FIELDS = {"headcount": "tranche", "status": "statut", "legal_form": "forme"}
_OPTION = (
    '<label class="d{depth}{off}"><input type="checkbox" id="f-{name}-{value}"'
    ' name="{name}" value="{value}"{checked}><span title="{label}">{label}</span>'
    "<em>{count}</em></label>"
)
_BOUND = (
    '<input id="f-{name}" name="{name}" value="{value}" inputmode="decimal"'
    ' autocomplete="off" aria-label="{label}" data-app-typed{invalid}>'
)
_UNKNOWN = (
    '<label class="choice"><input type="checkbox" id="f-{name}-unknown"'
    ' name="inconnus" value="{name}"{checked}><span>{words}</span></label>'
)
_PAIR = (
    '<div class="pair">'
    '<label><input type="checkbox" id="f-{wanted}-{value}" name="{wanted}"'
    ' value="{value}"{is_wanted}><span class="sr">{yes} : {label}</span></label>'
    '<label><input type="checkbox" id="f-{unwanted}-{value}" name="{unwanted}"'
    ' value="{value}"{is_unwanted}><span class="sr">{no} : {label}</span></label>'
    '<span title="{label}" aria-hidden="true">{label}</span></div>'
)
_ERRORS = '<p class="err-line" id="e-{name}">{icon}<span>{words}</span></p>'


def _language() -> str:
    return get_language() or "fr"


@register.simple_tag
def facet(facets: Facets | None, name: str, most: int) -> SafeString:
    """The first ``most`` choices, the others folded; facets are None without counts."""
    options = None if facets is None else tuple(getattr(facets, name))
    return _facet(options, _FIELDS.get(name, name), most, _language())


@lru_cache(maxsize=_MOST)
def _facet(
    options: tuple[Option, ...] | None, name: str, most: int, language: str
) -> SafeString:
    if options:
        written = [_option(option, language) for option in options]
        inside = _folded(written, most, name)
    elif options is None:
        words = _("comptes indisponibles, vos choix sont gardés")
        inside = f'<p class="qq">{escape(words)}</p>'
    else:
        words = _("aucune")
        inside = f'<p class="qq">{escape(words)}</p>'
    return mark_safe(f'<div class="facet">{inside}</div>')  # noqa: S308 -- escaped


def _folded(written: list[str], most: int, name: str) -> str:
    """Beyond ``most``, unless they are one or two only, behind « et d’autres »."""
    if len(written) <= most + 2:
        return "".join(written)
    more = _("et d’autres")
    return (
        f'{"".join(written[:most])}<details id="more-{name}">'
        f'<summary class="more">{more}</summary>'
        f"{''.join(written[most:])}</details>"
    )


def _option(option: Option, language: str) -> str:
    return _OPTION.format(
        depth=option.depth,
        off="" if option.count else " off",
        name=option.name,
        value=escape(option.value),
        checked=" checked" if option.is_chosen else "",
        label=escape(option.label),
        count=formatting.number(option.count, language=language),
    )


@register.simple_tag
def with_or_without(
    pairs: Sequence[Pair], wanted: str, unwanted: str, yes: str, no: str, most: int
) -> SafeString:
    """Two boxes a line, ``yes`` and ``no`` above them; the fields of the two."""
    heads = str(yes), str(no)
    return _pairs(tuple(pairs), wanted, unwanted, heads, most, _language())


@lru_cache(maxsize=_MOST)
def _pairs(
    pairs: tuple[Pair, ...],
    wanted: str,
    unwanted: str,
    words: tuple[str, str],
    most: int,
    _of: str,
) -> SafeString:
    yes, no = map(escape, words)
    heads = f"<span>{yes}</span><span>{no}</span>"
    written = [
        _PAIR.format(
            wanted=wanted,
            unwanted=unwanted,
            yes=yes,
            no=no,
            value=escape(pair.value),
            label=escape(pair.label),
            is_wanted=" checked" if pair.is_wanted else "",
            is_unwanted=" checked" if pair.is_unwanted else "",
        )
        for pair in pairs
    ]
    return mark_safe(  # noqa: S308 -- escaped
        f'<div class="pairs"><p class="heads" aria-hidden="true">{heads}</p>'
        f"{_folded(written, most, wanted)}</div>"
    )


@register.simple_tag
def bounds(low: BoundField, high: BoundField, words: str) -> SafeString:
    """Two ends of a range, what is wrong with them, and the unknown let in."""
    form, name = low.form, low.name.removesuffix("_min")
    between = f"{_bound(low)}<span>{_('à')}</span>{_bound(high)}"
    unknown = _UNKNOWN.format(
        name=name,
        checked=" checked" if name in (form["inconnus"].value() or ()) else "",
        words=escape(words),
    )
    parts = f'<div class="bounds">{between}</div>{_errors(low)}{_errors(high)}{unknown}'
    return mark_safe(parts)  # noqa: S308 -- each part is escaped


def _bound(field: BoundField) -> str:
    value: Any = field.value()
    is_wrong = field.name in field.form.errors
    return _BOUND.format(
        name=field.name,
        value="" if value is None else escape(value),
        label=_label(field.name, _language()),
        invalid=f' aria-invalid="true" aria-describedby="e-{field.name}"'
        if is_wrong
        else "",
    )


@lru_cache(maxsize=_MOST)
def _label(name: str, _of: str) -> SafeString:
    """Made of two words, each of them translated; eighteen on a page."""
    return escape(str(SearchForm.base_fields[name].label))


@register.simple_tag
def field_errors(*fields: BoundField) -> SafeString:
    """What is wrong with the fields; each line is named after its field."""
    return mark_safe("".join(map(_errors, fields)))  # noqa: S308 -- each is escaped


def _errors(field: BoundField) -> str:
    errors = field.form.errors.get(field.name)
    if not errors:
        return ""
    words = " ".join(escape(error) for error in errors)
    return _ERRORS.format(name=field.name, icon=icon("warning"), words=words)
