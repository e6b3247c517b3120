"""Columns out of PostgreSQL through COPY, without a Python object per value."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, Literal

import polars as pl
import psycopg
from django.db import connection
from psycopg import sql

Kind = Literal["int", "bigint", "real", "text", "bool", "date"]
# Days and truths come as numbers, which are read faster than words.
_SELECT: Final[dict[Kind, str]] = {
    "int": "{}",
    "bigint": "{}",
    "real": "{}",
    "text": "{}",
    "bool": "({})::int",
    "date": "({}) - date '1970-01-01'",
}
_WIRE: Final[dict[Kind, pl.DataType]] = {
    "int": pl.Int32(),
    "bigint": pl.Int64(),
    "real": pl.Float64(),
    "text": pl.String(),
    "bool": pl.Int8(),
    "date": pl.Int32(),
}
_TYPES: Final[dict[Kind, pl.DataType]] = _WIRE | {
    "bool": pl.Boolean(),
    "date": pl.Date(),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """``sql`` is what is selected; text of ours only."""

    kind: Kind
    sql: str

    @property
    def dtype(self) -> pl.DataType:
        return _TYPES[self.kind]


Facts = dict[str, Fact]


def read(
    facts: Facts, source: str, parameters: Sequence[Any] = (), *, distinct: str = ""
) -> pl.DataFrame:
    """``source`` is all that follows SELECT's columns; a frame in no order."""
    columns = ", ".join(_SELECT[f.kind].format(f.sql) for f in facts.values())
    first = f"DISTINCT {distinct} " if distinct else ""
    data = _copied(f"SELECT {first}{columns} {source}", parameters)  # noqa: S608
    if not data:
        return pl.DataFrame(schema={name: f.dtype for name, f in facts.items()})
    frame = pl.read_csv(
        data,
        has_header=False,
        schema={name: _WIRE[fact.kind] for name, fact in facts.items()},
    )
    return frame.with_columns(
        pl.col(name).cast(fact.dtype)
        for name, fact in facts.items()
        if fact.dtype != _WIRE[fact.kind]
    )


def _copied(statement: str, parameters: Sequence[Any]) -> bytes:
    connection.ensure_connection()
    whole = BytesIO()
    with (
        connection.wrap_database_errors,
        psycopg.ClientCursor(connection.connection) as cursor,
    ):
        # COPY takes no parameters of the protocol: they are quoted on our side.
        asked = cursor.mogrify(statement, parameters) if parameters else statement
        with cursor.copy(
            sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(sql.SQL(asked))
        ) as copy:
            for piece in copy:
                whole.write(piece)
    return whole.getvalue()


def among(sirens: Sequence[int]) -> str:
    """What follows a column of SIRENs in a condition."""
    return f"= ANY('{{{','.join(map(str, sirens))}}}'::int[])"
