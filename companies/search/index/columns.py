"""What the index reads of PostgreSQL: fixed-width rows, as numpy takes them.

COPY in binary writes each value behind its length; no value is null here (each type
has a number that stands for "unknown"), so every row is as wide as the next.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from pyarrow import csv

from companies.choices import EventKind

Table = npt.NDArray[Any]

EVENT_KINDS = {kind: number for number, kind in enumerate(EventKind.values)}
CONTACT_EMAIL, CONTACT_PHONE = 1, 2
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Column:
    """``sql`` may be null: the least number of its type then says "unknown"."""

    name: str
    sql: LiteralString
    bytes: int = 4

    @property
    def select(self) -> str:
        kind = {2: "smallint", 4: "int", 8: "bigint"}[self.bytes]
        return f"coalesce(({self.sql})::{kind}, ({unknown(self.bytes)})::{kind})"


def unknown(size: int) -> int:
    return -(1 << (8 * size - 1))


def day_number(day: date) -> int:
    return (day - _EPOCH).days


# Whatever sorts is kept as the key that the list sorts by, so that "unknown" comes
# before everything: the younger the company, the greater its date, the smaller its age.
REGISTER = (
    Column("siren", "r.siren"),
    Column("geo", "r.geo"),
    Column("naf", "r.naf", 2),
    Column("legal_form", "r.legal_form", 2),
    Column("seniority", "'1970-01-01'::date - r.created_on"),
    Column("headcount", "coalesce(t.accounts_headcount, r.headcount)"),
    Column("flags", "r.flags", 2),
)
TARGET = (
    Column("revenue", "t.revenue", 8),
    Column("net_income", "t.net_income", 8),
    Column("ebitda", "t.ebitda", 8),
    Column("score", "t.score", 2),
    Column("sale_likelihood", "t.sale_likelihood", 2),
    Column("coverage", "t.coverage", 2),
    Column("score_state", "t.score_state", 2),
    Column("scored_at", "extract(epoch FROM t.scored_at) * 1000000", 8),
    Column("enriched_at", "extract(epoch FROM t.enriched_at)", 8),
    Column(
        "enriched_on",
        "(t.enriched_at AT TIME ZONE 'Europe/Paris')::date - '1970-01-01'::date",
    ),
    # As the list sorts it: the age reached in 2100.
    Column("leader_age", "2100 - t.leader_birth_year", 2),
    Column("leader_tenure", "'1970-01-01'::date - t.leader_since"),
    Column("contact", "t.has_email::int + 2 * t.has_phone::int", 2),
)
EVENTS = (
    Column("siren", "e.siren"),
    Column("kind", "array_position({kinds}, e.kind) - 1", 2),
    Column("day", "e.occurred_on - '1970-01-01'::date"),
)
SITES = (Column("siren", "e.siren"), Column("geo", "e.geo"))
# Of one account type to read growth in: a company's own come before its group's.
ACCOUNTS = (
    Column("siren", "a.siren"),
    Column("kind", "position(a.account_type IN 'CSK')", 2),
    Column("closed_on", "a.closed_on - '1970-01-01'::date"),
    Column("year", "extract(year FROM a.closed_on)", 2),
    Column(
        "is_published", "(a.revenue IS NOT NULL OR a.net_income IS NOT NULL)::int", 2
    ),
    Column("revenue", "a.revenue", 8),
    Column("equity", "a.equity", 8),
    Column("debt", "a.financial_debt", 8),
)


@dataclass(frozen=True, slots=True)
class Names:
    """Folded names in the order of their bytes, then of the siren."""

    siren: Table
    folded: Any  # a pyarrow array of strings

    def without(self, siren: Table) -> "Names":
        kept = ~np.isin(self.siren, siren)
        return Names(self.siren[kept], self.folded.filter(pa.array(kept)))

    def and_of(self, other: "Names") -> "Names":
        siren = np.concatenate([self.siren, other.siren])
        folded = pa.concat_arrays([self.folded, other.folded])
        table = pa.table({"folded": folded, "siren": siren})
        by = [("folded", "ascending"), ("siren", "ascending")]
        order = pc.sort_indices(table, sort_keys=by)
        return Names(siren[order.to_numpy()], folded.take(order))


@dataclass(frozen=True, slots=True)
class Source:
    """All there is of some companies: those that are targets, and the others."""

    targets: Table
    others: Table
    events: Table
    sites: Table
    names: Names
    accounts: Table

    @property
    def siren(self) -> Table:
        return np.concatenate([self.targets["siren"], self.others["siren"]])

    def without(self, siren: Table) -> "Source":
        """What is left when these companies are told elsewhere."""
        tables = {
            name: table[~np.isin(table["siren"], siren)]
            for name, table in self._tables.items()
        }
        return Source(names=self.names.without(siren), **tables)

    def and_of(self, other: "Source") -> "Source":
        """Both, no company being in both of them."""
        theirs = other._tables
        tables = {
            name: np.concatenate([table, theirs[name]])
            for name, table in self._tables.items()
        }
        return Source(names=self.names.and_of(other.names), **tables)

    @property
    def _tables(self) -> dict[str, Table]:
        return {
            "targets": self.targets,
            "others": self.others,
            "events": self.events,
            "sites": self.sites,
            "accounts": self.accounts,
        }


def read(sirens: Sequence[int] | None = None) -> Source:
    """The rows of these companies as they are now, or of every company."""
    chosen = EVERY if sirens is None else of(sirens)
    return Source(
        targets=targets(chosen),
        others=others(chosen),
        events=events(chosen),
        sites=sites(chosen),
        names=names(chosen),
        accounts=accounts(chosen),
    )


def of(sirens: Sequence[int]) -> str:
    """What ``chosen`` says of some companies."""
    numbers = ",".join(str(int(siren)) for siren in sirens)
    return f"= ANY('{{{numbers}}}'::int[])"


EVERY = "IS NOT NULL"


def targets(chosen: str = EVERY) -> Table:
    return _rows(
        (*REGISTER, *TARGET),
        "FROM register r JOIN target t USING (siren) WHERE r.siren",
        chosen,
    )


def others(chosen: str = EVERY) -> Table:
    return _rows(
        tuple(_of_the_register(column) for column in REGISTER),
        "FROM register r WHERE NOT EXISTS "
        "(SELECT FROM target t WHERE t.siren = r.siren) AND r.siren",
        chosen,
    )


def _of_the_register(column: Column) -> Column:
    return Column("headcount", "r.headcount") if column.name == "headcount" else column


def events(chosen: str = EVERY) -> Table:
    return _rows(EVENTS, "FROM legal_event e WHERE e.siren", chosen)


def sites(chosen: str = EVERY) -> Table:
    """Open establishments that have a place."""
    return _rows(
        SITES,
        "FROM establishment e WHERE e.flags & 1 = 1 AND e.geo IS NOT NULL AND e.siren",
        chosen,
    )


def accounts(chosen: str = EVERY) -> Table:
    """Every exercise of the targets: they are read again with the target's row."""
    return _rows(ACCOUNTS, "FROM annual_accounts a WHERE a.siren", chosen)


def _rows(columns: Sequence[Column], source: LiteralString, chosen: str) -> Table:
    kinds = ", ".join(f"'{kind}'" for kind in EVENT_KINDS)
    select = ", ".join(column.select for column in columns)
    select = select.format(kinds=f"ARRAY[{kinds}]::text[]")
    statement = f"COPY (SELECT {select} {source} {chosen}) TO STDOUT (FORMAT binary)"
    reader = _Reader(columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            reader.add(block)
    return reader.table()


class _Reader:
    """COPY's binary format, as https://www.postgresql.org/docs/current/sql-copy.html
    tells it: a header, then for each row its number of fields and, before each
    value, its length.
    """

    HEADER, ENOUGH = 19, 1 << 25

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        framed: list[tuple[str, str]] = [("fields", ">i2")]
        for column in columns:
            framed.append((f"length of {column.name}", ">i4"))
            framed.append((column.name, f">i{column.bytes}"))
        self._framed = np.dtype(framed)
        self._plain = np.dtype([(c.name, f"<i{c.bytes}") for c in columns])
        self._waiting = bytearray()
        self._is_begun = False
        self._pieces: list[Table] = []

    def add(self, block: bytes | bytearray | memoryview) -> None:
        self._waiting += block
        if len(self._waiting) >= self.ENOUGH:
            self._decode()

    def table(self) -> Table:
        self._decode()
        return np.concatenate([np.empty(0, self._plain), *self._pieces])

    def _decode(self) -> None:
        data = bytes(self._waiting)
        start = 0 if self._is_begun else self.HEADER
        count = (len(data) - start) // self._framed.itemsize
        end = start + count * self._framed.itemsize
        framed = np.frombuffer(data[start:end], self._framed)
        rows = np.empty(count, self._plain)
        for column in self._columns:
            rows[column.name] = framed[column.name]
        self._pieces.append(rows)
        self._waiting = self._waiting[end:]
        self._is_begun = True


def names(chosen: str = EVERY) -> Names:
    statement = (
        "COPY (SELECT siren, folded_name FROM company JOIN register USING (siren) "  # noqa: S608 -- numbers only
        f'WHERE siren {chosen} ORDER BY folded_name COLLATE "C", siren) '
        "TO STDOUT (FORMAT csv)"
    )
    text = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            text.write(block)
    if not text.tell():
        return Names(np.empty(0, np.int32), pa.array([], pa.string()))
    text.seek(0)
    table = csv.read_csv(
        text,
        read_options=csv.ReadOptions(column_names=["siren", "name"]),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={"siren": pa.int32(), "name": pa.string()},
            strings_can_be_null=False,
        ),
    )
    return Names(table["siren"].to_numpy(), table["name"].combine_chunks())
