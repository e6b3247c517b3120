"""Has what we are asked about moved away from what was learnt from?

Population stability index, per feature and of the score, over bins fixed in training:
deciles of a figure, the commonest levels of a text. Missing is a bin of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from scoring.learning.arrays import Floats, Texts
from scoring.learning.table import Table

BINS: Final = 10
LEVELS: Final = 20
SCORE: Final = "score"
# Below the first nothing has moved, above the second it has: the usual reading.
SLIGHT: Final = 0.1
STRONG: Final = 0.25
# An empty bin counts as half a row, so that its logarithm exists.
HALF: Final = 0.5


@dataclass(frozen=True)
class Bins:
    """Edges of a figure or levels of a text, and the shares seen in training; the last
    share is that of missing values.
    """

    shares: tuple[float, ...]
    count: int
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()

    def counts(self, column: Any) -> Floats:
        if column.dtype.kind == "U":
            return _level_counts(column, self.levels)
        return _figure_counts(column, self.edges)


@dataclass(frozen=True)
class Reference:
    """What training looked like, small enough to be kept with the model."""

    bins: Mapping[str, Bins]

    @classmethod
    def of(cls, table: Table, scores: Floats) -> Self:
        columns: dict[str, Floats | Texts] = {
            **table.numeric,
            **table.categorical,
            SCORE: scores,
        }
        return cls({name: _bins(column) for name, column in columns.items()})

    def psi(self, table: Table, scores: Floats | None = None) -> dict[str, float]:
        """Per feature that both know, and of the score when it is given."""
        columns: dict[str, Floats | Texts] = {**table.numeric, **table.categorical}
        columns.pop(SCORE, None)
        if scores is not None:
            columns[SCORE] = scores
        return {
            name: psi(bins, columns[name])
            for name, bins in self.bins.items()
            if name in columns
        }

    def as_dict(self) -> dict[str, Any]:
        return {
            name: {
                "shares": list(each.shares),
                "count": each.count,
                "edges": list(each.edges),
                "levels": list(each.levels),
            }
            for name, each in self.bins.items()
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Self:
        return cls(
            {
                name: Bins(
                    tuple(each["shares"]),
                    each["count"],
                    tuple(each["edges"]),
                    tuple(each["levels"]),
                )
                for name, each in found.items()
            }
        )


def psi(bins: Bins, column: Floats | Texts) -> float:
    """0 when nothing moved; NaN when there is nothing to compare."""
    counts = bins.counts(column)
    if not counts.sum() or not bins.count:
        return float("nan")
    expected = np.maximum(np.array(bins.shares), HALF / bins.count)
    actual = np.maximum(counts / counts.sum(), HALF / counts.sum())
    # A bin that neither ever fills says nothing.
    filled = (np.array(bins.shares) > 0) | (counts > 0)
    gap = (actual - expected)[filled]
    return float((gap * np.log(actual[filled] / expected[filled])).sum())


def _bins(column: Any) -> Bins:
    if column.dtype.kind == "U":
        names, counts = np.unique(column[column != ""], return_counts=True)
        commonest = np.argsort(-counts, kind="stable")[:LEVELS]
        levels = tuple(str(name) for name in names[np.sort(commonest)])
        found = _level_counts(column, levels)
        return Bins(_shares(found), len(column), levels=levels)
    known = column[~np.isnan(column)]
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = (
        tuple(map(float, np.unique(np.quantile(known, inner)))) if len(known) else ()
    )
    found = _figure_counts(column, edges)
    return Bins(_shares(found), len(column), edges=edges)


def _shares(counts: Floats) -> tuple[float, ...]:
    return tuple(map(float, counts / max(1, counts.sum())))


def _figure_counts(column: Floats, edges: tuple[float, ...]) -> Floats:
    """Up to and with each edge, then above the last, then missing."""
    is_missing = np.isnan(column)
    places = np.searchsorted(np.array(edges), column[~is_missing], side="left")
    counts = np.bincount(places, minlength=len(edges) + 1)
    return np.append(counts, is_missing.sum()).astype(float)


def _level_counts(column: Texts, levels: tuple[str, ...]) -> Floats:
    """Each known level, then the others, then missing."""
    names, found = np.unique(column, return_counts=True)
    counts = np.zeros(len(levels) + 2)
    places = {name: place for place, name in enumerate(levels)}
    for name, count in zip(names.tolist(), found, strict=True):
        place = len(levels) + 1 if name == "" else places.get(name, len(levels))
        counts[place] += count
    return counts
