"""Columns of figures as columns of text, written as ``scoring.rules.rows`` writes one.

Points are hundredths: each has its text in a table. Other figures are written by
Polars, in the fewest digits that read back as the same number, as Python does.
"""

from functools import cache
from typing import Final

import numpy as np
import polars as pl

from scoring.rules.arrays import Floats, Indexes
from scoring.rules.curves import round2

# No figure of points leaves these bounds: weights sum to 1, curves end at 100.
_MOST: Final = 20_000
_ABSENT: Final = 2 * _MOST + 1
# So few are written one by one: a process of one job would make the table for them.
_FEW: Final = 1_000
# Below it Python writes an exponent, and Polars does not.
_SMALLEST: Final = 1e-4
Text = pl.Series


def hundredths(points: Floats) -> Indexes:
    """Rounded to two decimals, NaN stays apart: see ``points_text``."""
    scaled = np.rint(round2(points) * 100.0)
    is_absent = np.isnan(scaled)
    if np.any(np.abs(scaled[~is_absent]) > _MOST):
        raise ValueError("points beyond what a score can hold")
    return np.where(is_absent, _ABSENT, scaled + _MOST).astype(np.uint32)


@cache
def _table(prefix: str) -> Text:
    """The text of each number of hundredths, then that of an absent one."""
    return pl.Series([_points(index, prefix) for index in range(_ABSENT + 1)])


def _points(index: int, prefix: str) -> str:
    if index == _ABSENT:
        return prefix + "null"
    number = index - _MOST
    return prefix + (str(number // 100) if number % 100 == 0 else repr(number / 100))


def points_text(indexes: Indexes, *, follows: bool = False) -> Text:
    """``follows`` puts a comma before each: it is not the first of its list."""
    prefix = ", " if follows else ""
    if len(indexes) < _FEW:
        written = [_points(index, prefix) for index in indexes.tolist()]
        return pl.Series(written, dtype=pl.String)
    return _table(prefix).gather(indexes)


def as_integers(indexes: Indexes) -> Text:
    """The hundredths themselves, null where absent."""
    is_absent = pl.Series(indexes == _ABSENT)
    values = pl.Series(indexes.astype(np.int64) - _MOST)
    return pl.Series([None], dtype=pl.Int64).zip_with(is_absent, values)


def points_list(matrix: Indexes) -> list[Text]:
    """The texts that make a list of a row's points, without its brackets."""
    return [
        points_text(np.ascontiguousarray(column), follows=place > 0)
        for place, column in enumerate(matrix.T)
    ]


def figures_text(values: Floats) -> Text:
    """A figure, empty when unknown; one without decimals is written without point."""
    is_known = ~np.isnan(values)
    is_whole = is_known & (values == np.rint(values))
    whole = pl.Series(np.where(is_whole, values, 0.0).astype(np.int64)).cast(pl.String)
    if np.array_equal(is_whole, is_known):
        return _where(is_whole, whole, "")
    broken = pl.Series(values).cast(pl.String)
    odd = np.flatnonzero(is_known & ~is_whole & (np.abs(values) < _SMALLEST))
    if len(odd):
        broken = broken.scatter(odd, [repr(float(values[row])) for row in odd])
    return _where(is_whole, whole, _where(is_known, broken, ""))


def _where(holds: Floats, then: Text, otherwise: Text | str) -> Text:
    other = pl.Series([otherwise]) if isinstance(otherwise, str) else otherwise
    return then.zip_with(pl.Series(holds), other)
