"""How the database is doing, in figures for ops: nobody's values are in them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

MOST = 50

STATES = {
    "": _("inconnu"),
    "active": _("au travail"),
    "idle": _("au repos"),
    "idle in transaction": _("au repos dans une transaction"),
    "idle in transaction (aborted)": _("au repos dans une transaction échouée"),
}
# PostgreSQL's own numbers for what may be missing.
_REASONS = {"55000": "loaded", "42501": "right"}
Read = TypeVar("Read")


class StatisticsUnavailable(Exception):
    """``reason``: the ``extension`` is not there, not ``loaded``, or a ``right`` is."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    calls: int
    total_ms: float
    mean_ms: float
    worst_ms: float
    rows_per_call: float
    blocks_per_call: float
    blocks_read_per_call: float

    @property
    def total_s(self) -> float:
        return self.total_ms / 1000


@dataclass(frozen=True, slots=True)
class Sessions:
    application: str
    state: str
    count: int
    waiting: int
    longest_transaction_s: float | None

    @property
    def state_words(self) -> str:
        return str(STATES.get(self.state, self.state))


@dataclass(frozen=True, slots=True)
class WaitingLock:
    pid: int
    application: str
    relation: str
    mode: str
    waiting_s: float | None
    blocked_by: list[int]


@dataclass(frozen=True, slots=True)
class Table:
    """``all_visible`` is the part of the pages an index alone can answer for."""

    name: str
    size_bytes: int
    live: int
    dead: int
    all_visible: float | None
    vacuumed_at: datetime | None
    autovacuums: int
    analyzed_at: datetime | None
    settings: str

    @property
    def dead_part(self) -> float | None:
        total = self.live + self.dead
        return self.dead / total if total else None


@dataclass(frozen=True, slots=True)
class Server:
    version: str
    started_at: datetime
    connections: int
    max_connections: int


_SERVER = """
    SELECT current_setting('server_version'), pg_postmaster_start_time(),
        (SELECT sum(numbackends)::int FROM pg_stat_database),
        current_setting('max_connections')::int
"""
# Partitions are counted one by one: each is vacuumed by itself. Sizes are what the
# catalogue remembers: asking for the files would wait for whoever locks a table.
_TABLES = """
    SELECT c.relname, current_setting('block_size')::bigint * (c.relpages + (
            SELECT coalesce(sum(i.relpages), 0) FROM pg_index x
            JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid
        )) AS size, s.n_live_tup,
        s.n_dead_tup, c.relallvisible::float8 / nullif(c.relpages, 0),
        greatest(s.last_vacuum, s.last_autovacuum), s.autovacuum_count,
        greatest(s.last_analyze, s.last_autoanalyze),
        coalesce(array_to_string(c.reloptions, ', '), '')
    FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
    ORDER BY s.n_dead_tup DESC, size DESC, 1
    LIMIT %s
"""


def server() -> Server:
    return _rows(Server, _SERVER)[0]


def sessions() -> list[Sessions]:
    return _rows(Sessions, "SELECT * FROM ops_sessions()")


def waiting_locks() -> list[WaitingLock]:
    return _rows(WaitingLock, "SELECT * FROM ops_waiting_locks()")


def tables() -> list[Table]:
    return _rows(Table, _TABLES, [MOST])


def statements(sort: str) -> list[Statement]:
    """The heaviest by one measure; StatisticsUnavailable when nobody counts them."""
    _check_extension()
    with _refused():
        return _rows(Statement, "SELECT * FROM ops_statements(%s, %s)", [sort, MOST])


def reset_statements() -> None:
    """Count from zero again; StatisticsUnavailable when the owner may not."""
    _check_extension()
    with _refused(), connection.cursor() as cursor:
        cursor.execute("SELECT ops_reset_statements()")


def _check_extension() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_extension"
            " WHERE extname = 'pg_stat_statements')"
        )
        if not cursor.fetchone()[0]:
            raise StatisticsUnavailable("extension")


@contextmanager
def _refused() -> Iterator[None]:
    """A refusal of PostgreSQL as one of ours; the page's other queries go on."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        reason = _REASONS.get(getattr(error.__cause__, "sqlstate", ""))
        if reason is None:
            raise
        raise StatisticsUnavailable(reason) from error


def _rows(kind: type[Read], sql: str, values: Sequence[Any] = ()) -> list[Read]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return [kind(*row) for row in cursor.fetchall()]
