"""How many calls each token made in a day, counted in Redis until the trail has it.

Without Redis nothing is counted and calls pass: the trail still has the first use of
the day, and the token the minute of the last one.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import cache

import redis
from django.conf import settings
from django.utils import timezone
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_PREFIX, _TAKEN = "ma:token-calls:", "ma:token-calls-taken:"
# A schedule that stands still for a week loses counts, not Redis its memory.
_KEPT_S = 8 * 86_400


def day_of(moment: datetime) -> str:
    return timezone.localtime(moment).date().isoformat()


def count(token_id: int, now: datetime) -> None:
    key = _PREFIX + day_of(now)
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            pipeline.hincrby(key, str(token_id), 1)
            pipeline.expire(key, _KEPT_S)
            pipeline.execute()
    except RedisError:
        logger.warning("A call of token %s is not counted: Redis is away", token_id)


def take(now: datetime, record: Callable[[str, dict[int, int]], None]) -> int:
    """Hand the counts of each day before today over to ``record``, once."""
    client, today, total = _redis(), day_of(now), 0
    for key in sorted(client.scan_iter(_PREFIX + "*")):
        day = key.decode().removeprefix(_PREFIX)
        if day < today:
            # A late call of that day begins a hash of its own.
            client.renamenx(key, _TAKEN + day)
    for key in sorted(client.scan_iter(_TAKEN + "*")):
        calls = {int(token): int(n) for token, n in client.hgetall(key).items()}
        record(key.decode().removeprefix(_TAKEN), calls)
        client.delete(key)
        total += len(calls)
    return total


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=settings.REDIS_TIMEOUT_S,
        socket_connect_timeout=settings.REDIS_TIMEOUT_S,
    )
