"""The search in words: one chip for each criterion, one sentence for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies import nomenclature
from companies.choices import Status
from companies.nomenclature import HeadcountBand
from companies.search import words as say
from companies.search.criteria import EMAIL, UNKNOWN, Bounds, Criteria
from companies.search.words import MOST
from companies.search.words import count as count

T = TypeVar("T")


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
    return f"{head}, {say.either(where)}" if where else head


def _place_name(level: str, code: str) -> str:
    if level == "region":
        return nomenclature.regions()[code]
    if level == "departement":
        return nomenclature.departments()[code]
    return nomenclature.places()[code].name


def _parts(criteria: Criteria) -> Iterator[tuple[str, Criteria]]:
    if criteria.q:
        yield say.quoted(criteria.q), criteria.without("q")
    if criteria.siren:
        yield _sirens(criteria), criteria.without("siren")
    yield from _activities(criteria)
    yield from _places(criteria)
    if criteria.tranche:
        yield _headcount(criteria.tranche), criteria.without("tranche")
    if criteria.forme:
        yield _forms(criteria.forme), criteria.without("forme")
    if criteria.statut:
        labels = [str(Status(value).label).lower() for value in criteria.statut]
        words = _("statut\u00a0: %(labels)s") % {"labels": say.either(labels)}
        yield words, criteria.without("statut")
    for name, range_words in say.RANGES.items():
        bounds: Bounds = getattr(criteria, name)
        if bounds:
            yield range_words.say(bounds), criteria.without(name)
    yield from _events(criteria)
    for kind in criteria.contact:
        words = _("avec e-mail") if kind == EMAIL else _("avec téléphone")
        yield words, criteria.without("contact", kind)
    yield from _lists(criteria)
    if criteria.fermees:
        yield _("fermées comprises"), criteria.without("fermees")


def _sirens(criteria: Criteria) -> str:
    number = len(criteria.siren)
    if criteria.collage:
        words = ngettext("%(n)s SIREN collé", "%(n)s SIREN collés", number)
    else:
        words = ngettext("%(n)s société choisie", "%(n)s sociétés choisies", number)
    return words % {"n": count(number)}


def _activities(criteria: Criteria) -> Iterator[tuple[str, Criteria]]:
    codes = criteria.naf_codes
    named, others = _split(codes)
    for code in named:
        yield _naf(code), criteria.without("naf", code)
    if others:
        words = ngettext("%(n)s autre code NAF", "%(n)s autres codes NAF", len(others))
        yield words % {"n": count(len(others))}, replace(criteria, naf=named)


def _places(criteria: Criteria) -> Iterator[tuple[str, Criteria]]:
    named, others = _split(criteria.place_codes)
    for level, code in named:
        yield _place(criteria, level, code), criteria.without(level, code)
    if others:
        fewer = criteria
        for level, code in others:
            fewer = fewer.without(level, code)
        words = ngettext("%(n)s autre lieu", "%(n)s autres lieux", len(others))
        yield words % {"n": count(len(others))}, fewer


def _split(values: tuple[T, ...]) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """Those that are named, and those that are only counted."""
    most = MOST if len(values) > MOST + 1 else len(values)
    return values[:most], values[most:]


def _events(criteria: Criteria) -> Iterator[tuple[str, Criteria]]:
    when = say.period(criteria.evenement_du, criteria.evenement_au)
    if criteria.evenement:
        kinds = say.either([say.event(kind) for kind in criteria.evenement])
        yield f"{kinds} {when}".rstrip(), criteria.without("evenement")
    if criteria.sans_evenement:
        kinds = say.neither([say.event(kind) for kind in criteria.sans_evenement])
        words = _("sans %(kinds)s") % {"kinds": kinds}
        yield f"{words} {when}".rstrip(), criteria.without("sans_evenement")


def _lists(criteria: Criteria) -> Iterator[tuple[str, Criteria]]:
    names = dict(criteria.list_names)
    for field, template in (
        ("liste", _("dans %(lists)s")),
        ("hors_liste", _("hors de %(lists)s")),
    ):
        chosen: tuple[str, ...] = getattr(criteria, field)
        quoted = [say.quoted(names.get(code, code)) for code in chosen]
        if quoted:
            words = template % {"lists": say.either(quoted)}
            yield words, criteria.without(field)


def _naf(code: str) -> str:
    label = nomenclature.naf_levels()[code][0]
    short = label if len(label) <= 44 else label[:43].rstrip(" ,;") + "…"
    return short if len(code) == 1 else f"{code} {short}"


def _place(criteria: Criteria, level: str, code: str) -> str:
    """« à Lyon » is the head office; elsewhere « un établissement à Lyon »."""
    if level == "region":
        where = _("en %(region)s") % {"region": nomenclature.regions()[code]}
    elif level == "departement":
        where = f"{code} {nomenclature.departments()[code]}"
    else:
        where = _("à %(town)s") % {"town": nomenclature.places()[code].name}
    if not criteria.in_any_establishment:
        return where
    return _("un établissement %(where)s") % {"where": where}


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
    words = (
        [_("%(bands)s\u00a0salariés") % {"bands": say.either(labels)}] if labels else []
    )
    if UNKNOWN in codes:
        words.append(_("effectif inconnu"))
    return say.either(words)


def _forms(codes: tuple[str, ...]) -> str:
    labels = [nomenclature.legal_form_name(code) for code in codes if code != UNKNOWN]
    if UNKNOWN in codes:
        labels.append(_("forme inconnue"))
    return say.either(labels)
