"""Rows of ``target`` that an import made for companies that were there without one.

Whatever of a file is searched makes one. An undo takes it away once the rest is given
back, unless a source, a desk or another file has written of the company since.
"""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from companies.imports.chunks import Chunk
from companies.imports.models import Import, ImportChange
from mainsite.lib import cache

THING: Final = "target"
# Rows of one transaction.
PART: Final = 5000

_WITHOUT: Final = """
    SELECT array_agg(c.siren) FROM company c JOIN unnest(%s::int[]) AS w (siren)
        USING (siren)
    WHERE NOT EXISTS (SELECT FROM target t WHERE t.siren = c.siren)
"""
_REMEMBER: Final = """
    INSERT INTO import_change (of_id, siren, thing, before, after)
    SELECT %s, t.siren, %s, NULL, jsonb_build_object('enriched_at', t.enriched_at)
    FROM target t JOIN unnest(%s::int[]) AS w (siren) USING (siren)
"""
_EXPECT: Final = """
    UPDATE import_change i SET after = jsonb_build_object('enriched_at', now())
    FROM target t
    WHERE i.of_id = %s AND i.thing = %s AND i.siren = ANY (%s) AND t.siren = i.siren
        AND t.enriched_at IS NOT DISTINCT FROM (i.after->>'enriched_at')::timestamptz
"""
_LOCK: Final = """
    SELECT count(*) FROM (SELECT siren FROM company WHERE siren = ANY (%s)
        ORDER BY siren FOR NO KEY UPDATE) locked
"""
# Scores are computed of what is known, and follow.
_TAKE_AWAY: Final = """
    DELETE FROM target t USING import_change i
    WHERE i.id = ANY (%s) AND t.siren = i.siren
        AND t.enriched_at IS NOT DISTINCT FROM (i.after->>'enriched_at')::timestamptz
        AND t.leader_name = '' AND NOT t.has_email AND NOT t.has_phone
        AND NOT EXISTS (SELECT FROM annual_accounts k WHERE k.siren = t.siren)
        AND NOT EXISTS (SELECT FROM officer k WHERE k.siren = t.siren)
        AND NOT EXISTS (SELECT FROM pursuit k WHERE k.siren = t.siren)
        AND NOT EXISTS (SELECT FROM list_entry k WHERE k.siren = t.siren)
        AND NOT EXISTS (SELECT FROM score_override k WHERE k.siren = t.siren)
"""


def without(chunk: Chunk) -> list[int]:
    """The companies of a chunk that are known and have no such row yet."""
    sirens = chunk.rows["siren"].drop_null().unique().to_pylist()
    with connection.cursor() as cursor:
        # Figures of a first load are late: ten million companies would be read.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(_WITHOUT, [sirens])
        found = cursor.fetchone()[0] or []
        cursor.execute("SET LOCAL enable_seqscan = on")
        return found


def remember(imp: Import, before: Sequence[int]) -> None:
    """Of those ``without`` one before, who has one now."""
    if before:
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [imp.pk, THING, list(before)])


def expect(imp: Import, sirens: Sequence[int]) -> None:
    """What the undo is about to write in these rows is nobody else's."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPECT, [imp.pk, THING, list(sirens)])


def take_away(imp: Import) -> bool:
    """A part of them, which is then forgotten; False when none is left."""
    made = ImportChange.objects.filter(of=imp, thing=THING)
    part = dict(made.order_by("siren", "pk").values_list("pk", "siren")[:PART])
    if not part:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[int(siren) for siren in part.values()]])
        cursor.execute(_TAKE_AWAY, [list(part)])
    ImportChange.objects.filter(pk__in=part).delete()
    cache.forget(cache.company(siren) for siren in set(part.values()))
    return True
