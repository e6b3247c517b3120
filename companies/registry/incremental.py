"""A file into a register that holds rows: staged, compared, written if it differs."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pyarrow as pa
from django.db import transaction

from companies.registry import chunks, staging
from companies.registry.files import Broken, open_table
from companies.registry.layouts import Company
from companies.registry.plans import Plan
from companies.registry.progress import Progress
from companies.registry.report import Reason, Tally
from companies.registry.sites import Walk
from companies.registry.vectors.reader import Rows

CHUNK_ROWS = 25_000
Tell = Callable[[], None]


def has_sites(plan: Plan) -> bool:
    return plan.layout.company is Company.HEAD_OFFICE


def load(
    file: Progress, sites: Sequence[Plan], tell: Tell, chunk_rows: int | None
) -> None:
    """Chunk by chunk, each one transaction of a second or so."""
    size, broken = chunk_rows or CHUNK_ROWS, Broken()
    for chunk in _chunks(file.plan, sites, size, file.position, broken):
        with transaction.atomic():
            tally = staging.write(chunk)
            tally.add(file.broken(broken))
            file.save(tally, chunk.rows.read)
        file.committed(tally, chunk.rows.read)
        tell()
    file.report.add(file.broken(broken))
    if _has_orphans(file):
        _adopt_orphans(file, size)


def _chunks(
    plan: Plan, sites: Sequence[Plan], size: int, skip: int, broken: Broken
) -> Iterator[staging.Chunk]:
    with ExitStack() as stack:

        def rows(of: Plan, skip: int, broken: Broken) -> Iterator[Rows]:
            table = stack.enter_context(open_table(of.path, encoding=of.encoding))
            return chunks.read(of.layout, table, size=size, skip=skip, broken=broken)

        walk = None
        if plan.layout.company is Company.REPLACE and sites:
            # A second sites' file waits for its own turn.
            walk = Walk(rows(sites[0], 0, Broken()))
        pieces = _with_head_offices(rows(plan, skip, broken), walk)
        for piece, heads in stack.enter_context(chunks.Ahead(pieces)):
            yield staging.Chunk(plan.layout, piece, plan.path.name, heads)


def _with_head_offices(
    pieces: Iterator[Rows], walk: Walk | None
) -> Iterator[tuple[Rows, pa.Table | None]]:
    for rows in pieces:
        yield rows, None if walk is None else walk.head_offices_of(rows)


def _has_orphans(file: Progress) -> bool:
    """Rows of no known company, which a later chunk may have named."""
    is_filling = file.plan.layout.company is Company.FILL
    return (
        is_filling and file.row.chunks > 1 and file.report.left_out[Reason.NO_NAME] > 0
    )


def _adopt_orphans(file: Progress, size: int) -> None:
    """Go through the file once more, now that it has named all it names."""
    again = Tally()
    for chunk in _chunks(file.plan, (), size, 0, Broken()):
        with transaction.atomic():
            tally = staging.write(chunk)
        again.add(tally)
    report = file.report
    adopted = report.left_out[Reason.NO_NAME] - again.left_out[Reason.NO_NAME]
    report.left_out -= Counter({Reason.NO_NAME: adopted})
    report.written += adopted
    report.companies_updated += again.companies_updated
    report.establishments_new += again.establishments_new
