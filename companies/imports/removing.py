"""Companies that an import created, removed unless somebody works with them since.

Whoever keeps something of a company has a table with its SIREN: all of them are asked,
whichever app they are of, but for those that only repeat or compute what is known.
"""

from collections import Counter
from typing import Any, Final

from django.db import connection
from psycopg import sql

from companies.imports.models import Import, ImportChunk
from mainsite.lib import cache

# Repeated from the company, computed of it, or history that outlives it.
_FOLLOWS: Final = (
    *("company", "register", "target", "annual_accounts", "officer"),
    *("pursuit_change", "search_change", "import_match", "import_change"),
    *("scoring_score", "scoring_notedscore", "scoring_model_reading"),
)
_KEEPERS: Final = """
    SELECT c.relname FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'siren'
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL (%s)
    ORDER BY c.relname
"""
_PREPARE: Final = """
SET LOCAL statement_timeout = 0;
SET LOCAL enable_seqscan = off;
DROP TABLE IF EXISTS pg_temp.gone;
CREATE TEMP TABLE gone ON COMMIT DROP AS
SELECT c.siren, ''::text AS kept FROM company c
JOIN unnest(%(sirens)s::int[]) AS n (siren) USING (siren)
ORDER BY c.siren FOR UPDATE OF c;
"""
# The register has spoken of it since, or another import has changed it.
_CHANGED: Final = """
UPDATE gone g SET kept = 'kept_changed' FROM company c
WHERE c.siren = g.siren AND (c.source <> 'import' OR c.registered_at > %(at)s
    OR c.disagreements IS NOT NULL
    OR EXISTS (SELECT FROM jsonb_each(coalesce(c.provenance, '{}')) p
        WHERE p.value->>0 <> 'import')
    OR EXISTS (SELECT FROM import_change i
        WHERE i.siren = g.siren AND i.of_id <> %(imp)s)
    OR EXISTS (SELECT FROM officer o WHERE o.siren = g.siren AND o.source <> 'import')
    OR EXISTS (SELECT FROM annual_accounts a, jsonb_each(a.provenance) p
        WHERE a.siren = g.siren AND p.value->>0 <> 'import'))
"""
_USED: Final = """
UPDATE gone g SET kept = 'kept_in_use'
WHERE g.kept = '' AND EXISTS (SELECT FROM {table} k WHERE k.siren = g.siren)
"""
_DELETE: Final = (
    "DELETE FROM register r USING gone g WHERE g.kept = '' AND r.siren = g.siren",
    "DELETE FROM company c USING gone g WHERE g.kept = '' AND c.siren = g.siren",
)


def companies(imp: Import) -> Counter[str]:
    """Those of one chunk; an empty counter says that none is left."""
    chunk = (
        ImportChunk.objects.filter(of=imp)
        .exclude(new_sirens=[])
        .order_by("number")
        .first()
    )
    if chunk is None:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(_PREPARE, {"sirens": chunk.new_sirens})
        cursor.execute(_CHANGED, {"at": chunk.stored_at, "imp": imp.pk})
        for table in _keepers(cursor):
            cursor.execute(sql.SQL(_USED).format(table=sql.Identifier(table)))
        for statement in _DELETE:
            cursor.execute(statement)
        cursor.execute("SELECT kept, count(*) FROM gone GROUP BY kept")
        told = Counter({kept or "removed": count for kept, count in cursor.fetchall()})
    told["kept_gone"] += len(chunk.new_sirens) - told.total()
    cache.forget(cache.company(f"{siren:09d}") for siren in chunk.new_sirens)
    ImportChunk.objects.filter(pk=chunk.pk).update(new_sirens=[])
    return +told


def _keepers(cursor: Any) -> list[str]:
    cursor.execute(_KEEPERS, [list(_FOLLOWS)])
    return [name for (name,) in cursor.fetchall()]
