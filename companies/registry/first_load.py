"""Both files into an empty register: whether that is the case, and the copying.

Each chunk is one transaction over both files and the three tables. What cannot go on
like this (rows out of order, a company that somebody has made meanwhile) goes on by
comparing, from the last chunk that was stored.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction

from companies.models import Company, Establishment, Register
from companies.registry import chunks, initial
from companies.registry.copying import copy
from companies.registry.files import Broken, open_table
from companies.registry.layouts import Company as Writes
from companies.registry.progress import Progress
from companies.registry.report import Tally
from companies.registry.sites import Walk
from companies.registry.vectors.reader import Rows

CHUNK_ROWS = 50_000


@dataclass(frozen=True)
class Pair:
    units: Progress
    sites: Progress | None

    @property
    def files(self) -> tuple[Progress, ...]:
        return (self.units,) if self.sites is None else (self.units, self.sites)


def is_empty() -> bool:
    return not any(
        model.objects.exists() for model in (Company, Register, Establishment)
    )


def is_resumed(files: Sequence[Progress]) -> bool:
    """Whether these are the files of a first load that was stopped."""
    pair = _first_of_each(files)
    if pair is None or not all(file.row.is_initial for file in pair.files):
        return False
    return len({file.row.run for file in pair.files}) == 1 and not pair.units.is_new


def pair(files: Sequence[Progress]) -> Pair | None:
    """The files to copy straight into the tables, when these are empty or ours.

    Never inside somebody's transaction: the owner's session would not see the rows.
    """
    if connection.in_atomic_block:
        return None
    return _first_of_each(files) if is_resumed(files) or is_empty() else None


def _first_of_each(files: Sequence[Progress]) -> Pair | None:
    """The first units' file, which may begin, and the first sites' file beside it."""
    if not files or files[0].plan.layout.company is not Writes.REPLACE:
        return None
    sites = [file for file in files if file.plan.layout.company is Writes.HEAD_OFFICE]
    return Pair(files[0], sites[0] if sites else None)


def load(found: Pair, tell: Callable[[], None], chunk_rows: int | None) -> bool:
    """False when the rest has to be compared with what is stored."""
    size = chunk_rows or CHUNK_ROWS
    with ExitStack() as stack:
        broken = {id(file): Broken() for file in found.files}

        def rows(file: Progress) -> Iterator[Rows]:
            plan = file.plan
            table = open_table(plan.path, encoding=plan.encoding)
            read = chunks.read(
                plan.layout,
                stack.enter_context(table),
                size=size,
                skip=file.position,
                broken=broken[id(file)],
            )
            return stack.enter_context(chunks.Ahead(read))

        units = rows(found.units)
        walk = None if found.sites is None else Walk(rows(found.sites))
        made = initial.pieces(units, walk, found.units.plan.path.name)
        try:
            for piece in stack.enter_context(chunks.Ahead(made)):
                told = [(found.units, piece.units)]
                if found.sites is not None:
                    told.append((found.sites, piece.sites))
                _store(piece, [(f, t, f.broken(broken[id(f)])) for f, t in told])
                tell()
        except (initial.NotSortedError, IntegrityError):
            return False
        for file in found.files:
            file.report.add(file.broken(broken[id(file)]))
    return True


def _store(piece: initial.Piece, told: Sequence[tuple[Progress, Tally, Tally]]) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            # A search index of these rows does not exist yet: no change to log.
            cursor.execute("SET LOCAL search.unlogged = 'on'")
            for table, rows in piece.tables.items():
                copy(cursor, table, rows)
        sums = [(file, _sum(tally, broken), tally.read) for file, tally, broken in told]
        for file, tally, rows_read in sums:
            file.save(tally, rows_read)
    for file, tally, rows_read in sums:
        file.committed(tally, rows_read)


def _sum(tally: Tally, broken: Tally) -> Tally:
    total = Tally()
    total.add(tally)
    total.add(broken)
    return total
