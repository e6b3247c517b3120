"""The sites' file, walked beside the units' that are being loaded.

INSEE sorts both files by number, so a company is written once, with its address.
Nothing depends on the order: a head office that was not met here is written when the
sites' own turn comes.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from companies.registry.vectors.cells import are
from companies.registry.vectors.reader import Rows


class Walk:
    """Rows of the sites' file, asked for up to a SIREN."""

    def __init__(self, chunks: Iterator[Rows]) -> None:
        self._chunks = chunks
        self._waiting: Rows | None = None

    def until(self, siren: int) -> Rows | None:
        """The rows before the first that is about a later company."""
        passed: Rows | None = None
        while (rows := self.next()) is not None:
            later = np.flatnonzero(rows.sirens > siren)
            if len(later):
                rows, self._waiting = rows.first(int(later[0]))
            passed = rows if passed is None else passed.then(rows)
            if len(later):
                break
        return passed

    def next(self) -> Rows | None:
        """The rest of a chunk that was begun, else the next one."""
        rows, self._waiting = self._waiting, None
        return rows if rows is not None else next(self._chunks, None)

    def head_offices_of(self, units: Rows) -> pa.Table | None:
        """Staged rows of the head offices of these units."""
        if not len(units.sirens):
            return None
        rows = self.until(int(units.sirens.max()))
        if rows is None or not len(rows.places):
            return None
        is_wanted = np.isin(rows.sirens, units.sirens)
        is_wanted &= are(rows.staged.column("is_head"), "t")
        return rows.staged.filter(pa.array(is_wanted))
