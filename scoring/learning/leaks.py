"""Columns that know the outcome, found by what they do and never by their name.

Each column is looked at alone. What is asked of it has nothing to do with how good a
feature may be: a true one ranks well, a leak decides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline

from scoring.learning.arrays import Bools, Floats, Texts
from scoring.learning.features import Features, preparation
from scoring.learning.metrics import roc_auc
from scoring.learning.table import Table

# Why a column is left out.
SEPARATES: Final = "separates"
DOMINATES: Final = "dominates"
MISSINGNESS: Final = "missingness"
PURE: Final = "pure"
LATER: Final = "later"
IDENTIFIER: Final = "identifier"
DUPLICATE: Final = "duplicate"
CONSTANT: Final = "constant"

# One column that ranks the outcomes like this by itself.
SEPARATION: Final = 0.97
# One that ranks like this, and better by the gap than all others together.
DOMINANCE: Final = 0.9
DOMINANCE_GAP: Final = 0.05
MOST_DOMINATING: Final = 3
# Being there or not, when it ranks the outcomes like this.
PRESENCE: Final = 0.85
# A level, or being there or not, that holds nothing but the rarer outcome: what is
# written down after the fact is written down for nobody else.
PURITY: Final = 0.98
PURE_SHARE: Final = 0.2
PURE_ROWS: Final = 10
# Dates after the observation: a few are errors of typing.
LATER_SHARE: Final = 0.01
# Texts that are nearly all different name their row.
DISTINCT: Final = 0.9
# Whole numbers, all different, that fill so much of their range are a row counter.
DENSITY: Final = 0.1
FEWEST_ROWS: Final = 30
FOLDS: Final = 5
SLICES: Final = 20


@dataclass(frozen=True)
class Finding:
    """A column, why it is left out, and the figure that says so."""

    column: str
    reason: str
    evidence: float

    def as_dict(self) -> dict[str, str | float]:
        return dict(self.__dict__)

    @property
    def is_leak(self) -> bool:
        return self.reason in (SEPARATES, DOMINATES, MISSINGNESS, PURE, LATER)


def find(
    table: Table, labels: Bools, *, groups: Texts | None = None, seed: int = 0
) -> list[Finding]:
    """The columns to leave out. ``groups`` is what names the rows: a column that says
    the same thing is an identifier.
    """
    found: dict[str, Finding] = {}
    for name in table.names:
        finding = _alone(table, name, labels, groups, seed)
        if finding is not None:
            found[name] = finding
    for name in _duplicates(table, [n for n in table.names if n not in found]):
        found[name] = Finding(name, DUPLICATE, 1.0)
    for finding in _dominating(table, labels, set(found), seed):
        found[finding.column] = finding
    return [found[name] for name in table.names if name in found]


def useless(table: Table) -> list[Finding]:
    """What is left out whatever the labels are: numbers cannot leak as outcomes do."""
    found = {}
    for name in table.names:
        column = _column(table, name)
        finding = _constant(name, column) or _identifier(name, column, None)
        if finding is not None:
            found[name] = finding
    for name in _duplicates(table, [n for n in table.names if n not in found]):
        found[name] = Finding(name, DUPLICATE, 1.0)
    return [found[name] for name in table.names if name in found]


def _alone(
    table: Table, name: str, labels: Bools, groups: Texts | None, seed: int
) -> Finding | None:
    column = _column(table, name)
    known = ~np.isnan(column) if column.dtype.kind == "f" else column != ""
    checks: tuple[Callable[[], Finding | None], ...] = (
        lambda: _constant(name, column),
        lambda: _later(name, column) if name in table.dated else None,
        lambda: _identifier(name, column, groups),
        lambda: _missingness(name, known, labels),
        lambda: _separates(name, column, labels, seed),
        lambda: _pure(name, column, known, labels),
    )
    return next((finding for check in checks if (finding := check())), None)


def _column(table: Table, name: str) -> Any:
    if name in table.numeric:
        return table.numeric[name]
    return table.categorical[name]


def _constant(name: str, column: Any) -> Finding | None:
    if column.dtype.kind == "f":
        known = column[~np.isnan(column)]
        is_constant = not len(known) or (len(known) == len(column) and _same(known))
    else:
        is_constant = len(np.unique(column)) <= 1
    return Finding(name, CONSTANT, 1.0) if is_constant else None


def _same(values: Floats) -> bool:
    return bool((values == values[0]).all())


def _later(name: str, column: Floats) -> Finding | None:
    """Years before the observation: below zero is after it."""
    known = column[~np.isnan(column)]
    share = float((known < 0).mean())
    return Finding(name, LATER, share) if share >= LATER_SHARE else None


def _identifier(name: str, column: Any, groups: Texts | None) -> Finding | None:
    rows = len(column)
    if rows < FEWEST_ROWS:
        return None
    if column.dtype.kind == "U":
        known = column[column != ""]
        if groups is not None and _says_the_same(column, groups):
            return Finding(name, IDENTIFIER, 1.0)
        share = len(np.unique(known)) / len(known)
        is_one = share >= DISTINCT and len(known) >= FEWEST_ROWS
        return Finding(name, IDENTIFIER, share) if is_one else None
    if np.isnan(column).any() or (column != np.floor(column)).any():
        return None
    width = float(column.max() - column.min()) + 1
    density = rows / width
    is_one = len(np.unique(column)) == rows and density >= DENSITY
    return Finding(name, IDENTIFIER, density) if is_one else None


def _says_the_same(column: Texts, groups: Texts) -> bool:
    """One value per group and one group per value, with more than a few of them."""
    pairs = len({*zip(column.tolist(), groups.tolist(), strict=True)})
    values, kin = len(np.unique(column)), len(np.unique(groups))
    return pairs == values == kin and kin > len(column) / 10


def _missingness(name: str, known: Bools, labels: Bools) -> Finding | None:
    if known.all() or not known.any():
        return None
    auc = roc_auc(labels, known.astype(float))
    auc = max(auc, 1 - auc)
    if auc >= PRESENCE:
        return Finding(name, MISSINGNESS, auc)
    purity = max(_purity(known, labels), _purity(~known, labels))
    return Finding(name, MISSINGNESS, purity) if purity else None


def _purity(chosen: Bools, labels: Bools) -> float:
    """How pure these rows are in the rarer outcome, 0 where that says nothing."""
    rarer = labels if labels.mean() <= 0.5 else ~labels
    held = int((chosen & rarer).sum())
    if held < PURE_ROWS or held < PURE_SHARE * rarer.sum():
        return 0.0
    purity = held / int(chosen.sum())
    return purity if purity >= PURITY else 0.0


def _pure(name: str, column: Any, known: Bools, labels: Bools) -> Finding | None:
    """A value of its own that almost only the rarer outcome has."""
    values, places = np.unique(column[known], return_inverse=True)
    if len(values) < 2:
        return None
    counts = np.bincount(places)
    best = 0.0
    for place in np.flatnonzero(counts >= PURE_ROWS):
        chosen = np.zeros(len(column), bool)
        chosen[np.flatnonzero(known)[places == place]] = True
        best = max(best, _purity(chosen, labels))
    return Finding(name, PURE, best) if best else None


def _separates(name: str, column: Any, labels: Bools, seed: int) -> Finding | None:
    auc = alone(column, labels, seed)
    return Finding(name, SEPARATES, auc) if auc >= SEPARATION else None


def alone(column: Any, labels: Bools, seed: int = 0) -> float:
    """How well one column ranks the outcomes: as it stands, or by the rate of the other
    folds in its slice or level, missing being one.
    """
    found = 0.5
    if column.dtype.kind == "f":
        known = ~np.isnan(column)
        # Only where it is there: a leak may be rarely filled.
        if min(labels[known].sum(), (~labels[known]).sum()) >= PURE_ROWS:
            auc = roc_auc(labels[known], column[known])
            found = max(found, auc, 1 - auc)
        places = _slices(column)
    else:
        _, places = np.unique(column, return_inverse=True)
    return max(found, _by_rates(places, labels, seed))


def _slices(column: Floats) -> Any:
    """Equal parts of the known values; few values are each their own."""
    known = column[~np.isnan(column)]
    values = np.unique(known)
    if len(values) > SLICES:
        values = np.unique(np.quantile(known, np.linspace(0, 1, SLICES + 1)[1:-1]))
    places = np.searchsorted(values, column, side="left")
    return np.where(np.isnan(column), len(values) + 1, places)


def _by_rates(places: Any, labels: Bools, seed: int) -> float:
    fewest = int(min(labels.sum(), (~labels).sum()))
    if fewest < 2:
        return 0.5
    rates = np.empty(len(labels))
    size, overall = int(places.max()) + 1, float(labels.mean())
    folds = StratifiedKFold(min(FOLDS, fewest), shuffle=True, random_state=seed)
    for train, test in folds.split(places, labels):
        counts = np.bincount(places[train], minlength=size)
        hits = np.bincount(places[train], labels[train], minlength=size)
        rates[test] = ((hits + overall) / (counts + 1))[places[test]]
    return roc_auc(labels, rates)


def _duplicates(table: Table, names: list[str]) -> Iterator[str]:
    """Columns that repeat an earlier one, value for value."""
    seen: set[bytes] = set()
    for name in names:
        column = _column(table, name)
        content = column.tobytes() if column.dtype.kind == "f" else "\0".join(column)
        key = content if isinstance(content, bytes) else content.encode()
        if key in seen:
            yield name
        seen.add(key)


def _dominating(
    table: Table, labels: Bools, gone: set[str], seed: int
) -> Iterator[Finding]:
    """A column that alone says clearly more than all others together."""
    fewest = int(min(labels.sum(), (~labels).sum()))
    if fewest < PURE_ROWS:
        return
    names = [name for name in table.names if name not in gone]
    ranks = {name: alone(_column(table, name), labels, seed) for name in names}
    suspects = [name for name in names if ranks[name] >= DOMINANCE]
    others = [name for name in names if name not in suspects]
    # A leak is an exception: many columns that rank well are a subject that is known.
    if not suspects or len(suspects) > MOST_DOMINATING or not others:
        return
    together = _together(table.select(others), labels, seed)
    for name in suspects:
        if ranks[name] >= together + DOMINANCE_GAP:
            yield Finding(name, DOMINATES, ranks[name])


def _together(table: Table, labels: Bools, seed: int) -> float:
    """How well a small forest over these columns ranks the outcomes."""
    features = Features.of(table)
    matrix = features.matrix(table)
    found = np.empty(len(labels))
    fewest = int(min(labels.sum(), (~labels).sum()))
    folds = StratifiedKFold(min(FOLDS, fewest), shuffle=True, random_state=seed)
    for train, test in folds.split(matrix, labels):
        pipeline = make_pipeline(
            preparation(features, is_number=False, seed=seed),
            HistGradientBoostingClassifier(
                max_iter=60, early_stopping=False, random_state=seed
            ),
        )
        pipeline.fit(matrix[train], labels[train].astype(float))
        found[test] = pipeline.predict_proba(matrix[test])[:, 1]
    return roc_auc(labels, found)
