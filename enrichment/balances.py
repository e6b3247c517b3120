"""What the paid sources themselves say is left: their word, not our count, is right."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.db.models.functions import Now

from enrichment.models import Item, SourcePool
from enrichment.providers.base import PoolBalance

# Between two readings what we spend is counted down from the first.
READ_AGAIN = timedelta(minutes=10)

_NOTE = """
    INSERT INTO enrichment_sourcepool AS p (source, pool, units_left, granted,
        units_spent, read_at)
    SELECT %s, v.pool, v.units_left, v.granted, coalesce((SELECT sum(m.tokens)
            FROM enrichment_moneyline m JOIN enrichment_call c ON c.id = m.call_id
            WHERE c.state = 'open' AND c.source = %s), 0), now()
    FROM jsonb_to_recordset(%s) AS v(pool text, units_left numeric, granted numeric)
    ORDER BY v.pool
    ON CONFLICT (source, pool) DO UPDATE SET units_left = excluded.units_left,
        granted = excluded.granted, units_spent = excluded.units_spent,
        read_at = excluded.read_at
"""


def unread(batch_id: int, needs: Mapping[str, Decimal]) -> frozenset[str]:
    """Those that the batch is to ask and that said nothing lately.

    ``needs``: the most that a call takes, by source. A pool that has less is read
    again: it may have been filled since.
    """
    wanted = Item.objects.unfinished().filter(batch_id=batch_id, source__in=needs)
    names = set(wanted.values_list("source", flat=True).distinct())
    recent = SourcePool.objects.filter(source__in=names, read_at__gt=Now() - READ_AGAIN)
    left = [(pool.source, pool.left) for pool in recent]
    told = {source for source, _ in left}
    short = {s for s, units in left if units is not None and units < needs[s]}
    return frozenset(names - told | short)


def note(source: str, pools: Sequence[PoolBalance]) -> None:
    """Keep what a source says is left.

    Calls in flight count as spent: the source may not have seen them yet.
    """
    rows = [
        {
            "pool": each.pool,
            "units_left": None if each.left is None else str(each.left),
            "granted": None if each.granted is None else str(each.granted),
        }
        for each in pools
    ]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [source, source, json.dumps(rows)])
