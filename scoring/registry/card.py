"""A model's card: its figures as rows in words, and its plots."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mainsite.lib import charts, formatting
from scoring.learning.drift import SCORE
from scoring.registry import comparing, plots, promotion, serving, watching, wording
from scoring.registry.models import LearnedModel
from scoring.registry.serving import Prediction, Standing
from scoring.rules.figures import Lang

MOST_FEATURES: Final = 15
MOST_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: the model’s with its interval, the rules’, their difference."""

    label: str
    ours: str
    rules: str = ""
    difference: str = ""
    present: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    words: str
    drawn: SafeString


@dataclass(frozen=True, slots=True)
class Drifted:
    label: str
    values: list[str]
    is_strong: bool


@dataclass(frozen=True, slots=True)
class Card:
    verdict: str
    why_not: str
    figures: list[Figure]
    own: list[Figure]
    curve: list[dict[str, Any]]
    calibration: SafeString
    histogram: SafeString
    importance: list[Bar]
    left_out: list[tuple[str, str, str]]
    months: list[date]
    drift: list[Drifted]
    psi: SafeString
    standing: str


def of(row: LearnedModel, lang: Lang) -> Card:
    told = row.comparison or {}
    months, lines = _drift(row)
    shares = row.report["importance"][:MOST_FEATURES]
    most = max((each["share"] for each in shares), default=1.0)
    return Card(
        verdict=promotion.verdict(told) if told else "",
        why_not=promotion.why_not(row, comparing.in_service()),
        figures=_compared(told, lang),
        own=[
            Figure(label, _interval(row.metrics.get(name), lang))
            for name, label in _measures().items()
            if name in row.metrics
        ],
        curve=told.get("curve", []),
        calibration=plots.calibration(told.get("curve", []), language=lang),
        histogram=plots.histogram(told.get("scores", [])),
        importance=[
            Bar(
                wording.label(each["feature"], lang),
                formatting.percent(round(each["share"], 3), language=lang),
                charts.share(each["share"], most, ink="ink"),
            )
            for each in shares
        ],
        left_out=[
            (
                wording.label(each["column"], lang),
                _reasons().get(each["reason"], each["reason"]),
                formatting.number(
                    round(each["evidence"] or 0.0, 3), decimals=3, language=lang
                ),
            )
            for each in row.report["left_out"]
        ],
        months=months,
        drift=[
            Drifted(
                wording.label(name, lang),
                [
                    "—"
                    if value is None
                    else formatting.number(round(value, 3), decimals=3, language=lang)
                    for value in line
                ],
                any(
                    value is not None and watching.reading_of(value) == "strong"
                    for value in line
                ),
            )
            for name, line in lines.items()
        ],
        psi=plots.psi(months, lines),
        standing=_standing(row),
    )


def _measures() -> dict[str, str]:
    return {
        "roc_auc": _("AUC (ROC)"),
        "pr_auc": _("AUC (précision-rappel)"),
        "precision_at_k": _("Précision parmi les premiers"),
        "brier_skill": _("Gain de Brier sur le taux de base"),
        "brier": _("Brier"),
        "ece": _("Erreur de calibration"),
    }


def _reasons() -> dict[str, str]:
    return {
        "separates": _("fuite : sépare les issues à elle seule"),
        "dominates": _("fuite : décide à elle seule"),
        "missingness": _("fuite : sa présence dit l’issue"),
        "pure": _("fuite : n’existe que pour une issue"),
        "later": _("fuite : date d’après l’observation"),
        "identifier": _("identifiant"),
        "duplicate": _("copie d’une autre colonne"),
        "constant": _("toujours la même valeur"),
    }


def _compared(told: dict[str, Any], lang: Lang) -> list[Figure]:
    if "figures" not in told:
        return []
    against = told["against"]
    rules, present = against["rules"], against.get("present", {})
    return [
        Figure(
            label,
            _interval(told["figures"].get(name), lang),
            _number(rules["theirs"].get(name), lang),
            _interval(rules["differences"].get(name), lang, signed=True),
            _interval(
                present.get("differences", {}).get(name),
                lang,
                signed=True,
            ),
        )
        for name, label in _measures().items()
    ]


def _interval(
    found: dict[str, float | None] | None, lang: Lang, *, signed: bool = False
) -> str:
    if not found:
        return ""
    low, value, high = (
        "—"
        if found.get(end) is None
        else formatting.number(
            round(found[end] or 0.0, 3), decimals=3, signed=signed, language=lang
        )
        for end in ("low", "value", "high")
    )
    return f"{value} [{low} ; {high}]"


def _number(found: float | None, lang: Lang) -> str:
    if found is None:
        return ""
    return formatting.number(round(found, 3), decimals=3, language=lang)


def _drift(row: LearnedModel) -> tuple[list[date], dict[str, list[float | None]]]:
    """The score, then the features that moved most, over the last two years."""
    rows = list(row.drifts.order_by("month").values_list("month", "feature", "psi"))
    months = sorted({month for month, _, _ in rows})[-24:]
    by_name: dict[str, dict[date, float]] = {}
    for month, name, value in rows:
        by_name.setdefault(name, {})[month] = value
    worst = sorted(
        (name for name in by_name if name != SCORE),
        key=lambda name: -max(by_name[name].values()),
    )[:MOST_LINES]
    names = [name for name in (SCORE, *worst) if name in by_name]
    return months, {name: [by_name[name].get(m) for m in months] for name in names}


def _standing(row: LearnedModel) -> str:
    """Of the one in service: does it answer?"""
    if not row.is_published:
        return ""
    now = serving.now()
    return {
        Standing.READY: _("Il répond."),
        Standing.MISSING: _("Il ne répond pas : aucun modèle n’est en service."),
        Standing.STALE: _(
            "Il ne répond plus : il a plus de dix-huit mois. Les règles notent seules."
        ),
        Standing.REFUSED: _("Il ne répond pas : %(why)s Les règles notent seules.")
        % {"why": now.why},
    }[now.standing]


@dataclass(frozen=True, slots=True)
class Told:
    """What the model in service says of one company, in words."""

    siren: str
    score: str
    probability: str
    confidence: str
    remark: str
    factors: list[str]
    version: str
    # What of it is in the company's score; empty where nobody is shown a score.
    weighs: str = ""


def told(found: Prediction, lang: Lang) -> Told:
    remark = ""
    if found.is_silent:
        remark = _("Trop peu de données pour une réponse : les règles notent seules.")
    elif found.is_outside:
        remark = _("Hors de ce que le modèle a appris : les règles notent seules.")
    return Told(
        siren=found.siren,
        score=formatting.number(found.score, decimals=2, language=lang),
        probability=formatting.percent(round(found.probability, 3), language=lang),
        confidence=formatting.percent(
            round(found.confidence, 2), decimals=0, language=lang
        ),
        remark=remark,
        factors=[wording.factor(each, lang) for each in found.factors],
        version=found.version,
    )
