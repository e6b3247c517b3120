"""What a model answers, in words: « marge nette 14 % : +6,2 »."""

from typing import Final

from companies import nomenclature
from scoring.registry.serving import FactorPoints
from scoring.rules import figures
from scoring.rules.figures import Lang

EUROS, PERCENT, YEARS, COUNT, YES_NO, RATIO, LEVEL = (
    "euros",
    "percent",
    "years",
    "count",
    "yes_no",
    "ratio",
    "level",
)
# Of each feature: how its value reads, then its name in both languages.
FEATURES: Final[dict[str, tuple[str, str, str]]] = {
    "revenue": (EUROS, "chiffre d’affaires", "revenue"),
    "revenue_growth": (PERCENT, "croissance sur un an", "growth over a year"),
    "revenue_growth_2y": (PERCENT, "croissance sur deux ans", "growth over two years"),
    "net_margin": (PERCENT, "marge nette", "net margin"),
    "net_margin_change": (PERCENT, "évolution de la marge nette", "net margin change"),
    "ebitda_margin": (PERCENT, "marge d’EBE", "EBITDA margin"),
    "revenue_per_head": (EUROS, "chiffre d’affaires par tête", "revenue per head"),
    "financial_debt": (EUROS, "dettes financières", "financial debt"),
    "debt_ratio": (RATIO, "taux d’endettement", "debt ratio"),
    "equity": (EUROS, "capitaux propres", "equity"),
    "equity_to_revenue": (
        PERCENT,
        "capitaux propres sur chiffre d’affaires",
        "equity to revenue",
    ),
    "headcount": (COUNT, "effectif", "headcount"),
    "company_age": (YEARS, "âge de la société", "company age"),
    "accounts_age": (YEARS, "âge des comptes", "age of the accounts"),
    "leader_age": (YEARS, "âge du dirigeant", "leader’s age"),
    "leader_tenure": (YEARS, "ancienneté du dirigeant", "leader’s tenure"),
    "leaders_count": (COUNT, "nombre de dirigeants", "number of leaders"),
    "has_second": (YES_NO, "second nommé", "second-in-command"),
    "has_holding": (YES_NO, "société au-dessus", "company above"),
    "emails": (COUNT, "courriels connus", "known e-mail addresses"),
    "phones": (COUNT, "téléphones connus", "known phone numbers"),
    "leader_change_age": (YEARS, "dernier changement de dirigeant", "leader change"),
    "accounts_filed_age": (YEARS, "dernier dépôt de comptes", "last filing"),
    "has_proceeding": (YES_NO, "procédure collective", "insolvency proceeding"),
    "has_lease": (YES_NO, "location-gérance", "lease management"),
    "notices": (COUNT, "annonces en trois ans", "notices in three years"),
    "is_confidential": (YES_NO, "comptes confidentiels", "confidential accounts"),
    "naf_section": (LEVEL, "section d’activité", "activity section"),
    "naf_division": (LEVEL, "division d’activité", "activity division"),
    "naf_group": (LEVEL, "groupe d’activité", "activity group"),
    "naf_class": (LEVEL, "classe d’activité", "activity class"),
    "region": (LEVEL, "région", "région"),
    "headcount_band": (LEVEL, "tranche d’effectif", "headcount band"),
    "legal_form": (LEVEL, "forme juridique", "legal form"),
    "score": (COUNT, "score du modèle", "model score"),
}
UNKNOWN: Final = {"fr": "inconnu", "en": "unknown"}


def label(feature: str, lang: Lang) -> str:
    found = FEATURES.get(feature)
    return feature if found is None else found[1 if lang == "fr" else 2]


def value(feature: str, told: float | str | None, lang: Lang) -> str:
    kind = FEATURES.get(feature, (COUNT, "", ""))[0]
    if told is None:
        return UNKNOWN[lang]
    if isinstance(told, str):
        return _level(feature, told, lang)
    if kind == EUROS:
        return figures.euros(told, lang)
    if kind == PERCENT:
        return figures.percent(told, lang)
    if kind == RATIO:
        return figures.percent(100 * told, lang)
    if kind == YES_NO:
        yes, no = ("oui", "non") if lang == "fr" else ("yes", "no")
        return yes if told else no
    if kind == YEARS:
        one, many = ("an", "ans") if lang == "fr" else ("year", "years")
        return figures.counted(told, one, many, lang)
    return figures.decimal(told, lang, 0)


def _level(feature: str, code: str, lang: Lang) -> str:
    if feature.startswith("naf_"):
        found = nomenclature.naf_levels().get(code)
        return code if found is None else f"{code} {found[0]}"
    if feature == "headcount_band":
        band = nomenclature.HEADCOUNT_BANDS.get(code)
        return code if band is None else _between(band.lower, band.upper, lang)
    return code


def _between(lower: int, upper: int | None, lang: Lang) -> str:
    if upper is None:
        return f"{lower} et plus" if lang == "fr" else f"{lower} and more"
    return f"{lower} à {upper}" if lang == "fr" else f"{lower} to {upper}"


def factor(found: FactorPoints, lang: Lang) -> str:
    gap = "\u00a0:" if lang == "fr" else ":"
    said = value(found.feature, found.value, lang)
    return f"{label(found.feature, lang)} {said}{gap} {signed(found.points, lang)}"


def signed(points: float, lang: Lang) -> str:
    return figures.signed(points, lang)
