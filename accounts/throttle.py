"""Limits on guessing, kept in PostgreSQL: they hold when Redis is away.

A sliding window, not a fixed one: at most ``count`` attempts in any ``period_s``
seconds. One statement reads and writes the row, so parallel attempts are counted one
after the other; the clock is the database's.
"""

import math
from dataclasses import dataclass
from hashlib import sha256

from django.db import connection

from accounts.models import LoginThrottle


@dataclass(frozen=True)
class Limit:
    name: str
    count: int
    period_s: int

    def key(self, *parts: str) -> str:
        """Digest of what is limited: no address or e-mail stands in the table."""
        return sha256("\x00".join((self.name, *parts)).encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    remaining: int
    retry_after_s: int


# Keyed by account and address: a stranger's failures lock nobody else out.
SIGN_IN = Limit("sign-in", count=5, period_s=60)
SIGN_IN_ADDRESS = Limit("sign-in-address", count=60, period_s=60)
SECOND_FACTOR = Limit("second-factor", count=10, period_s=3600)
RECOVERY = Limit("recovery", count=10, period_s=3600)
# Tokens that open nothing, by address: one that does never waits for them.
BAD_TOKEN = Limit("bad-token", count=30, period_s=60)
# Asking for a reset: by the address written, which may be nobody's, and by where from.
RESET = Limit("reset", count=3, period_s=3600)
RESET_ADDRESS = Limit("reset-address", count=20, period_s=3600)
# Links that open nothing: how many of them are traced.
DEAD_LINK = Limit("dead-link", count=20, period_s=3600)
CONFIRM_PASSWORD = Limit("confirm-password", count=5, period_s=60)

_ATTEMPT = """
    INSERT INTO accounts_loginthrottle AS bucket (key, hits, last_hit_at)
    VALUES (%(key)s, ARRAY[clock_timestamp()], clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        hits = ARRAY(
            SELECT hit FROM unnest(bucket.hits) AS hit
            WHERE hit > clock_timestamp() - %(period)s * interval '1 second'
            ORDER BY hit
        ) || clock_timestamp(),
        last_hit_at = clock_timestamp()
    WHERE (
        SELECT count(*) FROM unnest(bucket.hits) AS hit
        WHERE hit > clock_timestamp() - %(period)s * interval '1 second'
    ) < %(count)s
    RETURNING cardinality(hits)
"""
_WAIT = """
    SELECT extract(epoch FROM hits[cardinality(hits) - %(count)s + 1]
        + %(period)s * interval '1 second' - clock_timestamp())
    FROM accounts_loginthrottle WHERE key = %(key)s
"""


def attempt(limit: Limit, *parts: str) -> Verdict:
    """Count one attempt, unless the window is full: then it is refused, not counted."""
    values: dict[str, str | int | None] = {
        "key": limit.key(*parts),
        "period": limit.period_s,
        "count": limit.count,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPT, values)
        row = cursor.fetchone()
        if row:
            return Verdict(True, max(0, limit.count - row[0]), 0)
        cursor.execute(_WAIT, values)
        wait = cursor.fetchone()
    return Verdict(False, 0, _whole_seconds(wait, limit))


def clear(limit: Limit, *parts: str) -> None:
    """After a success: the window starts anew."""
    LoginThrottle.objects.filter(key=limit.key(*parts)).delete()


def forget_old() -> int:
    """Drop the rows that no window looks at any more."""
    longest_s = max(
        limit.period_s for limit in (SIGN_IN, SECOND_FACTOR, RECOVERY, RESET, DEAD_LINK)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_loginthrottle"
            " WHERE last_hit_at < clock_timestamp() - %s * interval '1 second'",
            [longest_s],
        )
        return int(cursor.rowcount)


def _whole_seconds(row: tuple[object, ...] | None, limit: Limit) -> int:
    seconds = row[0] if row else None
    return limit.period_s if seconds is None else max(1, math.ceil(float(str(seconds))))
