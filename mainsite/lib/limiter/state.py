"""What the gates of the sources say of themselves, for the pages of ops."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import redis
from django.conf import settings

from mainsite.lib.limiter.books import TIMEOUT_S, keys_of

Circuit = Literal["closed", "open", "half_open"]
_MICRO = 1_000_000


@dataclass(frozen=True, kw_only=True)
class GateState:
    """One source now. ``rests_s`` and ``paused_s`` are 0 when calls may leave."""

    name: str
    circuit: Circuit
    failures: int
    rests_s: float
    paused_s: float
    in_use: int
    lanes: int
    calls_last_minute: int


def state_of(names: Iterable[str]) -> list[GateState]:
    """In their order. Raises RedisError when Redis is away: then nobody knows."""
    names = list(names)
    with redis.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
    ) as client:
        pipe = client.pipeline(transaction=False)
        pipe.time()
        for name in names:
            for key in keys_of(name):
                pipe.hgetall(key)
        (seconds, micros), *rows = pipe.execute()
    now = seconds * _MICRO + micros
    pairs = zip(names, rows[::2], rows[1::2], strict=True)
    return [_state(name, gate, lanes, now) for name, gate, lanes in pairs]


def _state(
    name: str, gate: dict[str, str], lanes: dict[str, str], now: int
) -> GateState:
    left = {key: int(gate.get(key, 0)) - now for key in ("opened", "pause")}
    circuit: Circuit = "closed"
    if gate.get("opened", "0") != "0":
        circuit = "open" if left["opened"] > 0 else "half_open"
    # The script forgets the dead when it is next asked; here they only do not count.
    held = [int(row.split(":")[0]) for row in lanes.values()]
    return GateState(
        name=name,
        circuit=circuit,
        failures=int(gate.get("fails", 0)),
        rests_s=max(0, left["opened"]) / _MICRO,
        paused_s=max(0, left["pause"]) / _MICRO,
        in_use=sum(held),
        lanes=len(held),
        calls_last_minute=_last_minute(gate, now),
    )


def _last_minute(gate: dict[str, str], now: int) -> int:
    """This minute's calls, and of the one before as much as still belongs to it."""
    minute, into = divmod(now, 60 * _MICRO)
    behind = minute - int(gate.get("minute", 0))
    count, last = int(gate.get("count", 0)), int(gate.get("last", 0))
    this, before = {0: (count, last), 1: (0, count)}.get(behind, (0, 0))
    return round(this + before * (1 - into / (60 * _MICRO)))
