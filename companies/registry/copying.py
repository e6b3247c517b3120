"""Columns as the text that COPY reads."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from psycopg import sql

# Cells have neither tab nor backslash nor line end: cells.text takes them away.
_NULL = "\\N"
# Made at a time: all the lines of a chunk would be there twice, as cells and as text.
_LINES = 5_000


def copy(cursor: Any, table: str, rows: pa.Table) -> None:
    """Put rows into a table, by the names of their columns."""
    into = statement(table, rows.column_names)
    # Django does not look into a copy: its errors would be the driver's own.
    with connection.wrap_database_errors, cursor.copy(into) as stream:
        for block in blocks(rows):
            stream.write(block)


def statement(table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )


def blocks(rows: pa.Table) -> Iterator[memoryview]:
    """Lines of text, without a copy of them in Python."""
    for batch in rows.combine_chunks().to_batches(max_chunksize=_LINES):
        cells = [_text(column) for column in batch.columns]
        joined = (
            pc.binary_join_element_wise(
                *cells, "\t", null_handling="replace", null_replacement=_NULL
            )
            if len(cells) > 1
            else pc.fill_null(cells[0], _NULL)
        )
        lines = pc.binary_join_element_wise(joined, "", "\n")
        yield memoryview(lines.buffers()[2])[: _length(lines)]


def _text(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else pc.cast(column, pa.string())


def _length(lines: pa.Array) -> int:
    return int(pc.sum(pc.binary_length(lines)).as_py() or 0)
