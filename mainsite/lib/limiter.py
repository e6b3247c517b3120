"""A source's rate, shared by every process that calls it."""

import asyncio
import logging
import time
from types import TracebackType
from typing import Self

from django.conf import settings
from redis import asyncio as redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# Books the next free moment and answers how long to wait for it, in microseconds.
# The server's clock decides: ours may differ from a colleague's.
_BOOK = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local step = tonumber(ARGV[1])
local free = tonumber(redis.call('GET', KEYS[1]) or now)
if free < now then free = now end
redis.call('SET', KEYS[1], string.format('%.0f', free + step), 'PX', 600000)
return string.format('%.0f', free - now)
"""
_MICROSECONDS = 1_000_000


class SharedRate:
    """At most ``per_s`` calls a second under one name, evenly spread, no burst.

    An asynchronous context manager. Without Redis each process keeps to a half of
    the rate by itself: two of them work by default, and slow is better than banned.
    """

    def __init__(self, name: str, *, per_s: float | None) -> None:
        self._key = f"rate:{name}"
        self._per_s = per_s
        self._own_free_at = 0.0
        self._client: redis.Redis | None = None

    async def __aenter__(self) -> Self:
        if self._per_s:
            self._client = redis.from_url(
                settings.REDIS_URL, socket_timeout=settings.REDIS_TIMEOUT_S
            )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def acquire(self) -> None:
        """Wait for one's turn; a turn that is not used is lost."""
        if self._client is None or not self._per_s:
            return
        step = round(_MICROSECONDS / self._per_s)
        try:
            answer = await self._client.eval(_BOOK, 1, self._key, step)
            wait_s = int(answer) / _MICROSECONDS
        except RedisError:
            logger.warning("Redis is away: %s is limited by this process", self._key)
            wait_s = self._own_wait_s(2 / self._per_s)
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _own_wait_s(self, step_s: float) -> float:
        now = time.monotonic()
        free_at = max(now, self._own_free_at)
        self._own_free_at = free_at + step_s
        return free_at - now
