"""PostgreSQL: rows by COPY into a temporary table, then one statement a change."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from exports.delivering.database_engine import (
    CONNECT_S,
    LOCK_S,
    STATEMENT_S,
    Broken,
    Engine,
    Family,
)
from exports.formats.sql_file import TYPES
from exports.formats.texts import without_nul
from exports.profiles.column import Column, Kind

_FAMILIES: dict[str, Family] = {
    "S": "text",
    "N": "number",
    "D": "day",
    "B": "boolean",
}
_COLUMNS = """
    SELECT a.attname, t.typcategory::text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid
    WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = ''
"""
_OURS = {
    "connect_timeout": CONNECT_S,
    "application_name": "ma-deliveries",
    "client_encoding": "utf8",
    "keepalives_idle": 20,
    "tcp_user_timeout": 30_000,
}
# One delivery at a time and table, whoever sends it.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


class Postgres(Engine):
    types = TYPES
    key_text = "text"
    _is_open = False

    def connect(self) -> None:
        with self.speaking():
            given: dict[str, Any] = conninfo_to_dict(self.target.address)
            self._connection = psycopg.connect(
                make_conninfo(**given | _OURS),
                autocommit=True,
                prepare_threshold=None,
            )
        self._is_open = True

    def prepare(self) -> None:
        if not self.schema:
            self.schema = self.rows("SELECT current_schema()")[0][0] or ""
        found = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
        if not self.rows(found, [self.schema]):
            raise Broken("no_schema", name=self.schema)

    def close(self) -> None:
        self._connection.close()

    def interrupt(self) -> None:
        self._connection.cancel_safe(timeout=CONNECT_S)

    def lock(self) -> None:
        self.run("BEGIN")
        self.run(f"SET LOCAL lock_timeout = '{LOCK_S}s'")
        self.run(f"SET LOCAL statement_timeout = '{STATEMENT_S}s'")
        self.rows(_LOCK, [f"{self.schema}.{self.target.prefix}"])

    def begin(self) -> None:
        """The lock has begun it: to make a table is undone with the rest."""

    def index_staging(self, staging: str) -> list[str]:
        analyze = f"ANALYZE {self.quoted(staging)}"
        return [*super().index_staging(staging), analyze]

    def columns(self, table: str) -> dict[str, Family]:
        found = self.rows(_COLUMNS, [self.schema, self.target.prefix + table])
        return {name: _FAMILIES.get(category, "other") for name, category in found}

    def fill(
        self, staging: str, columns: Sequence[Column], frame: pl.DataFrame
    ) -> None:
        names = ", ".join(self.quoted(each.name) for each in columns)
        statement = (
            f"COPY {self.quoted(staging)} ({names}) FROM STDIN"
            " WITH (FORMAT csv, NULL '')"
        )
        plain = frame.select(
            without_nul(pl.col(each.name)) if each.dtype == pl.String else each.name
            for each in columns
        )
        # Every text is quoted: an empty one is not unknown.
        body = plain.write_csv(include_header=False, quote_style="non_numeric")
        with (
            self.speaking(),
            self._connection.cursor() as cursor,
            cursor.copy(statement.encode()) as copy,
        ):
            copy.write(body)

    def same(self, one: str, other: str, _kind: Kind) -> str:
        return f"{one} IS NOT DISTINCT FROM {other}"

    def update(
        self, table: str, staging: str, keys: Sequence[Column], values: Sequence[Column]
    ) -> str:
        names = [self.quoted(each.name) for each in values]
        sets = ", ".join(f"{name} = s.{name}" for name in names)
        matched = " AND ".join(f"t.{n} = s.{n}" for n in _names(self, keys))
        differ = " OR ".join(f"t.{n} IS DISTINCT FROM s.{n}" for n in names)
        return (
            f"UPDATE {self.named(table)} t SET {sets}"  # noqa: S608
            f" FROM {self.quoted(staging)} s"
            f" WHERE {matched} AND ({differ})"
        )

    def delete(self, table: str, condition: str) -> str:
        return f"DELETE FROM {self.named(table)} t WHERE {condition}"  # noqa: S608

    def execute(self, statement: str, args: Sequence[Any] = ()) -> int:
        return self._connection.execute(statement.encode(), args or None).rowcount

    def select(self, statement: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement.encode(), args or None).fetchall()

    def why(self, error: Exception) -> Broken | None:
        if not isinstance(error, psycopg.Error):
            return None
        for kinds, why in _WHY:
            if isinstance(error, kinds):
                return Broken(why, name=error.diag.column_name or "")
        if error.sqlstate is not None:
            return Broken("refused", name=error.sqlstate)
        # Of the connection: the server gives no code, only words.
        if isinstance(error, psycopg.ProgrammingError):
            return Broken("address")
        if self._is_open:
            return Broken("gone")
        words = str(error)
        return Broken(next((w for said, w in _SAID if said in words), "unreachable"))


def _names(engine: Engine, columns: Sequence[Column]) -> list[str]:
    return [engine.quoted(each.name) for each in columns]


_WHY: tuple[tuple[tuple[type[psycopg.Error], ...], str], ...] = (
    ((errors.InvalidPassword, errors.InvalidAuthorizationSpecification), "credentials"),
    ((errors.InvalidCatalogName,), "no_database"),
    ((errors.InvalidSchemaName,), "no_schema"),
    ((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction), "rights"),
    ((errors.DiskFull,), "full"),
    ((errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow), "gone"),
    ((errors.LockNotAvailable, errors.DeadlockDetected), "busy"),
    ((errors.QueryCanceled,), "slow"),
    ((errors.StringDataRightTruncation, errors.NumericValueOutOfRange), "narrow"),
    (
        (
            errors.NotNullViolation,
            errors.UniqueViolation,
            errors.CheckViolation,
            errors.ForeignKeyViolation,
        ),
        "constraint",
    ),
)
_SAID = (
    ("password authentication", "credentials"),
    ("no password supplied", "credentials"),
    ("pg_hba.conf", "credentials"),
    ('role "', "credentials"),
    ('database "', "no_database"),
)
