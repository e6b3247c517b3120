"""The search in words: one chip for each criterion, one sentence for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from companies import nomenclature
from companies.choices import Status
from companies.nomenclature import HeadcountBand
from companies.search.criteria import UNKNOWN, Bounds, Criteria
from mainsite.lib import formatting


@dataclass(frozen=True, slots=True)
class Chip:
    """A criterion in words, and the search without it."""

    words: str
    without: Criteria


def chips(criteria: Criteria) -> list[Chip]:
    return [Chip(words, without) for words, without in _parts(criteria)]


def in_words(criteria: Criteria) -> str:
    words = [chip.words for chip in chips(criteria)]
    return ", ".join(words) if words else _("toutes les sociétés actives")


def title(criteria: Criteria) -> str:
    """What and where, as a heading: « Industrie manufacturière, Bretagne »."""
    levels = nomenclature.naf_levels()
    what = [levels[code][0] for code in criteria.naf_codes]
    where = [_place_name(level, code) for level, code in criteria.place_codes]
    if not what and not where:
        every, some = _("Toutes les sociétés"), _("Sociétés recherchées")
        return every if criteria.is_empty else some
    head = what[0] if what else _("Sociétés")
    others = len(what) - 1
    if others > 0:
        words = ngettext("%(head)s et %(n)d autre", "%(head)s et %(n)d autres", others)
        head = words % {"head": head, "n": others}
    return f"{head}, {_or(where)}" if where else head


def _place_name(level: str, code: str) -> str:
    if level == "region":
        return nomenclature.regions()[code]
    if level == "departement":
        return nomenclature.departments()[code]
    return nomenclature.places()[code].name


def _parts(criteria: Criteria) -> Iterator[tuple[str, Criteria]]:
    if criteria.q:
        words = _("«\u00a0%(words)s\u00a0»") % {"words": criteria.q}
        yield words, criteria.without("q")
    if criteria.siren:
        count = len(criteria.siren)
        words = ngettext("%(n)d société choisie", "%(n)d sociétés choisies", count)
        yield words % {"n": count}, criteria.without("siren")
    for code in criteria.naf_codes:
        yield _naf(code), criteria.without("naf", code)
    for level, code in criteria.place_codes:
        yield _place(level, code), criteria.without(level, code)
    if criteria.tranche:
        yield _headcount(criteria.tranche), criteria.without("tranche")
    if criteria.forme:
        yield _forms(criteria.forme), criteria.without("forme")
    if criteria.statut:
        labels = [str(Status(value).label).lower() for value in criteria.statut]
        words = _("statut\u00a0: %(labels)s") % {"labels": _or(labels)}
        yield words, criteria.without("statut")
    for name, template in _RANGES.items():
        bounds: Bounds = getattr(criteria, name)
        if bounds:
            yield _range(bounds, *template), criteria.without(name)
    if criteria.fermees:
        yield _("fermées comprises"), criteria.without("fermees")


_YEARS = gettext_lazy("\u00a0ans")
# name: (what comes before, the unit, what "unknown" is called)
_RANGES: dict[str, tuple[str | Promise, str | Promise, str | Promise]] = {
    "ca": (gettext_lazy("CA"), gettext_lazy("\u00a0M€"), gettext_lazy("non publié")),
    "attractivite": (gettext_lazy("attractivité"), "", gettext_lazy("non évaluable")),
    "cedabilite": (gettext_lazy("cédabilité"), "", gettext_lazy("non évaluable")),
    "couverture": (gettext_lazy("couverture"), "", gettext_lazy("inconnue")),
    "dirigeant": (gettext_lazy("dirigeant"), _YEARS, gettext_lazy("d’âge inconnu")),
    "age": (gettext_lazy("société"), _YEARS, gettext_lazy("de création inconnue")),
}


def _range(
    bounds: Bounds,
    subject: str | Promise,
    unit: str | Promise,
    unknown: str | Promise,
) -> str:
    low, high = bounds.low, bounds.high
    if low is not None and high is not None:
        words = _("%(subject)s de %(low)s à %(high)s%(unit)s")
    elif low is not None:
        words = _("%(subject)s de %(low)s%(unit)s et plus")
    else:
        words = _("%(subject)s de %(high)s%(unit)s au plus")
    words %= {
        "subject": subject,
        "low": _number(low or Decimal()),
        "high": _number(high or Decimal()),
        "unit": unit,
    }
    return _or([words, str(unknown)]) if bounds.with_unknown else words


def _language() -> str:
    return get_language() or "fr"


def _number(value: Decimal) -> str:
    text = f"{Decimal(value).normalize():f}"
    return text if formatting.is_english(_language()) else text.replace(".", ",")


def _naf(code: str) -> str:
    label = nomenclature.naf_levels()[code][0]
    short = label if len(label) <= 44 else label[:43].rstrip(" ,;") + "…"
    return short if len(code) == 1 else f"{code} {short}"


def _place(level: str, code: str) -> str:
    if level == "region":
        return _("en %(region)s") % {"region": nomenclature.regions()[code]}
    if level == "departement":
        return f"{code} {nomenclature.departments()[code]}"
    return _("à %(town)s") % {"town": nomenclature.places()[code].name}


def count(number: int) -> str:
    """« 1 234 », “1,234”."""
    return formatting.number(number, language=_language())


def headcount_band(band: HeadcountBand) -> str:
    """« 20 à 49 », “20 to 49”."""
    low = count(band.lower)
    if band.upper is None:
        return _("%(low)s et plus") % {"low": low}
    if band.lower == band.upper:
        return low
    return _("%(low)s à %(high)s") % {"low": low, "high": count(band.upper)}


def _headcount(codes: tuple[str, ...]) -> str:
    bands = nomenclature.HEADCOUNT_BANDS
    labels = [headcount_band(bands[code]) for code in codes if code in bands]
    words = [_("%(bands)s\u00a0salariés") % {"bands": _or(labels)}] if labels else []
    if UNKNOWN in codes:
        words.append(_("effectif inconnu"))
    return _or(words)


def _forms(codes: tuple[str, ...]) -> str:
    labels = [nomenclature.legal_form_name(code) for code in codes if code != UNKNOWN]
    if UNKNOWN in codes:
        labels.append(_("forme inconnue"))
    return _or(labels)


def _or(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s ou %(last)s") % {
        "first": ", ".join(words[:-1]),
        "last": words[-1],
    }
