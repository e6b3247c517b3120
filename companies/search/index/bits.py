"""Sets of rows as packed bits: 64 rows in a word, row 0 in the lowest bit."""

from typing import Any

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Positions = npt.NDArray[Any]
CHUNK = 1 << 18  # rows scanned at once: what is compared stays in the cache

_TOGETHER = 1 << 15  # words of several sets looked at together

_ONE = np.uint64(1)
_SIX, _LOW = np.uint64(6), np.uint64(63)


def size(rows: int) -> int:
    """Words that ``rows`` bits take."""
    return (rows + 63) >> 6


def none(rows: int) -> Words:
    return np.zeros(size(rows), np.uint64)


def every(rows: int) -> Words:
    words = np.full(size(rows), ~np.uint64(0))
    if rows & 63:
        words[-1] = np.uint64((1 << (rows & 63)) - 1)
    return words


def pack(chosen: npt.NDArray[np.bool_]) -> Words:
    packed = np.packbits(chosen, bitorder="little")
    words = np.zeros(size(len(chosen)), np.uint64)
    words.view(np.uint8)[: len(packed)] = packed
    return words


def of_positions(positions: Positions, rows: int) -> Words:
    """In any order, repeated or not."""
    if len(positions) > rows >> 6:
        chosen = np.zeros(rows, np.bool_)
        chosen[positions] = True
        return pack(chosen)
    words = none(rows)
    where = np.sort(positions).astype(np.uint64)
    if len(where):
        word = (where >> _SIX).astype(np.int64)
        first = np.flatnonzero(np.diff(word, prepend=-1))
        words[word[first]] = np.bitwise_or.reduceat(_ONE << (where & _LOW), first)
    return words


def of_ranges(ranges: list[tuple[int, int]], rows: int) -> Words:
    """``ranges`` are half open."""
    chosen = np.zeros(rows, np.bool_)
    for first, last in ranges:
        chosen[first:last] = True
    return pack(chosen)


def between(column: npt.NDArray[Any], low: int, high: int) -> Words:
    """Rows whose integer stands from ``low`` to ``high``, both included."""
    info = np.iinfo(column.dtype)
    low, high = max(low, int(info.min)), min(high, int(info.max))
    words = none(len(column))
    if low > high:
        return words
    unsigned = np.dtype(f"u{column.dtype.itemsize}")
    # One unsigned comparison does for two: what is below the floor wraps round.
    floor = np.array(low, column.dtype).view(unsigned)
    width = np.array(high - low).astype(unsigned)
    out, values = words.view(np.uint8), column.view(unsigned)
    for start in range(0, len(column), CHUNK):
        inside = values[start : start + CHUNK] - floor <= width
        packed = np.packbits(inside, bitorder="little")
        out[start >> 3 : (start >> 3) + len(packed)] = packed
    return words


def count(words: Words) -> int:
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def counts(rows: npt.NDArray[np.uint64], words: Words) -> npt.NDArray[np.int64]:
    """Of several sets, one by row of a table, how many are also in ``words``.

    A slice of all the sets at a time: what was read is counted before it leaves the
    cache, and nothing as long as a set is ever written.
    """
    found = np.zeros(len(rows), np.int64)
    step = max(_TOGETHER // max(len(rows), 1), 256)
    for start in range(0, len(words), step):
        both = rows[:, start : start + step] & words[start : start + step]
        found += np.bitwise_count(both).sum(axis=1, dtype=np.int64)
    return found


def positions(words: Words) -> npt.NDArray[np.int64]:
    """Of the rows in the set, ascending."""
    filled = np.flatnonzero(words)
    if not len(filled):
        return filled
    bits = np.unpackbits(
        words[filled].view(np.uint8).reshape(-1, 8), axis=1, bitorder="little"
    )
    row, bit = np.nonzero(bits)
    return (filled[row] << 6) + bit


def test(words: Words, where: Positions) -> npt.NDArray[np.bool_]:
    """Which of these rows are in the set."""
    # A byte is as good as a word and needs no cast of the shift.
    octets = words.view(np.uint8)
    shift = (where & 7).astype(np.uint8)
    found: npt.NDArray[np.bool_] = (octets[where >> 3] >> shift & np.uint8(1)).view(
        np.bool_
    )
    return found


class Ranks:
    """How many rows of a set come before a row: one sum for all the questions."""

    def __init__(self, words: Words) -> None:
        self._words = words
        counts = np.bitwise_count(words)
        self._before = np.zeros(len(words) + 1, np.int64)
        np.cumsum(counts, out=self._before[1:])

    def before(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        word = rows >> 6
        inside = np.minimum(word, max(len(self._words) - 1, 0))
        partial = (_ONE << (rows & 63).astype(np.uint64)) - _ONE
        rest = np.bitwise_count(self._words[inside] & partial)
        counted: npt.NDArray[np.int64] = self._before[word] + np.where(
            word < len(self._words), rest, 0
        )
        return counted
