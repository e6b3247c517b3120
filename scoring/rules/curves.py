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

    @classmethod
    def from_knots(cls, knots: Sequence[Sequence[float]]) -> Self:
        xs, ys = np.array(knots, float).T
        if np.any(np.diff(xs) < 0):
            raise ValueError("the knots of a curve go from left to right")
        return cls(xs, ys)

    def __call__(self, x: Floats) -> Floats:
        """NaN stays NaN. ``np.interp`` is left out: it may fuse its operations."""
        last = len(self.xs) - 1
        right = np.searchsorted(self.xs, x, side="right")
        low = np.clip(right - 1, 0, last)
        high = np.clip(right, 0, last)
        x0, y0 = self.xs[low], self.ys[low]
        width = self.xs[high] - x0
        step = np.clip(x - x0, 0.0, None) / np.where(width > 0, width, 1.0)
        return y0 + np.where(width > 0, step, x * 0.0) * (self.ys[high] - y0)


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
    for row in np.argwhere(near_half):
        place = tuple(row)
        rounded[place] = round(float(x[place]), 2)
    return rounded + 0.0
