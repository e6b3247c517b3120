"""A SQLite database of the same tables as the script."""

import errno
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import polars as pl
from polars import selectors

from exports.formats.facts import Facts
from exports.formats.texts import without_nul
from exports.formats.whole import whole
from exports.profiles import sql
from exports.profiles.column import Column, Kind, Table

# SQLite has no days: ISO texts, which its own functions read.
TYPES: Final[dict[Kind, str]] = {
    "text": "TEXT",
    "count": "TEXT",
    "integer": "INTEGER",
    "amount": "INTEGER",
    "points": "REAL",
    "percent": "REAL",
    "ratio": "REAL",
    "real": "REAL",
    "date": "TEXT",
    "boolean": "INTEGER",
}
_KEYS: Final = {
    "companies": "siren",
    "financials": "siren, cloture, type_comptes",
}
# The file is thrown away when anything fails: nothing has to be undone in it.
_PRAGMAS: Final = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
)
_FULL: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def write(
    path: Path,
    table: Table,
    batches: Iterable[Mapping[str, pl.DataFrame]],
    *,
    facts: Facts,
) -> int:
    rows = 0
    shapes = sql.tables(table)
    with whole(path), _opened(path) as db:
        for name, columns in shapes.items():
            db.execute(_create(name, columns))
        _insert(db, "manifest", sql.MANIFEST, sql.manifest(facts.manifest))
        for batch in batches:
            for name, frame in batch.items():
                _insert(db, name, shapes[name], frame)
            rows += batch["companies"].height
        db.execute("CREATE INDEX contacts_siren ON contacts (siren)")
        db.execute("COMMIT")
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for each in _PRAGMAS:
                db.execute(f"PRAGMA {each}")
            db.execute("BEGIN")
            yield db
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _FULL:
            raise OSError(errno.ENOSPC, str(error)) from error
        raise


def _create(name: str, columns: Sequence[Column]) -> str:
    fields = [f'"{each.name}" {TYPES[each.kind]}' for each in columns]
    if key := _KEYS.get(name):
        fields.append(f"PRIMARY KEY ({key})")
    return f"CREATE TABLE {name} ({', '.join(fields)})"


def _insert(
    db: sqlite3.Connection, name: str, columns: Sequence[Column], frame: pl.DataFrame
) -> None:
    marks = ", ".join("?" * len(columns))
    plain = frame.select(each.name for each in columns).with_columns(
        selectors.decimal().cast(pl.Float64),
        selectors.date().dt.to_string("%Y-%m-%d"),
        without_nul(selectors.string().as_expr()),
    )
    db.executemany(f"INSERT INTO {name} VALUES ({marks})", plain.iter_rows())  # noqa: S608
