"""A layout and a header become one function: a batch in, staged columns out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from companies.registry.layouts import Layout
from companies.registry.reading import columns_of, staged_by, used_cells
from companies.registry.report import Reason
from companies.registry.vectors import checks, keys
from companies.registry.vectors.cells import Cleaner, are
from companies.registry.vectors.checks import REASONS, Codes

_NOBODY: keys.Integers = np.zeros(0, np.int64)
# A row left out for one of these may be about a company that is stored.
_HIDDEN = (Reason.INDIVIDUAL, Reason.NOT_DIFFUSED)


@dataclass(frozen=True)
class Rows:
    """Rows of a file in its order: their codes, and the staged columns of those kept.

    ``places`` says which row each kept one is, ``repaired`` how many keys had lost
    their zero; ``withdrawn`` are SIRENs left out because they are not diffused.
    """

    codes: Codes
    places: keys.Integers
    sirens: keys.Integers
    staged: pa.Table
    repaired: int = 0
    withdrawn: keys.Integers = field(default_factory=lambda: _NOBODY)

    @property
    def read(self) -> int:
        return len(self.codes)

    @property
    def left_out(self) -> Counter[Reason]:
        counts = np.bincount(self.codes, minlength=len(REASONS) + 1)[1:]
        return Counter({r: int(n) for r, n in zip(REASONS, counts, strict=True) if n})

    def first(self, kept: int) -> tuple["Rows", "Rows"]:
        """Parted before a kept row; the rows left out before it go first."""
        end = len(self.codes) if kept >= len(self.places) else int(self.places[kept])
        return (
            Rows(
                self.codes[:end],
                self.places[:kept],
                self.sirens[:kept],
                self.staged.slice(0, kept),
                self.repaired,
                self.withdrawn,
            ),
            Rows(
                self.codes[end:],
                self.places[kept:] - end,
                self.sirens[kept:],
                self.staged.slice(kept),
            ),
        )

    def then(self, other: "Rows") -> "Rows":
        return Rows(
            np.concatenate([self.codes, other.codes]),
            np.concatenate([self.places, other.places + len(self.codes)]),
            np.concatenate([self.sirens, other.sirens]),
            pa.concat_tables([self.staged, other.staged]),
            self.repaired + other.repaired,
            np.concatenate([self.withdrawn, other.withdrawn]),
        )


class Reader:
    """``columns`` of the file that ``read`` wants; ``staged`` it fills."""

    def __init__(self, layout: Layout, header: Sequence[str]) -> None:
        used = used_cells(layout, header)
        self.columns = columns_of(layout, used)
        self.staged = staged_by(layout, used)
        self._layout = layout
        self._cleaners = [
            (cell.columns, Cleaner(cell.clean, len(cell.fills))) for cell in used
        ]

    def read(self, batch: pa.RecordBatch) -> Rows:
        codes = np.zeros(batch.num_rows, np.uint8)
        for check in self._layout.checks:
            codes = np.where(codes == checks.KEPT, checks.refuse(check, batch), codes)
        kept = np.flatnonzero(codes == checks.KEPT)
        found = keys.read(self._layout, _rows(batch, kept))
        right = np.ones(len(kept), np.bool_)
        for row, reason in found.refused.items():
            right[row] = False
            codes[kept[row]] = checks.code(reason)
        kept = kept[right]
        columns = [pa.array(found.sirens[right])]
        if found.sirets is not None:
            columns.append(pa.array(found.sirets[right]))
        accepted = _rows(batch, kept)
        for names, clean in self._cleaners:
            columns += clean([accepted.column(name) for name in names])
        staged = pa.Table.from_arrays(columns, list(self.staged))
        hidden = self._hidden(batch, codes)
        return Rows(codes, kept, found.sirens[right], staged, found.repaired, hidden)

    def _hidden(self, batch: pa.RecordBatch, codes: Codes) -> keys.Integers:
        status = self._layout.diffusion
        if status not in batch.schema.names:
            return _NOBODY
        is_hidden = np.isin(codes, [checks.code(reason) for reason in _HIDDEN])
        is_hidden &= are(batch.column(status), "P") | are(batch.column(status), "N")
        sirens, is_right = keys.numbers(
            batch.column(self._layout.siren).filter(pa.array(is_hidden)), 9
        )
        return sirens[is_right]


def _rows(batch: pa.RecordBatch, rows: keys.Integers) -> pa.RecordBatch:
    return batch if len(rows) == batch.num_rows else batch.take(pa.array(rows))
