"""Indexes that a first load removes and builds again: only the owner of tables may."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import environ
from django.conf import settings
from django.db import connection
from psycopg import sql

TABLES = ("company", "register", "establishment")
# Two cores are what the smallest machine has.
_AT_ONCE = 2
# The indexes that no constraint needs: rows stay unique all the way.
_SECONDARY = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i
WHERE i.indrelid = ANY (%s::regclass[]) AND NOT i.indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY pg_get_indexdef(i.indexrelid) NOT LIKE '%%to_tsvector%%', 1
"""
_MAY = """
SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
WHERE oid = ANY (%s::regclass[])
"""
_FORGET = """
UPDATE registry_load SET dropped_indexes = '[]' WHERE dropped_indexes <> '[]'
"""
_REMEMBERED = """
SELECT DISTINCT definition FROM registry_load,
    jsonb_array_elements_text(dropped_indexes) AS definition ORDER BY 1
"""


def drop(load_id: int) -> bool:
    """Remove them, remembered in the load's row; False when nobody here may."""
    with _owner() as cursor:
        cursor.execute(_MAY, [list(TABLES)])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("BEGIN")
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(_SECONDARY, [list(TABLES)])
        found = cursor.fetchall()
        _remember(cursor, load_id, [definition for _, definition in found])
        for name, _ in found:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
        cursor.execute("COMMIT")
    return True


def _remember(cursor: Any, load_id: int, definitions: Sequence[str]) -> None:
    """Beside what a run that was killed had remembered."""
    cursor.execute(
        """
        UPDATE registry_load SET dropped_indexes = (
            SELECT coalesce(jsonb_agg(DISTINCT definition), '[]') FROM (
                SELECT jsonb_array_elements_text(dropped_indexes)
                UNION SELECT unnest(%s::text[])
            ) AS known(definition)
        ) WHERE id = %s
        """,
        [definitions, load_id],
    )


def restore() -> None:
    """Build what any load removed and did not build again."""
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBERED)
        definitions = [definition for (definition,) in cursor.fetchall()]
    if not definitions:
        return
    # The index on words takes as long as all the others: it begins first.
    definitions.sort(key=lambda definition: "to_tsvector" not in definition)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_build, definitions))
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)


def _build(definition: str) -> None:
    with _owner() as cursor:
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute("SET max_parallel_maintenance_workers = 0")
        cursor.execute(definition.replace(" INDEX ", " INDEX IF NOT EXISTS ", 1))


def analyse() -> None:
    """The planner's statistics, and the map that index-only scans need.

    Only the owner may: the nightly autovacuum does it where the owner is not known.
    """
    tables = sql.SQL(", ").join(map(sql.Identifier, (*TABLES, "name_word")))
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL client_min_messages = error")
            cursor.execute(sql.SQL("ANALYZE {}").format(tables))
        return
    with _owner() as cursor:
        cursor.execute("SET client_min_messages = error")
        cursor.execute(sql.SQL("VACUUM (ANALYZE) {}").format(tables))


@contextmanager
def _owner() -> Iterator[Any]:
    """A cursor of the owner's, on a session of its own, outside of transactions."""
    session: Any = connection.copy()
    if settings.DATABASE_OWNER_URL:
        given = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
        # The database is the one we work in, whatever the address says.
        session.settings_dict |= {
            key: given[key] for key in ("USER", "PASSWORD", "HOST", "PORT")
        }
    session.settings_dict["OPTIONS"] = {
        name: value
        for name, value in session.settings_dict["OPTIONS"].items()
        if name != "pool"
    }
    try:
        with session.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            yield cursor
    finally:
        session.close()
