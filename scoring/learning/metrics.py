"""What a prediction is worth, each figure with its bootstrap interval.

Every figure of ranking takes weights: a bootstrap replicate is a row of counts, so that
the scores are sorted once and not once per replicate.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.learning.arrays import Bools, Floats, Texts

REPLICATES: Final = 2000
BINS: Final = 10
Metric = Callable[[Bools, Floats, Floats], float]


@dataclass(frozen=True)
class Interval:
    """A figure and the 95 % of its bootstrap distribution."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Ranked:
    """Scores sorted once: tie groups from the highest score to the lowest."""

    order: np.ndarray
    starts: np.ndarray
    is_positive: Bools

    @classmethod
    def of(cls, labels: Bools, scores: Floats) -> "Ranked":
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
        return cls(order, starts, labels[order])

    def values(self, scores: Floats) -> Floats:
        """The score of each tie group."""
        found: Floats = scores[self.order][self.starts]
        return found

    def groups(self, weights: Floats) -> tuple[Floats, Floats]:
        """Positives and negatives in each tie group."""
        sorted_weights = weights[self.order]
        positives = np.where(self.is_positive, sorted_weights, 0.0)
        return (
            np.add.reduceat(positives, self.starts),
            np.add.reduceat(sorted_weights - positives, self.starts),
        )


def _roc_auc(positives: Floats, negatives: Floats) -> float:
    total = positives.sum() * negatives.sum()
    if total == 0:
        return float("nan")
    below = negatives.sum() - np.cumsum(negatives)
    return float((positives * (below + negatives / 2)).sum() / total)


def _pr_auc(positives: Floats, negatives: Floats) -> float:
    """Average precision: the step-wise area, without interpolation."""
    total = positives.sum()
    if total == 0:
        return float("nan")
    found = np.cumsum(positives)
    seen = found + np.cumsum(negatives)
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    return float((positives * precision).sum() / total)


def _precision_at(positives: Floats, negatives: Floats, k: float) -> float:
    """A tie group that straddles k counts in proportion."""
    sizes = positives + negatives
    before = np.cumsum(sizes) - sizes
    share = np.clip(k - before, 0.0, sizes)
    part = np.divide(share, sizes, out=np.zeros_like(sizes), where=sizes > 0)
    return float((positives * part).sum() / min(k, sizes.sum()))


def roc_auc(labels: Bools, scores: Floats) -> float:
    return _roc_auc(*Ranked.of(labels, scores).groups(np.ones(len(labels))))


def pr_auc(labels: Bools, scores: Floats) -> float:
    return _pr_auc(*Ranked.of(labels, scores).groups(np.ones(len(labels))))


def precision_at_k(labels: Bools, scores: Floats, k: int) -> float:
    return _precision_at(*Ranked.of(labels, scores).groups(np.ones(len(labels))), k)


def recall_at_k(labels: Bools, scores: Floats, k: int) -> float:
    found = precision_at_k(labels, scores, k) * min(k, len(labels))
    return found / float(labels.sum()) if labels.any() else float("nan")


def lift(labels: Bools, scores: Floats, k: int) -> float:
    """Precision among the k best over the base rate."""
    rate = float(labels.mean())
    return precision_at_k(labels, scores, k) / rate if rate else float("nan")


def brier(labels: Bools, probabilities: Floats) -> float:
    return float(np.mean((probabilities - labels) ** 2))


def brier_skill(labels: Bools, probabilities: Floats) -> float:
    """Over the rate of these very rows, which no forecaster knows beforehand."""
    rate = float(labels.mean())
    reference = rate * (1 - rate)
    if reference == 0:
        return float("nan")
    return 1 - brier(labels, probabilities) / reference


def log_loss(labels: Bools, probabilities: Floats) -> float:
    clipped = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return float(-np.mean(np.where(labels, np.log(clipped), np.log1p(-clipped))))


# Calibration


def _bins(sizes: Floats, bins: int) -> Floats:
    """The share of each tie group in each bin: groups × bins. Bins hold the same number
    of rows; a group that straddles two counts in both, since nothing orders its rows.
    """
    total = float(sizes.sum())
    edges = np.floor(np.arange(bins + 1) * total / bins)
    ends = np.cumsum(sizes)
    overlap = np.minimum(ends[:, None], edges[None, 1:]) - np.maximum(
        (ends - sizes)[:, None], edges[None, :-1]
    )
    held = np.clip(overlap, 0.0, None)
    found: Floats = np.divide(
        held, sizes[:, None], out=np.zeros_like(held), where=sizes[:, None] > 0
    )
    return found


def _ece(
    positives: Floats, negatives: Floats, values: Floats, bins: int = BINS
) -> float:
    sizes = positives + negatives
    gaps = (values * sizes - positives) @ _bins(sizes, bins)
    return float(np.abs(gaps).sum() / sizes.sum())


def ece(labels: Bools, probabilities: Floats, *, bins: int = BINS) -> float:
    """Expected calibration error over bins that hold the same number of rows."""
    ranked = Ranked.of(labels, probabilities)
    return _ece(
        *ranked.groups(np.ones(len(labels))), ranked.values(probabilities), bins
    )


def ece_band(
    probabilities: Floats,
    *,
    bins: int = BINS,
    draws: int = 4000,
    seed: int = 0,
) -> tuple[float, float]:
    """Where 95 % of the errors of a perfectly calibrated model lie, at this size: the
    outcomes are drawn from the probabilities themselves.
    """
    rng = np.random.default_rng(seed)
    values, sizes = np.unique(probabilities, return_counts=True)
    shares = _bins(sizes.astype(float), bins)
    found = np.empty(draws)
    step = max(1, 4_000_000 // max(1, len(values)))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        hits = rng.binomial(sizes, values, (size, len(values)))
        gaps = (values * sizes - hits) @ shares
        found[start : start + size] = np.abs(gaps).sum(axis=1) / len(probabilities)
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


@dataclass(frozen=True)
class CurvePoint:
    """One bin of a calibration curve; the interval is Wilson's."""

    predicted: float
    observed: float
    low: float
    high: float
    count: int


def calibration_curve(
    labels: Bools, probabilities: Floats, *, bins: int = BINS
) -> list[CurvePoint]:
    order = np.argsort(probabilities, kind="stable")
    points = []
    for rows in np.array_split(order, max(1, min(bins, len(order)))):
        rate, count = float(labels[rows].mean()), len(rows)
        low, high = wilson(rate, count)
        points.append(
            CurvePoint(float(probabilities[rows].mean()), rate, low, high, count)
        )
    return points


def wilson(rate: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share seen over so many rows."""
    z = 1.959964
    centre = rate + z * z / (2 * count)
    reach = z * np.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return float((centre - reach) / scale), float((centre + reach) / scale)


# Bootstrap


def replicates(
    count: int, *, groups: Texts | None = None, times: int = REPLICATES, seed: int = 0
) -> Sequence[Floats]:
    """How often each row is drawn, per replicate; rows of one group go together."""
    rng = np.random.default_rng(seed)
    if groups is None:
        return [
            np.bincount(rng.integers(0, count, count), minlength=count).astype(float)
            for _ in range(times)
        ]
    _, places = np.unique(groups, return_inverse=True)
    units = int(places.max()) + 1
    return [
        np.bincount(rng.integers(0, units, units), minlength=units)[places].astype(
            float
        )
        for _ in range(times)
    ]


def _figures(labels: Bools, probabilities: Floats, k: int) -> dict[str, "_Figure"]:
    ranked = Ranked.of(labels, probabilities)
    squares = (probabilities - labels) ** 2

    def skill(weights: Floats) -> float:
        rate = weights[labels].sum() / weights.sum()
        if rate in (0, 1):
            return float("nan")
        return float(1 - np.average(squares, weights=weights) / (rate * (1 - rate)))

    return {
        "roc_auc": lambda w: _roc_auc(*ranked.groups(w)),
        "pr_auc": lambda w: _pr_auc(*ranked.groups(w)),
        "precision_at_k": lambda w: _precision_at(*ranked.groups(w), k),
        "brier": lambda w: float(np.average(squares, weights=w)),
        "brier_skill": skill,
        "ece": lambda w: _ece(*ranked.groups(w), ranked.values(probabilities)),
    }


_Figure = Callable[[Floats], float]


def summary(
    labels: Bools,
    probabilities: Floats,
    *,
    k: int,
    groups: Texts | None = None,
    times: int = REPLICATES,
    seed: int = 0,
) -> dict[str, Interval]:
    """Every figure with its interval: ROC-AUC, PR-AUC, precision at k, Brier and its
    skill, calibration error. A bootstrap widens a calibration error, which is a sum of
    absolute values: ``ece_band`` is what it should be held against.
    """
    draws = replicates(len(labels), groups=groups, times=times, seed=seed)
    ones = np.ones(len(labels))
    return {
        name: interval(figure(ones), [figure(weights) for weights in draws])
        for name, figure in _figures(labels, probabilities, k).items()
    }


def paired_differences(
    labels: Bools,
    ours: Floats,
    theirs: Floats,
    *,
    k: int = 100,
    names: Sequence[str] = ("roc_auc", "pr_auc", "precision_at_k", "brier"),
    groups: Texts | None = None,
    times: int = REPLICATES,
    seed: int = 0,
) -> Mapping[str, Interval]:
    """Ours minus theirs on the same replicates of the same rows."""
    draws = replicates(len(labels), groups=groups, times=times, seed=seed)
    ones = np.ones(len(labels))
    mine, other = _figures(labels, ours, k), _figures(labels, theirs, k)
    return {
        name: interval(
            mine[name](ones) - other[name](ones),
            [mine[name](weights) - other[name](weights) for weights in draws],
        )
        for name in names
    }


def interval(value: float, found: Sequence[float]) -> Interval:
    """Replicates in which a figure has no meaning (one class only) are left out."""
    known = np.array([each for each in found if np.isfinite(each)])
    if not len(known):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, (0.025, 0.975))
    return Interval(value, float(low), float(high))
