"""Rows of many companies, sorted so that those of one stand together."""

from typing import Any

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
NOWHERE = -1


def places_of(sirens: npt.NDArray[Any], keys: npt.NDArray[Any]) -> Places:
    """Where each key stands in ``sirens``, which are sorted; NOWHERE if it does not."""
    if not len(sirens):
        return np.full(len(keys), NOWHERE, np.int64)
    found = np.minimum(np.searchsorted(sirens, keys), len(sirens) - 1)
    return np.where(sirens[found] == keys, found, NOWHERE).astype(np.int64)


def starts_of(keys: npt.NDArray[Any]) -> Places:
    """Where each run of equal keys begins."""
    if not len(keys):
        return np.empty(0, np.int64)
    return np.concatenate(([0], np.flatnonzero(keys[1:] != keys[:-1]) + 1))


def last_where(holds: npt.NDArray[np.bool_], starts: Places) -> Places:
    """Of each run the last row that holds, else NOWHERE."""
    if not len(starts):
        return np.empty(0, np.int64)
    rows = np.where(holds, np.arange(len(holds)), NOWHERE)
    return np.maximum.reduceat(rows, starts)


def take(values: npt.NDArray[np.float64], rows: Places) -> npt.NDArray[np.float64]:
    """NaN where the row is NOWHERE."""
    if not len(values):
        return np.full(len(rows), np.nan)
    return np.where(rows == NOWHERE, np.nan, values[np.maximum(rows, 0)])
