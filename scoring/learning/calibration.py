"""From a margin to a probability: one monotone map over one fitted forest.

Fitted on margins that the forest gave to rows it had not learnt from. Which map is
chosen by log loss, inside folds of those same rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold

from scoring.learning.arrays import Bools, Floats
from scoring.learning.metrics import log_loss

PLATT: Final = "platt"
BETA: Final = "beta"
ISOTONIC: Final = "isotonic"
# Steps need many of the rarer outcome before they say more than a curve.
FEWEST_FOR_ISOTONIC: Final = 500
FEWEST_FOR_BETA: Final = 50
FOLDS: Final = 5
# No answer is ever certain.
FLOOR: Final = 1e-6


@dataclass(frozen=True)
class Calibration:
    """``knots`` and ``values`` are the steps of an isotonic map; the two others are a
    logistic curve over the centred margin, with one slope on each side of the centre.
    """

    kind: str
    centre: float
    scale: float
    below: float
    above: float
    offset: float
    knots: tuple[float, ...] = ()
    values: tuple[float, ...] = ()

    def __call__(self, margin: Floats) -> Floats:
        if self.kind == ISOTONIC:
            return np.clip(np.interp(margin, self.knots, self.values), FLOOR, 1 - FLOOR)
        found: Floats = np.clip(expit(self.logit(margin)), FLOOR, 1 - FLOOR)
        return found

    def logit(self, margin: Floats) -> Floats:
        z = (margin - self.centre) / self.scale
        low, high = np.minimum(z, 0), np.maximum(z, 0)
        found: Floats = self.below * low + self.above * high + self.offset
        return found

    def as_dict(self) -> dict[str, Any]:
        found = dict(self.__dict__)
        return found | {"knots": list(self.knots), "values": list(self.values)}

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Self:
        lists = {name: tuple(found[name]) for name in ("knots", "values")}
        return cls(**{**found, **lists})


def choose(margin: Floats, labels: Bools, *, seed: int = 0) -> Calibration:
    """The map with the least log loss on rows it was not fitted on."""
    rarer = int(min(labels.sum(), len(labels) - labels.sum()))
    makers: dict[str, Callable[[Floats, Bools], Calibration]] = {PLATT: platt}
    if rarer >= FEWEST_FOR_BETA:
        makers[BETA] = beta
    if rarer >= FEWEST_FOR_ISOTONIC:
        makers[ISOTONIC] = isotonic
    if len(makers) == 1:
        return platt(margin, labels)
    losses = {
        name: _held_out(make, margin, labels, seed) for name, make in makers.items()
    }
    return makers[min(losses, key=losses.__getitem__)](margin, labels)


def platt(margin: Floats, labels: Bools) -> Calibration:
    return _curve(PLATT, margin, labels)


def beta(margin: Floats, labels: Bools) -> Calibration:
    """As beta calibration does: its own slope below and above the middle."""
    return _curve(BETA, margin, labels)


def _curve(kind: str, margin: Floats, labels: Bools) -> Calibration:
    rate = float(labels.mean())
    # The margin that as many rows exceed as there are positives.
    centre = float(np.quantile(margin, 1 - rate)) if kind == BETA else 0.0
    scale = float(np.std(margin)) or 1.0
    if kind == PLATT:
        centre = float(np.mean(margin))
    z = (margin - centre) / scale
    low, high = np.minimum(z, 0), np.maximum(z, 0)
    # Platt's targets: one row of each outcome cannot make a slope infinite.
    positives = labels.sum()
    target = np.where(
        labels, (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2)
    )

    def loss(p: Floats) -> tuple[float, Floats]:
        slope_low, slope_high = (p[0], p[0]) if kind == PLATT else (p[0], p[2])
        f = slope_low * low + slope_high * high + p[1]
        value = -np.sum(target * log_expit(f) + (1 - target) * log_expit(-f))
        error = expit(f) - target
        grads = [error @ low, error.sum(), error @ high]
        if kind == PLATT:
            return value, np.array([grads[0] + grads[2], grads[1]])
        return value, np.array(grads)

    start = np.array([1.0, np.log(rate / (1 - rate))] + [1.0] * (kind == BETA))
    bounds = [(1e-3, None), (None, None)] + [(1e-3, None)] * (kind == BETA)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    above = found[0] if kind == PLATT else found[2]
    return Calibration(
        kind, centre, scale, float(found[0]), float(above), float(found[1])
    )


def isotonic(margin: Floats, labels: Bools) -> Calibration:
    fitted = IsotonicRegression(out_of_bounds="clip").fit(margin, labels.astype(float))
    return Calibration(
        ISOTONIC,
        0.0,
        1.0,
        1.0,
        1.0,
        0.0,
        tuple(map(float, fitted.X_thresholds_)),
        tuple(map(float, fitted.y_thresholds_)),
    )


def _held_out(
    make: Callable[[Floats, Bools], Calibration],
    margin: Floats,
    labels: Bools,
    seed: int,
) -> float:
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    found = np.empty(len(margin))
    for train, test in folds.split(margin, labels):
        found[test] = make(margin[train], labels[train])(margin[test])
    return log_loss(labels, found)
