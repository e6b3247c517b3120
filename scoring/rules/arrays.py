"""Names of the column types, and how columns are put together."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int8]
Indexes = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]


def columns_of(columns: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """A row per company, each column in one piece of memory: the rules read columns."""
    return np.array(columns).T
