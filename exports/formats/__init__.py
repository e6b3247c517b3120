"""A format writes batches of columns into a file: ``WRITERS[format](path, …)``."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from exports.formats.facts import Facts
from exports.formats.refused import FormatRefused
from exports.models import Format
from exports.profiles.column import Table


class Writer(Protocol):
    """Returns how many companies were written; leaves no part when anything fails.

    ``batches`` are those of ``exports.content.read`` for the same table: frames, or
    for ``sql``, ``sqlite`` and ``pdf`` a frame for each of several tables.
    """

    def __call__(
        self, path: Path, table: Table, batches: Iterable[Any], *, facts: Facts
    ) -> int: ...


class _Writers(Mapping[str, Writer]):
    """Each is imported when it is asked for.

    The libraries of PDF, XLSX and Parquet take 30 MB and half a second; most processes
    write none of them.
    """

    def __getitem__(self, code: str) -> Writer:
        writer: Writer = import_module(_MODULES[code]).write
        return writer

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


_MODULES: dict[str, str] = {
    Format.CSV: "exports.formats.csv",
    Format.XLSX: "exports.formats.xlsx",
    Format.JSONL: "exports.formats.jsonl",
    Format.PARQUET: "exports.formats.parquet",
    Format.SQL: "exports.formats.sql_file",
    Format.SQLITE: "exports.formats.sqlite",
    Format.PDF: "exports.formats.pdf",
}
WRITERS: Mapping[str, Writer] = _Writers()
# What a browser is told, and the end of the file's name.
CONTENT_TYPES: dict[str, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSONL: "application/jsonl; charset=utf-8",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.SQL: "application/sql; charset=utf-8",
    Format.SQLITE: "application/vnd.sqlite3",
    Format.PDF: "application/pdf",
}
SUFFIXES: dict[str, str] = {each: f".{each}" for each in CONTENT_TYPES}

__all__ = ["CONTENT_TYPES", "SUFFIXES", "WRITERS", "Facts", "FormatRefused", "Writer"]
