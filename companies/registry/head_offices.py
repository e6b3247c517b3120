"""Head offices of the sites' file, for the units that are being loaded.

INSEE sorts both files by number, so one walks beside the other and a company is
written once, with its address. Nothing depends on the order: a head office that was not
met here is written when the sites' own turn comes.
"""

from collections.abc import Iterator

from companies.registry.files import Row, Table
from companies.registry.layouts import Layout
from companies.registry.reading import compile_reader
from companies.registry.report import Reason


class HeadOffices:
    """COPY lines of head offices, asked for by ascending groups of SIRENs."""

    def __init__(self, layout: Layout, table: Table) -> None:
        reader = compile_reader(layout, table.header)
        self.columns = reader.staged
        self._read = reader.read
        self._siren_at = reader.columns.index(layout.siren)
        self._head_at = reader.columns.index("etablissementSiege")
        self._rows = (row for row in table.rows(reader.columns) if row is not None)
        self._waiting: Row | None = None

    def of(self, sirens: set[str]) -> Iterator[str]:
        """Lines about these units; the walk stops behind the last of them."""
        last = max(sirens)
        while (row := self._next()) is not None:
            siren = row[self._siren_at]
            if siren > last:
                self._waiting = row
                return
            if siren in sirens and row[self._head_at] == "true":
                line = self._read(row)
                if not isinstance(line, Reason):
                    yield line

    def _next(self) -> Row | None:
        row, self._waiting = self._waiting, None
        return row if row is not None else next(self._rows, None)
