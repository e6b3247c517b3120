"""The nearest companies of a search: every one of them is compared, none is guessed.

A distance is a sum of whole numbers looked up by the steps of a company, so that a
million and a half are compared in some fifty milliseconds, and any other way of adding
them gives the same answer to the last digit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from companies.search.index import bits
from companies.search.index.bits import Words
from companies.search.index.block import Block
from scoring.lookalikes.traits import TRAITS, UNKNOWN, Compared, Table

Array = npt.NDArray[Any]

# Rows compared at once: what is added stays in the processor's cache.
CHUNK = 1 << 15
# Where fewer rows than one in so many are asked for, they are read one by one.
SPARSE = 8


@dataclass(frozen=True, slots=True)
class Near:
    """``distance`` in thousandths of a point of a hundred."""

    siren: int
    distance: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows of a block among which to look."""

    block: Block
    chosen: Words


class _Best:
    """The ``most`` nearest so far; of two as near, the smaller SIREN."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._distance = np.empty(0, np.int64)
        self._siren = np.empty(0, np.int64)
        self.bound = int(np.iinfo(np.int32).max)

    def add(self, distance: Array, siren: Array) -> None:
        distances = np.concatenate([self._distance, distance.astype(np.int64)])
        sirens = np.concatenate([self._siren, siren.astype(np.int64)])
        # One number that sorts as both would: a SIREN has nine digits.
        keys = distances * 1_000_000_000 + sirens
        if len(keys) > self._most:
            keys = np.partition(keys, self._most - 1)[: self._most]
        keys.sort()
        self._distance, self._siren = np.divmod(keys, 1_000_000_000)
        if len(keys) == self._most:
            self.bound = int(self._distance[-1])

    def found(self) -> list[Near]:
        pairs = zip(self._siren.tolist(), self._distance.tolist(), strict=True)
        return [Near(siren, distance) for siren, distance in pairs]


def nearest(
    compared: Compared, candidates: Iterable[Candidates], *, most: int
) -> list[Near]:
    """The nearest first."""
    best = _Best(most)
    # Targets first: what only the register knows is seldom as near as they are.
    for each in sorted(candidates, key=lambda each: not each.block.is_target):
        if not each.block.is_target and compared.floor > best.bound:
            continue
        _look(_Tables(compared, each.block), each.chosen, best)
    return best.found()


class _Tables:
    """The columns of a block with their tables, and what the absent ones cost."""

    def __init__(self, compared: Compared, block: Block) -> None:
        held: list[tuple[Array, Table]] = []
        self.siren, self.fixed = np.asarray(block["siren"]), 0
        for trait in TRAITS:
            table = compared.tables.get(trait.name)
            if table is None:
                continue
            if trait.column in block:
                # A slice of a plain array is made in half the time of a mapped one's.
                held.append((np.asarray(block[trait.column]), table))
            else:
                self.fixed += int(table[UNKNOWN])
        self.held: Sequence[tuple[Array, Table]] = held

    def sums(self, rows: Array | slice, out: Array, spare: Array) -> None:
        out[:] = self.fixed
        for column, table in self.held:
            # Below zero is the unknown, as zero is.
            np.take(table, column[rows], out=spare, mode="clip")
            out += spare


def _look(tables: _Tables, chosen: Words, best: _Best) -> None:
    total = len(tables.siren)
    out, spare = np.empty((2, CHUNK), np.int32)
    for start in range(0, total, CHUNK):
        words = chosen[start >> 6 : (start + CHUNK) >> 6]
        wanted = bits.count(words)
        if not wanted:
            continue
        end = min(start + CHUNK, total)
        if wanted * SPARSE < end - start:
            rows = start + bits.positions(words)
            sums = out[: len(rows)]
            tables.sums(rows, sums, spare[: len(rows)])
            near = sums <= best.bound
            rows, sums = rows[near], sums[near]
        else:
            sums = out[: end - start]
            tables.sums(slice(start, end), sums, spare[: end - start])
            places = np.flatnonzero(sums <= best.bound)
            places = places[bits.test(words, places)]
            rows, sums = start + places, sums[places]
        if len(rows):
            best.add(sums, tables.siren[rows])
