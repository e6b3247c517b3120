"""The search among forests, on folds, and the margins that calibration needs.

Which candidate is best is asked by log loss after a straight logistic map, so that a
random forest, a boosted one and a weighted one are judged alike. Where the labels are
numbers, by squared error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from scoring.learning import calibration, candidates, forest, splits
from scoring.learning.arrays import Floats, Indexes
from scoring.learning.candidates import Budget
from scoring.learning.features import Features, preparation
from scoring.learning.metrics import log_loss


@dataclass(frozen=True)
class Trial:
    """One candidate and its loss on rows it had not learnt from."""

    kind: str
    params: dict[str, Any]
    loss: float

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "params": self.params, "loss": self.loss}


@dataclass(frozen=True)
class Found:
    """The forest to fit, and what it answers to rows it has not learnt from:
    ``margins[i]`` is about row ``rows[i]``; repeated folds bring a row several times.
    """

    forest: forest.Forest
    trials: tuple[Trial, ...]
    rows: Indexes
    margins: Floats


@dataclass(frozen=True)
class _Ready:
    """A fold whose levels are encoded by its training rows alone."""

    train: Floats
    outcomes: Floats
    test: Floats


@dataclass(frozen=True)
class _Job:
    ready: tuple[_Ready, ...]
    asked: Floats
    rows: int
    budget: Budget
    is_number: bool
    seed: int


def search(
    matrix: Floats,
    labels: Floats,
    *,
    features: Features,
    folds: Sequence[splits.Fold],
    budget: Budget,
    is_number: bool,
    seed: int,
) -> Found:
    job = _Job(
        tuple(
            _ready(matrix, labels, fold, features, is_number, seed + place)
            for place, fold in enumerate(folds)
        ),
        labels[np.concatenate([fold.test for fold in folds])],
        len(labels),
        budget,
        is_number,
        seed,
    )
    boosting, boosted, first = _best_boosting(job)
    bagging, bagged, second = _best_bagging(job)
    weights, margins, third = _blend(job, _more_seeds(job, boosting, boosted), bagged)
    chosen = forest.Forest(
        is_number=is_number,
        boosting=boosting if weights[0] else None,
        bagging=bagging if weights[1] else None,
        weights=weights,
        seeds=budget.seeds,
        seed=seed,
    )
    rows = np.concatenate([fold.test for fold in folds])
    return Found(chosen, (*first, *second, *third), rows, margins)


def loss(margins: Floats, labels: Floats, is_number: bool) -> float:
    if is_number:
        return float(np.mean((margins - labels) ** 2))
    outcomes = labels.astype(bool)
    return log_loss(outcomes, calibration.platt(margins, outcomes)(margins))


def _best_boosting(job: _Job) -> tuple[dict[str, Any], Floats, list[Trial]]:
    budget = job.budget
    stages = np.array([n for n in candidates.STAGES if n <= budget.trees])
    trials: list[Trial] = []
    options: list[tuple[float, dict[str, Any], Floats]] = []
    for each in candidates.BOOSTING[: budget.boosting]:
        params = {
            **_for(each, job.is_number),
            "learning_rate": candidates.LEARNING_RATE,
            "max_iter": budget.trees,
        }
        parts = []
        for fold in job.ready:
            fitted = forest.boosted(params, job.seed, job.is_number)
            fitted.fit(fold.train, fold.outcomes)
            parts.append(forest.staged(fitted, fold.test, stages))
        margins = np.concatenate(parts, axis=1)
        losses = [loss(row, job.asked, job.is_number) for row in margins]
        place = int(np.argmin(losses))
        chosen = params | {"max_iter": int(stages[place])}
        trials.append(Trial("boosting", chosen, losses[place]))
        options.append((losses[place], chosen, margins[place]))
    _, best, of_best = min(options, key=itemgetter(0))
    return best, of_best, trials


def _best_bagging(job: _Job) -> tuple[dict[str, Any], Floats, list[Trial]]:
    trials: list[Trial] = []
    options: list[tuple[float, dict[str, Any], Floats]] = []
    for each in candidates.BAGGING[: job.budget.bagging]:
        params = {
            **_for(each, job.is_number),
            "n_estimators": job.budget.bagged_trees,
        }
        parts = []
        for fold in job.ready:
            fitted = forest.bagged(params, job.seed, job.is_number)
            fitted.fit(fold.train, fold.outcomes)
            parts.append(forest.raw(fitted, fold.test))
        margins = np.concatenate(parts)
        trials.append(Trial("bagging", params, loss(margins, job.asked, job.is_number)))
        options.append((trials[-1].loss, params, margins))
    _, best, of_best = min(options, key=itemgetter(0))
    return best, of_best, trials


def _for(params: dict[str, Any], is_number: bool) -> dict[str, Any]:
    """Numbers have no classes to weigh."""
    if not is_number:
        return params
    return {name: value for name, value in params.items() if name != "class_weight"}


def _more_seeds(job: _Job, params: dict[str, Any], first: Floats) -> Floats:
    """The mean margin of as many forests as the final one will have."""
    total = first.copy()
    for number in range(1, job.budget.seeds):
        parts = []
        for fold in job.ready:
            fitted = forest.boosted(params, job.seed + number, job.is_number)
            fitted.fit(fold.train, fold.outcomes)
            parts.append(forest.raw(fitted, fold.test))
        total += np.concatenate(parts)
    return total / job.budget.seeds


def _blend(
    job: _Job, boosted: Floats, bagged: Floats
) -> tuple[tuple[float, float], Floats, list[Trial]]:
    trials: list[Trial] = []
    options: list[tuple[float, tuple[float, float], Floats]] = []
    for weights in candidates.SHARES if job.is_number else candidates.WEIGHTS:
        margins = weights[0] * boosted + weights[1] * bagged
        found = loss(margins, job.asked, job.is_number)
        trials.append(Trial("blend", {"weights": list(weights)}, found))
        options.append((found, weights, margins))
    _, best, of_best = min(options, key=itemgetter(0))
    return best, of_best, trials


def _ready(
    matrix: Floats,
    labels: Floats,
    fold: splits.Fold,
    features: Features,
    is_number: bool,
    seed: int,
) -> _Ready:
    encoder = preparation(features, is_number=is_number, seed=seed)
    outcomes = labels[fold.train]
    train = encoder.fit_transform(matrix[fold.train], outcomes)
    return _Ready(train, outcomes, encoder.transform(matrix[fold.test]))
