import asyncio
import time

from redis.exceptions import ConnectionError as RedisIsAway

from mainsite.lib import limiter
from mainsite.lib.ids import uuid7
from mainsite.lib.limiter import SharedRate


async def turns(rate, count):
    for _ in range(count):
        await rate.acquire()


def timed(coroutine):
    started = time.monotonic()
    asyncio.run(coroutine)
    return time.monotonic() - started


def test_two_processes_share_one_rate():
    name = f"test-{uuid7()}"

    async def scene():
        async with SharedRate(name, per_s=50) as one, SharedRate(name, per_s=50) as two:
            await asyncio.gather(turns(one, 10), turns(two, 11))

    # Twenty-one turns at fifty a second: the first leaves at once.
    assert 0.38 < timed(scene()) < 0.8


def test_without_a_rate_nobody_waits():
    async def scene():
        async with SharedRate("free", per_s=None) as rate:
            await turns(rate, 1000)

    assert timed(scene()) < 0.5


def test_without_redis_a_process_keeps_to_half_the_rate(monkeypatch):
    async def away(*_):
        raise RedisIsAway

    monkeypatch.setattr(limiter.redis.Redis, "eval", away)

    async def scene():
        async with SharedRate("away", per_s=50) as rate:
            await turns(rate, 6)

    assert 0.18 < timed(scene()) < 0.5
