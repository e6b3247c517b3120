"""SIREN and SIRET keys of whole columns; what is doubtful is asked of ``reading``."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from companies.registry.layouts import Layout
from companies.registry.reading import KeyReader
from companies.registry.report import Reason

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.uint8)
_NICS = 100_000


@dataclass(frozen=True)
class Keys:
    """Of each row, as numbers; the rows in ``refused`` have none."""

    sirens: Integers
    sirets: Integers | None
    refused: dict[int, Reason]
    repaired: int


def read(layout: Layout, batch: pa.RecordBatch) -> Keys:
    """By array where the keys are plainly right, row by row where they are not."""
    sirens, sirets, is_plain = _plain(layout, batch)
    refused: dict[int, Reason] = {}
    names = [name for name in (layout.siren, layout.siret) if name]
    reader = KeyReader(layout, {name: place for place, name in enumerate(names)})
    for row in np.flatnonzero(~is_plain).tolist():
        keys = reader([batch.column(name)[row].as_py() for name in names])
        if isinstance(keys, Reason):
            refused[row] = keys
            continue
        sirens[row] = int(keys[0])
        if sirets is not None:
            sirets[row] = int(keys[1])
    return Keys(sirens, sirets, refused, reader.repaired)


def _plain(
    layout: Layout, batch: pa.RecordBatch
) -> tuple[Integers, Integers | None, Booleans]:
    if not layout.siret:
        sirens, is_right = numbers(batch.column(layout.siren), 9)
        return sirens, None, is_right & (sirens > 0)
    sirets, is_right = numbers(batch.column(layout.siret), 14)
    sirens = sirets // _NICS
    is_plain = is_right & (sirens > 0) & are_siren_keys(sirens)
    if layout.siren:
        said, is_siren = numbers(batch.column(layout.siren), 9)
        is_plain &= is_siren & (said == sirens)
    return sirens, sirets, is_plain


def are_siren_keys(sirens: Integers) -> Booleans:
    """Whether the Luhn key of each number, as nine digits, is right."""
    total, rest = np.zeros(len(sirens), np.int64), sirens
    for place in range(9):
        rest, digits = np.divmod(rest, 10)
        total += _DOUBLED[digits] if place % 2 else digits
    found: Booleans = total % 10 == 0
    return found


def numbers(column: pa.Array, width: int) -> tuple[Integers, Booleans]:
    """The numbers of the cells that are ``width`` digits with a right Luhn key."""
    lengths = np.diff(_offsets(column))
    fits = lengths == width
    values: Integers = np.zeros(len(column), np.int64)
    is_right: Booleans = np.zeros(len(column), np.bool_)
    packed = column if fits.all() else column.filter(pa.array(fits))
    if len(packed):
        values[fits], is_right[fits] = _numbers(_digits(packed, width))
    return values, is_right


def _offsets(column: pa.Array) -> NDArray[np.int32]:
    offsets = np.frombuffer(column.buffers()[1], np.int32)
    return offsets[column.offset : column.offset + len(column) + 1]


def _digits(column: pa.Array, width: int) -> NDArray[np.uint8]:
    start = int(_offsets(column)[0])
    data = np.frombuffer(column.buffers()[2], np.uint8)
    cells = data[start : start + len(column) * width].reshape(len(column), width)
    return cells - np.uint8(ord("0"))


def _numbers(digits: NDArray[np.uint8]) -> tuple[Any, Any]:
    width = digits.shape[1]
    are_digits: Booleans = np.all(digits <= 9, axis=1)
    digits = digits * are_digits[:, None]
    twice = slice(width % 2, width, 2)
    once = slice(1 - width % 2, width, 2)
    total = _DOUBLED[digits[:, twice]].sum(axis=1, dtype=np.int64)
    total += digits[:, once].sum(axis=1, dtype=np.int64)
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    # An integer matrix product has no fast path; width passes over the rows have.
    values = np.zeros(len(digits), np.int64)
    for place, power in enumerate(powers):
        values += digits[:, place] * power
    return values, are_digits & (total % 10 == 0)
