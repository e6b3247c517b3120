"""Reasons to leave rows out, by whole columns."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from companies.registry import cells, layouts
from companies.registry.report import Reason
from companies.registry.vectors.cells import are

Codes = NDArray[np.uint8]
# A row's code: zero when it is kept, else the reason's rank.
REASONS = tuple(Reason)
KEPT = 0


def code(reason: Reason | None) -> int:
    return KEPT if reason is None else REASONS.index(reason) + 1


def _individual(legal_form: pa.Array) -> Codes:
    is_individual = pc.starts_with(legal_form, "1").to_numpy(zero_copy_only=False)
    return np.where(is_individual, code(Reason.INDIVIDUAL), KEPT).astype(np.uint8)


def _unnamed(name: pa.Array, surname: pa.Array, usual_name: pa.Array) -> Codes:
    return np.select(
        [
            are(name, cells.NOT_DIFFUSED),
            ~are(name, ""),
            ~are(surname, ""),
            are(usual_name, ""),
        ],
        [
            code(Reason.NOT_DIFFUSED),
            KEPT,
            code(Reason.INDIVIDUAL),
            code(Reason.NO_NAME),
        ],
        KEPT,
    ).astype(np.uint8)


_BY_ARRAY: dict[Callable[..., Reason | None], Callable[..., Codes]] = {
    layouts.individual: _individual,
    layouts.unnamed: _unnamed,
}


def refuse(check: layouts.Check, batch: pa.RecordBatch) -> Codes:
    """The code of each row."""
    columns: Sequence[Any] = [batch.column(name) for name in check.columns]
    by_array = _BY_ARRAY.get(check.refuse)
    if by_array is not None:
        return by_array(*columns)
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    return np.array([code(check.refuse(*row)) for row in rows], np.uint8)
