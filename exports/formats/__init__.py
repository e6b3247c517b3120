"""A format writes batches of columns into a file: ``WRITERS[format](path, …)``."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from exports.formats import csv, jsonl, parquet, pdf, sql_file, sqlite, xlsx
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


WRITERS: dict[str, Writer] = {
    Format.CSV: csv.write,
    Format.XLSX: xlsx.write,
    Format.JSONL: jsonl.write,
    Format.PARQUET: parquet.write,
    Format.SQL: sql_file.write,
    Format.SQLITE: sqlite.write,
    Format.PDF: pdf.write,
}
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
