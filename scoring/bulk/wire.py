"""Columns out of PostgreSQL, without a Python object per value.

A statement answers with one row of arrays, asked for in binary: each value stands
behind its length, none is null (each type has a value for "unknown"), so that NumPy
reads an array where it lies. Texts come as their lengths and one long text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa
from django.db import connection

Kind = Literal["int", "float", "bool", "text"]
Array = npt.NDArray[Any]

# "Unknown" of an integer column; a float has NaN.
UNKNOWN: Final = -1
# Its first day is 1, as ``date.toordinal`` counts.
ORDINAL: Final = "({} - '0001-01-01'::date + 1)"

_HEADER_BYTES: Final = 20
_FRAMES: Final = {
    "int": np.dtype([("length", ">i4"), ("value", ">i4")]),
    "float": np.dtype([("length", ">i4"), ("value", ">f8")]),
    "bool": np.dtype([("length", ">i4"), ("value", "?")]),
}
_SELECT: Final = {
    "int": "coalesce(({sql})::int, -1)",
    "float": "coalesce(({sql})::float8, 'NaN')",
    "bool": "coalesce(({sql})::bool, false)",
    "text": "coalesce(({sql})::text, '')",
}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    sql: str


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts, each distinct one once: row i's is number ``codes[i]``."""

    distinct: pa.StringArray
    codes: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def values(self) -> list[str]:
        return [str(value) for value in self.distinct.to_pylist()]

    def mapped(self, make: Callable[[str], Any], kind: npt.DTypeLike) -> Array:
        """By row, what ``make`` makes of each distinct text."""
        made = np.array([make(value) for value in self.values], kind)
        return made[self.codes] if len(made) else np.empty(0, kind)


Table = Mapping[str, Any]


def read(columns: Sequence[Column], source: str) -> Table:
    """``source`` is all that follows SELECT's columns, the order included."""
    inner = ", ".join(
        f"{_SELECT[c.kind].format(sql=c.sql)} AS c{n}" for n, c in enumerate(columns)
    )
    outer = ", ".join(_aggregate(c, n) for n, c in enumerate(columns))
    answer = _ask(f"SELECT {outer} FROM (SELECT {inner} {source}) AS chosen")  # noqa: S608
    return {
        c.name: _texts(answer[2 * n], answer[2 * n + 1])
        if c.kind == "text"
        else _values(answer[2 * n], c.kind)
        for n, c in enumerate(columns)
    }


def _aggregate(column: Column, number: int) -> str:
    name = f"c{number}"
    if column.kind == "text":
        return f"array_agg(octet_length({name})), string_agg({name}, '')"
    return f"array_agg({name}), NULL"


def _ask(statement: str) -> list[bytes | None]:
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
    ):
        cursor.execute(statement.encode(), binary=True)
        answer = cursor.pgresult
        assert answer is not None  # noqa: S101 -- a SELECT answers
        return [answer.get_value(0, n) for n in range(answer.nfields)]


def _values(data: bytes | None, kind: str) -> Array:
    frame = _FRAMES[kind]
    value = frame["value"].newbyteorder("=")
    if data is None:
        return np.empty(0, value)
    return np.frombuffer(data, frame, offset=_HEADER_BYTES)["value"].astype(value)


def _texts(lengths: bytes | None, data: bytes | None) -> Texts:
    ends = np.cumsum(_values(lengths, "int"), dtype=np.int32)
    offsets = np.concatenate((np.zeros(1, np.int32), ends))
    found = pa.StringArray.from_buffers(
        len(ends), pa.py_buffer(offsets), pa.py_buffer(data or b"")
    ).dictionary_encode()
    # Not ``to_numpy``, which imports pandas to see whether it is wanted.
    codes = np.frombuffer(found.indices.buffers()[1], np.int32, len(found))
    return Texts(found.dictionary, codes.astype(np.int64))
