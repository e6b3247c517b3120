"""The model in service, and what it answers about companies as they are known today.

Read once by each process; the row is looked at each time, so that a publication is
followed at once. Whatever is wrong with it, the rules answer alone and the page says
why.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from scoring.bulk import choice
from scoring.features import known
from scoring.features import table as features
from scoring.learning.arrays import Bools, Floats, Indexes
from scoring.learning.table import Table
from scoring.registry import storing
from scoring.registry.models import LearnedModel, Stage

if TYPE_CHECKING:
    from scoring.learning.model import Model

logger = logging.getLogger(__name__)

# Factors that are said of a company.
STRONGEST: Final = 5
# Companies and markets change: an older one does not answer any more.
STALE: Final = timedelta(days=548)


class CannotAnswer(Exception):
    """The model was trained on other columns than ours, or for another question."""


class Standing(StrEnum):
    """Why a model answers, or does not."""

    READY = "ready"
    MISSING = "missing"
    STALE = "stale"
    REFUSED = "refused"


@dataclass(frozen=True)
class Served:
    pk: int
    version: str
    model: "Model"


@dataclass(frozen=True)
class Now:
    """``served`` is None unless the standing is ready."""

    standing: Standing
    served: Served | None = None
    version: str = ""
    why: str = ""


_lock = threading.Lock()
# Those that this process has read last, or why it would not, by digest of the file:
# the one in service, and that of an experiment.
_read: "dict[str, Model | str]" = {}
_MOST_READ: Final = 2


def now() -> Now:
    return _standing(LearnedModel.objects.filter(stage=Stage.PUBLISHED))


def _standing(rows: QuerySet[LearnedModel]) -> Now:
    row = rows.only("version", "sha256", "trained_at").first()
    if row is None:
        return Now(Standing.MISSING)
    if timezone.now() - row.trained_at > STALE:
        return Now(Standing.STALE, version=row.version)
    with _lock:
        found = _read.pop(row.sha256, None) or _load(row)
        while len(_read) >= _MOST_READ:
            _read.pop(next(iter(_read)))
        _read[row.sha256] = found
    if isinstance(found, str):
        return Now(Standing.REFUSED, version=row.version, why=found)
    return Now(Standing.READY, Served(row.pk, row.version, found), row.version)


def current() -> Served | None:
    """The published model, ready to answer; None: the rules answer alone."""
    return now().served


def of_version(version: str) -> Served | None:
    """Likewise of one that an experiment began with, in service or not since."""
    return _standing(LearnedModel.objects.filter(version=version)).served


def forget() -> None:
    """What this process has read; for whoever changed the file behind its back."""
    with _lock:
        _read.clear()


def _load(row: LearnedModel) -> "Model | str":
    try:
        return storing.load(row)
    except storing.FileRefused as error:
        logger.error("the published model %s is refused: %s", row.version, error)
        return str(error)


# Answers


@dataclass(frozen=True)
class Answers:
    """In the order of the SIRENs, which rise; a company of no register is left out."""

    served: Served
    as_of: date
    sirens: Indexes
    table: Table
    margin: Floats
    score: Floats
    probability: Floats
    confidence: Floats
    is_silent: Bools
    is_outside: Bools

    def __len__(self) -> int:
        return len(self.sirens)

    @property
    def is_used(self) -> Bools:
        """Neither too little known, nor too far from what was learnt."""
        return ~(self.is_silent | self.is_outside)


@dataclass(frozen=True)
class FactorPoints:
    """What a feature moves of the score, in points; ``value`` None is missing."""

    feature: str
    value: float | str | None
    points: float


@dataclass(frozen=True)
class Prediction:
    """Everything that is said of a company. Silent or outside, the rules answer."""

    siren: str
    score: float
    probability: float
    confidence: float
    is_silent: bool
    is_outside: bool
    factors: tuple[FactorPoints, ...]
    version: str

    @property
    def is_used(self) -> bool:
        return not (self.is_silent or self.is_outside)


def ask(served: Served, sirens: Indexes, as_of: date) -> Answers:
    """Raises CannotAnswer."""
    found = known.read(choice.among([str(siren) for siren in sirens]), as_of)
    return answer(served, found.sirens, features.of(found), as_of)


def answer(served: Served, sirens: Indexes, table: Table, as_of: date) -> Answers:
    # Light by now: the model was read.
    from scoring.learning.model import FLOOR, ModelMismatch

    model = served.model
    if model.calibration is None:
        raise CannotAnswer("Ce modèle donne un score, pas une probabilité.")
    try:
        margin = model.margin(table)
    except ModelMismatch as error:
        raise CannotAnswer(str(error)) from error
    confidence = model.confidence(table)
    return Answers(
        served=served,
        as_of=as_of,
        sirens=sirens,
        table=table,
        margin=margin,
        score=points_of(model, margin),
        probability=model.calibration(margin),
        confidence=confidence,
        is_silent=confidence < FLOOR,
        is_outside=model.is_outside(table),
    )


def points_of(model: "Model", margin: Floats) -> Floats:
    """As ``Model.score``, from margins that are already there; two decimals."""
    ranks = np.linspace(0.0, 100.0, len(model.quantiles))
    return np.round(np.interp(margin, model.quantiles, ranks), 2)


def predict(
    sirens: Sequence[str], *, as_of: date | None = None, explain: bool = True
) -> list[Prediction]:
    """Of the companies it can be asked about; none while no model is in service."""
    served = current()
    if served is None or not sirens:
        return []
    day = as_of or timezone.localdate()
    try:
        answers = ask(served, np.array([int(s) for s in sirens], np.int64), day)
    except CannotAnswer as error:
        logger.error("the published model cannot answer: %s", error)
        return []
    factors = strongest(answers) if explain else [()] * len(answers)
    return [prediction(answers, row, factors[row]) for row in range(len(answers))]


def prediction(
    answers: Answers, row: int, factors: tuple[FactorPoints, ...]
) -> Prediction:
    return Prediction(
        siren=f"{answers.sirens[row]:09d}",
        score=float(answers.score[row]),
        probability=float(answers.probability[row]),
        confidence=float(answers.confidence[row]),
        is_silent=bool(answers.is_silent[row]),
        is_outside=bool(answers.is_outside[row]),
        factors=factors,
        version=answers.served.version,
    )


def strongest(answers: Answers, n: int = STRONGEST) -> list[tuple[FactorPoints, ...]]:
    """Exact on the margin; in points, each takes its part of the way from the middle
    company's score to this one's, so that all of them together make that way.
    """
    model, table = answers.served.model, answers.table
    if not len(answers):
        return []
    base, moved = model.explain(table)
    way = answers.margin - base
    gained = points_of(model, answers.margin) - points_of(model, np.array([base]))
    is_moved = np.abs(way) > 1e-9
    slope = np.where(is_moved, gained / np.where(is_moved, way, 1.0), 0.0)
    order = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :n]
    return [
        tuple(
            FactorPoints(
                model.features[place],
                _value(table, model.features[place], row),
                round(float(moved[row, place] * slope[row]), 2),
            )
            for place in places
        )
        for row, places in enumerate(order)
    ]


def _value(table: Table, name: str, row: int) -> float | str | None:
    if name in table.numeric:
        figure = float(table.numeric[name][row])
        return None if np.isnan(figure) else figure
    return str(table.categorical[name][row]) or None
