"""The chunk's own tables: they live as long as its transaction."""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from companies.imports.chunks import Chunk
from companies.registry.copying import copy

STAGED: Final = {
    "line": "bigint",
    "siren": "integer",
    "siret": "bigint",
    "name": "text",
    "trade_name": "text",
    "acronym": "text",
    "legal_form": "text",
    "created_on": "date",
    "address": "text",
    "postal_code": "text",
    "commune_code": "text",
    "commune": "text",
    "geo": "integer",
    "naf_code": "text",
    "naf": "smallint",
    "headcount_band": "text",
    "headcount": "integer",
    "people": "integer",
    "website": "text",
    "capital": "bigint",
    "revenue": "bigint",
    "net_income": "bigint",
    "closed_on": "date",
    "surname": "text",
    "first_name": "text",
    "others": "jsonb",
    "status": "text",
    "reason": "text",
    "note": "text",
}
# The planner knows nothing of these tables and would read ten million companies, for a
# chunk that finds its own one by one.
_PREPARE: Final = sql.SQL(
    """
SET LOCAL statement_timeout = 0;
SET LOCAL work_mem = '64MB';
SET LOCAL enable_seqscan = off;
SET LOCAL random_page_cost = 0.2;
SET LOCAL client_min_messages = warning;
DROP TABLE IF EXISTS pg_temp.imported, pg_temp.created, pg_temp.touched,
    pg_temp.compared, pg_temp.figures, pg_temp.leaders, pg_temp.statuses, pg_temp.noted,
    pg_temp.said;
CREATE TEMP TABLE imported ({columns}) ON COMMIT DROP;
CREATE TEMP TABLE created (siren integer) ON COMMIT DROP;
CREATE TEMP TABLE touched (siren integer) ON COMMIT DROP;
"""
).format(
    columns=sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_))
        for name, type_ in STAGED.items()
    )
)
# COPY reads these: only notes have ends of lines.
_ESCAPED: Final = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def stage(cursor: Any, chunk: Chunk) -> None:
    cursor.execute(_PREPARE)
    names = [name for name in STAGED if name in chunk.rows.column_names]
    rows = chunk.rows.select(names)
    if len(rows):
        copy(cursor, "imported", _escaped(rows))


def _escaped(rows: pa.Table) -> pa.Table:
    for place, name in enumerate(rows.column_names):
        column = rows.column(place)
        if not pa.types.is_string(column.type):
            continue
        for plain, escaped in _ESCAPED if name == "note" else _ESCAPED[:1]:
            if pc.any(pc.match_substring(column, plain)).as_py():
                column = pc.replace_substring(column, plain, escaped)
        rows = rows.set_column(place, name, column)
    return rows


_LOCK: Final = """
    SELECT count(*) FROM (
        SELECT c.siren FROM company c JOIN imported s ON s.siren = c.siren
        WHERE NOT EXISTS (SELECT FROM created n WHERE n.siren = c.siren)
        ORDER BY c.siren FOR NO KEY UPDATE OF c
    ) locked
"""


def lock(cursor: Any) -> int:
    """How many companies of the chunk are there, from now on nobody else's to change.

    Called again where another import created some meanwhile.
    """
    cursor.execute(_LOCK)
    locked: int = cursor.fetchone()[0]
    return locked
