"""Sliding windows in Redis: how many in the last so many seconds, for all processes.

Several counters are asked in one script: either all of them have room and each counts
one more, or none does. The server's clock decides, and the window has no edge at which
twice as many pass.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.commands.core import Script

_PREFIX = "ma:window:"
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local wait = 0
for i, key in ipairs(KEYS) do
    local most, period = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - period)
    if redis.call('ZCARD', key) >= most then
        -- The moment at which enough of them have left for one more.
        local rank = redis.call('ZCARD', key) - most
        local freeing = redis.call('ZRANGE', key, rank, rank, 'WITHSCORES')[2]
        wait = math.max(wait, (freeing or now) + period - now)
    end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, now, ARGV[1])
    redis.call('PEXPIRE', key, math.ceil(ARGV[2 * i + 1] / 1000))
end
return 0
"""
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``most`` under ``key`` in any ``period_s`` seconds."""

    key: str
    most: int
    period_s: int


def take(windows: Sequence[Window]) -> float:
    """Count one more in each; 0, or the seconds until all of them have room.

    Raises redis.RedisError: what to do without Redis is the caller's policy.
    """
    figures = [each for w in windows for each in (w.most, w.period_s * _MICRO)]
    keys = [_PREFIX + window.key for window in windows]
    member = os.urandom(8).hex()
    wait = _script()(keys=keys, args=[member, *figures])
    return float(wait) / _MICRO


def used(windows: Sequence[Window]) -> list[int]:
    """How many each holds now, counting none. Raises redis.RedisError."""
    client: Any = _script().registered_client
    seconds, micros = client.time()
    now = seconds * _MICRO + micros
    with client.pipeline(transaction=False) as pipeline:
        for window in windows:
            since = now - window.period_s * _MICRO
            pipeline.zcount(_PREFIX + window.key, f"({since}", "+inf")
        return [int(count) for count in pipeline.execute()]


@cache
def _script() -> Script:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=settings.REDIS_TIMEOUT_S,
        socket_connect_timeout=settings.REDIS_TIMEOUT_S,
    )
    return client.register_script(_SCRIPT)
