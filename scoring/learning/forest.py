"""One sum of trees: several boosted forests and a random one, weighted.

A sum of trees is explained exactly, tree by tree, and the parts add up: this is why the
margin is a plain weighted sum, and why calibration comes after it.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Final, Self

import numpy as np
from scipy.special import logit
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from threadpoolctl import ThreadpoolController

from scoring.learning.arrays import Floats, Indexes

# Below this, threads cost more than they bring.
FEW_ROWS: Final = 2000


class Forest(BaseEstimator):  # type: ignore[misc]
    """The last step of a pipeline. ``boosting`` and ``bagging`` are parameters of
    scikit-learn's estimators, or None for a sum without them; ``weights`` are what the
    mean of the boosted forests and the random one count for in the sum.

    NaN goes the way that each split has learnt, or with most rows where it has seen
    none.
    """

    def __init__(
        self,
        *,
        is_number: bool = False,
        boosting: dict[str, Any] | None = None,
        bagging: dict[str, Any] | None = None,
        weights: tuple[float, float] = (1.0, 1.0),
        seeds: int = 1,
        seed: int = 0,
    ) -> None:
        self.is_number = is_number
        self.boosting = boosting
        self.bagging = bagging
        self.weights = weights
        self.seeds = seeds
        self.seed = seed

    def fit(self, X: Floats, y: Floats) -> Self:
        self.boosted_ = []
        self.bagged_ = []
        if self.boosting is not None:
            self.boosted_ = [
                boosted(self.boosting, self.seed + number, self.is_number).fit(X, y)
                for number in range(self.seeds)
            ]
        if self.bagging is not None:
            self.bagged_ = [bagged(self.bagging, self.seed, self.is_number).fit(X, y)]
        return self

    def parts(self) -> list[tuple[Any, float]]:
        """Every fitted estimator with its weight in the margin."""
        of_boosted, of_bagged = self.weights
        each = of_boosted / max(1, len(self.boosted_))
        return [(e, each) for e in self.boosted_] + [
            (e, of_bagged) for e in self.bagged_
        ]

    def decision_function(self, X: Floats) -> Floats:
        if len(X) >= FEW_ROWS:
            return self._sum(X)
        with _threads().limit(limits=1, user_api="openmp"):
            return self._sum(X)

    def _sum(self, X: Floats) -> Floats:
        total = np.zeros(len(X))
        for estimator, weight in self.parts():
            total += weight * raw(estimator, X)
        return total

    predict = decision_function


@cache
def _threads() -> ThreadpoolController:
    """Looking for the libraries' threads takes milliseconds: once for the process."""
    return ThreadpoolController()


def raw(estimator: Any, X: Floats) -> Floats:
    """What its trees add up to: log-odds, a share of votes, or a number."""
    found: Floats
    if isinstance(estimator, (RandomForestClassifier, RandomForestRegressor)):
        found = _votes(estimator, X)
    elif isinstance(estimator, HistGradientBoostingClassifier):
        found = estimator.decision_function(X)
    else:
        found = estimator.predict(X)
    return found


def _votes(estimator: Any, X: Floats) -> Floats:
    """The mean of a random forest's trees, always added in the same order: the library
    shares trees among threads, and the last digit then depends on who comes first.
    Here threads share rows.
    """
    single = np.ascontiguousarray(X, dtype=np.float32)
    threads = os.cpu_count() or 1
    if len(X) < FEW_ROWS or threads == 1:
        return _mean_of_trees(estimator, single)
    parts = np.array_split(single, threads)
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(partial(_mean_of_trees, estimator), parts))
    return np.concatenate(found)


def _mean_of_trees(estimator: Any, single: Any) -> Floats:
    total = np.zeros(len(single))
    for tree in estimator.estimators_:
        # The share of the second outcome, or the number itself.
        total += tree.tree_.predict(single)[:, -1]
    mean: Floats = total / len(estimator.estimators_)
    return mean


def staged(estimator: Any, X: Floats, stages: Indexes) -> Floats:
    """Margins of a boosted forest after each of some numbers of trees: stages × rows,
    in one pass over the trees.
    """
    if isinstance(estimator, HistGradientBoostingClassifier):
        each = (logit(found[:, 1]) for found in estimator.staged_predict_proba(X))
    else:
        each = (found.copy() for found in estimator.staged_predict(X))
    wanted = set(stages.tolist())
    return np.array([found for place, found in enumerate(each, 1) if place in wanted])


def boosted(params: dict[str, Any], seed: int, is_number: bool) -> Any:
    make = (
        HistGradientBoostingRegressor if is_number else HistGradientBoostingClassifier
    )
    return make(**params, early_stopping=False, random_state=seed)


def bagged(params: dict[str, Any], seed: int, is_number: bool) -> Any:
    make = RandomForestRegressor if is_number else RandomForestClassifier
    return make(**params, n_jobs=-1, random_state=seed)
