"""Rules and model in one score, for the companies that get both.

Whatever keeps the model silent leaves the rules' score as it is: none in service, a
stale one, other columns, too little known, too far from what was learnt.
"""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from scoring.learning.arrays import Floats, Indexes
from scoring.registry import readings, serving
from scoring.registry.models import HybridWeights
from scoring.registry.serving import Served
from scoring.rules.ruleset import COVERAGE, Ruleset

logger = logging.getLogger(__name__)

_HUNDREDTHS: Final = 100


@dataclass(frozen=True, slots=True)
class Weights:
    rules: float
    model: float


def weights_of(version: str) -> Weights:
    """Those of the ruleset; of one that has none, those of the last published."""
    rows = HybridWeights.objects.select_related("ruleset")
    found = rows.filter(ruleset_id=version).first() or (
        rows.filter(ruleset__published_at__isnull=False)
        .order_by("-ruleset__published_at", "-ruleset_id")
        .first()
    )
    # Without any there is no hybrid: the rules weigh all.
    return Weights(found.rules, found.model) if found else Weights(1.0, 0.0)


def blend(
    frame: pl.DataFrame,
    *,
    asked: Indexes,
    model: Served | None,
    rules: Ruleset,
    as_of: date,
) -> pl.DataFrame:
    """``frame`` holds the lines for ``companies.scores``; the ``score`` of those that
    are asked about changes where the model answers, and what it answered is kept. In
    the caller's transaction.
    """
    if model is None or rules.algorithm != COVERAGE or frame.is_empty():
        return frame
    sirens = frame["siren"].to_numpy().astype(np.int64)
    is_asked = (
        (frame["ruleset"] == rules.version) & frame["score"].is_not_null()
    ).to_numpy() & np.isin(sirens, asked)
    if not is_asked.any():
        return frame
    try:
        answers = serving.ask(model, sirens[is_asked], as_of)
    except serving.CannotAnswer as error:
        logger.error("the published model cannot answer: %s", error)
        return frame
    readings.keep(answers, answers.is_used)
    order = np.argsort(sirens)
    places = order[np.searchsorted(sirens[order], answers.sirens[answers.is_used])]
    ruled = frame["score"].gather(places).to_numpy().astype(float) / _HUNDREDTHS
    mixed = mix(ruled, answers.score[answers.is_used], weights_of(rules.version))
    flags = frame["score_flag"].gather(places).to_list()
    caps = np.array([_cap(rules, flag) for flag in flags], float)
    points = np.rint(np.minimum(mixed, caps) * _HUNDREDTHS).astype(np.int64)
    changed = frame["score"].scatter(places, points)
    return frame.with_columns(changed.alias("score"))


def mix(rules: Floats, model: Floats, weights: Weights) -> Floats:
    """Points of both; rounded once, half to even, as every score is."""
    return np.round(weights.rules * rules + weights.model * model, 2)


def _cap(rules: Ruleset, flag: str) -> float:
    """A red flag holds the hybrid down as it holds the rules."""
    caps: dict[str, float] = rules.figures["caps"]
    return float(caps.get(flag, 100.0))
