"""Where the figures of an exercise come from, and what sources disagree about."""

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from companies.choices import Source
from companies.models import AnnualAccounts
from mainsite.lib import formatting

SHORT_SOURCES = {
    Source.SIRENE: "Sirene",
    Source.INPI_BCE: "INPI",
    Source.RECHERCHE_ENTREPRISES: "Rech. d’entreprises",
    Source.PAPPERS: "Pappers",
    Source.RNE: "RNE",
    Source.BODACC: "BODACC",
}
# The order in which the merge of enrichment believes them for accounts.
ORDER = (
    Source.PAPPERS,
    Source.RNE,
    Source.INPI_BCE,
    Source.RECHERCHE_ENTREPRISES,
    Source.BODACC,
)


def read_days(exercise: AnnualAccounts) -> dict[Source, date]:
    """When each source that gave a figure of this exercise was last read."""
    days: dict[Source, date] = {}
    for name, moment in exercise.provenance.values():
        if name in Source.values:
            day = date.fromisoformat(moment[:10])
            days[Source(name)] = max(day, days.get(Source(name), day))
    return days


def sources_of(exercise: AnnualAccounts) -> list[Source]:
    days = read_days(exercise)
    return [source for source in Source if source in days]


def disagreement(
    exercise: AnnualAccounts, field: str, label: str, others: dict[str, int]
) -> str:
    """« CA 2024 : Pappers dit 12 431 870 €, … 12 432 000 €. Retenu : Pappers. »"""
    is_amount = field != "headcount"
    kept = exercise.provenance.get(field, [""])[0]
    said = [
        f"{_name(source)} {_amount(value, is_amount=is_amount)}"
        for source, value in others.items()
        if source != kept
    ]
    return (
        _("%(label)s %(year)s : %(kept)s dit %(value)s, %(others)s.")
        % {
            "label": label,
            "year": exercise.year,
            "kept": _name(kept),
            "value": _amount(getattr(exercise, field), is_amount=is_amount),
            "others": ", ".join(said),
        }
        + " "
        + _("Retenu : %(kept)s.") % {"kept": _name(kept)}
    )


def rule_of(exercise: AnnualAccounts, field: str, others: dict[str, int]) -> str:
    """The rule that chose, by its name, and when the winner was read."""
    kept = exercise.provenance.get(field, [""])[0]
    if kept == Source.IMPORT:
        rule = _("Règle « le fichier remplace », choisie à l’import")
        return ", ".join(filter(None, (rule, source_of(exercise, field))))
    is_first = all(_rank(kept) < _rank(source) for source in others)
    rule = (
        _("Règle « ordre des sources »")
        if is_first
        else _("Règle « un relevé de plus d’un an cède au plus récent »")
    )
    return ", ".join(filter(None, (rule, source_of(exercise, field))))


def _rank(source: str) -> int:
    known = source in Source.values and Source(source) in ORDER
    return ORDER.index(Source(source)) if known else len(ORDER)


def _amount(value: float | None, *, is_amount: bool) -> str:
    if value is None:
        return _("rien")
    if is_amount:
        return formatting.euros(value, language=language())
    return formatting.number(value, language=language())


def _name(source: str) -> str:
    return str(Source(source).label) if source in Source.values else source


def source_of(exercise: AnnualAccounts, field: str) -> str:
    if field not in exercise.provenance:
        return ""
    source, moment = exercise.provenance[field]
    day = formatting.long_date(date.fromisoformat(moment[:10]), language=language())
    return _("%(source)s, lu le %(day)s") % {"source": _name(source), "day": day}


def language() -> str:
    return get_language() or "fr"


def unit_jump(year: int) -> str:
    return _(
        "%(year)s : écart d’un facteur voisin de mille, d’un an ou d’une source à "
        "l’autre. "
        "Dépôt en milliers d’euros ? Les montants restent tels que publiés, "
        "sans croissance, et les lectures ne s’en servent pas."
    ) % {"year": year}
