"""The filters beside the list, written as text: a hundred choices on every page.

A template would resolve each attribute of each choice by name; that took a third of
the page's time.
"""

from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from companies.search.facets import Facets, Option
from mainsite.lib import formatting
from mainsite.lib.templatetags.dossier import icon

register = template.Library()

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
_ERRORS = '<p class="err-line" id="e-{name}">{icon}<span>{words}</span></p>'


@register.simple_tag
def facet(facets: Facets | None, name: str, most: int) -> SafeString:
    """The first ``most`` choices, the others folded; facets are None without counts."""
    if facets is None:
        words = _("comptes indisponibles, vos choix sont gardés")
        return _facet(f'<p class="qq">{escape(words)}</p>')
    options: list[Option] = getattr(facets, name)
    if not options:
        words = _("aucune")
        return _facet(f'<p class="qq">{escape(words)}</p>')
    language = get_language() or "fr"
    written = [_option(option, language) for option in options]
    if len(written) > most + 2:
        folded, summary = "".join(written[most:]), _("et d’autres")
        written[most:] = [
            f'<details id="more-{_FIELDS.get(name, name)}">'
            f'<summary class="more">{summary}</summary>{folded}</details>'
        ]
    return _facet("".join(written))


def _facet(inside: str) -> SafeString:
    return mark_safe(f'<div class="facet">{inside}</div>')  # noqa: S308 -- escaped


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
        label=escape(field.label),
        invalid=f' aria-invalid="true" aria-describedby="e-{field.name}"'
        if is_wrong
        else "",
    )


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
