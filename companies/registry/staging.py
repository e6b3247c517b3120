"""One chunk of rows, from a file to the tables that already hold some.

The rows go to a temporary table; one row per company is kept; what would change nothing
is dropped before it is written, so that a file loaded again costs a comparison. The ids
of places, NAF and bands travel beside their codes: the narrow tables need no look-up.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import connection
from psycopg import sql

from companies.registry import masking, statements
from companies.registry.copying import copy
from companies.registry.layouts import Company, Layout
from companies.registry.report import Reason, Tally
from companies.registry.vectors.reader import Rows


@dataclass(frozen=True)
class Chunk:
    """Rows of a file; ``head_offices`` are the sites' file's about these units."""

    layout: Layout
    rows: Rows
    source_file: str
    head_offices: pa.Table | None = None


def write(chunk: Chunk) -> Tally:
    """Carry a chunk into the tables, inside the caller's transaction."""
    rows = chunk.rows
    tally = Tally(read=rows.read, left_out=rows.left_out, repaired=rows.repaired)
    with connection.cursor() as cursor:
        cursor.execute(statements.PREPARE)
        if len(rows.withdrawn):
            tally.companies_masked = masking.withdraw(cursor, rows.withdrawn)
        if len(rows.places):
            _write_rows(cursor, chunk)
            _count(cursor, chunk, tally)
    return tally


def _write_rows(cursor: Any, chunk: Chunk) -> None:
    copy(cursor, "staged", chunk.rows.staged)
    if chunk.head_offices is not None:
        copy(cursor, "head_office", chunk.head_offices)
    if chunk.layout.company is not Company.NONE:
        _write_companies(cursor, chunk)
    if chunk.layout.establishments:
        is_register = chunk.layout.company is Company.HEAD_OFFICE
        cursor.execute(statements.WRITE_SITES, {"is_register": is_register})


def _write_companies(cursor: Any, chunk: Chunk) -> None:
    mode = chunk.layout.company
    cursor.execute(statements.BEST[mode])
    cursor.execute(statements.WRITE_COMPANY[mode], {"source_file": chunk.source_file})
    if cursor.rowcount:
        cursor.execute(statements.WRITE_REGISTER)
        cursor.execute(statements.WRITE_TARGET)
        masking.forget_persons(cursor)


def _count(cursor: Any, chunk: Chunk, tally: Tally) -> None:
    """Every row is written, unchanged, a duplicate, or about no known company."""
    for table, name in (("written", "companies"), ("written_site", "establishments")):
        cursor.execute(statements.COUNT_WRITTEN.format(table=sql.Identifier(table)))
        is_new, is_updated = cursor.fetchone()
        setattr(tally, f"{name}_new", is_new)
        setattr(tally, f"{name}_updated", is_updated)
    is_by_site = chunk.layout.establishments
    cursor.execute(
        statements.COUNT_ROWS_BY_SITE if is_by_site else statements.COUNT_ROWS
    )
    kept, orphans, written = cursor.fetchone()
    fills = chunk.layout.company is Company.FILL
    left_out = {
        Reason.DUPLICATE: len(chunk.rows.places) - kept,
        Reason.NO_NAME if fills else Reason.NO_COMPANY: orphans,
    }
    tally.left_out.update({reason: n for reason, n in left_out.items() if n})
    tally.written = written
    tally.unchanged = kept - orphans - written
