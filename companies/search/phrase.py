"""The search in French: one chip for each criterion, one sentence for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from companies import nomenclature
from companies.choices import Status
from companies.search.criteria import UNKNOWN, Bounds, Criteria

NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Chip:
    """A criterion in words, and the search without it."""

    words: str
    without: Criteria


def chips(criteria: Criteria) -> list[Chip]:
    return [Chip(words, without) for words, without in _parts(criteria)]


def in_words(criteria: Criteria) -> str:
    words = [chip.words for chip in chips(criteria)]
    return ", ".join(words) if words else "toutes les sociétés actives"


def title(criteria: Criteria) -> str:
    """What and where, as a heading: « Industrie manufacturière, Bretagne »."""
    levels = nomenclature.naf_levels()
    what = [levels[code][0] for code in criteria.naf_codes]
    where = [_place_name(level, code) for level, code in criteria.place_codes]
    if not what and not where:
        return "Toutes les sociétés" if criteria.is_empty else "Sociétés recherchées"
    head = what[0] if what else "Sociétés"
    if len(what) > 1:
        head = f"{head} et {len(what) - 1} autre{'s' if len(what) > 2 else ''}"
    return f"{head}, {_or(where)}" if where else head


def _place_name(level: str, code: str) -> str:
    if level == "region":
        return nomenclature.regions()[code]
    if level == "departement":
        return nomenclature.departments()[code]
    return nomenclature.places()[code].name


def _parts(criteria: Criteria) -> Iterator[tuple[str, Criteria]]:
    if criteria.q:
        yield f"«{NBSP}{criteria.q}{NBSP}»", criteria.without("q")
    if criteria.siren:
        count = len(criteria.siren)
        plural = "s" if count > 1 else ""
        words = f"{count} société{plural} choisie{plural}"
        yield words, criteria.without("siren")
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
        yield f"statut{NBSP}: {_or(labels)}", criteria.without("statut")
    for name, template in _RANGES.items():
        bounds: Bounds = getattr(criteria, name)
        if bounds:
            yield _range(bounds, *template), criteria.without(name)
    if criteria.fermees:
        yield "fermées comprises", criteria.without("fermees")


# name: (what comes before, the unit, what "unknown" is called)
_RANGES = {
    "ca": ("CA", f"{NBSP}M€", "non publié"),
    "attractivite": ("attractivité", "", "non évaluable"),
    "cedabilite": ("cédabilité", "", "non évaluable"),
    "couverture": ("couverture", "", "inconnue"),
    "dirigeant": ("dirigeant", f"{NBSP}ans", "d’âge inconnu"),
    "age": ("société", f"{NBSP}ans", "de création inconnue"),
}


def _range(bounds: Bounds, subject: str, unit: str, unknown: str) -> str:
    low, high = bounds.low, bounds.high
    if low is not None and high is not None:
        words = f"{subject} de {_number(low)} à {_number(high)}{unit}"
    elif low is not None:
        words = f"{subject} de {_number(low)}{unit} et plus"
    else:
        words = f"{subject} de {_number(high or Decimal())}{unit} au plus"
    return f"{words} ou {unknown}" if bounds.with_unknown else words


def _number(value: Decimal) -> str:
    return f"{Decimal(value).normalize():f}".replace(".", ",")


def _naf(code: str) -> str:
    label = nomenclature.naf_levels()[code][0]
    short = label if len(label) <= 44 else label[:43].rstrip(" ,;") + "…"
    return short if len(code) == 1 else f"{code} {short}"


def _place(level: str, code: str) -> str:
    if level == "region":
        return f"en {nomenclature.regions()[code]}"
    if level == "departement":
        return f"{code} {nomenclature.departments()[code]}"
    return f"à {nomenclature.places()[code].name}"


def _headcount(codes: tuple[str, ...]) -> str:
    bands = nomenclature.HEADCOUNT_BANDS
    labels = [bands[code].label for code in codes if code in bands]
    words = f"{_or(labels)}{NBSP}salariés" if labels else ""
    if UNKNOWN in codes:
        return f"{words} ou effectif inconnu" if words else "effectif inconnu"
    return words


def _forms(codes: tuple[str, ...]) -> str:
    labels = [nomenclature.legal_form_name(code) for code in codes if code != UNKNOWN]
    if UNKNOWN in codes:
        labels.append("forme inconnue")
    return _or(labels)


def _or(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} ou {words[-1]}"
