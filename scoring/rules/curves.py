"""Arithmetic on columns. Elementwise only: a row never depends on its neighbours,
so that one company and ten million give the same digits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from scoring.rules.arrays import Bools, Floats, Texts


@dataclass(frozen=True, slots=True)
class Curve:
    """Straight lines between knots, level outside; a repeated x is a jump.

    At a jump the last knot holds: the value belongs to what lies on the right.
    """

    xs: Floats
    ys: Floats
    # Of each stretch, before the first knot to behind the last: where it begins, how
    # wide it is, how much it rises.
    lefts: Floats
    widths: Floats
    floors: Floats
    rises: Floats

    @classmethod
    def from_knots(cls, knots: Sequence[Sequence[float]]) -> Self:
        xs, ys = np.array(knots, float).T
        if np.any(np.diff(xs) < 0):
            raise ValueError("the knots of a curve go from left to right")
        low = np.clip(np.arange(len(xs) + 1) - 1, 0, None)
        high = np.clip(np.arange(len(xs) + 1), None, len(xs) - 1)
        widths = xs[high] - xs[low]
        return cls(
            xs=xs,
            ys=ys,
            lefts=xs[low],
            widths=np.where(widths > 0, widths, 1.0),
            floors=ys[low],
            rises=np.where(widths > 0, ys[high] - ys[low], 0.0),
        )

    def __call__(self, x: Floats) -> Floats:
        """NaN stays NaN. ``np.interp`` is left out: it may fuse its operations."""
        passed = np.zeros(len(x), np.int8)
        # A few comparisons of a whole column cost less than a search for each value.
        for knot in self.xs:
            passed += x >= knot
        stretch = passed.astype(np.intp)
        step = np.maximum(x - self.lefts.take(stretch), 0.0)
        step /= self.widths.take(stretch)
        step *= self.rises.take(stretch)
        step += self.floors.take(stretch)
        return step


def divide(above: Floats, below: Floats) -> Floats:
    """NaN where the divisor is not above zero: a ratio to nothing is unknown."""
    safe = np.where(below > 0, below, np.nan)
    return above / safe


def steps(x: Floats, table: Sequence[Sequence[float]], otherwise: float) -> Floats:
    """The value of the first floor reached (floors in falling order); NaN stays."""
    value = np.full(len(x), otherwise)
    for floor, points in reversed(table):
        value = np.where(x >= floor, points, value)
    return np.where(np.isnan(x), np.nan, value)


def known_or(x: Floats, missing: float) -> Floats:
    return np.where(np.isnan(x), missing, x)


def by_prefix(keys: Texts, table: Mapping[str, float], otherwise: float) -> Floats:
    """Points of the longest prefix of the table that a key begins with."""
    value = np.full(len(keys), otherwise)
    for prefix in sorted(table, key=len):
        matches = keys.astype(f"U{len(prefix)}") == prefix
        value = np.where(matches, table[prefix], value)
    return value


def weighted(parts: Sequence[tuple[float, Floats]]) -> tuple[Floats, Floats]:
    """Mean over the known parts, and the weight they bear. Added in list order."""
    total = np.zeros(len(parts[0][1]))
    weight = np.zeros(len(total))
    for share, value in parts:
        is_known = ~np.isnan(value)
        total = total + np.where(is_known, share * value, 0.0)
        weight = weight + np.where(is_known, share, 0.0)
    return divide(total, weight), weight


def round2(x: Floats) -> Floats:
    """Two decimals as Python's ``round`` gives them, half to even.

    ``np.round`` multiplies first and may fall on the wrong side of a half; the few
    values that close to one are left to Python.
    """
    scaled = x * 100.0
    rounded = np.rint(scaled) / 100.0
    near_half: Bools = np.abs(scaled - np.floor(scaled) - 0.5) < 1e-6
    if near_half.any():
        values, places = np.unique(x[near_half], return_inverse=True)
        exact = np.array([round(value, 2) for value in values.tolist()])
        rounded[near_half] = exact[places]
    return rounded + 0.0
