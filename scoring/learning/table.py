"""Columns of many companies: what a model learns from and answers about."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from scoring.learning.arrays import Bools, Floats, Indexes, Texts

# Trees of a random forest compare in single precision: beyond this it overflows.
LARGEST = 1e30


class TableError(Exception):
    """The columns do not make a table."""


@dataclass(frozen=True)
class Table:
    """NaN and "" are missing. An infinite figure is missing too: it is a division by
    zero, not a fact. ``dated`` names the columns that are years before the moment of
    observation: a negative value is a fact of later.
    """

    numeric: Mapping[str, Floats]
    categorical: Mapping[str, Texts] = field(default_factory=dict)
    dated: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        both = set(self.numeric) & set(self.categorical)
        if both:
            raise TableError(f"Colonnes en double : {', '.join(sorted(both))}.")
        numeric = {k: _figures(k, v) for k, v in self.numeric.items()}
        categorical = {k: _levels(k, v) for k, v in self.categorical.items()}
        lengths = {len(v) for v in (*numeric.values(), *categorical.values())}
        if len(lengths) > 1:
            raise TableError("Les colonnes n’ont pas toutes la même longueur.")
        object.__setattr__(self, "numeric", numeric)
        object.__setattr__(self, "categorical", categorical)
        object.__setattr__(self, "dated", self.dated & set(numeric))

    def __len__(self) -> int:
        for column in (*self.numeric.values(), *self.categorical.values()):
            return len(column)
        return 0

    @property
    def names(self) -> tuple[str, ...]:
        """Numeric columns first: the order of a model's features."""
        return (*self.numeric, *self.categorical)

    def take(self, indexes: Indexes | Bools | slice) -> Self:
        return type(self)(
            {name: column[indexes] for name, column in self.numeric.items()},
            {name: column[indexes] for name, column in self.categorical.items()},
            self.dated,
        )

    def select(self, names: Sequence[str]) -> Self:
        """Some of the columns, in the order of this table."""
        kept = set(names)
        return type(self)(
            {name: column for name, column in self.numeric.items() if name in kept},
            {name: column for name, column in self.categorical.items() if name in kept},
            self.dated,
        )

    @classmethod
    def concat(cls, tables: Sequence[Self]) -> Self:
        """One below the other; all of them must have the columns of the first."""
        first = tables[0]
        for other in tables[1:]:
            if set(other.numeric) != set(first.numeric) or set(
                other.categorical
            ) != set(first.categorical):
                raise TableError("Ces tableaux n’ont pas les mêmes colonnes.")
        return cls(
            {k: np.concatenate([t.numeric[k] for t in tables]) for k in first.numeric},
            {
                k: np.concatenate([t.categorical[k] for t in tables])
                for k in first.categorical
            },
            first.dated,
        )

    def is_known(self) -> Bools:
        """Which values are there: rows × names."""
        known = np.ones((len(self), len(self.names)), bool)
        for place, name in enumerate(self.names):
            if name in self.numeric:
                known[:, place] = ~np.isnan(self.numeric[name])
            else:
                known[:, place] = self.categorical[name] != ""
        return known

    def digest(self) -> str:
        """SHA-256 over names and values: the same data give the same digest."""
        found = hashlib.sha256()
        for name in sorted(self.numeric):
            found.update(f"\0n{name}\0".encode())
            found.update(np.ascontiguousarray(self.numeric[name] + 0.0, "<f8").data)
        for name in sorted(self.categorical):
            found.update(f"\0c{name}\0".encode())
            found.update("\0".join(self.categorical[name].tolist()).encode())
        return found.hexdigest()


def _figures(name: str, column: Floats) -> Floats:
    values = np.asarray(column)
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        raise TableError(f"La colonne « {name} » n’est pas une colonne de nombres.")
    values = values.astype(np.float64, copy=False)
    if np.isinf(values).any():
        values = np.where(np.isinf(values), np.nan, values)
    with np.errstate(invalid="ignore"):
        if (np.abs(values) > LARGEST).any():
            values = np.clip(values, -LARGEST, LARGEST)
    return values


def _levels(name: str, column: Texts) -> Texts:
    values = np.asarray(column)
    if values.ndim != 1 or values.dtype.kind != "U":
        raise TableError(f"La colonne « {name} » n’est pas une colonne de textes.")
    return values
