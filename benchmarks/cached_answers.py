"""Answers of sources put where the cache reads them, and taken out of Redis."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

# As a source's answer is stored: the call, then the body as it is packed.
_STORE = """
    WITH given AS (
        SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[],
            %s::numeric[]) AS v(id, source, status, expires_at, amount)
    ), call AS (
        INSERT INTO enrichment_call (id, siren, source, subject, state, day, opened_at,
            closed_at, reason, tokens, held_eur, amount_eur)
        SELECT id, %s, source, '', CASE WHEN amount > 0 THEN 'paid' ELSE 'free' END,
            %s::date, %s, %s, '', 0, 0, amount FROM given
    )
    INSERT INTO enrichment_answer (siren, source, call_id, subject, status, raw,
        encoding, sha256, headers, tokens, amount_eur, http_status, fetched_at,
        expires_at, is_sandbox, used_at)
    SELECT %s, source, id, '', status, %s, %s, %s, '{}', 0, amount, 200, %s, expires_at,
        true, %s
    FROM given
"""


def store(siren: str, fetched_at: datetime, rows: Sequence[tuple[Any, ...]]) -> None:
    from django.db import connection

    from enrichment import packing
    from mainsite.lib.ids import uuid7

    body = json.dumps([{"siren": siren, "rang": n} for n in range(60)]).encode()
    raw, encoding = packing.packed(body)
    digest, at = hashlib.sha256(body).hexdigest(), fetched_at
    values: list[Any] = [
        [uuid7() for _ in rows],
        [one.name for one, _, _ in rows],
        [status for _, status, _ in rows],
        [expires_at for _, _, expires_at in rows],
        [one.price_eur or Decimal(0) for one, _, _ in rows],
        *[int(siren), at, at, at, int(siren), raw, encoding, digest, at, at],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)


def flush() -> None:
    """Empty Redis and this process; what the cache has counted stays."""
    from django.core.cache import cache as redis

    from mainsite.lib import cache

    cache.flush()
    figures = cache.figures() or []
    redis.clear()
    cache.forget_local()
    # What was counted is not what is emptied.
    for each in figures:
        counts = {name: n for name, n in vars(each).items() if isinstance(n, int)}
        cache.levels.counting.add(each.family, each.level, **counts)
