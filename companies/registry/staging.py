"""One chunk of rows, from COPY lines to the tables, in one transaction.

The rows go to a temporary table; one row per company is kept; what would change nothing
is dropped before it is written, so that a file loaded again costs a comparison. The ids
of places, NAF and bands travel beside their codes: the narrow tables need no look-up.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from companies.registry import statements
from companies.registry.layouts import Company, Layout
from companies.registry.report import FileReport, Reason


@dataclass(frozen=True)
class Lines:
    columns: Sequence[str]
    texts: Sequence[str]


@dataclass(frozen=True)
class Chunk:
    """COPY lines and the staging columns they fill.

    ``head_offices`` are lines of the sites' file about the units of this chunk.
    """

    layout: Layout
    lines: Lines
    source_file: str
    head_offices: Lines | None = None


def apply(chunk: Chunk, report: FileReport) -> None:
    """Carry a chunk into the tables, all of it or none, and add it to the report."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.PREPARE)
        _copy(cursor, "staged", chunk.lines)
        if chunk.head_offices is not None:
            _copy(cursor, "head_office", chunk.head_offices)
        if chunk.layout.company is not Company.NONE:
            _write_companies(cursor, chunk)
        if chunk.layout.establishments:
            is_register = chunk.layout.company is Company.HEAD_OFFICE
            cursor.execute(statements.WRITE_SITES, {"is_register": is_register})
        counts = _counts(cursor)
        rows = _account(cursor, chunk)
    for name, count in counts.items():
        setattr(report, name, getattr(report, name) + count)
    report.written += rows.written
    report.unchanged += rows.unchanged
    report.left_out.update(rows.left_out)


def _copy(cursor: Any, table: str, lines: Lines) -> None:
    copy = sql.SQL("COPY {} ({}) FROM STDIN (NULL '')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, lines.columns))
    )
    with cursor.copy(copy) as stream:
        stream.write("".join(f"{text}\n" for text in lines.texts))


def _write_companies(cursor: Any, chunk: Chunk) -> None:
    mode = chunk.layout.company
    cursor.execute(statements.BEST[mode])
    cursor.execute(statements.WRITE_COMPANY[mode], {"source_file": chunk.source_file})
    if cursor.rowcount:
        cursor.execute(statements.WRITE_REGISTER)
        cursor.execute(statements.WRITE_TARGET)


def _counts(cursor: Any) -> dict[str, int]:
    counts = {}
    for table, name in (("written", "companies"), ("written_site", "establishments")):
        statement = statements.COUNT_WRITTEN.format(table=sql.Identifier(table))
        cursor.execute(statement)
        counts[f"{name}_new"], counts[f"{name}_updated"] = cursor.fetchone()
    return counts


@dataclass(frozen=True)
class _Rows:
    written: int
    unchanged: int
    left_out: Counter[Reason]


def _account(cursor: Any, chunk: Chunk) -> _Rows:
    """Every line is written, unchanged, a duplicate, or about no known company."""
    is_by_site = chunk.layout.establishments
    cursor.execute(
        statements.COUNT_ROWS_BY_SITE if is_by_site else statements.COUNT_ROWS
    )
    kept, orphans, written = cursor.fetchone()
    fills = chunk.layout.company is Company.FILL
    left_out = {
        Reason.DUPLICATE: len(chunk.lines.texts) - kept,
        Reason.NO_NAME if fills else Reason.NO_COMPANY: orphans,
    }
    return _Rows(
        written=written,
        unchanged=kept - orphans - written,
        left_out=Counter({reason: n for reason, n in left_out.items() if n}),
    )
