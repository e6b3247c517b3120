"""One moment of the database for a whole file, and the name of that moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# What an export shows comes from the register (counted by the statistics, since a
# maximum would read ten million rows), from answers, from scores and from the desk.
_VERSION = """
    SELECT concat_ws('.',
        to_char(max(enriched_at) AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISSUS"Z"'),
        's' || coalesce((SELECT max(id) FROM scoring_score), 0),
        'r' || pg_stat_get_tuples_inserted('company'::regclass)
            + pg_stat_get_tuples_updated('company'::regclass)
            + pg_stat_get_tuples_deleted('company'::regclass),
        'd' || (SELECT coalesce(max(id), 0) FROM pursuit_change
                WHERE desk_id = %(desk)s)
            + (SELECT coalesce(max(id), 0) FROM note WHERE desk_id = %(desk)s))
    FROM target
"""


@contextmanager
def snapshot() -> Iterator[None]:
    """All reads inside see one moment; within a caller's transaction, that one's."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def data_version(desk_id: int) -> str:
    """Changes when something a desk's export shows has changed."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, {"desk": desk_id})
        return str(cursor.fetchone()[0])


@contextmanager
def connection_beside() -> Iterator[BaseDatabaseWrapper]:
    """A second connection, to be heard while a snapshot is being read."""
    beside = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        yield beside
    finally:
        beside.close()
