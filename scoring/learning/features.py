"""Which columns a model reads, as the matrix its pipeline takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import KFold
from sklearn.preprocessing import TargetEncoder

from scoring.learning.arrays import Bools, Floats, Texts
from scoring.learning.table import Table

MISSING: Final = -1.0
UNSEEN: Final = -2.0
ENCODING_FOLDS: Final = 5


@dataclass(frozen=True, eq=False)
class Features:
    """``low`` and ``high`` are the training range of each numeric column (empty where
    nothing is known), ``levels`` the known values of each categorical one.
    """

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    low: Floats
    high: Floats
    levels: tuple[Texts, ...]

    @classmethod
    def of(cls, table: Table) -> Self:
        numeric, categorical = tuple(table.numeric), tuple(table.categorical)
        return cls(
            numeric,
            categorical,
            np.array(
                [np.fmin.reduce(table.numeric[k], initial=np.inf) for k in numeric]
            ),
            np.array(
                [np.fmax.reduce(table.numeric[k], initial=-np.inf) for k in numeric]
            ),
            tuple(
                np.unique(column[column != ""]) for column in table.categorical.values()
            ),
        )

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.numeric, *self.categorical)

    def matrix(self, table: Table) -> Floats:
        """Figures as they are, levels as codes; rows × names."""
        found = np.empty((len(table), len(self.names)))
        for place, name in enumerate(self.numeric):
            found[:, place] = table.numeric[name]
        start = len(self.numeric)
        for place, name in enumerate(self.categorical):
            codes = _codes(table.categorical[name], self.levels[place])
            found[:, start + place] = codes
        return found

    def is_read(self, matrix: Floats) -> tuple[Bools, Bools]:
        """Which values are known, and which of those lie in the training range."""
        numbers = len(self.numeric)
        known = np.ones(matrix.shape, bool)
        known[:, :numbers] = ~np.isnan(matrix[:, :numbers])
        known[:, numbers:] = matrix[:, numbers:] != MISSING
        inside = known.copy()
        with np.errstate(invalid="ignore"):
            inside[:, :numbers] &= (matrix[:, :numbers] >= self.low) & (
                matrix[:, :numbers] <= self.high
            )
        inside[:, numbers:] &= matrix[:, numbers:] != UNSEEN
        return known, inside


def _codes(column: Texts, levels: Texts) -> Floats:
    if not len(levels):
        return np.where(column == "", MISSING, UNSEEN)
    places = np.minimum(np.searchsorted(levels, column), len(levels) - 1)
    codes = np.where(levels[places] == column, places, UNSEEN)
    return np.where(column == "", MISSING, codes).astype(float)


def preparation(features: Features, *, is_number: bool, seed: int) -> Any:
    """The first step of a pipeline. Levels become the outcome's mean among the rows of
    other folds, drawn to the whole's where a level is rare; figures pass, NaN included.
    """
    numbers = len(features.numeric)
    encoder = TargetEncoder(
        target_type="continuous" if is_number else "binary",
        smooth="auto",
        cv=KFold(ENCODING_FOLDS, shuffle=True, random_state=seed),
    )
    columns: Sequence[int] = range(numbers)
    coded: Sequence[int] = range(numbers, len(features.names))
    return ColumnTransformer(
        [
            ("figures", "passthrough", list(columns)),
            *([("levels", encoder, list(coded))] if coded else []),
        ]
    )
