"""MariaDB and MySQL: one InnoDB transaction; tables are made before it.

To make a table ends a transaction there, so that a delivery that fails leaves at most
empty tables of its own.
"""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import polars as pl
import pymysql
from polars import selectors
from pymysql.constants import CLIENT, CR, ER

from exports.delivering.database_engine import (
    CONNECT_S,
    LOCK_S,
    STATEMENT_S,
    Broken,
    Engine,
    Family,
)
from exports.formats.texts import without_nul
from exports.profiles.column import Column, Kind

# Texts are told apart to the letter: "É" is not "e", nor "a" "a ".
_TEXT: Final = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
_TYPES: Final[dict[Kind, str]] = {
    "text": f"LONGTEXT {_TEXT}",
    "count": f"LONGTEXT {_TEXT}",
    "integer": "BIGINT",
    "amount": "BIGINT",
    "points": "DECIMAL(18, 2)",
    "percent": "DECIMAL(18, 2)",
    "ratio": "DECIMAL(18, 2)",
    "real": "DOUBLE",
    "date": "DATE",
    "boolean": "BOOLEAN",
}
_FAMILIES: dict[str, Family] = {
    **dict.fromkeys(("char", "varchar", "text", "mediumtext", "longtext"), "text"),
    **dict.fromkeys(
        ("smallint", "mediumint", "int", "bigint", "decimal", "double", "float"),
        "number",
    ),
    **dict.fromkeys(("date", "datetime"), "day"),
    "tinyint": "boolean",
}
_COLUMNS = """
    SELECT column_name, data_type, collation_name FROM information_schema.columns
    WHERE table_schema = %s AND table_name = %s
"""


class MariaDB(Engine):
    types = _TYPES
    key_text = f"VARCHAR(190) {_TEXT}"
    quote_mark = "`"
    _is_open = False
    # Whether every SIREN there is compared as ours are.
    _is_ours = True

    def connect(self) -> None:
        address = urlsplit(self.target.address)
        self.schema = self.schema or unquote(address.path.strip("/"))
        if not address.hostname or not self.schema:
            raise Broken("address")
        try:
            port = address.port or 3306
        except ValueError:
            raise Broken("address") from None
        ca = parse_qs(address.query).get("ssl_ca", [""])[0]
        self._given: dict[str, Any] = {
            "host": address.hostname,
            "port": port,
            "user": unquote(address.username or ""),
            "password": unquote(address.password or ""),
            "database": self.schema,
            "charset": "utf8mb4",
            "connect_timeout": CONNECT_S,
            "autocommit": True,
            # Counts rows that were found, not only those that another value changed.
            "client_flag": CLIENT.FOUND_ROWS,
            **({"ssl": {"ca": ca}} if ca else {}),
        }
        with self.speaking():
            self._connection = pymysql.connect(
                **self._given, read_timeout=STATEMENT_S, write_timeout=STATEMENT_S
            )
        self._is_open = True

    def prepare(self) -> None:
        self.run("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'")
        self.run(f"SET SESSION innodb_lock_wait_timeout = {LOCK_S}")
        self.run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")

    def close(self) -> None:
        if self._connection.open:
            self._connection.close()

    def interrupt(self) -> None:
        with (
            self.speaking(),
            pymysql.connect(**self._given) as beside,
            beside.cursor() as cursor,
        ):
            cursor.execute(f"KILL QUERY {int(self._connection.thread_id())}")

    def lock(self) -> None:
        name = f"{self.schema}.{self.target.prefix}"[-60:]
        got = self.rows("SELECT GET_LOCK(%s, %s)", [name, LOCK_S])[0][0]
        if not got:
            raise Broken("busy")

    def begin(self) -> None:
        self.run("START TRANSACTION")

    def same_key(self, one: str, other: str) -> str:
        # Named for a table of another collation only: then no index is of use.
        named = "" if self._is_ours else " COLLATE utf8mb4_bin"
        return f"{one} = {other}{named}"

    def columns(self, table: str) -> dict[str, Family]:
        found = self.rows(_COLUMNS, [self.schema, self.target.prefix + table])
        for name, _kind, collation in found:
            self._is_ours &= name != "siren" or collation == "utf8mb4_bin"
        return {name: _FAMILIES.get(kind.lower(), "other") for name, kind, _ in found}

    def create(self, table: str, columns: Sequence[Column], keys: Sequence[str]) -> str:
        # Another engine would not take anything back.
        return super().create(table, columns, keys) + " ENGINE = InnoDB"

    def create_staging(self, staging: str, columns: Sequence[Column]) -> str:
        made = super().create_staging(staging, columns)
        return f"{made.removesuffix(')')}, KEY (siren))"

    def index_staging(self, _staging: str) -> list[str]:
        """To index even a temporary table would end the transaction."""
        return []

    def fill(
        self, staging: str, columns: Sequence[Column], frame: pl.DataFrame
    ) -> None:
        marks = ", ".join(["%s"] * len(columns))
        plain = frame.select(each.name for each in columns).with_columns(
            selectors.boolean().cast(pl.Int8),
            without_nul(selectors.string().as_expr()),
        )
        statement = f"INSERT INTO {self.quoted(staging)} VALUES ({marks})"  # noqa: S608
        with self.speaking(), self._connection.cursor() as cursor:
            cursor.executemany(statement, plain.rows())

    def same(self, one: str, other: str, kind: Kind) -> str:
        if kind in {"text", "count"}:
            # A table that was there may have another collation.
            one, other = (
                f"CONVERT({each} USING utf8mb4) COLLATE utf8mb4_bin"
                for each in (one, other)
            )
        return f"{one} <=> {other}"

    def update(
        self, table: str, staging: str, keys: Sequence[Column], values: Sequence[Column]
    ) -> str:
        def pairs(columns: Sequence[Column]) -> list[str]:
            return [self.pair(each) for each in columns]

        names = [self.quoted(each.name) for each in values]
        sets = ", ".join(f"t.{name} = s.{name}" for name in names)
        return (
            f"UPDATE {self.named(table)} t JOIN {self.quoted(staging)} s"  # noqa: S608
            f" ON {' AND '.join(pairs(keys))} SET {sets}"
            f" WHERE NOT ({' AND '.join(pairs(values))})"
        )

    def delete(self, table: str, condition: str) -> str:
        return f"DELETE t FROM {self.named(table)} t WHERE {condition}"  # noqa: S608

    def execute(self, statement: str, args: Sequence[Any] = ()) -> int:
        with self._connection.cursor() as cursor:
            return int(cursor.execute(statement, args or None))

    def select(self, statement: str, args: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, args or None)
            return list(cursor.fetchall())

    def why(self, error: Exception) -> Broken | None:
        if not isinstance(error, pymysql.MySQLError):
            return None
        code = error.args[0] if error.args else 0
        if code == CR.CR_CONN_HOST_ERROR:
            return Broken("gone" if self._is_open else "unreachable")
        if isinstance(error, pymysql.InterfaceError):
            return Broken("gone")
        return Broken(_WHY.get(code, "refused"), name=str(code))


_WHY = {
    ER.ACCESS_DENIED_ERROR: "credentials",
    ER.DBACCESS_DENIED_ERROR: "credentials",
    ER.BAD_DB_ERROR: "no_database",
    ER.TABLEACCESS_DENIED_ERROR: "rights",
    ER.COLUMNACCESS_DENIED_ERROR: "rights",
    ER.SPECIFIC_ACCESS_DENIED_ERROR: "rights",
    ER.OPTION_PREVENTS_STATEMENT: "rights",
    ER.RECORD_FILE_FULL: "full",
    ER.DISK_FULL: "full",
    CR.CR_SERVER_GONE_ERROR: "gone",
    CR.CR_SERVER_LOST: "gone",
    ER.SERVER_SHUTDOWN: "gone",
    1927: "gone",
    ER.LOCK_WAIT_TIMEOUT: "busy",
    ER.LOCK_DEADLOCK: "busy",
    ER.QUERY_INTERRUPTED: "slow",
    ER.DATA_TOO_LONG: "narrow",
    ER.WARN_DATA_OUT_OF_RANGE: "narrow",
    ER.DUP_ENTRY: "constraint",
    ER.BAD_NULL_ERROR: "constraint",
    ER.NO_DEFAULT_FOR_FIELD: "constraint",
}
