"""Intervals that may be looked at every day and still hold, for proportions.

An interval computed for one look is wrong far more often than it says when it is read
after each outcome and believed the day it suits. These are confidence sequences: with
probability 95 % the truth lies in *all* of them, from the first outcome to the last.

- One proportion: Robbins' mixture with a uniform prior. For successes s and failures f
  out of n, e(p) = B(s+1, f+1) / (p^s (1-p)^f) is a non-negative martingale that begins
  at 1 when p is true, so that by Ville's inequality it ever reaches 1/alpha with
  probability alpha at most; what it has not refuted is the interval.
  H. Robbins, « Statistical methods related to the law of the iterated logarithm »,
  Annals of Mathematical Statistics 41 (1970), 1397-1409; as an instance of the general
  method: S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, « Time-uniform, nonparametric,
  nonasymptotic confidence sequences », Annals of Statistics 49 (2021), 1055-1080.
- The difference of two: the product of both arms' martingales is one for the pair
  (p0, p1), whatever the order in which outcomes arrive; a difference is refuted when
  every pair that has it is. After R. Turner, P. Grünwald, « Exact anytime-valid
  confidence intervals for contingency tables and beyond », Statistics & Probability
  Letters 198 (2023), whose e-variable is another.

They suppose that a company of an arm succeeds with the same probability early and late.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betaincinv, betaln, xlog1py, xlogy

from scoring.rules.arrays import Bools, Floats, Indexes

LEVEL: Final = 0.95
# Halvings: the bounds are known to 1e-12, and always read from the outer side.
_HALVINGS: Final = 40
# A figure of the best k is read anew when a quarter more outcomes are known.
GROWTH: Final = 1.25


@dataclass(frozen=True, slots=True)
class Interval:
    """``value`` None: nothing observed; ``high`` None: no bound above."""

    value: float | None
    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Successes among the observed."""

    wins: int
    total: int


def proportion(counts: Counts, *, level: float = LEVEL) -> Interval:
    low, high = proportions(
        np.array([counts.wins]), np.array([counts.total]), level=level
    )
    value = counts.wins / counts.total if counts.total else None
    return Interval(value, float(low[0]), float(high[0]))


def proportions(
    wins: Indexes, totals: Indexes, *, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Bounds at each look, by the successes and the observed of that look."""
    won, lost = _split(wins, totals)
    best = _rate(won, lost)
    limit = -np.log(1 - level)
    known = betaln(won + 1, lost + 1)

    def is_refuted(rate: Floats) -> Bools:
        evidence = known - xlogy(won, rate) - xlog1py(lost, -rate)
        refuted: Bools = evidence >= limit
        return refuted

    return (
        _edge(is_refuted, np.zeros(len(best)), best),
        _edge(is_refuted, np.ones(len(best)), best),
    )


def difference(control: Counts, treatment: Counts, *, level: float = LEVEL) -> Interval:
    """Of the treatment's proportion over the control's."""
    low, high = differences(
        *(np.array([each]) for each in (control.wins, control.total)),
        *(np.array([each]) for each in (treatment.wins, treatment.total)),
        level=level,
    )
    value = None
    if control.total and treatment.total:
        value = treatment.wins / treatment.total - control.wins / control.total
    return Interval(value, float(low[0]), float(high[0]))


def differences(
    control_wins: Indexes,
    control_totals: Indexes,
    treatment_wins: Indexes,
    treatment_totals: Indexes,
    *,
    level: float = LEVEL,
) -> tuple[Floats, Floats]:
    """Bounds at each look, by the counts of that look."""
    s0, f0 = _split(control_wins, control_totals)
    s1, f1 = _split(treatment_wins, treatment_totals)
    limit = -np.log(1 - level)
    known = betaln(s0 + 1, f0 + 1) + betaln(s1 + 1, f1 + 1)

    def is_refuted(gap: Floats) -> Bools:
        rate = _best_rate(s0, f0, s1, f1, gap)
        likelihood = (
            xlogy(s0, rate)
            + xlog1py(f0, -rate)
            + xlogy(s1, np.clip(rate + gap, 0, 1))
            + xlog1py(f1, -np.clip(rate + gap, 0, 1))
        )
        refuted: Bools = known - likelihood >= limit
        return refuted

    best = _rate(s1, f1) - _rate(s0, f0)
    return (
        _edge(is_refuted, np.full(len(best), -1.0), best),
        _edge(is_refuted, np.ones(len(best)), best),
    )


def _split(wins: Indexes, totals: Indexes) -> tuple[Floats, Floats]:
    return wins.astype(float), (totals - wins).astype(float)


def _rate(wins: Floats, losses: Floats) -> Floats:
    total = wins + losses
    rate: Floats = np.divide(wins, total, out=np.full(len(wins), 0.5), where=total > 0)
    return rate


def _best_rate(s0: Floats, f0: Floats, s1: Floats, f1: Floats, gap: Floats) -> Floats:
    """The control's rate that makes both counts most likely when they differ by gap.

    The likelihood is concave: its slope changes sign once.
    """
    low, high = np.maximum(0.0, -gap), np.minimum(1.0, 1.0 - gap)
    for _ in range(_HALVINGS):
        rate = (low + high) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = s0 / rate - f0 / (1 - rate)
            slope += s1 / (rate + gap) - f1 / (1 - rate - gap)
        rises = slope > 0
        low, high = np.where(rises, rate, low), np.where(rises, high, rate)
    middle: Floats = (low + high) / 2
    return middle


def _edge(
    is_refuted: Callable[[Floats], Bools], outer: Floats, inner: Floats
) -> Floats:
    """Where what is refuted ends, from ``outer`` to ``inner``, which never is."""
    whole = ~is_refuted(outer)
    far, near = outer, inner
    for _ in range(_HALVINGS):
        middle = (far + near) / 2
        refuted = is_refuted(middle)
        far, near = np.where(refuted, middle, far), np.where(refuted, near, middle)
    edge: Floats = np.where(whole, outer, far)
    return edge


@dataclass(frozen=True, slots=True)
class Best:
    """Of the k best scored among the first ``seen`` outcomes: how many succeeded."""

    seen: int
    precision: Interval
    lift: Interval


def best_of(
    k: int, scores: Floats, is_win: Bools, *, level: float = LEVEL
) -> Best | None:
    """At the last milestone passed; None before there are k outcomes.

    Who is among the k best changes as outcomes arrive (given in their order), so no
    martingale runs through them. They are read at fixed numbers of outcomes only, k and
    then a quarter more each time, the j-th by an exact interval that may err with
    probability alpha / (j (j+1)): together these come to alpha.
    """
    seen, look = _milestone(k, len(scores))
    if not seen:
        return None
    error = (1 - level) / (look * (look + 1))
    chosen = np.argsort(-scores[:seen], kind="stable")[:k]
    best = Counts(int(is_win[chosen].sum()), k)
    base = Counts(int(is_win[:seen].sum()), seen)
    return Best(seen, _exact(best, error), _lift(best, base, error / 2, level))


def _milestone(k: int, known: int) -> tuple[int, int]:
    """The last milestone passed and its rank from 1; nought before the first."""
    seen, look, following = 0, 0, k
    while following <= known:
        seen, look = following, look + 1
        following = int(np.ceil(k * GROWTH**look))
    return seen, look


def _exact(counts: Counts, error: float) -> Interval:
    """Clopper and Pearson's, for one look."""
    wins, losses = counts.wins, counts.total - counts.wins
    low = float(betaincinv(wins, losses + 1, error / 2)) if wins else 0.0
    high = float(betaincinv(wins + 1, losses, 1 - error / 2)) if losses else 1.0
    return Interval(wins / counts.total, low, high)


def _lift(best: Counts, base: Counts, error: float, level: float) -> Interval:
    """Half the error to each of the two rates that it divides."""
    top = _exact(best, error)
    bottom = proportion(base, level=(1 + level) / 2)
    value = best.wins / best.total / (base.wins / base.total) if base.wins else None
    high = None if bottom.low <= 0 or top.high is None else top.high / bottom.low
    return Interval(value, top.low / (bottom.high or 1.0), high)
