"""The rows of a block in the list's order, from any place on, for any set of rows.

Rows lie by (key, siren) with the unknown keys first. Read downwards, that is the list
from the greatest with the unknown last; upwards, the unknown are turned to the end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from companies.search.index import bits, words
from companies.search.index.bits import Positions, Words
from companies.search.index.block import Block
from companies.search.index.columns import unknown

Array = npt.NDArray[Any]
# Up to so many rows are gathered and sorted; of more, the order is walked.
GATHERED = 200_000
_STEP = 1024
_MOST_STEP = 1 << 18
# Rows of a walk at a time: a place is an object, and each block of a walk has its own.
_WALKED = 1 << 14


@dataclass(frozen=True, slots=True)
class Place:
    """A row's key and siren; a key of None is unknown, names are bytes."""

    key: Any
    siren: int


class Order:
    """One sort of one block; ``column`` is ``name`` or a sorted column.

    A block without the column has nothing but unknown keys.
    """

    def __init__(self, block: Block, column: str, *, descending: bool) -> None:
        self._block, self._descending = block, descending
        self._is_known = column == "geo" or f"order_{column}" in block
        self._column = column
        name = column if self._is_known else "siren"
        self._order = None if column == "geo" else block[f"order_{name}"]
        self._rank = None if column == "geo" else block[f"rank_{name}"]
        self._siren = block["siren"]

    def take(
        self, chosen: Words, after: Place | None, most: int, *, backwards: bool
    ) -> list[Place]:
        """Up to ``most`` rows after a place, or before it; in the list's order."""
        start, stop = self._span(after, backwards=backwards)
        if bits.count(chosen) <= GATHERED:
            turns = self._gathered(chosen, start, stop, most, backwards=backwards)
        else:
            turns = self._walked(chosen, start, stop, most, backwards=backwards)
        return self._places(self._rows(turns))

    def walk(self, chosen: Words) -> Iterator[list[Place]]:
        """All the rows in the list's order, some thousands at a time."""
        for start in range(0, self._block.rows, _WALKED):
            stop = min(start + _WALKED, self._block.rows)
            rows = self._rows(np.arange(start, stop))
            kept = rows[bits.test(chosen, rows)]
            if len(kept):
                yield self._places(kept)

    # A turn is a row's number in the list's order; a rank its number by (key, siren).

    def _rows(self, turns: Positions) -> Positions:
        ranks = self._ranks(turns)
        if self._order is None:
            return ranks
        rows: Positions = self._order[ranks].astype(np.int64)
        return rows

    def _ranks(self, turns: Positions) -> Positions:
        count = self._block.rows
        if self._descending:
            return count - 1 - turns
        return (turns + self._unknowns) % max(count, 1)

    def _turns(self, rows: Positions) -> Positions:
        ranks, count = self._ranks_of(rows), self._block.rows
        if self._descending:
            return count - 1 - ranks
        return (ranks - self._unknowns) % max(count, 1)

    def _ranks_of(self, rows: Positions) -> Positions:
        return rows if self._rank is None else self._rank[rows].astype(np.int64)

    @cached_property
    def _unknowns(self) -> int:
        """How many rows have no key: they have the first ranks."""
        if not self._is_known:
            return self._block.rows
        return 0 if self._names is not None else self._first_above(None, -1)

    @cached_property
    def _names(self) -> words.Texts | None:
        if self._column != "name" or not self._is_known:
            return None
        return words.Texts(self._block["name_text"], self._block["name_ends"])

    def _span(self, after: Place | None, *, backwards: bool) -> tuple[int, int]:
        """The turns to look at: strictly after the place, or strictly before it."""
        count = self._block.rows
        if after is None:
            return 0, count
        low = self._first_above(after.key, after.siren - 1)
        high = self._first_above(after.key, after.siren)
        if self._descending:
            return (0, count - high) if backwards else (count - low, count)
        # The unknown ranks come after the known ones.
        shift = count - self._unknowns if after.key is None else -self._unknowns
        return (0, low + shift) if backwards else (high + shift, count)

    def _first_above(self, key: Any, siren: int) -> int:
        """The first rank whose (key, siren) is greater."""
        if not self._is_known and key is not None:
            return self._block.rows
        if key is None and siren < 0:
            return self._bisect(lambda rank: self._key(rank) is not None)
        wanted = self._comparable(key), siren
        return self._bisect(
            lambda rank: (
                (self._comparable(self._key(rank)), int(self._siren[self._row(rank)]))
                > wanted
            )
        )

    def _bisect(self, is_beyond: Callable[[int], bool]) -> int:
        low, high = 0, self._block.rows
        while low < high:
            middle = (low + high) // 2
            if is_beyond(middle):
                high = middle
            else:
                low = middle + 1
        return low

    def _row(self, rank: int) -> int:
        return rank if self._order is None else int(self._order[rank])

    def _key(self, rank: int) -> Any:
        if not self._is_known:
            return None
        if self._names is not None:
            # A row that no name was read for comes after every name.
            return self._names[rank] if rank < len(self._names) else b"\xff"
        return _told(self._block[self._column][self._row(rank)])

    def _comparable(self, key: Any) -> tuple[bool, Any]:
        return (key is not None, b"" if key is None and self._names else key or 0)

    def _gathered(
        self, chosen: Words, start: int, stop: int, most: int, *, backwards: bool
    ) -> Positions:
        turns = self._turns(bits.positions(chosen))
        turns = turns[(turns >= start) & (turns < stop)]
        if len(turns) > most:
            pivot = len(turns) - most if backwards else most
            turns = np.partition(turns, pivot - (not backwards))
            turns = turns[pivot:] if backwards else turns[:pivot]
        return np.sort(turns)

    def _walked(
        self, chosen: Words, start: int, stop: int, most: int, *, backwards: bool
    ) -> Positions:
        found: list[Positions] = []
        missing, step = most, _STEP
        while missing > 0 and start < stop:
            first = max(stop - step, start) if backwards else start
            last = stop if backwards else min(start + step, stop)
            turns = np.arange(first, last)
            kept = turns[bits.test(chosen, self._rows(turns))]
            kept = kept[-missing:] if backwards else kept[:missing]
            found.append(kept)
            missing -= len(kept)
            start, stop = (start, first) if backwards else (last, stop)
            step = min(2 * step, _MOST_STEP)
        if backwards:
            found.reverse()
        return np.concatenate([np.empty(0, np.int64), *found])

    def _places(self, rows: Positions) -> list[Place]:
        sirens = self._siren[rows].tolist()
        if not self._is_known:
            return [Place(None, siren) for siren in sirens]
        if self._names is not None:
            keys = [self._key(rank) for rank in self._ranks_of(rows).tolist()]
        else:
            keys = [_told(key) for key in self._block[self._column][rows]]
        return [Place(k, s) for k, s in zip(keys, sirens, strict=True)]


def _told(key: Any) -> int | None:
    """The number, or None for the one that stands for the unknown."""
    return None if key == unknown(key.dtype.itemsize) else int(key)
