"""SQLite: a file in a folder of the server; it is made when the folder is there."""

import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import polars as pl
from polars import selectors

from exports.delivering.database_engine import LOCK_S, Broken, Engine, Family
from exports.formats.sqlite import TYPES
from exports.formats.texts import without_nul
from exports.profiles.column import Column, Kind


class Sqlite(Engine):
    types = TYPES
    key_text = "TEXT"
    place_mark = "?"

    def connect(self) -> None:
        if self.schema:
            raise Broken("no_schema", name=self.schema)
        path = unquote(urlsplit(self.target.address).path).removeprefix("/")
        if not path.startswith("/"):
            raise Broken("address")
        with self.speaking():
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=LOCK_S
            )

    def prepare(self) -> None:
        # Finds out that the file is another thing than a database.
        self.rows("SELECT 1 FROM sqlite_master")
        # A million companies wait there: in a file without a name, not in memory.
        self.run("PRAGMA temp_store = FILE")

    def close(self) -> None:
        self._connection.close()

    def interrupt(self) -> None:
        self._connection.interrupt()

    def lock(self) -> None:
        self.run("BEGIN IMMEDIATE")

    def begin(self) -> None:
        """The lock has begun it: to make a table is undone with the rest."""

    def index_staging(self, staging: str) -> list[str]:
        name = self.quoted(staging)
        return [f"CREATE INDEX temp.{self.quoted(staging + '_key')} ON {name} (siren)"]

    def columns(self, table: str) -> dict[str, Family]:
        name = self.target.prefix + table
        found = self.rows("SELECT name FROM pragma_table_info(?)", [name])
        return {each[0]: "any" for each in found}

    def fill(
        self, staging: str, columns: Sequence[Column], frame: pl.DataFrame
    ) -> None:
        marks = ", ".join("?" * len(columns))
        plain = frame.select(each.name for each in columns).with_columns(
            selectors.decimal().cast(pl.Float64),
            selectors.date().dt.to_string("%Y-%m-%d"),
            without_nul(selectors.string().as_expr()),
        )
        statement = f"INSERT INTO {self.quoted(staging)} VALUES ({marks})"  # noqa: S608
        with self.speaking():
            self._connection.executemany(statement, plain.iter_rows())

    def same(self, one: str, other: str, _kind: Kind) -> str:
        return f"{one} IS {other}"

    def update(
        self, table: str, staging: str, keys: Sequence[Column], values: Sequence[Column]
    ) -> str:
        names = [self.quoted(each.name) for each in values]
        sets = ", ".join(f"{name} = s.{name}" for name in names)
        keyed = [self.quoted(each.name) for each in keys]
        matched = " AND ".join(f"t.{name} = s.{name}" for name in keyed)
        differ = " OR ".join(f"t.{name} IS NOT s.{name}" for name in names)
        return (
            f"UPDATE {self.named(table)} AS t SET {sets}"  # noqa: S608
            f" FROM {self.quoted(staging)} AS s WHERE {matched} AND ({differ})"
        )

    def delete(self, table: str, condition: str) -> str:
        return f"DELETE FROM {self.named(table)} AS t WHERE {condition}"  # noqa: S608

    def execute(self, statement: str, args: Sequence[Any] = ()) -> int:
        return self._connection.execute(statement, args).rowcount

    def select(self, statement: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, args).fetchall()

    def why(self, error: Exception) -> Broken | None:
        if not isinstance(error, sqlite3.Error):
            return None
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return Broken(_WHY.get(code, "refused"), name=str(code))


_WHY = {
    sqlite3.SQLITE_CANTOPEN: "unreachable",
    sqlite3.SQLITE_NOTADB: "not_a_database",
    sqlite3.SQLITE_CORRUPT: "not_a_database",
    sqlite3.SQLITE_READONLY: "rights",
    sqlite3.SQLITE_PERM: "rights",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "full",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_INTERRUPT: "slow",
    sqlite3.SQLITE_CONSTRAINT: "constraint",
    sqlite3.SQLITE_TOOBIG: "narrow",
}
