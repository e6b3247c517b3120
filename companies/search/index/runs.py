"""Companies that changed since the build, read again into blocks of their own.

Runs are joined like the levels of a log-structured merge tree, from what was read and
without reading it again: a change costs about as much after a hundred thousand of them
as after the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from companies.search.index import bits, columns
from companies.search.index.block import Block
from companies.search.index.columns import Source
from companies.search.index.derive import derive

# A run that is not twice as long as what comes after it is joined with it, up to a
# length whose joining takes a sixth of a second.
LONGEST = 16_000
# None of the statements that read takes too long.
_A_STATEMENT = 4_000


@dataclass(frozen=True, slots=True)
class Run:
    """Companies that were read again: what was read, and the blocks made of it.

    ``rows`` are told here now; those told later lie struck out in the blocks, and in
    ``source`` until it is joined with another.
    """

    source: Source
    blocks: tuple[Block, ...]
    rows: int

    @classmethod
    def read(cls, sirens: Sequence[int]) -> "Run":
        """These companies as they are now."""
        starts = range(0, len(sirens), _A_STATEMENT)
        pieces = (columns.read(sirens[at : at + _A_STATEMENT]) for at in starts)
        return cls.of(reduce(Source.and_of, pieces))

    @classmethod
    def of(cls, source: Source) -> "Run":
        blocks = tuple(
            Block(
                derive(rows, source.events, source.sites, source.names, source.accounts)
            )
            for rows in (source.targets, source.others)
        )
        return cls(source, blocks, sum(block.rows for block in blocks))

    def without(self, siren: npt.NDArray[Any]) -> "Run":
        blocks, struck = without(self.blocks, siren)
        return replace(self, blocks=blocks, rows=self.rows - struck) if struck else self

    @property
    def told(self) -> Source:
        """What is read here and told nowhere else."""
        gone = [
            block["siren"][bits.positions(block.gone)]
            for block in self.blocks
            if block.gone is not None
        ]
        return self.source.without(np.concatenate(gone)) if gone else self.source


def joined(runs: Sequence[Run], *, most: int) -> tuple[Run, ...]:
    """The last of them made one with those before it that it is long enough for.

    ``most`` rows at most in that one.
    """
    if not runs:
        return ()
    first, rows = len(runs) - 1, runs[-1].rows
    while first and runs[first - 1].rows <= min(2 * rows, most - rows):
        first -= 1
        rows += runs[first].rows
    if first == len(runs) - 1:
        return tuple(runs)
    told = (run.told for run in runs[first:])
    return (*runs[:first], Run.of(reduce(Source.and_of, told)))


def without(
    blocks: Iterable[Block], sirens: npt.NDArray[Any]
) -> tuple[tuple[Block, ...], int]:
    """The blocks without these companies, and how many were told there."""
    left, struck = [], 0
    for each in blocks:
        fewer = each.without(each.rows_of(sirens))
        gone = bits.count(each.present) - bits.count(fewer.present)
        left.append(fewer if gone else each)
        struck += gone
    return tuple(left), struck
